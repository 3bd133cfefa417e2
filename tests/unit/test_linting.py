"""Judging fragments: each kind of line, and what makes lost ones survive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from attrs import evolve

from kresolve.api.fragments import distinct
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode, evaluate
from kresolve.fragments.advice import advised
from kresolve.fragments.findings import Lint
from kresolve.fragments.fixing import fixed
from kresolve.fragments.linting import Linter, recognised
from kresolve.fragments.merging import Merge, checked_strict, finished, merged_lines
from kresolve.kconfig.dialect import VERSIONS
from kresolve.kconfig.model import Model
from kresolve.kconfig.similar_names import did_you_mean_option, like_names
from kresolve.planner import Target
from kresolve.rendering.lints import advice_text, lint_text
from tests.property.toys import load

KCONFIG = """\
config MODULES
	bool "Modules"
	modules

config NET
	bool "Net"

config ADVANCED
	bool "Advanced"
	depends on NET

config OWNER
	bool "Owner"
	depends on ADVANCED

config CAT
	bool "Cat"

config BIRD
	bool "Bird"
	depends on !CAT

config QUIET
	bool "Quiet"
	default y

config CORE
	bool
	default y if NET

config NEVER
	bool "Never"
	depends on CAT && !CAT

config NEW_NAME
	bool "A name"
	default OLD_NAME

config SIZE
	int "Size"
	default 3

config EXPERT
	bool "Expert"

config RARE
	bool "Rare" if EXPERT
	default y

choice
	prompt "Colour"

config RED
	bool "Red"

config BLUE
	bool "Blue"

endchoice

config DRIVEN
	bool "Driven"
	depends on EXPERT

config SHY
	bool "Shy"
	depends on !DRIVEN
	default y

config CLOCK
	bool
	default y if NET
	select PULSE

config PULSE
	bool "Pulse"
"""


def linted(
    text: str,
    base: str = "",
    mode: ConfMode = "olddefconfig",
    others: Iterable[Model] = (),
    dialect: str = "6.12",
) -> Lint:
    """The judgement of one fragment, "f", on a base."""
    model = load(KCONFIG, dialect)
    exact = model.dialect.exact_unset
    bare = Target(model, "base", tuple(parse_lines(base, "base", exact_unset=exact)[0]), mode)
    lines, bad = parse_lines(text, "f", exact_unset=exact)
    linter = Linter(bare, lines, others)
    findings, mended = advised(linter, linter.findings())
    return Lint(model.info, "base", mode, tuple(findings), tuple(bad), mended)


def rules(lint: Lint) -> list[tuple[str, str]]:
    """Each line's symbol and rule."""
    return [(finding.line.symbol, finding.rule) for finding in lint.findings]


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("CONFIG_NET=y\n", "", "survives"),
        ("CONFIG_NET=y\n", "CONFIG_NET=y\n", "no-effect"),
        ("CONFIG_QUIET=y\n", "", "no-effect"),
        ("CONFIG_QUIET=y\n", "# CONFIG_QUIET is not set\n", "survives"),
        ("# CONFIG_QUIET is not set\n", "", "survives"),
        ("# CONFIG_NET is not set\n", "", "no-effect"),
        ("CONFIG_SIZE=3\n", "", "no-effect"),
        ("CONFIG_SIZE=4\n", "", "survives"),
        ("CONFIG_SIZE=four\n", "", "invalid"),
        ("CONFIG_NET=Y\n", "", "invalid"),
        ("CONFIG_ADVANCED=y\n", "", "dropped"),
        ("CONFIG_CORE=y\n", "CONFIG_NET=y\n", "no-prompt"),
        ("CONFIG_CORE=y\n", "", "dropped"),
        ("# CONFIG_CORE is not set\n", "CONFIG_NET=y\n", "dropped"),
        ("CONFIG_NETT=y\n", "", "unknown"),
        ("CONFIG_OLD_NAME=y\n", "", "renamed"),
        ("CONFIG_RED=y\n", "", "no-effect"),
        ("CONFIG_BLUE=y\n", "", "survives"),
        ("# CONFIG_RARE is not set\n", "", "dropped"),
    ],
)
def test_one_line(text: str, base: str, expected: str) -> None:
    """Each kind of line is recognised by what it does on this base."""
    assert [rule for _, rule in rules(linted(text, base))] == [expected]


