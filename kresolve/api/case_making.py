"""Make a case of a real question: take in what it names, shrink it, write it down."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from kresolve.api.bases import find_fragments, running_config
from kresolve.api.case_file import SECTIONS, Case
from kresolve.api.case_question import (
    FILES,
    Answer,
    CaseQuestion,
    answer_text,
    answered,
    ask,
    is_defconfig,
    listed,
    without_places,
)
from kresolve.api.case_shrinking import Shrinker
from kresolve.api.tree import Tree
from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import fragment_text, quote
from kresolve.errors import DisagreementError, RequestError, ToolError, TreeError
from kresolve.fragments.check_items import KernelId, check_items
from kresolve.fragments.checking import kernel_of
from kresolve.kconfig.dialect import GENERATIONS, VERSIONS
from kresolve.kconfig.kconfig_text import kconfig_text
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.planner import Alternative, Term, Want
from kresolve.planner.profiles import find_profile, own_profiles
from kresolve.planner.target import ANY
from kresolve.progress import SILENT, Progress
from kresolve.sources.kconfig_file import conf_on_kconfig, parse_kconfig

#: Bases that a model alone can make.
_OF_THE_MODEL: Final = frozenset(
    {ANY, "empty", "allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig"}
)
#: What else a command can be asked for, and a case cannot hold.
_NOT_IN_A_CASE: Final = ("kata", "fix", "each")
_TOOLCHAIN: Final = ("cross_compile", "llvm", "shell")
_TREES: Final = ("tree", "old", "new")


@frozen
class MadeCase:
    """A case, and what is to be said beside it.

    ``other`` is what the answer says in the tree and not in the case, None if there is nothing;
    ``agreed`` whether conf confirmed what the evaluator makes of the lines, None if it was not
    asked.
    """

    case: Case
    other: str | None = None
    agreed: bool | None = None
    #: Why conf was not asked.
    note: str = ""


class CaseMaker:
    """Makes a case of a parsed command line: its command, and its options by name."""

    def __init__(
        self, command: str, options: Mapping[str, Any], progress: Progress = SILENT
    ) -> None:
        """Load the trees and read the files.

        Raises KresolveError if the question is wrong, or no case can hold it; the command is
        one of :data:`kresolve.api.case_question.COMMANDS`.
        """
        for name in _NOT_IN_A_CASE:
            if options.get(name):
                raise RequestError(f"--{name}: no case can hold it; ask without it")
        self.progress = progress
        self.trees = [
            Tree.load(
                tree,
                arch=arch,
                **{name: options[name] for name in _TOOLCHAIN if options.get(name) is not None},
                progress=progress,
            )
            for name in _TREES
            for tree in (listed(options.get(name)) or _default_tree(name, command))
            for arch in (listed(options.get("arch")) or [None])
        ]
        self.files: dict[str, str] = {}
        #: The files of the case by their paths here.
        self.names: dict[str, str] = {}
        options = {**options, **self._requests(command, options)}
        models = [tree.model for tree in self.trees]
        real = CaseQuestion.of(command, options, models, {})
        self.real: Answer = answered(real, self.trees, Path())[0]
        held = {**options, **self._held(real)}
        if self.real[0][0] != DisagreementError.__name__:
            held.pop("verify", None)
        self.question = CaseQuestion.of(command, held, [_alone(m) for m in models], self.files)
        self.oracle = self.trees[-1].oracle if self._may_run_conf() else None
        self.whole: Answer = ask(self.question, self.oracle)[0]
        self.shrinker = Shrinker(self.question, self.whole, oracle=self.oracle, progress=progress)

    def shrink(self) -> None:
        """Leave out what the answer does not lean on; may be interrupted at any time."""
        self.shrinker.run()

    def made(self, version: str) -> MadeCase:
        """The case of the smallest question so far, read again to be sure.

        ``version`` is kresolve's.  Raises DisagreementError if it has another answer then.
        """
        best = self.shrinker.best
        sections: dict[str, str] = {}
        suffix = ""
        for number, model in enumerate(best.trees, start=1):
            suffix = f".{number}" if number > 1 else ""
            sections[f"Kconfig{suffix}"] = kconfig_text(model)
            sections[f"dialects{suffix}"] = _generation(self.trees[number - 1].model)
        sections |= best.files
        sections["command"] = shlex.join(best.words)
        sections["answer"] = answer_text(self.whole)
        kernels = " and ".join(dict.fromkeys(str(tree.info) for tree in self.trees))
        promise = (
            f"From kresolve {version}{f' on {kernels}' if kernels else ''}.  In place of this "
            "line, say what the answer should be, and why."
        )
        first = sections.get("dialects", "6.12")
        case = evolve(Case.parse("case", str(Case("case", promise, sections))), dialect=first)
        question = read_question(case, best.arguments)
        answer, lines = ask(question, self.oracle)
        if without_places(answer) != without_places(self.whole):
            raise DisagreementError(
                "the case has another answer when it is read again: a bug in kresolve; "
                "please report it"
            )
        sections["answer"] = answer_text(answer)
        made = MadeCase(case, self._lost())
        if self.oracle is None or not question.trees:
            return evolve(made, case=evolve(case, sections=sections), note="no conf is at hand")
        text, given = sections["Kconfig" + suffix], fragment_text(lines)
        try:
            theirs = config_lines(conf_on_kconfig(self.oracle, text, question.mode, given))
        except (ToolError, TreeError) as error:
            return evolve(made, case=evolve(case, sections=sections), note=str(error))
        sections["after"] = "".join(f"{line}\n" for line in theirs)
        agreed = config_lines(question.evaluated(lines)) == theirs
        return evolve(made, case=evolve(case, sections=sections), agreed=agreed)

    def _lost(self) -> str | None:
        """A fact that the answer has in the tree and not in the case."""
        theirs = [self._with_names(fact) for fact, _ in self.real]
        mine = [fact for fact, _ in self.whole]
        return None if theirs == mine else next((f for f in theirs if f not in mine), theirs[0])

    def _with_names(self, fact: str) -> str:
        for path, name in self.names.items():
            fact = fact.replace(path, name)
        return fact

    def _may_run_conf(self) -> bool:
        return bool(self.trees) and self.trees[-1].source is not None and self.trees[-1].shell

    def _requests(self, command: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Profiles and fragments that are requested, as the options that they ask for."""
        if "request" not in options:
            return {}
        own = own_profiles(listed(options.get("profile")))
        kernel = KernelId()
        if self.trees:
            kernel = KernelId(self.trees[0].info.version, self.trees[0].info.arch)
        elif options.get("config") not in (None, "running"):
            kernel = kernel_of(read_config(Path(options["config"])))
        found: list[str] = []
        for text in options["request"]:
            name = text.partition(":")[0].strip()
            if text.startswith("@") or find_profile(name, own) is not None:
                items = check_items([text], kernel, own)
                found += [_typed(item.alternatives) for item in items if item.required]
            else:
                found.append(text)
        return {"request": found}

    def _held(self, question: CaseQuestion) -> dict[str, Any]:
        """The options with names of files that the case has, whose texts are taken in."""
        held: dict[str, Any] = {}
        for name in FILES:
            if name in question.arguments:
                paths = [Path(each) for each in listed(question.arguments[name])]
                if name == "fragment":
                    paths = [path for each in paths for path in self._fragments(each)]
                if name == "config" and str(paths[0]) == "running":
                    paths = [running_config()]
                names = [self._take(path) for path in paths]
                held[name] = names[0] if name == "config" else names
        bases = [] if "config" in question.arguments else question.bases
        named = [base if base in _OF_THE_MODEL else self._base(base) for base in bases]
        if named:
            held["base"] = named if question.command == "plan" else named[0]
        return held

    def _fragments(self, path: Path) -> Sequence[Path]:
        tree = self.trees[0]
        return find_fragments(tree.model, tree.source, path)

    def _base(self, base: str) -> str:
        """The name under which a base is in the case."""
        path = Path(base)
        if path.is_file():
            return self._take(path, ".config" if is_defconfig(path.name) else "")
        for number, tree in enumerate(self.trees, start=1):
            text = fragment_text(line for line in tree.base(base).lines if not line.by_default)
            self.files[f"{base}.{number}" if number > 1 else base] = text
        return base

    def _take(self, path: Path, suffix: str = "") -> str:
        """Take in a file; its name, with a letter before it where that is taken."""
        name, text = f"{path.name}{suffix}", read_config(path)
        while self.files.get(name, text) != text or name in SECTIONS:
            name = f"x{name}"
        self.files[name] = text
        self.names[str(path)] = name
        return name


