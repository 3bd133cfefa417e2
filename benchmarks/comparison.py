"""kresolve and other tools on the same questions; conf judges every answer."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import frozen

from benchmarks.measure import Measurement, rounds
from benchmarks.peers import Answer, KconfigMcp, Klocalizer, Peer, PeerError
from benchmarks.scenes import Scene, python
from kresolve import Tree
from kresolve.dotconfig.lines import fragment_text, parse_lines
from tests.replaying import replaying

_ON: Final = frozenset({"y", "m"})


@frozen(eq=False)
class Kresolve:
    """kresolve as one of the tools."""

    scene: Scene
    name: str = "kresolve"

    def answer(self, base: str, request: Sequence[str]) -> Answer:
        """The base with the plan's lines: by the command, and by a tree that is loaded."""
        with tempfile.TemporaryDirectory(prefix="kresolve-bench-") as scratch:
            config = Path(scratch) / "base.config"
            config.write_text(base, encoding="utf-8")
            where = ["--tree", self.scene.name, "--arch", self.scene.arch, "--base", str(config)]
            start = time.perf_counter()
            said = python(["-m", "kresolve", "plan", *request, *where])
            seconds = time.perf_counter() - start
            start = time.perf_counter()
            self.scene.tree.plan(request, base=config)
            loaded = time.perf_counter() - start
        return Answer(base + said, len(parse_lines(said, "plan")[0]), seconds, loaded)


def together(scene: Scene) -> Iterator[Measurement]:
    """The 17 options at once: what each tool makes of a base, and how long it takes."""
    request = scene.cases["criu"]
    peers = list(_peers(scene)) if scene.size["peers"] else []
    for base in scene.size["peers"]:
        text = scene.tree.olddefconfig(scene.tree.base(base).lines).text()
        conf = scene.conf(text)
        asking = {}
        for peer in (Kresolve(scene), *peers):
            scene.tell(f"the {len(request)} options on {base}, by {peer.name}")
            try:
                asking[peer.name] = _Asking(peer, text, request)
            except PeerError as error:
                scene.tell(str(error))
        seconds = rounds({**asking, "conf": conf}, scene.size["readings"])
        for name, one in asking.items():
            facts = {"base": base, **_judged(scene.tree, text, request, one.answers[-1])}
            loaded = [each.loaded for each in one.answers if each.loaded is not None]
            found = {"command": seconds[name], "loaded": loaded, "conf": seconds["conf"]}
            yield Measurement("peers", name, found, facts)


def alone(scene: Scene) -> Iterator[Measurement]:
    """Random options one after the other, each to be y: how many get what holds under conf."""
    how, count = scene.cases["random"], scene.size["alone"]
    if not count:
        return
    tree = scene.tree
    text = tree.olddefconfig(tree.base(how["base"]).lines).text()
    random = Random(f"{how['seed']} {count}")  # noqa: S311 - nobody has to guess it
    names = random.sample(sorted(tree.model.options), count)
    scene.tell(f"{count} random options, one after the other, by kresolve")
    start = time.perf_counter()
    plans = {name: tree.plan(f"{name}=y", base=how["base"]) for name in names}
    seconds = {"kresolve": (time.perf_counter() - start) / count}
    configs: dict[str, dict[str, str | None]] = {
        "kresolve": {
            name: text + fragment_text(plan.assignments) if plan.status == "planned" else None
            for name, plan in plans.items()
        }
    }
    for peer in _peers(scene, (KconfigMcp,)):
        assert isinstance(peer, KconfigMcp)
        scene.tell(f"{count} random options, one after the other, by {peer.name}")
        try:
            fixes, loaded, _ = peer.fixes(text, names)
        except PeerError as error:
            scene.tell(str(error))
            continue
        seconds[peer.name] = loaded / count
        configs[peer.name] = {
            name: None
            if fix is None
            else text + "".join(f"CONFIG_{one}={value}\n" for one, value in fix.items())
            for name, fix in fixes.items()
        }
    possible = {name for name, plan in plans.items() if plan.status == "planned"}
    proved = {name for name, plan in plans.items() if plan.status == "impossible"}
    conf = scene.conf(text)()
    for tool, answers in configs.items():
        given = {name: config for name, config in answers.items() if config is not None}
        kept = {name for name, config in given.items() if _conf(tree, config).get(name) == "y"}
        facts = {
            "questions": count,
            "held": len(kept),
            "broken": len(given) - len(kept),
            "none": count - len(given),
            "missed": len((possible | kept) - given.keys()),
            "proved": len(proved - given.keys()) if tool == "kresolve" else 0,
        }
        yield Measurement("alone", tool, {"each": [seconds[tool]], "conf": [conf]}, facts)


class _Asking:
    """A probe that keeps what it was answered."""

    def __init__(self, peer: Peer, base: str, request: Sequence[str]) -> None:
        self.ask = lambda: peer.answer(base, request)
        self.ask()  # not measured: caches fill
        self.answers: list[Answer] = []

    def __call__(self) -> float:
        self.answers.append(self.ask())
        return self.answers[-1].seconds


def _peers(scene: Scene, kinds: Sequence[Any] = (KconfigMcp, Klocalizer)) -> Iterator[Peer]:
    for kind in kinds:
        try:
            yield kind.installed(scene.tree)
        except PeerError as error:
            scene.tell(str(error))


def _judged(tree: Tree, base: str, request: Sequence[str], answer: Answer) -> dict[str, Any]:
    """What conf makes of an answer: how many are on, what is lost, how many values differ."""
    before, after = _conf(tree, base), _conf(tree, answer.config)
    on = {name for name, value in before.items() if value in _ON}
    return {
        "lines": answer.lines,
        "asked": len(request),
        "kept": sum(after.get(name) in _ON for name in request),
        "lost": sorted(name for name in on if after.get(name, "n") not in _ON),
        "changed": sum(
            before.get(name, "n") != after.get(name, "n") for name in before.keys() | after
        ),
    }


def _conf(tree: Tree, config: str) -> Mapping[str, str]:
    written = replaying(tree.oracle).run("olddefconfig", config).config
    return {line.symbol: line.value for line in parse_lines(written, "conf")[0]}