def test_lines_about_one_option() -> None:
    """Of several lines for an option the last counts; the others are redundant or redefined."""
    lint = linted("CONFIG_NET=y\n# CONFIG_NET is not set\nCONFIG_NET=y\n")

    assert [finding.rule for finding in lint.findings] == ["redundant", "redefined", "survives"]
    assert str(lint.findings[1]) == (
        "[WARNING] f:2: CONFIG_NET: not in final .config: redefined at f:3: CONFIG_NET=y"
    )


def test_every_lost_line_says_so() -> None:
    """The words "not in final .config" are in the message of each lost line, and in no other."""
    lint = linted(
        "CONFIG_CAT=y\nCONFIG_BIRD=y\nCONFIG_NET=Y\nCONFIG_SIZE=four\nCONFIG_NETT=y\n"
        "CONFIG_OLD_NAME=y\nCONFIG_OWNER=y\nCONFIG_OWNER=y\nCONFIG_QUIET=y\n"
        "# CONFIG_QUIET is not set\n# CONFIG_FAR_OFF is not set\nCONFIG_CORE=y\n"
    )
    said = [finding for finding in lint.findings if "not in final .config: " in finding.message]

    assert tuple(said) == lint.dropped
    assert len(said) == 9


def test_off_is_what_is_not_there() -> None:
    """To switch off what the tree does not have asks for nothing, if its new name is off, too."""
    off = "# CONFIG_FAR_OFF is not set\n# CONFIG_OLD_NAME is not set\n"
    on = "CONFIG_NEW_NAME=y\n"

    assert [rule for _, rule in rules(linted(off))] == ["no-effect", "no-effect"]
    assert linted(off).status == "clean"
    assert [rule for _, rule in rules(linted(off, on))] == ["no-effect", "renamed"]


def test_lines_that_contradict_each_other() -> None:
    """A line that another line keeps out names that line."""
    finding = linted("CONFIG_CAT=y\nCONFIG_BIRD=y\n").findings[1]

    assert finding.rule == "contradiction"
    assert "not in final .config: requested y, actual value n" in finding.message
    assert "f:1 has CONFIG_CAT=y" in finding.message


def test_a_lost_line_says_what_to_add() -> None:
    """A dropped line names the rule that drops it and the lines that it lacks."""
    finding = linted("CONFIG_OWNER=y\n", "CONFIG_NET=y\n").findings[0]

    assert str(finding) == (
        "[ERROR] f:1: CONFIG_OWNER: not in final .config: requested y, actual value n: "
        "depends on ADVANCED (=n) (Kconfig:14); add CONFIG_ADVANCED=y"
    )
    assert finding.add == ("CONFIG_ADVANCED=y",)


def test_what_cannot_be_had_is_proved() -> None:
    """A line that nothing can save says so, and does not keep the others from being saved."""
    lint = linted("CONFIG_NEVER=y\nCONFIG_ADVANCED=y\n")

    assert "impossible here, proved" in lint.findings[0].advice
    assert lint.findings[1].add == ("CONFIG_NET=y",)


def test_a_blank_before_the_equals_sign_is_told() -> None:
    """conf takes the blank for part of the name."""
    (finding,) = linted("CONFIG_NET = y\n").findings

    assert finding.rule == "unknown"
    assert "the blank before the equals sign" in finding.message


