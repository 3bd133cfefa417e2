"""Comparisons on made-up inputs and on bases: with conf and make, and with the clauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kresolve.dotconfig.lines import fragment_text, parse_lines
from kresolve.evaluator import ConfMode, evaluate
from kresolve.sources.cache import safe_name
from kresolve.sources.oracle import make_target
from tests.conformance import configs, fragments
from tests.conformance.comparison import Comparison, as_bytes, first_difference
from tests.conformance.matrix import AT_ONCE, MADE_BY_MAKE, Kind

#: One input in so many is finished with allnoconfig.
_FINISHED_WITH_ALLNOCONFIG: Final = 4


def _random(work: Comparison) -> None:
    """Hard inputs made of one randconfig: the same bytes from conf and from kresolve."""
    seed = work.task.seed
    start = work.timed(configs.random_config(work.oracle, seed))
    for number in range(AT_ONCE):
        data = configs.harden(start, work.tree.model, seed + number).data
        index = AT_ONCE * int(work.task.which) + number
        last = index % _FINISHED_WITH_ALLNOCONFIG == _FINISHED_WITH_ALLNOCONFIG - 1
        mode: ConfMode = "allnoconfig" if last else "olddefconfig"
        text = data.decode("utf-8", "surrogateescape")
        theirs = (
            work.conf("allnoconfig", None, allconfig=text)
            if last
            else work.conf("olddefconfig", text)
        )
        if index == 0:
            plain = work.timed(work.tree.oracle.run("olddefconfig", text))
            if plain != theirs:  # not counted: it is conf against itself
                work.differs("0 remembered", first_difference(plain, theirs), {"input": data})
        path = work.folder / f".{safe_name(str(work.task))}.input"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        try:
            mine = work.tree.olddefconfig(path, mode=mode).text()
        finally:
            path.unlink()
        work.same(f"{number} {mode}", theirs, mine, {"input.config": data})


def _base(work: Comparison) -> None:
    """A base: the lines and the bytes of what conf writes, or make for what is no mode of conf."""
    tree, name = work.tree, work.task.which
    base, _, fragment = name.partition(" + ")
    if fragment:
        _with_fragment(work, base, fragment)
        return
    if name in MADE_BY_MAKE:
        assert tree.source is not None
        theirs = work.timed(make_target(tree.source, name, arch=tree.info.arch))
        mine = tree.olddefconfig(tree.base(name).lines).text()
    else:
        theirs = work.conf(name)
        mine = evaluate(tree.model, None, name).text()  # type: ignore[arg-type]
    work.same(name, theirs, mine, {})
    work.same_lines(name, theirs, tree.base(name).lines)


def _with_fragment(work: Comparison, base: str, fragment: str) -> None:
    """A base with a fragment of the tree on top, as ``make NAME.config`` makes it."""
    tree = work.tree
    assert tree.source is not None
    start = tree.olddefconfig(tree.base(base).lines).text()
    theirs = work.timed(make_target(tree.source, fragment, arch=tree.info.arch, config=start))
    mine = tree.olddefconfig(tree.target(base, [fragment]).lines).text()
    work.same(fragment, theirs, mine, {"input.config": as_bytes(start)})


def _savedefconfig(work: Comparison) -> None:
    """The minimal config of a small and of a large hard input."""
    starts: tuple[ConfMode, ...] = ("alldefconfig", "allmodconfig")
    for start in starts:
        config = evaluate(work.tree.model, None, start).text()
        data = configs.harden(config, work.tree.model, work.task.seed).data
        text = data.decode("utf-8", "surrogateescape")
        theirs = work.conf("savedefconfig", text)
        lines, _ = parse_lines(text, "input", exact_unset=work.tree.model.dialect.exact_unset)
        work.same(start, theirs, work.tree.savedefconfig(lines), {"input.config": data})


def _clauses(work: Comparison) -> None:
    """On fragments that share an encoding, every symbol has the value that clauses give it."""
    for number, one in enumerate(fragments.compared(work.tree.model, work.task.seed, AT_ONCE)):
        work.count += 1
        if one.differences:
            files = {
                "input.config": as_bytes(fragment_text(one.lines)),
                "differences.txt": as_bytes("\n".join(one.differences) + "\n"),
            }
            first = one.differences[0]
            work.differs(str(number), f"{first} ({len(one.differences)} in all)", files)


#: What is done for a kind of task.
KINDS: Final[Mapping[Kind, Callable[[Comparison], None]]] = {
    "random": _random,
    "clauses": _clauses,
    "base": _base,
    "savedefconfig": _savedefconfig,
}
