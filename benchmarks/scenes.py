"""What is measured: each function gives measurements for one table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from attrs import frozen

from benchmarks.measure import Measurement, Probe, middle, rounds, timed
from kresolve import Plan, Tree
from kresolve.dotconfig.lines import Line, fragment_text, spell
from kresolve.errors import TreeError
from kresolve.evaluator import Configuration, evaluate
from kresolve.kconfig.values import Type
from kresolve.sources.cache import cache_root
from kresolve.sources.environment import make_arguments
from kresolve.sources.programs import base_environment, run

#: Runs in a process of its own with nothing but trees in the cache.
_LOAD = """
import sys
from kresolve import Tree
Tree.load(sys.argv[1], arch=sys.argv[2])
"""

#: Plans once.
_PLAN = """
import sys
from kresolve import Tree
Tree.load(sys.argv[1], arch=sys.argv[2]).plan(*sys.argv[4:], base=sys.argv[3])
"""

Tell = Callable[[str], None]


@frozen(eq=False)
class Scene:
    """The tree, the cases, how many of them, and an object directory with conf in it."""

    tree: Tree
    name: str
    arch: str
    cases: Mapping[str, Any]
    size: Mapping[str, Any]
    objects: Path
    tell: Tell

    @property
    def count(self) -> int:
        """Rounds."""
        return int(self.size["rounds"])

    def conf(self, text: str) -> Probe:
        """One bare run of conf on a ``.config``."""
        return partial(_conf, self.tree, text)

    def make(self, text: str) -> Probe:
        """One ``make O=... olddefconfig``, conf being built already."""
        assert self.tree.source is not None
        makefile = self.tree.source.path / "Makefile"
        arguments = make_arguments(self.arch, None, llvm=False)

        def once() -> float:
            (self.objects / ".config").write_text(text, encoding="utf-8")
            return timed(ask)()

        def ask() -> None:
            answer = run(
                ["make", "-f", makefile, *arguments, "olddefconfig"],
                environment=base_environment(),
                directory=self.objects,
            )
            if answer.returncode:
                raise RuntimeError(answer.stderr)

        return once


def command(scene: Scene) -> Iterator[Measurement]:
    """The 17 options on several bases: as a command, in process, make and conf."""
    request = scene.cases["criu"]
    for base in scene.size["bases"]:
        scene.tell(f"the {len(request)} options on {base}")
        plan = _planned(scene.tree, request, base)
        text = _config(scene.tree, base, plan)
        probes = {
            "command": timed(partial(_plan_command, scene, base)),
            "plan": timed(partial(scene.tree.plan, request, base=base)),
            "make": scene.make(text),
            "conf": scene.conf(text),
        }
        scene.make(text)()  # builds conf the first time
        yield Measurement("command", base, rounds(probes, scene.count), _facts(plan))


def cold(scene: Scene) -> Iterator[Measurement]:
    """The same command with an empty cache of models: the tree is parsed as well."""
    for base in scene.size["cold"]:
        scene.tell(f"cold: the {len(scene.cases['criu'])} options on {base}")
        plan = _planned(scene.tree, scene.cases["criu"], base)
        text = _config(scene.tree, base, plan)
        probes = {
            "command": _cold(partial(_plan_command, scene, base)),
            "conf": scene.conf(text),
        }
        yield Measurement("cold", base, rounds(probes, scene.count), _facts(plan))


def scaling(scene: Scene) -> Iterator[Measurement]:
    """Plans for more and more random options, in process.

    A plan that takes longer than the limit is given up, and larger ones with it;
    a process that can be killed tries it first.
    """
    base, limit = scene.cases["random"]["base"], scene.size["limit"]
    text = _config(scene.tree, base, None)
    for count in scene.size["scaling"]:
        scene.tell(f"{count} random options on {base}")
        request = random_options(scene.tree, scene.cases["random"], count)
        try:
            python(["-c", _PLAN, scene.name, scene.arch, base, *request], limit=limit)
        except subprocess.TimeoutExpired:
            facts = {"status": f"given up after {limit} s", "lines": None}
            yield Measurement("scaling", str(count), {"plan": [], "conf": []}, facts)
            return
        plan = scene.tree.plan(request, base=base)
        probes = {
            "plan": timed(partial(scene.tree.plan, request, base=base)),
            "conf": scene.conf(text),
        }
        yield Measurement("scaling", str(count), rounds(probes, scene.count), _facts(plan))


def growth(scene: Scene) -> Iterator[Measurement]:
    """The 17 options on one kernel after the other, in process."""
    request, base = scene.cases["criu"], scene.cases["random"]["base"]
    for name in scene.size["trees"]:
        scene.tell(f"the {len(request)} options on {name}")
        tree = Tree.load(name, arch=scene.arch)
        plan = _planned(tree, request, base)
        text = _config(tree, base, None)
        probes: dict[str, Probe] = {
            "plan": timed(partial(tree.plan, request, base=base)),
            "conf": partial(_conf, tree, text),
        }
        facts = {
            **_facts(plan),
            "version": tree.info.version,
            "symbols": len(tree.model.symbols),
        }
        yield Measurement("growth", name, rounds(probes, scene.count), facts)


def reuse(scene: Scene) -> Iterator[Measurement]:
    """What a question costs a tree that has answered others; each row's trees are new."""
    criu, base = scene.cases["criu"], scene.cases["random"]["base"]
    others = random_options(scene.tree, scene.cases["random"], scene.size["others"])
    text = _config(scene.tree, base, None)
    rows: list[tuple[str, list[list[str]], list[list[str]]]] = [
        (f"the {len(criu)} together, the first question", [], [criu]),
        ("the same again", [criu], [criu]),
        ("each of them alone, after that", [criu], [[one] for one in criu]),
        ("each of so many random options alone", [criu], [[one] for one in others]),
        ("the same again", [criu, *([one] for one in others)], [[one] for one in others]),
    ]
    for case, before, questions in rows:
        scene.tell(f"{case}: {len(questions)} questions")
        probes = {
            "plan": partial(_each, scene, base, before, questions),
            "conf": scene.conf(text),
        }
        facts = {"questions": len(questions)}
        yield Measurement("reuse", case, rounds(probes, scene.size["readings"]), facts)


