"""The question of a case: a command, trees, and the files that it names."""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from kresolve.api.bases import Base, made_of_defconfig
from kresolve.api.exploring import explain
from kresolve.api.fragments import check, lint, migrate
from kresolve.api.planning import plan
from kresolve.api.tree import Tree
from kresolve.dotconfig.lines import Line, fragment_text, parse_lines
from kresolve.errors import DisagreementError, KresolveError, TreeError
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.fragments.checking import Check
from kresolve.fragments.findings import Lint
from kresolve.fragments.migrating import Migration
from kresolve.kconfig.kconfig_text import kconfig_text
from kresolve.kconfig.model import Model
from kresolve.planner import Plan, parse_request
from kresolve.planner.target import ANY
from kresolve.rendering.explanation import Explanation
from kresolve.sources.kconfig_file import conf_on_kconfig
from kresolve.sources.oracle import Oracle

#: Facts, each with its reason.
Answer: TypeAlias = tuple[tuple[str, str], ...]

#: The commands, each with the name of its words that stand without an option.
COMMANDS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "plan": ("request", plan),
    "check": ("request", check),
    "explain": ("symbol", explain),
    "lint": ("files", lint),
    "migrate": ("files", migrate),
}

#: What a case says by sections of its own, and what no answer depends on.
_LEFT_OUT: Final = frozenset(
    {
        *("tree", "old", "new", "arch", "cross_compile", "llvm", "shell", "targets"),
        *("timeout", "progress", "profile", "alternatives", "known", "whitelist"),
    }
)
#: The fact of which the parts of a conflict are the reasons.
CONFLICT: Final = "conflict"
#: The options that name files.
FILES: Final = ("files", "config", "fragment")
#: The options that switch something off.
_WITHOUT: Final = {"change": "--no-change", "advise": "--no-advice"}
#: Seconds for each answer.
_PATIENCE: Final = 30.0
#: A place in a file, or in the .config of a disagreement.
_PLACE: Final = re.compile(r"[\w./+-]+:\d+|\bline \d+")


@frozen
class CaseQuestion:
    """What is asked: nothing of it is outside of this object.

    ``arguments`` are the options by name, as the command line has them; ``files`` the texts
    of all that they name, with ``.2`` behind the name for the base of the second of ``trees``.
    """

    command: str
    arguments: Mapping[str, Any]
    trees: tuple[Model, ...]
    files: Mapping[str, str]

    @classmethod
    def of(
        cls,
        command: str,
        options: Mapping[str, Any],
        trees: Sequence[Model],
        files: Mapping[str, str],
    ) -> CaseQuestion:
        """The question of a parsed command line: only the options that say something count."""
        positional, function = COMMANDS[command]
        defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(function).parameters.items()
            if name not in _LEFT_OUT
        }
        arguments = {
            name: value
            for name, value in options.items()
            if name == positional or (name in defaults and value not in (None, [], defaults[name]))
        }
        return cls(command, arguments, tuple(trees), dict(files))

    @property
    def words(self) -> list[str]:
        """The command line behind ``kresolve``."""
        positional, _ = COMMANDS[self.command]
        found = [self.command, *map(str, listed(self.arguments[positional]))]
        trees = ["Kconfig", *(f"Kconfig.{n}" for n in range(2, len(self.trees) + 1))]
        if self.command == "migrate":
            found += ["--from", "Kconfig", "--to", trees[-1]]
        elif len(trees) > 1 or (self.command == "check" and self.trees):
            found += [word for tree in trees for word in ("--tree", tree)]
        for name, value in self.arguments.items():
            option = f"--{name.replace('_', '-')}"
            if name == positional:
                continue
            if isinstance(value, bool):
                found.append(option if value else _WITHOUT[name])
            else:
                found += [word for each in listed(value) for word in (option, str(each))]
        return found

    @property
    def mode(self) -> ConfMode:
        """What is done with the lines."""
        mode: ConfMode = self.arguments.get("mode", "olddefconfig")
        return mode

    @property
    def bases(self) -> list[str]:
        """The bases by name; of ``explain`` and ``check``, the ``.config``."""
        config = self.arguments.get("config")
        named = self.arguments.get("base", "defconfig") if config is None else config
        return [str(name) for name in listed(named)]

    def base_files(self) -> list[str]:
        """The names of the files that are bases."""
        names = {name for base in self.bases for name in [base, *self._numbered(base)]}
        return [name for name in self.files if name in names]

    def _numbered(self, base: str) -> list[str]:
        return [f"{base}.{number}" for number in range(2, len(self.trees) + 1)]

    def case_trees(self, oracle: Oracle | None = None) -> list[CaseTree]:
        """The trees with their bases."""
        return [
            CaseTree(
                model,
                bases={
                    base: self.files.get(f"{base}.{number}", self.files.get(base))
                    for base in self.bases
                },
                program=oracle,
            )
            for number, model in enumerate(self.trees, start=1)
        ]

    def values(self, tree: CaseTree) -> Configuration:
        """What the options of a tree are on the first base; of any, on the empty one."""
        (base, *_) = self.bases
        lines = () if base == ANY else tree.base(base).lines
        return evaluate(tree.model, lines, self.mode)

    def evaluated(self, lines: Sequence[Line]) -> str:
        """The ``.config`` that the evaluator makes of lines in the last tree."""
        return evaluate(self.trees[-1], lines, self.mode).text()