def test_an_unknown_name_is_looked_for() -> None:
    """An unknown name gets a likely one, its new name, or the kernels that had it."""
    other = load('config GONE\n\tbool "Gone"\nconfig WAS\n\tbool "Never"\n')
    lint = linted(
        "CONFIG_NETT=y\nCONFIG_OLD_NAME=y\nCONFIG_GONE=y\nCONFIG_WAS=y\n", "", others=[other]
    )
    messages = [finding.message for finding in lint.findings]

    assert messages[0].endswith("did you mean CONFIG_NET?")
    assert messages[1].endswith("NEW_NAME has it as its default (Kconfig:37)")
    assert messages[2].endswith('Linux 6.12 had it ("Gone")')
    assert messages[3].endswith("NEVER has the same prompt (Kconfig:31)")


def test_a_transitional_name_carries_on() -> None:
    """An old name that the kernel still reads is no loss, and its new name is given."""
    kconfig = 'config OLD\n\tbool\n\ttransitional\n\nconfig NEW\n\tbool "New"\n\tdefault OLD\n'
    model = load(kconfig, "7.x")
    linter = Linter(Target(model, "base", ()), parse_lines("CONFIG_OLD=y\n", "f")[0])
    (finding,) = linter.findings()

    assert (finding.rule, finding.survives) == ("transitional", True)
    assert finding.successor is not None
    assert finding.successor.symbol == "NEW"


def test_a_gate_tells_what_it_switches_off() -> None:
    """EXPERT under allnoconfig answers prompts with n that nobody asked about: they are listed."""
    lint = linted("CONFIG_EXPERT=y\n", mode="allnoconfig")

    assert lint.findings[0].rule == "gate"
    assert lint.findings[0].affected == ("RARE",)
    named = linted("CONFIG_EXPERT=y\nCONFIG_RARE=y\n", mode="allnoconfig")
    assert [finding.rule for finding in named.findings] == ["survives", "survives"]


def test_a_gate_answers_for_itself_alone() -> None:
    """What a line switches off that holds only with the gate, is not the gate's doing."""
    lint = linted("CONFIG_EXPERT=y\nCONFIG_DRIVEN=y\n")

    assert [finding.rule for finding in lint.findings] == ["survives", "survives"]
    assert evaluate(load(KCONFIG), [finding.line for finding in lint.findings])["SHY"] == "n"


@pytest.mark.parametrize("dialect", VERSIONS)
@pytest.mark.parametrize("mode", ["olddefconfig", "allnoconfig"])
def test_already_so_means_already_so(dialect: str, mode: ConfMode) -> None:
    """A line is called already so exactly if the whole .config is the same without it."""
    text = (
        "CONFIG_NET=y\nCONFIG_ADVANCED=y\nCONFIG_QUIET=y\nCONFIG_SIZE=3\n# CONFIG_CAT is not set\n"
    )
    text += "CONFIG_BIRD=y\nCONFIG_RED=y\n"
    base = "CONFIG_NET=y\n# CONFIG_QUIET is not set\n"
    lint = linted(text, base, mode, dialect=dialect)
    model = load(KCONFIG, dialect)
    lines = parse_lines(base, "base")[0] + [finding.line for finding in lint.findings]
    whole = evaluate(model, lines, mode).text()
    for finding in lint.findings:
        without = evaluate(model, [line for line in lines if line is not finding.line], mode)
        assert (finding.rule == "no-effect") == (without.text() == whole), finding


def test_a_fix_keeps_comments_and_order() -> None:
    """A fixed file has the missing lines with reasons, no line twice, and all else as it was."""
    text = "# net\nCONFIG_OWNER=y\r\n\nCONFIG_OLD_NAME=y\n# twice\nCONFIG_CAT=y\nCONFIG_CAT=y\n"
    lint = linted(text)
    new = fixed(lint, {"f": text})["f"]

    assert new == (
        "# net\n"
        "# OWNER depends on ADVANCED (Kconfig:14), ADVANCED depends on NET (Kconfig:10)\r\n"
        "CONFIG_NET=y\r\n"
        "# OWNER depends on ADVANCED (Kconfig:14)\r\nCONFIG_ADVANCED=y\r\n"
        "CONFIG_OWNER=y\r\n\nCONFIG_NEW_NAME=y\n# twice\nCONFIG_CAT=y\n"
    )
    again = linted(new)
    assert again.dropped == ()
    assert fixed(again, {"f": new}) == {}