def parsing(scene: Scene) -> Iterator[Measurement]:
    """A tree's model, from its Kconfig files and probes, in a new process."""
    for name in scene.size["trees"]:
        for arch in scene.size["arches"]:
            scene.tell(f"the model of {name} for {arch}")
            try:
                tree = Tree.load(name, arch=arch)
            except TreeError as error:  # 5.10 knows no loongarch
                scene.tell(str(error))
                continue
            probes: dict[str, Probe] = {
                "parse": _cold(partial(_load, name, arch)),
                "conf": _conf_alone(tree),
            }
            facts = {
                "version": tree.info.version,
                "arch": arch,
                "symbols": len(tree.model.symbols),
            }
            found = rounds(probes, scene.size["readings"])
            yield Measurement("parsing", f"{name} {arch}", found, facts)


def evaluator(scene: Scene) -> Iterator[Measurement]:
    """olddefconfig of a whole ``.config``, reading and writing included."""
    for base in scene.size["configs"]:
        scene.tell(f"olddefconfig of {base}")
        text = scene.tree.olddefconfig(scene.tree.base(base).lines).text()
        path = scene.objects / "input.config"
        path.write_text(text, encoding="utf-8")
        probes = {
            "evaluator": timed(partial(_evaluated, scene.tree, path)),
            "conf": scene.conf(text),
        }
        facts = {"lines": text.count("\n")}
        yield Measurement("evaluator", base, rounds(probes, scene.count), facts)


def confirmation(scene: Scene) -> Iterator[Measurement]:
    """What more lines make of a base: by what changes, as a whole, and by conf."""
    tree, model = scene.tree, scene.tree.model
    for base in scene.size["bases"]:
        before = tree.target(base).before
        names = sorted(name for name, s in model.symbols.items() if model.is_assignable(s))
        random = Random(f"{scene.cases['random']['seed']}")  # noqa: S311 - nobody has to guess it
        some = [_other_line(before, name) for name in random.sample(names, scene.size["lines"])]
        rows = [
            (f"{len(some)} random lines, one by one", [[line] for line in some]),
            ("the 17 options", [list(_planned(tree, scene.cases["criu"], base).assignments)]),
        ]
        before.with_lines(())  # not measured: what changes depend on is found the first time
        for case, fragments in rows:
            scene.tell(f"{base} with {case}")
            text = fragment_text((*before.lines, *fragments[0]))
            probes = {
                "changes": partial(_middle, [partial(before.with_lines, f) for f in fragments]),
                "whole": timed(partial(evaluate, model, (*before.lines, *fragments[0]))),
                "conf": scene.conf(text),
            }
            counts = [before.with_lines(f).evaluation.calculated for f in fragments]
            seconds = rounds(probes, scene.count)
            facts = {
                "base": base,
                "symbols": round(middle(counts)),
                "worst": max(_processor_time(partial(before.with_lines, f)) for f in fragments),
            }
            yield Measurement("confirmation", case, seconds, facts)


