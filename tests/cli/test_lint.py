"""``kresolve lint`` from end to end: forms of output, statuses, fixes, and what CI runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from kresolve.cli.process import TerminatedBySignal
from tests.cli.conftest import HERE, Place
from tests.cli.toykernel import ARCH

ON_TOY = ("--tree", "toy", "--arch", ARCH)
LOST = "# a pond\nCONFIG_FISH=m\n\n# a door\nCONFIG_DOORBELL=y\nCONFIG_CATT=y\n"


def lint(place: Place, *arguments: str) -> tuple[int, str]:
    """Status and standard output of a lint on the toy kernel."""
    done = place.call("lint", *arguments, *ON_TOY)
    return done.returncode, done.stdout


@pytest.fixture
def fragment(used_place: Place) -> Path:
    """A fragment with two lines that are lost and one that is unknown."""
    path = used_place.work / "lost.config"
    path.write_text(LOST, encoding="utf-8")
    return path


@pytest.mark.usefixtures("fragment")
def test_statuses(used_place: Place) -> None:
    """Lost lines end with 1, none with 0, a file that is not there with 2."""
    (used_place.work / "kept.config").write_text("CONFIG_CAT=y\n", encoding="utf-8")

    assert lint(used_place, "lost.config")[0] == 1
    assert lint(used_place, "kept.config") == (0, "")
    assert lint(used_place, "nowhere.config")[0] == 2


@pytest.mark.usefixtures("fragment")
def test_json_has_every_line(used_place: Place) -> None:
    """--json tells of each line what it asks for, what results and what is missing."""
    status, out = lint(used_place, "lost.config", "--base", "empty", "--json")
    document = json.loads(out)
    lines = {line["symbol"]: line for line in document["lines"]}

    assert (status, document["schema"], document["status"]) == (1, "kresolve.lint/2", "found")
    assert lines["FISH"]["line"] == {
        "symbol": "FISH",
        "value": "m",
        "text": "CONFIG_FISH=m",
        "location": "lost.config:2",
    }
    assert (lines["FISH"]["wanted"], lines["FISH"]["value"]) == ("m", "n")
    assert set(lines["FISH"]["add"]) >= {"CONFIG_GARDEN=y", "CONFIG_MODULES=y"}
    assert lines["CATT"]["rule"] == "unknown"
    assert document["plan"]["status"] == "planned"


@pytest.mark.usefixtures("fragment")
def test_sarif_points_at_the_lines(used_place: Place) -> None:
    """--sarif is a SARIF run whose results have rules, levels and places that it declares."""
    document = json.loads(lint(used_place, "lost.config", "--base", "empty", "--sarif")[1])
    (run,) = document["runs"]
    declared = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    places = [
        result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in run["results"]
    ]

    assert document["version"] == "2.1.0"
    assert {result["ruleId"] for result in run["results"]} <= declared
    assert places == [2, 5, 6]


@pytest.mark.usefixtures("fragment")
def test_names_do_not_end_an_annotation(used_place: Place) -> None:
    """A file's name with a newline, a percent sign or colons stays a name, for GitHub and SARIF."""
    name = "a b\n::error file=x::50%,\r\udcff.config"
    (used_place.work / name).write_text("CONFIG_NO_SUCH_THING=y\n")
    done = used_place.toy("lint", name, "--github")
    told = r"a b%0A%3A%3Aerror file=x%3A%3A50%25%2C%0D\xff.config"
    assert done.stdout.startswith(f"::error file={told},line=1,title=kresolve unknown::CONFIG_NO")
    assert done.stdout.count("\n") == 1

    document = json.loads(used_place.toy("lint", name, "--sarif").stdout)
    (result,) = document["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == os.fsencode(name)
    assert re.fullmatch(r"[\w./~%-]+", uri)


def test_github_annotations(used_place: Place) -> None:
    """--github writes a command for each lost line, with its place."""
    out = lint(used_place, "lost.config", "--base", "empty", "--github")[1]

    assert [line.partition("::CONFIG_")[0] for line in out.splitlines()] == [
        "::error file=lost.config,line=2,title=kresolve dropped",
        "::error file=lost.config,line=5,title=kresolve dropped",
        "::error file=lost.config,line=6,title=kresolve unknown",
    ]


def test_a_fix_mends_what_can_be_mended(used_place: Place, fragment: Path) -> None:
    """--fix adds what is missing, keeps comments and order, and reports what is left."""
    status, out = lint(used_place, "lost.config", "--base", "empty", "--fix")
    text = fragment.read_text(encoding="utf-8")
    old, new = LOST.splitlines(), text.splitlines()

    assert status == 1
    assert [line for line in new if line in old] == old
    assert {"CONFIG_GARDEN=y", "CONFIG_DOOR_BLUE=y"} <= set(new)
    assert {"CONFIG_POND=m", "CONFIG_POND=y"} & set(new)
    assert [line for line in out.splitlines() if "[ERROR]" in line] == out.splitlines()
    assert len(out.splitlines()) == 1
    assert "CATT" in out
    lint(used_place, "lost.config", "--base", "empty", "--fix")
    assert fragment.read_text(encoding="utf-8") == text, "a second fix has nothing to do"


@pytest.mark.parametrize("each", [(), ("--each",)])
def test_a_file_that_is_named_twice_is_fixed_once(used_place: Place, each: tuple[str, ...]) -> None:
    """However a file is named again, none of its lines counts as said twice."""
    text = "CONFIG_CAT=y\nCONFIG_FISH=m\n"
    file, link = used_place.work / "twice.config", used_place.work / "link.config"
    file.write_text(text, encoding="utf-8")
    link.unlink(missing_ok=True)
    link.symlink_to(file)
    names = ("twice.config", "./twice.config", "link.config", "twice.config")

    assert lint(used_place, *names, "--base", "empty", "--fix", *each)[0] == 0
    new = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in new if line in text.splitlines()] == text.splitlines()
    assert new.count("CONFIG_GARDEN=y") == 1
    assert link.is_symlink()


