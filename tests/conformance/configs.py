"""Hard inputs for olddefconfig: what conf wrote, and what people do to it.

A ``.config`` of ``conf --randconfig`` is halved, flipped, shuffled and
sprinkled with lines that are wrong in every way that conf's reader knows.
The same seed gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

from attrs import frozen

from kresolve import Tree
from kresolve.kconfig.model import Model
from kresolve.kconfig.values import Type
from kresolve.sources.oracle import Oracle, OracleResult
from tests.replaying import replaying as replaying_oracle

#: KCONFIG_PROBABILITY: y or m; y:m; y of a bool, y:m of a tristate.
PROBABILITIES: Final = ("50", "5", "95", "10:20", "60:30", "30:10:70", "90:5:5", "10:70:20")

#: What a hard input may hold; each is the name of a trick in :data:`_TRICKS`
#: or of a step of :func:`harden`.
CONSTRUCTS: Final = frozenset(
    {
        *("dropped", "flipped", "shuffled", "crlf", "no final newline"),
        *("repeated", "number out of range", "huge number", "misspelled number"),
        *("hex without 0x", "text", "text not quoted", "unfinished text", "invalid value"),
        *("long value", "empty value", "spaces", "unknown symbol", "no equals sign"),
        *("loose is not set", "prose", "odd bytes", "choice repeated"),
    }
)

_ASSIGNMENT: Final = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)|# CONFIG_([A-Za-z0-9_]+) is not set")


@frozen
class HardConfig:
    """An input, and which constructs were put into it."""

    data: bytes
    constructs: frozenset[str]


def random_config(oracle: Oracle, seed: int) -> OracleResult:
    """What conf's own randconfig writes for a seed, at one of several densities."""
    extra = {
        "KCONFIG_SEED": str(seed),
        "KCONFIG_PROBABILITY": PROBABILITIES[seed % len(PROBABILITIES)],
    }
    return oracle.run("randconfig", extra=extra)


def hard_config(tree: Tree, seed: int) -> HardConfig:
    """A hard input of a seed: :func:`random_config`, hardened."""
    return harden(random_config(replaying(tree), seed).config, tree.model, seed)


def replaying(tree: Tree) -> Oracle:
    """The tree's conf, which asks the toolchain once and then remembers."""
    return replaying_oracle(tree.oracle)


