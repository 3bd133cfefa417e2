"""A kernel of forty options: real Kconfig, no code, a compiler that only says its name.

What is read from it does not depend on the machine, so it can be compared with
text that was written down.
"""

from __future__ import annotations

from pathlib import Path

from tests.unit.toytree import make_tree

ARCH = "left"

MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 0
EXTRAVERSION = -toy
NAME = Not a kernel

srctree := $(realpath $(dir $(firstword $(MAKEFILE_LIST))))
SRCARCH := $(ARCH)
CC := $(srctree)/scripts/toycc
HOSTCC := gcc
KBUILD_DEFCONFIG := $(ARCH)_defconfig
KERNELVERSION := $(VERSION).$(PATCHLEVEL).$(SUBLEVEL)$(EXTRAVERSION)
export ARCH SRCARCH CC HOSTCC KBUILD_DEFCONFIG srctree KERNELVERSION
%config: ; @echo the wrong rule
"""

KCONFIG = """\
mainmenu "Toy/$(ARCH) $(KERNELVERSION) Configuration"

config MODULES
	bool "Loadable parts"
	modules

config EXPERT
	bool "For experts"

config PAINT
	bool "Paint at all" if EXPERT
	default y

menu "Garden"

config GARDEN
	bool "Garden"
	imply SHED

if GARDEN

config POND
	tristate "Pond"
	select WATER

config FISH
	tristate "Fish"
	depends on POND
	help
		They swim.

config FROG
	tristate "Frog"
	depends on POND && !CAT

config FOUNTAIN
	bool "Fountain"
	depends on POND = y && WATER

config DEPTH
	int "Depth of the pond"
	depends on POND
	range 1 9
	default 3

config DEEP
	bool "Deep water"
	depends on DEPTH > 5

endif

config SHED
	bool "Shed"
	depends on GARDEN

endmenu

menu "House"

config CAT
	tristate "Cat"

choice
	prompt "Colour of the door"
	default DOOR_RED

config DOOR_RED
	bool "Red"

config DOOR_BLUE
	bool "Blue"
	depends on PAINT

config DOOR_GREEN
	bool "Green"
	depends on PAINT && GARDEN

endchoice

config DOORBELL
	bool "Doorbell"
	depends on DOOR_BLUE

config NUMBER
	hex "Number of the house"
	default 0x1f

config OWNER
	string "Owner"
	default "nobody"

source "house/Kconfig"

endmenu

config WATER
	tristate

config UNREACHABLE
	bool
	depends on GARDEN
"""

HOUSE = """\
menu "Kitchen"

config KITCHEN
	bool "Kitchen"

config STOVE
	bool "Stove"
	depends on KITCHEN && CHIMNEY

config CHIMNEY
	bool

config FRIDGE
	bool "Fridge"
	default KITCHEN
	depends on KITCHEN

endmenu
"""

DEFCONFIG = """\
CONFIG_MODULES=y
CONFIG_GARDEN=y
CONFIG_POND=m
CONFIG_OWNER="somebody"
"""


def make_kernel(path: Path, **changes: str) -> Path:
    """Write the toy kernel to ``path``; ``changes`` replace contents (``Kconfig=...``)."""
    files = {
        "Makefile": MAKEFILE,
        "Kconfig": KCONFIG,
        "house/Kconfig": HOUSE,
        f"arch/{ARCH}/configs/{ARCH}_defconfig": DEFCONFIG,
        "scripts/toycc": "#!/bin/sh\necho toycc 1.0\n",
        **changes,
    }
    make_tree(path, **files)
    (path / "scripts/toycc").chmod(0o755)
    return path