def test_each_by_itself(used_place: Place) -> None:
    """With --each, a fragment does not live by what another one brings."""
    (used_place.work / "1.config").write_text("CONFIG_GARDEN=y\n", encoding="utf-8")
    (used_place.work / "2.config").write_text("CONFIG_POND=y\n", encoding="utf-8")

    assert lint(used_place, "1.config", "2.config", "--base", "empty")[0] == 0
    assert lint(used_place, "1.config", "2.config", "--base", "empty", "--each")[0] == 1
    done = used_place.call(
        "lint", "1.config", "2.config", *ON_TOY, "--base", "empty", "--each", "--fix"
    )
    assert done.returncode == 0
    summaries = [line for line in done.stderr.splitlines() if "not in final .config, " in line]
    assert [line.partition(": ")[0] for line in summaries] == ["1.config", "2.config"]
    assert "CONFIG_GARDEN=y" in (used_place.work / "2.config").read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", ["kresolve-lint", "kresolve-lint-fix"])
def test_the_hooks_take_what_fragments_are_called(hook: str) -> None:
    """The hooks' `files:` matches fragments and defconfigs, not just any configuration."""
    text = (HERE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    found = re.search(rf"- id: {hook}\n(?:  .*\n)*?  files: (.*)\n(?:  .*\n)*", text)
    assert found
    assert "  require_serial: true\n" in found[0]
    for name in ("net.config", "a/.config", "defconfig", "arch/x86/configs/x86_64_defconfig"):
        assert re.search(found[1], name), name
    for name in (
        "nginx.conf",
        "config.txt",
        "net.config.py",
        "tsconfig.json",
        "setup.cfg",
        "config",
    ):
        assert not re.search(found[1], name), name


@pytest.mark.usefixtures("fragment")
@pytest.mark.parametrize("hook", ["kresolve-lint", "kresolve-lint-fix"])
def test_the_hooks_for_pre_commit_run(used_place: Place, hook: str) -> None:
    """An entry of .pre-commit-hooks.yaml, given args and files as pre-commit does, lints them."""
    text = (HERE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    found = re.search(rf"- id: {hook}\n(?:  .*\n)*?  entry: (.*)\n", text)
    assert found
    program, *arguments = shlex.split(found[1])

    assert program == "kresolve"
    done = used_place.run(*arguments, *ON_TOY, "lost.config")
    assert done.returncode == 1
    assert "CONFIG_CATT: not in final .config" in done.stdout


@pytest.mark.usefixtures("fragment")
def test_the_job_for_ci_runs(used_place: Place) -> None:
    """The lint step of the CI job in docs/how-to.md, on our tree, finds what is lost."""
    text = (HERE / "docs" / "how-to.md").read_text(encoding="utf-8")
    (job,) = re.findall(r"^```yaml\n(.*?runs-on.*?)^```", text, re.MULTILINE | re.DOTALL)
    (step,) = re.findall(r"- run: (kresolve lint .*)\n", job)
    words = ["toy" if word.startswith("debian:") else word for word in shlex.split(step)[1:]]
    words[words.index("--arch") + 1] = ARCH
    words[words.index("fragments/*.config")] = "lost.config"

    done = used_place.run(*words)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=lost.config,line=")


@pytest.mark.usefixtures("fragment")
@pytest.mark.parametrize("form", [(), ("--json",), ("--sarif",), ("--github",)])
@pytest.mark.parametrize("each", [(), ("--each",)])
@pytest.mark.parametrize("end", [KeyboardInterrupt(), TerminatedBySignal(signal.SIGTERM)], ids=repr)
def test_what_is_known_is_printed_when_it_is_ended(
    used_place: Place,
    monkeypatch: pytest.MonkeyPatch,
    form: tuple[str, ...],
    each: tuple[str, ...],
    end: BaseException,
) -> None:
    """Ended while it looks for advice, lint has told of every lost line, and says it is not all."""
    (used_place.work / "more.config").write_text("CONFIG_CATS=y\n", encoding="utf-8")

    def ended(*_: object, **__: object) -> None:
        raise end

    monkeypatch.setattr("kresolve.fragments.advice.repair", ended)
    found, out = lint(used_place, "lost.config", "more.config", "--base", "empty", *form, *each)

    assert found == (143 if isinstance(end, TerminatedBySignal) else 130)
    assert all(name in out for name in ("FISH", "DOORBELL", "CATT"))
    assert ("CATS" in out) == (not each)
    if "--json" in form:
        document = json.loads(out)
        last = document[-1] if each else document
        more = ["1 more were not checked"] if each else []
        assert last["incomplete"] == ["not all advice was found", *more]
    if "--sarif" in form:
        (run,) = json.loads(out)["runs"]
        assert len(run["results"]) == (3 if each else 4)
        assert not run["invocations"][0]["executionSuccessful"]
    if "--github" in form:
        assert out.count("::error ") == (3 if each else 4)
        assert "::notice title=kresolve::not all advice was found" in out


@pytest.mark.usefixtures("fragment")
def test_the_time_for_advice_is_bounded(used_place: Place) -> None:
    """When the time is out, all lost lines are told of, and that advice is missing."""
    status, out = lint(used_place, "lost.config", "--base", "empty", "--timeout", "1e-9")

    assert status == 1
    assert [line.partition("]")[0] for line in out.splitlines()] == ["[ERROR"] * 3 + ["[ADVICE"]
    assert out.endswith("timed out: 2 of 2 lost lines were not examined\n")


def test_a_file_that_is_missing_is_told_before_the_others_are_judged(used_place: Place) -> None:
    """With --each, the last file is refused before the first one's findings are printed."""
    (used_place.work / "1.config").write_text("CONFIG_CATT=y\n", encoding="utf-8")

    assert lint(used_place, "1.config", "nowhere.config", "--each") == (2, "")