def test_a_contradiction_is_left_to_people() -> None:
    """Which of two lines that exclude each other is meant, no fix decides; the proof names both."""
    text = "# CONFIG_NET is not set\nCONFIG_ADVANCED=y\n"
    lint = linted(text)

    assert "impossible together with NET=n (f:1), proved" in lint.findings[1].advice
    assert fixed(lint, {"f": text}) == {}


def test_a_line_of_an_option_that_is_lost_does_not_take_the_place_of_one_that_survives() -> None:
    """An "is not set" that a later line redefines says nothing, even if the result agrees."""
    lint = linted("# CONFIG_RED is not set\nCONFIG_RED=y\nCONFIG_BLUE=y\n")

    assert rules(lint) == [("RED", "redefined"), ("RED", "contradiction"), ("BLUE", "survives")]
    assert [*lint.repair.impossible] == ["RED"]


def _merged(base: str, text: str, *, complete: bool = False) -> Merge:
    """A merge of a fragment, "f", into a base that conf wrote."""
    model = load(KCONFIG)
    start = [evolve(line, location=None) for line in parse_lines(base, "tinyconfig")[0]]
    lines = parse_lines(text, "f")[0]
    whole, overlaps = merged_lines(start, [("f", lines)])
    merge = Merge("tinyconfig", ("f",), tuple(overlaps), tuple(whole), "")
    bare = Target(model, "empty", (), "alldefconfig")
    return finished(merge, bare, lines, complete=complete)


def test_what_is_added_may_switch_on_more() -> None:
    """An option that a base's conf wrote as off may come with what --complete adds."""
    merge = _merged("# CONFIG_PULSE is not set\n", "CONFIG_OWNER=y\n", complete=True)

    assert "CONFIG_PULSE=y\n" in merge.config
    assert merge.status == "kept"


def test_a_strict_merge_names_the_base() -> None:
    """A line of a base that is no file has the base's name for its place."""
    with pytest.raises(RequestError, match=r"redefines # CONFIG_NET is not set \(tinyconfig\)"):
        checked_strict(_merged("# CONFIG_NET is not set\n", "CONFIG_NET=y\n"))


def test_who_says_a_line() -> None:
    """The line that keeps another out is of a file, of the base, or kresolve's own."""
    lines = parse_lines("CONFIG_BIRD=y\n", "f")[0]
    cat = Line("CAT", "y")
    bare = Target(load(KCONFIG), "base", ())
    placed = Linter(bare, (*parse_lines("CONFIG_CAT=y\n", "g")[0], *lines))

    assert "; g:1 has CONFIG_CAT=y" in placed.findings()[1].message
    assert "; the base has CONFIG_CAT=y" in Linter(bare, (cat, *lines)).findings()[1].message
    added = Linter(bare, (cat, *lines), added={cat})
    assert "; kresolve adds CONFIG_CAT=y" in added.findings()[1].message


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    """Another path, or a symlink, to a file does not make it two; a loop is no file at all."""
    file, link, loop = (tmp_path / name for name in ("file", "link", "loop"))
    file.write_text("CONFIG_NET=y\n", encoding="utf-8")
    link.symlink_to(file)
    loop.symlink_to(loop)
    dotted = f"{tmp_path}/./file"

    assert distinct([dotted, file, link, loop]) == [dotted, loop]


@pytest.mark.parametrize("name", ["NET_CORE", "net_core", "Net_Coree", "config_NET_CORE"])
def test_spelling_makes_no_difference_to_a_hint(name: str) -> None:
    """A name in the wrong case, or with its prefix, is recognised."""
    assert did_you_mean_option(name, ["NET_CORE", "CAT"]) == "; did you mean NET_CORE?"