@frozen(eq=False, repr=False)
class CaseTree(Tree):
    """The tree of a case: a model, and the bases that have a text of their own."""

    bases: Mapping[str, str | None] = field(factory=dict, kw_only=True)
    #: The conf of another tree, for what this one's Kconfig makes of lines.
    program: Oracle | None = field(default=None, kw_only=True)

    def base(self, base: str | Path = "defconfig") -> Base:
        """The base of that name, from the case if it has one."""
        name = str(base)
        text = self.bases.get(name, self.bases.get(Path(name).name))
        if text is None:
            return super().base(base)
        exact = self.model.dialect.exact_unset
        lines, bad = parse_lines(text, name, exact_unset=exact)
        if is_defconfig(name):
            lines = list(made_of_defconfig(self.model, lines))
        return Base(name, tuple(lines), tuple(bad))

    def conf(self, lines: Sequence[Line], mode: ConfMode = "olddefconfig") -> str:  # type: ignore[override]
        """The ``.config`` that conf makes of lines; TreeError without a conf."""
        if self.program is None:
            raise TreeError("no conf is at hand")
        text = kconfig_text(self.model)
        return conf_on_kconfig(self.program, text, mode, fragment_text(lines))


def is_defconfig(base: str) -> bool:
    """Does a base's file only say what is not so by default?"""
    return base.endswith("defconfig")


