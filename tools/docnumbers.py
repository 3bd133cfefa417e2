"""The numbers that sentences of the documentation quote, computed anew.

``make docs-output`` puts them in the place of those that stand there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from kresolve import Plan, Tree, plan
from kresolve.dotconfig.files import write_whole
from kresolve.dotconfig.lines import Line

ROOT: Final = Path(__file__).parents[1]

#: CRIU on Linux 6.12 is what is quoted; these are the kernels of the portable fragment.
_KERNELS: Final = ("debian:6.1", "debian:6.12", "debian:7.3@trixie-backports")
_ARCHITECTURES: Final = ("x86_64", "arm64", "s390")


@cache
def _tree() -> Tree:
    return Tree.load("debian:6.12", arch="x86_64")


@cache
def _plan(base: str, objective: str = "default") -> Plan:
    return _tree().plan("criu", base=base, objective=objective)


def _asked() -> int:
    return len(_plan("allnoconfig").request)


def _kept() -> int:
    """How many of the options survive when just they are appended to allnoconfig."""
    asked = _plan("allnoconfig").request
    lines = [Line(want.symbol, want.accept[0]) for request in asked for want in request.wants]
    config = _tree().olddefconfig([*_tree().base("allnoconfig").lines, *lines])
    return sum(request.holds(config.shown) for request in asked)


def _portable() -> int:
    """The lines for every base of several kernels and architectures."""
    trees = [Tree.load(kernel, arch=arch) for kernel in _KERNELS for arch in _ARCHITECTURES]
    return len(plan("criu", tree=trees, base="any", timeout=1800).lines)


def _configs() -> int:
    """The random configs of each kernel that the last conformance run has in its table."""
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d[\d.]+) \| \w+ \| (\d+) \|", text, re.MULTILINE)
    each = {kernel: sum(int(n) for k, n in rows if k == kernel) for kernel, _ in rows}
    return min(each.values())


#: Each number by the name that it has in the sentences.
NUMBERS: Final[Mapping[str, Callable[[], int]]] = {
    "asked": _asked,
    "kept": _kept,
    "lines": lambda: len(_plan("allnoconfig").lines),
    "fewest": lambda: len(_plan("allnoconfig", "lines").lines),
    "any": lambda: len(_plan("any").lines),
    "portable": _portable,
    "configs": _configs,
    "nodes": lambda: _tree().graph().number_of_nodes(),
    "edges": lambda: _tree().graph().number_of_edges(),
}
#: Those that take minutes.
SLOW: Final = frozenset({"any", "portable"})


@frozen
class Claim:
    """A sentence, or a part of one, with the names of numbers in it."""

    page: str
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers that it quotes."""
        return tuple(re.findall(r"{(\w+)}", self.text))

    def told(self) -> str:
        """The sentence as it is true today."""
        return re.sub(r"{(\w+)}", lambda found: f"{NUMBERS[found[1]]():,}", self.text)

    def pattern(self) -> re.Pattern[str]:
        """What finds it on its page, with whatever numbers, and however its lines are broken."""
        words = (re.sub(r"\\{\w+\\}", r"([\\d,]+)", re.escape(w)) for w in self.text.split())
        return re.compile(r"\s+".join(words))


CLAIMS: Final = (
    Claim(
        "README.md",
        "Put CRIU's {asked} options on top of `allnoconfig`, and `make olddefconfig` keeps {kept}",
    ),
    Claim(
        "README.md",
        "CRIU's {asked} options need {any} lines to survive on whatever `.config` of 6.12, x86_64,",
    ),
    Claim("README.md", "against `conf` on {configs} random configs of each of four kernels"),
    Claim("README.md", "and {portable} lines do on every base of 6.1, 6.12 and 7.3 for"),
    Claim(
        "docs/decisions/0003-objective.md", "{lines} instead of {fewest} for CRIU's {asked} options"
    ),
    Claim("docs/decisions/0004-every-base.md", "of the bare {asked} options of CRIU"),
    Claim("docs/decisions/0004-every-base.md", "for CRIU's {asked} options on 6.12, x86_64"),
    Claim("docs/reference.md", "for x86_64 has {nodes} nodes and {edges} edges"),
)


def fault(claim: Claim) -> str:
    """What is wrong with a sentence of a page; empty if nothing is."""
    text = " ".join((ROOT / claim.page).read_text(encoding="utf-8").split())
    told = claim.told()
    return "" if told in text else f"{claim.page} does not say: {told}"


def main(claims: Iterable[Claim] = CLAIMS) -> None:
    """Write the numbers of today into the pages."""
    for claim in claims:
        page = ROOT / claim.page
        text = page.read_text(encoding="utf-8")
        found = claim.pattern().search(text)
        if found is None:
            raise ValueError(f"{claim.page} has no sentence like this: {claim.text}")
        for number in range(len(claim.names), 0, -1):
            start, end = found.span(number)
            text = f"{text[:start]}{NUMBERS[claim.names[number - 1]]():,}{text[end:]}"
        write_whole(page, text)
        sys.stdout.write(f"{claim.told()}\n")


if __name__ == "__main__":
    main()