def test_a_number_that_has_no_line_is_lost() -> None:
    """0 is what it is worth where nobody sees it, but no line says so; no text is an empty one."""
    model = load(
        'config A\n\tbool "A"\n\nconfig N\n\tint "N"\n\tdepends on A\n\tdefault 5\n'
        '\nconfig S\n\tstring "S"\n\tdepends on A\n'
    )
    lines = parse_lines('CONFIG_N=0\nCONFIG_S=""\n', "f")[0]
    linter = Linter(Target(model, "base", ()), lines)
    assert [f.survives for f in linter.findings()] == [False, True]
    findings, _ = advised(linter, linter.findings())
    assert [f.add for f in findings] == [("CONFIG_A=y",), ()]


MEANT = """\
config MODULES
	bool "Modules"
	modules

config GATE
	bool "Gate"

config FLAG
	bool "Flag"

config PART
	tristate "Part"
	depends on GATE

config NAME
	string "Name"
	default "nobody"

config EMPTY
	string "Empty"

config UNSEEN
	string "Unseen"
	depends on GATE

config COUNT
	int "Count"
	default 3

config HIDDEN
	string
	default "sha256"

config SWITCH
	bool
"""


@pytest.mark.parametrize(
    ("line", "rule", "text", "new"),
    [
        ("CONFIG_FLAG=1", "invalid", "value '1' (bool): conf ignores the line; use y", "FLAG=y"),
        ("CONFIG_FLAG=m", "invalid", "(bool): conf ignores the line; use y", "FLAG=y"),
        ("CONFIG_FLAG=TRUE", "invalid", "(bool): conf ignores the line; use y", "FLAG=y"),
        ('CONFIG_FLAG="y"', "invalid", "(bool): conf ignores the line; use y", "FLAG=y"),
        ("CONFIG_FLAG=maybe", "invalid", "(bool): conf ignores the line", None),
        ("CONFIG_PART=M", "invalid", "use m; add CONFIG_MODULES=y, CONFIG_GATE=y", "PART=m"),
        ("CONFIG_COUNT=0x10", "invalid", "(int): conf ignores the line; use 16", "COUNT=16"),
        ('CONFIG_COUNT="7"', "invalid", "(int): conf ignores the line; use 7", "COUNT=7"),
        ("# CONFIG_COUNT is not set", "invalid", "'is not set' (int): conf ignores the line", None),
        ("CONFIG_NAME=me", "invalid", '(string): conf ignores the line; use "me"', 'NAME="me"'),
        (
            "# CONFIG_NAME is not set",
            "invalid",
            "value 'is not set' (string): conf ignores the line; use \"\"",
            'NAME=""',
        ),
        ("# CONFIG_EMPTY is not set", "no-effect", 'use ""; it is "" already', None),
        ("# CONFIG_UNSEEN is not set", "no-effect", 'use ""; it is "" already', None),
        ('CONFIG_EMPTY=""', "no-effect", 'no effect: without the line the value is also ""', None),
        ('CONFIG_HIDDEN="sha256"', "no-prompt", 'HIDDEN is "sha256" anyway', None),
        (
            "CONFIG_HIDDEN=sha512",
            "invalid",
            "conf ignores the line; HIDDEN has no prompt, so no line sets it",
            None,
        ),
        (
            "CONFIG_SWITCH=Y",
            "invalid",
            "conf ignores the line; SWITCH has no prompt, so no line sets it",
            None,
        ),
        ('CONFIG_HIDDEN="sha512"', "dropped", 'requested "sha512", actual value "sha256"', None),
    ],
)
def test_a_value_that_conf_ignores(line: str, rule: str, text: str, new: str | None) -> None:
    """It is told with the value that is meant, if a line can give it, and a fix writes that one."""
    lint = linted_on(MEANT, f"{line}\n")
    finding = lint.findings[0]
    written = fixed(lint, {"f": f"{line}\n"}).get("f", "").splitlines()

    assert finding.rule == rule
    assert text in finding.text
    assert finding.survives == ("not in final" not in finding.message)
    assert written[-1:] == ([] if new is None else [f"CONFIG_{new}"])
    assert new is None or linted_on(MEANT, "\n".join(written)).dropped == ()


