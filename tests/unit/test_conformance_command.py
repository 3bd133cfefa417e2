"""`make conformance`: order, resuming, what it keeps of a difference, what it reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from attrs import evolve

from kresolve import Tree
from kresolve.errors import ConfigFileError, TreeError
from tests.conformance import configs, kinds, run, summary
from tests.conformance.comparison import Comparison
from tests.conformance.kinds import compare
from tests.conformance.ledger import Ledger, Outcome
from tests.conformance.matrix import (
    ARCHES,
    AT_ONCE,
    BASES,
    MOST,
    TREES,
    Identity,
    Task,
    code_digest,
    tasks,
)
from tests.unit.toytree import make_tree

A = Task("tree", "s390", "random", "0")
B = Task("tree", "s390", "random", "1")
HERE = Identity("key", "6.12.1", (("CC", "gcc 12"), ("PAHOLE", "not found")))
SAME = Outcome(count=5, runs=6, conf_seconds=9.5, seconds=12.0)
OTHER = Outcome(count=5, differences=("2 olddefconfig: line 3",), runs=6)


def _work(
    ledger: Ledger, do: Callable[[Task], Outcome], wanted: list[Task] | None = None
) -> list[summary.Result]:
    return list(
        run.work_through(
            wanted or [A, B],
            jobs=2,
            ledger=ledger,
            identify=lambda task: HERE,
            do=do,
            tell=lambda task, outcome, is_new: None,
        )
    )


# ----------------------------------------------------------------- the tasks


def test_the_matrix_is_complete() -> None:
    """A hundred random configs and fragments of x86_64, twenty of the others, and all bases."""
    wanted = list(tasks(TREES, ARCHES, 100))

    assert len(wanted) == len(set(wanted))
    for tree in TREES:
        for arch in ARCHES:
            mine = [task for task in wanted if (task.tree, task.arch) == (tree, arch)]
            for kind in ("random", "clauses"):
                groups = sum(task.kind == kind for task in mine)
                assert groups * AT_ONCE == (100 if arch == MOST else 20)
            assert {task.which for task in mine if task.kind == "base"} == set(BASES)
            assert {"savedefconfig", "defconfig", "debian"} < {task.kind for task in mine}


def test_every_tree_and_architecture_gets_something_first() -> None:
    """The first round visits all of them, so that a run that ends early has seen each."""
    wanted = list(tasks(TREES, ARCHES, 100))
    places = len(TREES) * len(ARCHES)
    first = wanted[: places * (5 + len(BASES))]

    assert len({(task.tree, task.arch) for task in first}) == places
    assert {task.which for task in first if task.kind == "random"} == {"0"}


def test_more_configs_keep_the_tasks_of_fewer() -> None:
    """A longer run goes on from a shorter one: same tasks, same seeds."""
    assert set(tasks(TREES, ARCHES, 20)) < set(tasks(TREES, ARCHES, 100))
    assert len({task.seed for task in tasks(TREES, ARCHES, 100)}) > 300
    assert A.seed == evolve(A).seed != B.seed


def test_the_code_that_decides_is_part_of_a_result() -> None:
    """The digest starts with the version, and does not change while nobody edits."""
    assert code_digest() == code_digest() != code_digest("random")
    assert code_digest().startswith("0.")


# ------------------------------------------------------------------ resuming


def test_a_rerun_skips_what_is_done(tmp_path: Path) -> None:
    """What came out the same is not done again; a skip and a difference are."""
    path = tmp_path / "results.jsonl"
    skipped = Task("tree", "s390", "base", "defconfig")
    answers = {A: SAME, B: OTHER, skipped: Outcome(skipped="no such target")}
    done: list[Task] = []

    def do(task: Task) -> Outcome:
        done.append(task)
        return answers[task]

    first = _work(Ledger(path), do, list(answers))
    assert set(done) == set(answers)
    done.clear()
    second = _work(Ledger(path), do, list(answers))

    assert set(done) == {B, skipped}
    assert sorted(map(str, first)) == sorted(map(str, second))


def test_a_result_counts_while_nothing_changed(tmp_path: Path) -> None:
    """With another tree, toolchain or kresolve the task is new."""
    ledger = Ledger(tmp_path / "results.jsonl")
    ledger.add(HERE, A, SAME)

    assert ledger.get(HERE, A) == SAME
    assert ledger.get(evolve(HERE, key="other"), A) is None


def test_a_kill_loses_at_most_the_line_being_written(tmp_path: Path) -> None:
    """Half a line at the end is ignored, and the next result does not end up in it."""
    path = tmp_path / "results.jsonl"
    ledger = Ledger(path)
    ledger.add(HERE, A, SAME)
    ledger.add(HERE, B, SAME)
    path.write_bytes(path.read_bytes()[:-30])

    again = Ledger(path)
    assert again.get(HERE, A) == SAME
    assert again.get(HERE, B) is None
    again.add(HERE, B, OTHER)

    assert Ledger(path).get(HERE, A) == SAME
    assert Ledger(path).get(HERE, B) == OTHER


def test_a_tree_that_cannot_be_loaded_is_a_difference(tmp_path: Path) -> None:
    """The others go on, and the run does not end well."""

    def identify(task: Task) -> Identity:
        if task == A:
            raise TreeError("no such tree")
        return HERE

    found = run.work_through(
        [A, B],
        jobs=1,
        ledger=Ledger(tmp_path / "results.jsonl"),
        identify=identify,
        do=lambda task: SAME,
        tell=lambda task, outcome, is_new: None,
    )
    outcomes = {task: outcome for task, _, outcome in found}

    assert outcomes == {A: Outcome(differences=("no such tree",)), B: SAME}


# --------------------------------------------------------------- differences


@pytest.fixture
def nothing() -> Tree:
    """In place of a tree, where none is looked at."""
    return Tree.__new__(Tree)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConfigFileError("no defconfig"), Outcome(skipped="no defconfig")),
        (ValueError("odd"), Outcome(differences=("error: ValueError: odd; see {}",))),
    ],
)
def test_an_exception_is_a_difference_and_a_missing_base_is_not(
    error: Exception,
    outcome: Outcome,
    nothing: Tree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What kresolve says it cannot do is skipped with its reason; all else has to be seen."""

    def fail(work: Comparison) -> None:
        raise error

    monkeypatch.setitem(kinds.KINDS, "random", fail)
    found = compare(nothing, A, tmp_path)

    place = tmp_path / "tree_s390_random_0_error"
    assert found.differences == tuple(text.format(place) for text in outcome.differences)
    assert found.skipped == outcome.skipped
    assert (place / "traceback.txt").exists() is bool(outcome.differences)