def harden(config: str, model: Model, seed: int) -> HardConfig:
    """Drop half of a ``.config``'s lines, flip some, add wrong ones, shuffle."""
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    constructs = {"dropped", "flipped"}
    lines = [line for line in config.splitlines() if _ASSIGNMENT.fullmatch(line)]
    lines = random.sample(lines, len(lines) // 2)
    for place in random.sample(range(len(lines)), len(lines) // 10):
        lines[place] = _flipped(lines[place], model, random)
    for name in random.sample(sorted(_TRICKS), len(_TRICKS) // 2):
        constructs.add(name)
        lines += _TRICKS[name](_Material(model, lines), random)
    if random.random() < 0.5:
        constructs.add("shuffled")
        random.shuffle(lines)
    else:
        rank = {name: place for place, name in enumerate(model.symbols)}
        lines.sort(key=lambda line: rank.get(_name(line), 0))
    end = "\n"
    if seed % 3 == 0:
        constructs.add("crlf")
        end = "\r\n"
    text = end.join(lines)
    if seed % 4 == 1:
        constructs.add("no final newline")
    else:
        text += end
    return HardConfig(text.encode("utf-8", "surrogateescape"), frozenset(constructs))


@frozen
class _Material:
    """What a trick has to work with."""

    model: Model
    lines: list[str]

    def of_type(self, *types: Type) -> list[str]:
        """The symbols of some types that have a prompt."""
        return [
            name
            for name, symbol in self.model.symbols.items()
            if symbol.type in types and self.model.has_prompt(symbol)
        ]

    def some(self, random: Random, count: int, *types: Type) -> Iterator[str]:
        """A few names of symbols of some types."""
        names = self.of_type(*types)
        yield from random.sample(names, min(count, len(names)))


def _name(line: str) -> str:
    found = _ASSIGNMENT.fullmatch(line)
    return (found[1] or found[3]) if found else ""


def _flipped(line: str, model: Model, random: Random) -> str:
    """Another y, m or n for a symbol (m for a bool too, which conf refuses)."""
    name = _name(line)
    symbol = model.symbols.get(name)
    if symbol is None or not symbol.is_bool_or_tristate:
        return line
    value = random.choice("ymn")
    return f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"


_LOGICAL: Final = (Type.BOOL, Type.TRISTATE)


def _repeated(material: _Material, random: Random) -> Iterator[str]:
    for line in random.sample(material.lines, 20):
        yield _flipped(line, material.model, random)


def _out_of_range(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 40, Type.INT):
        yield f"CONFIG_{name}={random.choice((-1, 0, 1, 7, 63, 8193, 1 << 20, -(1 << 20)))}"
    for name in material.some(random, 15, Type.HEX):
        yield f"CONFIG_{name}={hex(random.choice((0, 1, 0xFFF, 1 << 20, 1 << 40)))}"


def _huge(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 10, Type.INT):
        yield f"CONFIG_{name}={random.choice(('', '-'))}{1 << random.choice((31, 32, 63, 64, 80))}"
    for name in material.some(random, 5, Type.HEX):
        yield f"CONFIG_{name}={hex(1 << random.choice((31, 32, 63, 64, 80)))}"


def _misspelled(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 20, Type.INT):
        yield f"CONFIG_{name}={random.choice(('010', '0x10', '+5', '5k', '--5', '1 ', '-', '-0'))}"
    for name in material.some(random, 8, Type.HEX):
        yield f"CONFIG_{name}={random.choice(('0x', '0xg', '-0x1', 'x10', '0x1 ', '1h'))}"


def _bare_hex(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 10, Type.HEX):
        yield f"CONFIG_{name}={random.choice(('10', 'ff', 'FFFF0000', '0XaB', '00', '0x00010'))}"


def _text(material: _Material, random: Random) -> Iterator[str]:
    words = (r'"a\"b\\c"', '""', '"a" b', r'"\n"', '"$(srctree)"', '"# no"', '"ü"', '"y"', '"=y"')
    for name in material.some(random, 15, Type.STRING):
        yield f"CONFIG_{name}={random.choice(words)}"


def _bare_text(material: _Material, random: Random) -> Iterator[str]:
    words = ("bare", "y", "5", 'a"b"')
    for name in material.some(random, 8, Type.STRING):
        yield f"CONFIG_{name}={random.choice(words)}"


def _unfinished_text(material: _Material, random: Random) -> Iterator[str]:
    words = ('"no end', '"', r'"\"', '"a\\')
    for name in material.some(random, 5, Type.STRING):
        yield f"CONFIG_{name}={random.choice(words)}"


def _invalid(material: _Material, random: Random) -> Iterator[str]:
    words = ("Y", "N", "M", '"y"', "1", "0", "true", " y", "?")
    for name in material.some(random, 40, *_LOGICAL):
        yield f"CONFIG_{name}={random.choice(words)}"


def _long_value(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 30, *_LOGICAL):
        yield f"CONFIG_{name}={random.choice(('yes', 'no', 'module', 'y ', 'n#', 'm=y', 'yn'))}"
    for name in material.some(random, 1, Type.STRING):
        yield f'CONFIG_{name}="{"long " * 2000}"'


def _empty(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 10, *_LOGICAL, Type.INT, Type.HEX, Type.STRING):
        yield f"CONFIG_{name}="


def _spaces(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 10, *_LOGICAL):
        yield random.choice(
            (f" CONFIG_{name}=y", f"CONFIG_{name} = y", f"\tCONFIG_{name}=y", f"CONFIG_{name} =y")
        )


def _unknown(material: _Material, random: Random) -> Iterator[str]:
    yield "CONFIG_NOT_IN_ANY_KERNEL=y"
    yield "CONFIG_not_in_any_kernel=5"
    yield "# CONFIG_NOT_IN_ANY_KERNEL_EITHER is not set"
    yield "CONFIG_=y"
    yield "CONFIG_BETA-GAMMA=m"
    for name in material.some(random, 3, *_LOGICAL):
        yield f"CONFIG_{name.lower()}_=y"


def _no_equals(material: _Material, random: Random) -> Iterator[str]:
    for name in material.some(random, 6, *_LOGICAL):
        yield random.choice((f"CONFIG_{name}", f"CONFIG_{name} y", f"CONFIG_{name}:y"))


def _loose_unset(material: _Material, random: Random) -> Iterator[str]:
    forms = (
        "# CONFIG_{} is not set ",
        "# CONFIG_{} is not set, is it?",
        "#CONFIG_{} is not set",
        "#  CONFIG_{} is not set",
        "# CONFIG_{}  is not set",
        "# CONFIG_{} is not",
        "# CONFIG_{}",
        "## CONFIG_{} is not set",
        "# CONFIG_{}=y is not set",
    )
    for name in material.some(random, 40, *_LOGICAL):
        yield random.choice(forms).format(name)
    for name in material.some(random, 5, Type.INT, Type.HEX, Type.STRING):
        yield f"# CONFIG_{name} is not set"


def _prose(material: _Material, random: Random) -> Iterator[str]:
    yield from ("", "# a comment", "export CONFIG_NET=y", "y", "=", "CONFIG", "config NET", "#")


def _odd_bytes(material: _Material, random: Random) -> Iterator[str]:
    yield "# \udcff\udcfe"
    yield "CONFIG_\udcffX=y"
    for name in material.some(random, 2, Type.STRING):
        yield f'CONFIG_{name}="\udcffa\x01b\x0cc"'
    for name in material.some(random, 4, *_LOGICAL):
        yield random.choice((f"CONFIG_{name}=y\x0c", f"CONFIG_{name}=\x0b", f"CONFIG_{name}=y\rn"))


def _choices(material: _Material, random: Random) -> Iterator[str]:
    choices = material.model.choices
    for choice in random.sample(choices, min(30, len(choices))):
        for name in random.choices(choice.members, k=random.randint(1, 4)):
            yield random.choice((f"CONFIG_{name}=y", f"# CONFIG_{name} is not set"))


_TRICKS: Final[Mapping[str, Callable[[_Material, Random], Iterator[str]]]] = {
    "repeated": _repeated,
    "number out of range": _out_of_range,
    "huge number": _huge,
    "misspelled number": _misspelled,
    "hex without 0x": _bare_hex,
    "text": _text,
    "text not quoted": _bare_text,
    "unfinished text": _unfinished_text,
    "invalid value": _invalid,
    "long value": _long_value,
    "empty value": _empty,
    "spaces": _spaces,
    "unknown symbol": _unknown,
    "no equals sign": _no_equals,
    "loose is not set": _loose_unset,
    "prose": _prose,
    "odd bytes": _odd_bytes,
    "choice repeated": _choices,
}