def linted_on(kconfig: str, text: str) -> Lint:
    """The judgement of one fragment, "f", on an empty base of another tree."""
    model = load(kconfig)
    linter = Linter(Target(model, "base", ()), parse_lines(text, "f")[0])
    findings, mended = advised(linter, linter.findings())
    return Lint(model.info, "base", "olddefconfig", tuple(findings), (), mended)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("CONFIG_FLAG=Y\n# CONFIG_FLAG is not set\n", "# CONFIG_FLAG is not set\n"),
        ("# CONFIG_FLAG is not set\n# why\nCONFIG_FLAG=Y\n", "# why\nCONFIG_FLAG=y\n"),
        ("CONFIG_FLAG=Yes\nCONFIG_FLAG=1\n", "CONFIG_FLAG=y\n"),
    ],
)
def test_of_lines_for_an_option_the_last_one_is_meant(text: str, new: str) -> None:
    """A fix keeps the last of a file's lines for an option, spelled as conf reads it."""
    lint = linted_on(MEANT, text)

    assert fixed(lint, {"f": text}) == {"f": new}
    assert fixed(linted_on(MEANT, new), {"f": new}) == {}


def test_merging_deletes_what_appending_keeps() -> None:
    """An invalid line leaves an earlier one in force, but not with merge_config.sh: both say so."""
    model = load(MEANT)
    base = parse_lines('CONFIG_NAME="me"\n', "base")[0]
    lines = parse_lines("# CONFIG_NAME is not set\n", "f")[0]
    (lint,) = Linter(Target(model, "base", tuple(base)), lines).findings()
    whole, overlaps = merged_lines(base, [("f", lines)])
    merge = Merge("base", ("f",), tuple(overlaps), tuple(whole), "")
    merge = finished(merge, Target(model, "empty", (), "alldefconfig"), lines)

    assert lint.message.endswith(
        'CONFIG_NAME="me" (base:1) counts, but merge_config.sh deletes that line, '
        'and "nobody" would result'
    )
    assert 'CONFIG_NAME="nobody"\n' in merge.config
    assert merge.lost[0].message.endswith(
        'merging deletes CONFIG_NAME="me" for it, which would count if this line were only appended'
    )


def test_what_an_invalid_line_means_is_not_given_up_where_it_is_so() -> None:
    """A line that is misspelled but already so is no new wish, which would be weighed last."""
    text = "CONFIG_CAT=y\nCONFIG_BIRD=y\nCONFIG_CAT=Y\n"
    lint = linted(text)

    assert "impossible together with CAT=y" in lint.findings[1].text
    assert fixed(lint, {"f": text}) == {"f": "CONFIG_BIRD=y\nCONFIG_CAT=y\n"}


def test_what_one_gate_keeps_out_is_told_once() -> None:
    """Lines that the same option keeps out, be it by way of others, are one line of the text."""
    text = "CONFIG_OWNER=y\nCONFIG_CAT=y\nCONFIG_ADVANCED=y\nCONFIG_CORE=y\nCONFIG_BIRD=y\n"
    lint = linted(text)
    assert [finding.blockers for finding in lint.findings] == [
        ("NET=n",),
        (),
        ("NET=n",),
        ("NET=n",),
        ("CAT=y",),
    ]

    first, second = lint_text(lint).splitlines()
    assert first == (
        "[ERROR] f:1: CONFIG_NET=n keeps 3 lines out of the final .config: "
        "OWNER (line 1), ADVANCED (line 3), CORE (line 4)"
    )
    assert second.startswith("[ERROR] f:5: CONFIG_BIRD: not in final .config: ")
    assert len(lint_text(lint, everything=True).splitlines()) == 5
    advice = advice_text(lint).splitlines()
    assert advice[0] == (
        "[ADVICE] f:1: add CONFIG_NET=y, for 3 lines: "
        "OWNER (line 1), ADVANCED (line 3), CORE (line 4)"
    )


