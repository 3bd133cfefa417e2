"""A small directory in Kata's layout, for the toy kernel."""

from __future__ import annotations

from pathlib import Path

from tests.cli.toykernel import ARCH

FILES = {
    "common/base.conf": "# What everybody needs\nCONFIG_EXPERT=y\nCONFIG_CAT=y\n",
    "common/garden.conf": "# The garden\nCONFIG_GARDEN=y\nCONFIG_SHED=y\n",
    "common/house.conf": '# The house\nCONFIG_KITCHEN=y\nCONFIG_OWNER="us"\n',
    "common/right.conf": "# !left\nCONFIG_STOVE=y\n",
    "common/secret.conf": "# !confidential\nCONFIG_FRIDGE=y\n",
    f"{ARCH}/door.conf": "CONFIG_DOOR_RED=y\nCONFIG_NO_SUCH_THING=y\n",
    f"{ARCH}/confidential/dark.conf": "# CONFIG_PAINT is not set\n",
    "right/door.conf": "CONFIG_DOOR_GREEN=y\n",
    "debug/debug.conf": "CONFIG_NUMBER=0x2a\n",
    "build-type/wet/wet.conf": "CONFIG_POND=y\n",
    "whitelist.conf": "# may be lost\nCONFIG_NO_SUCH_THING\n",
    "whitelist-6.12.0-toy.conf": "CONFIG_STOVE\n",
}


def make_kata(root: Path, **changes: str) -> Path:
    """Write the directory below ``root``, with the number of its configuration; where it is."""
    fragments = root / "kernel" / "configs" / "fragments"
    for name, text in {**FILES, **changes}.items():
        path = fragments / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "kernel" / "kata_config_version").write_text("148\n", encoding="utf-8")
    return fragments
