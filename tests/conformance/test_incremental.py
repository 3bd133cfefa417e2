"""Evaluation from what changed on real trees: the same as that of the whole."""

from __future__ import annotations

from random import Random

import pytest

from kresolve.dotconfig.lines import Line, parse_lines, spell
from kresolve.evaluator import evaluate
from kresolve.kconfig.model import Model
from kresolve.kconfig.values import Type
from tests.conformance.configs import harden
from tests.conformance.conftest import cached_tree
from tests.conformance.matrix import TREES
from tests.conformance.test_every_tree import OTHERS
from tests.sameresult import everything

pytestmark = pytest.mark.tree

#: Values that lines give, in range and out of it.
VALUES = {
    Type.BOOL: ("y", "y", "n"),
    Type.TRISTATE: ("y", "m", "m", "n"),
    Type.INT: ("0", "1", "17", "64", "8192", "1000000000"),
    Type.HEX: ("0x0", "0x1", "0x1000", "0x1000000", "0x10000000000"),
    Type.STRING: ("", "x", "some words"),
}


def random_lines(model: Model, random: Random) -> list[Line]:
    """Some lines for what takes them, members of choices and numbers more often than others."""
    takes = [s for s in model.symbols.values() if model.is_assignable(s) and s.type in VALUES]
    members = [s for s in takes if s.choice is not None]
    others = [s for s in takes if not s.is_bool_or_tristate]
    lines = []
    for _ in range(random.choice((1, 1, 2, 5, 20, 60))):
        symbol = random.choice(random.choice((takes, takes, takes, members, others)))
        lines.append(Line(symbol.name, spell(symbol.type, random.choice(VALUES[symbol.type]))))
    if random.random() < 0.1 and model.modules is not None:
        lines.append(Line(model.modules, random.choice("yn")))
    return lines


@pytest.mark.parametrize(
    ("name", "arch", "base"),
    [
        *((name, "x86_64", base) for name in TREES for base in ("allnoconfig", "defconfig")),
        *((name, arch, "allmodconfig") for name, arch in OTHERS.items()),
    ],
)
def test_random_lines_on_every_kernel(name: str, arch: str, base: str) -> None:
    """Random lines on a base, more after them, and a whole ``.config`` instead of both."""
    tree = cached_tree(name, arch)
    model, lines = tree.model, tree.base(base).lines
    random = Random(f"{name} {arch} {base}")  # noqa: S311 - nobody has to guess it
    start = last = evaluate(model, lines)
    said = [*lines]
    for _ in range(3):
        some = random_lines(model, random)
        said += some
        last = last.with_lines(some)
        assert everything(last) == everything(evaluate(model, said))
        alone = start.with_lines(some)
        assert everything(alone) == everything(evaluate(model, [*lines, *some]))
        assert alone.evaluation.calculated < len(model.order)
    hard = harden(start.text(), model, random.randrange(100)).data
    text = hard.decode("utf-8", "surrogateescape")
    other, _ = parse_lines(text, "hard", exact_unset=model.dialect.exact_unset)
    assert everything(evaluate(model, other, since=last)) == everything(evaluate(model, other))