def test_what_keeps_a_number_out_is_found() -> None:
    """A number and a bool need of a tristate only that it is m; a tristate's y needs a y."""
    kconfig = """\
config MODULES
	bool "Modules"
	default y
	modules

config GATE
	tristate "Gate"

config WAY
	tristate "Way"
	depends on GATE

config NUMBER
	int "Number"
	depends on WAY

config FLAG
	bool "Flag"
	depends on WAY

config PART
	tristate "Part"
	depends on WAY
"""
    model = load(kconfig)
    lines = parse_lines("CONFIG_NUMBER=4\nCONFIG_FLAG=y\nCONFIG_PART=y\n", "f")[0]
    found = {
        gate: [
            finding.blockers
            for finding in Linter(
                Target(model, "base", tuple(parse_lines(f"CONFIG_GATE={gate}\n", "base")[0])), lines
            ).findings()
        ]
        for gate in ("n", "m")
    }
    assert found["n"] == [("GATE=n",)] * 3
    assert found["m"] == [("WAY=n",), ("WAY=n",), ("GATE=m",)]


def test_a_whole_config_is_not_an_error_for_what_conf_calculates() -> None:
    """Lost lines without a prompt are errors in a fragment, notes in a file that conf wrote."""
    promptless = "".join(f"config P{n}\n\tbool\n" for n in range(60))
    model = load(promptless + 'config ASKED\n\tbool "Asked"\n\tdepends on P0\n')

    def rules_of(text: str) -> list[str]:
        linter = Linter(Target(model, "base", ()), parse_lines(text, "f")[0])
        return [finding.rule for finding in linter.findings()]

    whole = "".join(f"CONFIG_P{n}=y\n" for n in range(60))
    assert rules_of("CONFIG_P1=y\n") == ["dropped"]
    assert rules_of(f"{whole}CONFIG_ASKED=y\n") == ["calculated"] * 60 + ["dropped"]


def test_advice_keeps_only_what_conf_reads() -> None:
    """That a number is not set is no line to conf, so advice that gives it a value is given."""
    model = load(
        'config GATE\n\tbool "Gate"\n\n'
        'config PART\n\tbool "Part"\n\tdepends on GATE\n\n'
        'config COUNT\n\tint "Count"\n\tdepends on GATE\n\tdefault 3\n'
    )
    lines = parse_lines("# CONFIG_COUNT is not set\nCONFIG_PART=y\n", "f")[0]
    linter = Linter(Target(model, "base", ()), lines)
    findings, _ = advised(linter, linter.findings())

    assert [finding.rule for finding in findings] == ["no-effect", "dropped"]
    assert findings[1].add == ("CONFIG_GATE=y",)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ISO9669_FS", ["ISO9660_FS"]),
        ("VRF", ["NET_VRF"]),
        ("TEST_KUNIT", ["KUNIT_TEST"]),
        ("NFT_META", []),
        ("NF_NAT_IPV4", []),
        ("SFI", []),
        ("CIO2_BRIDGE", []),
        ("MODEL_5", []),
    ],
)
def test_a_proposal_is_right_or_left_out(name: str, found: list[str]) -> None:
    """One letter, the order of the parts, or one part in front; nothing that is only alike."""
    known = ["ISO9660_FS", "NET_VRF", "KUNIT_TEST", "NFT_MASQ", "NF_NAT_SIP", "NF_NAT", "EFI"]
    known += ["IPU_BRIDGE", "MODEL_1", "MODEL_2", "MODEL_3", "MODEL_4"]

    assert like_names(name, known) == found


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("# CONFIG_QUIT is not set\n", "misspelled", "; did you mean CONFIG_QUIET?"),
        ("# CONFIG_ELSEWHERE is not set\n", "no-effect", "has no such option"),
        ("# CONFIG_OLD_NAME is not set\n", "no-effect", "NEW_NAME has it as its default"),
    ],
)
def test_switching_off_what_is_misspelled(text: str, rule: str, message: str) -> None:
    """An "is not set" of no option is a warning where it is nearly that of one."""
    lint = linted(text)

    assert rules(lint)[0][1] == rule
    assert message in lint.findings[0].message
    assert (lint.status == "found") == (rule == "misspelled")


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("NET=y", "CONFIG_NET=y"),
        (" CONFIG_NET=y", "CONFIG_NET=y"),
        ("export CONFIG_NET=Y", "CONFIG_NET=y"),
        ("config_NET=1", "CONFIG_NET=y"),
        ("#CONFIG_QUIET is not set", "# CONFIG_QUIET is not set"),
        ("# QUIET is not set", "# CONFIG_QUIET is not set"),
        ("SIZE=4", "CONFIG_SIZE=4"),
        ("CONFIG_NET = y", "CONFIG_NET=y"),
    ],
)
def test_what_is_nearly_a_line_is_mended(text: str, new: str) -> None:
    """A line that conf does not read, but that names an option, is told and becomes one."""
    lines, bad = parse_lines(f"{text}\n", "f")
    model = load(KCONFIG)
    linter = Linter(Target(model, "base", ()), lines)
    told = tuple(recognised(one, model) for one in bad)
    findings, mended = advised(linter, linter.findings())
    lint = Lint(model.info, "base", "olddefconfig", tuple(findings), told, mended)

    assert fixed(lint, {"f": f"{text}\n"}) == {"f": f"{new}\n"}
    assert lint.has_unread
    assert all(f"did you mean {new}?" in str(one) for one in told)