def read_question(
    case: Case,
    options: Mapping[str, Any],
    load: Callable[[str, str], Model] | None = None,
) -> CaseQuestion:
    """The question in a case, whose command is parsed to options by name.

    ``load`` makes a model of a Kconfig file's text, by the rules of a generation of kernels.
    """
    trees = [(load or _load)(text, dialect) for text, dialect in case.kconfigs]
    return CaseQuestion.of(case.command[0], options, trees, case.files)


def config_lines(config: str) -> list[str]:
    """The lines of a ``.config`` that say something about a symbol."""
    return [
        line
        for line in config.splitlines()
        if line.startswith("CONFIG_") or line.endswith(" is not set")
    ]


def _load(text: str, dialect: str) -> Model:
    return parse_kconfig(text, _info(dialect), GENERATIONS[dialect])


def _info(dialect: str) -> TreeInfo:
    """What a case says of its tree."""
    return TreeInfo(VERSIONS[dialect], "toy", "toy", "toy")


def _alone(model: Model) -> Model:
    """A model without anything that a Kconfig file does not say."""
    info = _info(_generation(model))
    return evolve(model, info=info, title="Main menu", warnings=(), files=("Kconfig",))


def _default_tree(name: str, command: str) -> list[None]:
    """Where no tree is named, the one of the current directory; check asks none."""
    return [None] if name == "tree" and command not in ("check", "migrate") else []


def _generation(model: Model) -> str:
    """The generation of kernels whose rules a model follows."""
    same = [name for name, rules in GENERATIONS.items() if rules == model.dialect] or ["6.12"]
    is_newest = any(symbol.transitional for symbol in model.symbols.values())
    return same[-1] if is_newest else same[0]


def _typed(alternatives: Sequence[Alternative]) -> str:
    """Alternatives as one types them."""
    return "|".join(
        " & ".join(str(_term(want)) for want in alternative.wants) for alternative in alternatives
    )


def _term(want: Want) -> Term:
    value = "|".join(want.accept)
    if any(not text.isalnum() for text in want.accept):
        value = quote(want.accept[0])
    return Term(want.symbol, value, None if want.condition is None else _term(want.condition))