def _processor_time(work: Callable[[], object]) -> float:
    """The seconds of the processor that a call takes: a pause is not its fault."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _middle(works: Sequence[Callable[[], object]]) -> float:
    """The median of what some calls take."""
    return middle([timed(work)() for work in works])


def _other_line(before: Configuration, name: str) -> Line:
    """A line that gives a symbol another value, as far as a line can."""
    symbol = before.model.symbols[name]
    if symbol.is_bool_or_tristate:
        return Line(name, "n" if before.tristate(name) else "y")
    return Line(
        name, spell(symbol.type, {Type.HEX: "0x7", Type.STRING: "other"}.get(symbol.type, "7"))
    )


def random_options(tree: Tree, how: Mapping[str, Any], count: int) -> list[str]:
    """So many options with a prompt, of those that are on in a config, each as it is there."""
    model = tree.model
    config = tree.olddefconfig(tree.base(how["from"]).lines)
    names = sorted(
        name
        for name, symbol in model.symbols.items()
        if symbol.is_bool_or_tristate and model.has_prompt(symbol) and config[name] in ("y", "m")
    )
    random = Random(f"{how['seed']} {count}")  # noqa: S311 - nobody has to guess it
    return [f"{name}={config[name]}" for name in random.sample(names, count)]


def _planned(tree: Tree, request: Sequence[str], base: str) -> Plan:
    plan = tree.plan(request, base=base)
    if plan.status != "planned":
        raise RuntimeError(f"no plan on {base}: {plan.status}")
    return plan


def _config(tree: Tree, base: str, plan: Plan | None) -> str:
    """A ``.config`` of a base with the lines of a plan."""
    lines: list[Line] = list(tree.base(base).lines)
    if plan is not None:
        lines += plan.assignments
    return fragment_text(lines)


def _facts(plan: Plan) -> dict[str, Any]:
    return {"status": plan.status, "lines": len(plan.assignments)}


def _plan_command(scene: Scene, base: str, cache: Path | None = None) -> None:
    where = ["--tree", scene.name, "--arch", scene.arch, "--base", base]
    python(["-m", "kresolve", "plan", *scene.cases["criu"], *where], cache)


def _load(name: str, arch: str, cache: Path) -> None:
    python(["-c", _LOAD, name, arch], cache)


def _conf(tree: Tree, text: str) -> float:
    return tree.oracle.run("olddefconfig", text).seconds


def _each(
    scene: Scene, base: str, before: Sequence[Sequence[str]], questions: Sequence[Sequence[str]]
) -> float:
    """Seconds for each of some questions to a new tree that has answered others."""
    tree = Tree.load(scene.name, arch=scene.arch)
    for request in before:
        _planned(tree, request, base)
    return timed(lambda: [_planned(tree, request, base) for request in questions])() / len(
        questions
    )


def _conf_alone(tree: Tree) -> Probe:
    return lambda: tree.oracle.run("allnoconfig").seconds


def _evaluated(tree: Tree, path: Path) -> str:
    return tree.olddefconfig(path).text()


def _cold(work: Callable[[Path], None]) -> Probe:
    """Measure something with a cache in which there are trees and programs, but no models."""

    def probe() -> float:
        with tempfile.TemporaryDirectory(prefix="kresolve-bench-") as scratch:
            cache = Path(scratch)
            for kept in ("trees", "conf"):
                (cache / kept).symlink_to(cache_root() / kept)
            return timed(partial(work, cache))()

    return probe


def python(arguments: Sequence[str], cache: Path | None = None, limit: float | None = None) -> str:
    """What a new process of Python says; TimeoutExpired after so many seconds."""
    environment = dict(os.environ)
    if cache is not None:
        environment["KRESOLVE_CACHE"] = str(cache)
    answer = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=limit,
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    return answer.stdout