def test_a_difference_keeps_all_that_shows_it(nothing: Tree, tmp_path: Path) -> None:
    """The input and both answers are there, byte for byte, with the first difference in words."""
    work = Comparison(nothing, A, tmp_path)
    work.same("0", "same\n", "same\n", {})
    work.same("1 olddefconfig", "a\n\udcff\n", "a\nb\n", {"input.config": b"\xff\r\n"})

    (place,) = tmp_path.iterdir()
    assert (place / "input.config").read_bytes() == b"\xff\r\n"
    assert (place / "expected").read_bytes() == b"a\n\xff\n"
    assert (place / "kresolve").read_bytes() == b"a\nb\n"
    assert f"seed {A.seed}" in (place / "about.txt").read_text(encoding="utf-8")
    assert work.count == 2
    assert len(work.differences) == 1
    assert "line 2 is" in work.differences[0]
    assert str(place) in work.differences[0]


def test_the_tricks_take_what_there_is() -> None:
    """On an architecture with few symbols of a type, a trick takes them all."""

    class Few(configs._Material):
        def of_type(self, *types: object) -> list[str]:
            return ["A", "B"]

    few = Few(None, [])  # type: ignore[arg-type]
    assert sorted(few.some(Random(1), 15)) == ["A", "B"]  # noqa: S311
    assert len(list(few.some(Random(1), 1))) == 1  # noqa: S311


# -------------------------------------------------------------------- report


def test_the_table_replaces_only_itself(tmp_path: Path) -> None:
    """What stands around the marks stays; a page without marks is refused."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{summary.BEGIN}\nold\n{summary.END}\nafter\n", encoding="utf-8")
    data = summary.report([(A, HERE, SAME), (B, HERE, OTHER)], "0.1+abc", 4)
    summary.put_table(page, data)
    summary.put_table(page, data)
    text = page.read_text(encoding="utf-8")

    assert text.startswith(f"before\n{summary.BEGIN}\n")
    assert text.endswith(f"{summary.END}\nafter\n")
    assert "old" not in text
    assert "| 6.12.1 | s390 | 10, **1 differ** | 0 | 0 | 0 | 0 | 0 |" in text
    assert "2 of 4 tasks, 12 runs of conf" in text
    assert "gcc 12" in text
    assert "PAHOLE" not in text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the table"):
        summary.put_table(page, data)


def test_the_documentation_has_a_place_for_the_table() -> None:
    """docs/conformance.md has both marks, once."""
    page = Path(__file__).parents[2] / "docs" / "conformance.md"
    text = page.read_text(encoding="utf-8")

    assert text.count(summary.BEGIN) == text.count(summary.END) == 1
    assert text.index(summary.BEGIN) < text.index(summary.END)


@pytest.mark.parametrize(("outcome", "status"), [(SAME, 0), (OTHER, 1)])
def test_the_exit_status_says_whether_anything_differs(
    outcome: Outcome,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """0 or 1; either way the report counts everything, as JSON and as a table."""
    monkeypatch.setattr(run.Trees, "identity", lambda self, task: HERE)
    monkeypatch.setattr(run.Trees, "tree", lambda self, task: None)
    monkeypatch.setattr(run, "compare", lambda tree, task, folder: outcome)
    results = tmp_path / "new" / "results.jsonl"
    options = ["--trees", "t", "--arches", "s390", "--configs", "25", "--results", str(results)]

    assert run.main(options) == status

    count = 5 + len(BASES)
    data = json.loads((results.parent / "report.json").read_text(encoding="utf-8"))
    assert data["tasks"] == {"planned": count, "done": count}
    assert data["totals"]["random"] == {"compared": 5, "differences": status}
    assert len(summary.differences(data)) == status * count
    assert "| 6.12.1 | s390 |" in capsys.readouterr().out


@pytest.mark.conf
def test_a_difference_with_a_real_program_is_seen(tmp_path: Path) -> None:
    """The toy tree's conf is no conf: the command says so, with the place of the proof."""
    toy = make_tree(tmp_path / "toy", Kconfig="config TOY\n\tbool\n")
    results = tmp_path / "results.jsonl"
    options = ["--trees", str(toy), "--arches", "left", "--configs", "1"]

    assert run.main([*options, "--results", str(results)]) == 1

    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert summary.differences(data)
    assert list((tmp_path / "differences").iterdir())