def ask(question: CaseQuestion, oracle: Oracle | None = None) -> tuple[Answer, list[Line]]:
    """The answer, and the lines that it is about in the last tree, for conf.

    Where kresolve itself fails, that is the answer.  Raises KresolveError for a question
    that is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="kresolve-case-") as scratch:
        place = Path(scratch)
        for name, text in question.files.items():
            (place / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        trees = question.case_trees(oracle)
        answer, lines = answered(question, trees, place)
    return tuple((fact, reason.replace(f"{place}/", "")) for fact, reason in answer), lines


def without_places(answer: Answer) -> Answer:
    """An answer without the places of Kconfig lines, which differ where the files do.

    The parts of a conflict are in the order of their places, so here they are sorted.
    """
    bare = [(_PLACE.sub("", fact), _PLACE.sub("", reason)) for fact, reason in answer]
    conflict = sorted(pair for pair in bare if pair[0] == CONFLICT)
    return (*(pair for pair in bare if pair[0] != CONFLICT), *conflict)


def answer_text(answer: Answer) -> str:
    """An answer as it stands in a case."""
    return "".join(f"{': '.join(filter(None, pair))}\n" for pair in answer)


def answered(
    question: CaseQuestion, trees: Sequence[Tree], place: Path
) -> tuple[Answer, list[Line]]:
    """What the public function says, with files from a directory; see :func:`ask`."""
    files = {
        name: [place / str(each) for each in listed(question.arguments[name])]
        for name in FILES
        if name in question.arguments
    }
    try:
        result = _ASKERS[question.command]({**question.arguments, **files}, trees)
    except DisagreementError as error:
        return (("DisagreementError", str(error)),), []
    except KresolveError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug is what a case is for
        return ((type(error).__name__, ""),), []
    return tuple(_facts(result)), list(_lines(question, files, trees, result))


def _plan(given: dict[str, Any], trees: Sequence[Tree]) -> Plan:
    bases = listed(given.pop("base", "defconfig"))
    targets: Any = [{"tree": tree, "base": base} for tree in trees for base in bases]
    return plan(given.pop("request"), targets=targets, timeout=_PATIENCE, **given)


def _check(given: dict[str, Any], trees: Sequence[Tree]) -> Check:
    (config,) = given.pop("config")
    return check(given.pop("request"), config=config, tree=trees[0] if trees else None, **given)


def _explain(given: dict[str, Any], trees: Sequence[Tree]) -> Explanation:
    (config,) = given.pop("config", [None])
    return explain(given.pop("symbol"), tree=trees[0], config=config, **given)


def _lint(given: dict[str, Any], trees: Sequence[Tree]) -> Lint:
    return lint(*given.pop("files"), tree=trees[0], timeout=_PATIENCE, **given)


def _migrate(given: dict[str, Any], trees: Sequence[Tree]) -> Migration:
    files = given.pop("files")
    return migrate(*files, old=trees[0], new=trees[-1], timeout=_PATIENCE, **given)


_ASKERS: Final[Mapping[str, Callable[[dict[str, Any], Sequence[Tree]], Any]]] = {
    "plan": _plan,
    "check": _check,
    "explain": _explain,
    "lint": _lint,
    "migrate": _migrate,
}


def _facts(result: Any) -> Iterator[tuple[str, str]]:
    """What a result says, without what depends on all of a tree."""
    match result:
        case Plan():
            yield from _plan_facts(result)
        case Explanation():
            yield result.sentence, ""
            if result.plan is not None:
                yield f"to make it {result.wanted}", ""
                yield from _plan_facts(result.plan)
        case Check():
            yield result.status, ""
            yield from ((f"{row.symbol} {row.state}", row.why) for row in result.rows)
            if result.plan is not None:
                yield from _plan_facts(result.plan)
        case Lint():
            yield result.status, ""
            for finding in result.findings:
                yield f"{finding.line}: {finding.rule}", finding.text
            yield from ((f"{bad.text}: invalid", bad.reason) for bad in result.invalid)
        case Migration():
            yield result.status, ""
            for step in result.steps:
                words = [step.message, *step.remarks]
                yield f"{step.line}: {step.fate}", "; ".join(filter(None, words))
            for text in result.texts.values():
                yield from (("new fragment", line) for line in text.splitlines())


def _plan_facts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield plan.status, ""
    yield from ((line.text, line.why) for line in plan.lines)
    for number, target in enumerate(plan.targets, start=1):
        where = f"target {number}: " if len(plan.targets) > 1 else ""
        yield from ((f"{where}{line.text}", line.why) for line in target.lines)
        yield from ((f"{where}{item} needs no line", item.why) for item in target.satisfied)
        yield from ((f"{where}{serving}", "") for serving in target.serving)
        yield from ((f"{where}{change.symbol} lost", "") for change in target.lost)
    if plan.conflict is not None:
        yield from ((CONFLICT, str(demand)) for demand in plan.conflict.demands)
        yield from ((CONFLICT, f"{at}: {rule}") for at, rule, _ in plan.conflict.kconfig_lines())


def _lines(
    question: CaseQuestion, files: Mapping[str, list[Path]], trees: Sequence[Tree], result: Any
) -> Iterator[Line]:
    """The base with all that the answer is about, in the last tree."""
    if not trees:
        return
    tree = trees[-1]
    start: str | Path = files["config"][0] if "config" in files else question.bases[-1]
    yield from () if start == ANY else tree.base(start).lines
    for path in (*files.get("fragment", ()), *files.get("files", ())):
        yield from tree.read(path)[0]
    if isinstance(result, Plan) and result.status == "planned":
        yield from result.assignments_in(-1)
    if isinstance(result, Explanation):
        name, value = parse_request(question.arguments["symbol"])
        yield from () if value is None else [Line(name, value)]


def listed(value: Any) -> list[Any]:
    """One value or several as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
