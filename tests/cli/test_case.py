"""``kresolve case``: a question becomes a file that gives the same answer without the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve.api.case_file import Case
from kresolve.api.case_making import config_lines, read_question
from kresolve.api.case_question import CaseQuestion, answer_text, ask
from kresolve.cli import build_parser, main
from kresolve.dotconfig.lines import fragment_text
from kresolve.sources import SourceTree
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH
from tests.property.toys import conf, load, program

#: The toy kernel, whose conf is none.
TOY = ("--tree", "toy", "--arch", ARCH, "--no-shell")


def case_of(text: str) -> tuple[Case, CaseQuestion]:
    """A case and its question, as the tests read both."""
    case = Case.parse("case", text)
    return case, read_question(case, vars(build_parser().parse_args(case.command)), load)


@pytest.mark.parametrize(
    "question",
    [
        ("plan", "FISH=m", "FROG=n", *TOY, "--base", "allnoconfig", "--prefer", "m"),
        ("plan", "FISH", "CAT", *TOY, "--base", "house.config", "--fragment", "more.config"),
        ("plan", "FISH", *TOY, "--base", "any"),
        ("plan", "FISH", *TOY, "--tree", "toy", "--base", "defconfig", "--base", "house.config"),
        ("plan", "DEPTH=12", *TOY),
        ("plan", "@more.config", "POND|CAT", *TOY, "--objective", "lines"),
        ("explain", "FISH=y", *TOY, "--config", "house.config"),
        ("explain", "KITCHEN", *TOY, "--no-change"),
        ("explain", "CAT", *TOY, "--base", "./house.config"),
        ("check", "FISH", "KITCHEN", *TOY, "--config", "house.config"),
        ("lint", "house.config", "more.config", *TOY),
        ("migrate", "house.config", "--from", "toy", "--to", *TOY[1:]),
    ],
    ids=" ".join,
)
def test_a_case_gives_the_same_answer(used_place: Place, question: tuple[str, ...]) -> None:
    """The case says the command again, has no more lines than the tree, and has its answer."""
    (used_place.work / "house.config").write_text("CONFIG_KITCHEN=y\n# CONFIG_CAT is not set\n")
    (used_place.work / "more.config").write_text("CONFIG_FISH=y\n")
    done = used_place.call("case", *question)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        0,
        "conf was not asked: no conf is at hand",
    )

    case, asked = case_of(done.stdout)
    answer, _ = ask(asked)
    assert case.command[0] == question[0]
    assert answer_text(answer) == f"{case.sections['answer'].rstrip()}\n"
    whole = len((used_place.tree / "Kconfig").read_text().splitlines())
    assert all(len(text.splitlines()) < whole for text, _ in case.kconfigs)
    assert str(used_place.root) not in done.stdout


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ((), "no command: no case can be made of it; use plan,"),
        (("survey", "FISH", "-o", "x.json", *TOY), "survey: no case can be made of it"),
        (("plan", "NO_SUCH_THING", *TOY), "has no such option"),
        (("lint", "house.config", "--fix", *TOY), "--fix: no case can hold it"),
        (("plan", "FISH", *TOY, "-o", "no/such/place.case"), "no/such/place.case"),
    ],
    ids=str,
)
def test_a_wrong_question_is_no_case(
    used_place: Place, question: tuple[str, ...], said: str
) -> None:
    """A wrong question, or one that no case can hold, is status 2 with one line that says why."""
    (used_place.work / "house.config").write_text("CONFIG_KITCHEN=y\n")
    before = used_place.files()
    done = used_place.call("case", *question)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert used_place.files() == before


@pytest.mark.conf
def test_a_case_of_a_real_kernel(
    kernel_tree: SourceTree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan of seven lines on Linux 6.12 becomes a case of a hundred lines that conf confirms."""
    file = tmp_path / "nft.case"
    tree = ["--tree", str(kernel_tree.path), "--arch", "x86_64"]
    assert main(["case", "plan", "NFT_NAT", *tree, "--base", "allnoconfig", "-o", str(file)]) == 0

    case, asked = case_of(file.read_text())
    answer, lines = ask(asked)
    assert len(str(case).splitlines()) < 100
    assert str(kernel_tree.path) not in str(case)
    assert [fact for fact, _ in answer if fact.startswith("CONFIG_")] == [
        "CONFIG_NET=y",
        "CONFIG_INET=y",
        "CONFIG_NETFILTER=y",
        "CONFIG_NF_CONNTRACK=y",
        "CONFIG_NF_TABLES=y",
        "CONFIG_NFT_NAT=y",
        "CONFIG_NF_TABLES_IPV4=y",
    ]
    [theirs] = conf(program(case.dialect), case.kconfig, [fragment_text(lines)])
    assert config_lines(theirs) == case.words("after")
    assert "written to" in capsys.readouterr().err