@pytest.mark.parametrize("text", ["ELSEWHERE=y", "# quiet is not set", "words", "SIZE=four", "# A"])
def test_what_is_no_line_is_left(text: str) -> None:
    """What names no option, or gives it nothing, is not turned into a line."""
    model = load(KCONFIG)

    assert all(recognised(one, model) == one for one in parse_lines(text, "f")[1])


def test_what_other_kernels_say_became_of_a_name(tmp_path: Path) -> None:
    """A prompt of its own with a part less, or a text much like it, tells the new name."""
    old = (
        'config FLOW\n\tbool "Flow table"\nconfig FLOW_IPV4\n\tbool "Flow IPv4 table"\n'
        'config CIO2_BRIDGE\n\tbool "CIO2 sensors bridge"\n\thelp\n\t  Connects cameras of '
        "detachable laptops that came with Windows.\n"
    )
    new = (
        'config FLOW\n\tbool "Flow table"\nconfig NAT\n\tbool "Nat"\n'
        'config IPU_BRIDGE\n\tbool "IPU sensors bridge"\n\thelp\n\t  Connects cameras of '
        'all laptops that came with Windows.\nconfig TEA\n\tbool "Tea"\n\thelp\n\t  Drinks.\n'
    )
    models = []
    for name, text in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Kconfig").write_text(text, encoding="utf-8")
        model = load(text)
        version = "6.1" if name == "old" else "6.12"
        models.append(evolve(model, info=evolve(model.info, version=version)))
    lines = parse_lines("CONFIG_NAT_IPV4=y\nCONFIG_CIO2_BRIDGE=y\nCONFIG_NAT_META=y\n", "f")[0]
    roots = {id(model): tmp_path / name for model, name in zip(models, ("old", "new"), strict=True)}
    target = Target(models[1], "base", ())
    linter = Linter(target, lines, models[:1], roots=lambda model: roots[id(model)])
    messages = [finding.message for finding in linter.findings()]

    assert messages[0].endswith("did you mean CONFIG_NAT? (Linux 6.1 had FLOW_IPV4, now FLOW)")
    assert messages[1].endswith('did you mean CONFIG_IPU_BRIDGE ("IPU sensors bridge")?')
    assert messages[2].endswith("has no such option")
