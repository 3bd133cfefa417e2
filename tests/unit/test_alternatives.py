"""Requests for any of several options: as text, in a profile, in a plan, in a check."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from kresolve import check
from kresolve.api.survey_run import SurveyTerms, plan_each
from kresolve.errors import ConfigFileError, RequestError
from kresolve.fragments.running_kernel import Observation
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import to_bytes
from kresolve.planner import (
    AnyOf,
    Demand,
    Plan,
    Question,
    Target,
    Term,
    answer,
    answer_in_parts,
    any_of,
    merged,
    parse_terms,
    requested,
)
from kresolve.planner.minimizing import keeping
from kresolve.planner.objective import View, measure
from kresolve.planner.profiles import Profile, read_profile
from tests.property.toys import load, read

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config NET
	bool "net"

config LEGACY
	tristate "legacy filter"
	depends on NET

config LEGACY6
	tristate "legacy filter for IPv6"
	depends on IPV6

config IPV6
	bool "IPv6"
	depends on NET
	default y

config TABLES
	tristate "tables"
	depends on NET

config TABLES_INET
	bool "tables for all families"
	depends on TABLES

config COUNT
	int "a number"
	range 1 99
	default 5

config NAME
	string "a name"
"""


@pytest.fixture
def model() -> Model:
    """A tree with two ways to filter packets."""
    return load(_KCONFIG)


def planned(model: Model, *requests: Demand | str, base: str = "") -> Plan:
    """The plan for requests on a base."""
    asked = merged(requested(model, one) if isinstance(one, str) else one for one in requests)
    return answer(Target(model, "base", tuple(read(base, model))), Question(asked))


def texts(plan: Plan) -> list[str]:
    """The lines of a plan."""
    return [line.text for line in plan.lines]


# ------------------------------------------------------------------ as text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", [["A"]]),
        ("A|B", [["A"], ["B"]]),
        (" CONFIG_A | CONFIG_B ", [["A"], ["B"]]),
        ("A=y|m", [["A=y|m"]]),
        ("A=m|B", [["A=m"], ["B"]]),
        ("A=y|m|B=n|C", [["A=y|m"], ["B=n"], ["C"]]),
        ("A|B=m|y", [["A"], ["B=m|y"]]),
        ("A & B=m|y|C", [["A", "B=m|y"], ["C"]]),
        ("N=4|5|0x6|B", [["N=4|5|0x6"], ["B"]]),
        ("N=4|64BIT", [["N=4"], ["64BIT"]]),
        ("A if B", [["A if B"]]),
        ("A=m if B=n|m|C", [["A=m if B=n|m"], ["C"]]),
        ("A & B if C|D & E", [["A", "B if C"], ["D", "E"]]),
        ('T="a|b & c if d"|B', [['T="a|b & c if d"'], ["B"]]),
        (r'T="a\"|b"|B', [[r'T="a\"|b"'], ["B"]]),
        ("T=|B", [["T="], ["B"]]),
        ("T=some words", [["T=some words"]]),
        ("A=y|m if B", [["A=y|m if B"]]),
        ("A=y|m & B=m|y|C", [["A=y|m", "B=m|y"], ["C"]]),
        ("N=4|5 if B & C|D", [["N=4|5 if B", "C"], ["D"]]),
        ("A=y|modular", [["A=y"], ["modular"]]),
    ],
)
def test_the_text_of_alternatives(text: str, expected: list[list[str]]) -> None:
    """A text is split at |, & and if outside of quotes; y, m, n and numbers go on with a value."""
    found = [[str(term) for term in terms] for terms in parse_terms(text)]
    assert found == expected
    again = parse_terms("|".join(" & ".join(terms) for terms in found))
    assert again == parse_terms(text)


@pytest.mark.parametrize(
    "text",
    ["A|", "|A", "A||B", "A&", "A|y", "A & m|B", "A if", "if A", "A if B if C", "A|B C", "|"],
)
def test_what_is_no_alternative(text: str) -> None:
    """An empty alternative, a value without its option, and a second condition are errors."""
    with pytest.raises(RequestError):
        parse_terms(text)


@pytest.mark.parametrize(
    ("alternatives", "expected"),
    [
        (("A", "B=m"), "A|B=m"),
        (({"A": True, "B": ["y", "m"]}, {"C": False}), "A=y & B=y|m|C=n"),
        ((["A", "B if C"], {"N": 64}), "A & B if C|N=64"),
        (({"T": "a|b"}, {"U": "-kata"}), 'T="a|b"|U=-kata'),
        (({"N": [4, 5]}, "A"), "N=4|5|A"),
    ],
)
def test_alternatives_from_python(alternatives: tuple[object, ...], expected: str) -> None:
    """any_of makes the text of what Python names, and that text means the same."""
    text = any_of(*alternatives)

    assert text == expected
    assert len(parse_terms(text)) == len(alternatives)


@pytest.mark.parametrize("alternatives", [(), (3,), ({"A": None},), ([["A"], 4],)])
def test_what_python_cannot_ask_for(alternatives: tuple[object, ...]) -> None:
    """What names no option is an error, as elsewhere."""
    with pytest.raises(RequestError):
        any_of(*alternatives)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("NTE|TABELS", r"NTE\|TABELS: Linux .* has no NTE and no TABELS; did you mean TABLES\?"),
        ("LEGACY=x|NET", r"LEGACY=x: invalid value 'x' \(tristate\)"),
        ("NET=m|LEGACY", r"NET=m: NET is a bool"),
        ("LEGACY|COUNT", r"COUNT is an int \(Kconfig:29\); use COUNT=VALUE"),
        (
            "LEGACY if COUNT",
            r"COUNT is a condition, and COUNT is an int .*; a condition is on or off",
        ),
        ("NAME=a|b", r'has no b; put a string with \| or & in quotes, as in NAME="a\|\.\.\."'),
        ("GONE if NET", r"GONE if NET: Linux .* has no GONE"),
    ],
)
def test_alternatives_that_a_tree_cannot_understand(model: Model, text: str, error: str) -> None:
    """One line says what is wrong with which option."""
    with pytest.raises(RequestError, match=error):
        requested(model, text)


def test_what_a_tree_does_not_have_drops_out(model: Model) -> None:
    """An alternative that needs an unknown option is left out, and the plan says so."""
    found = planned(model, "TABELS & NET|LEGACY", base="CONFIG_NET=y\n")

    assert texts(found) == ["CONFIG_LEGACY=y"]
    (note,) = found.notes
    assert note == (
        f"TABELS: {model.info} has no such option; did you mean TABLES? "
        "'TABELS & NET|LEGACY' is used without it"
    )


def test_a_condition_on_what_a_tree_does_not_have(model: Model) -> None:
    """What a tree does not have is n: what it conditions is not needed; "if GONE=n" always is."""
    assert texts(planned(model, "NET & LEGACY if GONE")) == ["CONFIG_NET=y"]
    assert texts(planned(model, "NET & ABSENT if GONE")) == ["CONFIG_NET=y"]
    both = planned(model, "NET & LEGACY if GONE=n")
    assert texts(both) == ["CONFIG_NET=y", "CONFIG_LEGACY=y"]


def test_alternatives_are_merged(model: Model) -> None:
    """The same alternatives asked for twice are one request with both origins."""
    twice = [requested(model, "LEGACY|TABLES"), requested(model, "CONFIG_LEGACY|TABLES=y")]

    (one,) = merged(twice)
    assert one.origin == "LEGACY|TABLES, LEGACY|TABLES=y"
    assert len(merged([*twice, requested(model, "TABLES|LEGACY")])) == 2


# ------------------------------------------------------------------ in a plan


def test_lines_say_what_they_serve(model: Model) -> None:
    """A line of an alternative serves the request; what that needs is told as elsewhere."""
    asked = "TABLES & TABLES_INET|LEGACY & COUNT=9 & NAME=x"
    found = planned(model, asked)

    serves = f"serves '{asked}'"
    assert [(line.symbol, line.role, line.why) for line in found.lines] == [
        ("NET", "prerequisite", "TABLES depends on NET (Kconfig:23); needed by TABLES_INET too"),
        ("TABLES", "requested", serves),
        ("TABLES_INET", "requested", serves),
    ]
    assert {line.needed_by for line in found.lines} == {(asked,)}


def test_an_alternative_that_is_there_is_named(model: Model) -> None:
    """Where an alternative holds on the base, the plan says which, and why it holds."""
    base = "CONFIG_NET=y\nCONFIG_TABLES=y\n"
    found = planned(model, "LEGACY|TABLES", base=base)

    assert texts(found) == []
    assert [(one.symbol, one.value) for one in found.satisfied] == [("TABLES", "y")]
    assert found.satisfied[0].why == "serves 'LEGACY|TABLES': \"CONFIG_TABLES=y\" (base:2)"
    assert [str(one) for one in found.serving] == ["TABLES serves 'LEGACY|TABLES'"]


def test_a_condition_that_does_not_hold_is_told(model: Model) -> None:
    """What is not needed, because its condition does not hold, is told with the condition."""
    found = planned(model, "NET & LEGACY6 if IPV6", base="# CONFIG_IPV6 is not set\n")

    assert texts(found) == ["CONFIG_NET=y"]
    assert [(one.symbol, one.value, one.why) for one in found.satisfied] == [
        ("LEGACY6", "n", "not needed: requested only if IPV6")
    ]


def test_what_spares_an_option_says_so(model: Model) -> None:
    """Where a condition must be made to fail, its line names the option that is spared."""
    base = "CONFIG_NET=y\n"
    found = planned(model, "NET & LEGACY6=y if IPV6", "LEGACY6=n", base=base)

    assert [(line.text, line.why) for line in found.lines] == [
        ("# CONFIG_IPV6 is not set", "LEGACY6 is not needed with it")
    ]


def test_what_an_alternative_asks_for_is_not_lost_or_added(model: Model) -> None:
    """An option of an alternative counts as asked for only at a value that is accepted."""
    target = Target(model, "base", tuple(read("CONFIG_NET=y\nCONFIG_LEGACY=y\n", model)))
    question = Question((requested(model, "LEGACY=m|TABLES"),))
    after = target.after(read("# CONFIG_LEGACY is not set\nCONFIG_TABLES=y\n", model))
    counted = measure([View(target.before, after, question.asked)], ())

    assert (counted["lost"], counted["added"]) == (1, 0)


def test_ways_out_of_alternatives(model: Model) -> None:
    """What could be asked instead of an impossible any-of is offered: m for y."""
    tree = load(
        _KCONFIG
        + 'config HALF\n\ttristate "half"\n\tdepends on m\n'
        + 'config NEVER\n\tbool "never"\n\tdepends on HALF=y\n'
    )
    found = planned(tree, "HALF|NEVER")

    assert found.status == "impossible"
    assert found.conflict is not None
    assert [way.instead for way in found.conflict.ways_out] == [("HALF=m",)]


def test_several_numbers_will_do(model: Model) -> None:
    """Of several numbers that are accepted, one is planned, and none where one is there."""
    assert texts(planned(model, "COUNT=200|7")) == ["CONFIG_COUNT=7"]
    assert texts(planned(model, "COUNT=200|5")) == []


def test_a_plan_in_parts_where_a_tree_lacks_an_alternative(model: Model) -> None:
    """Trees with other alternatives get one plan in parts, each served by what it has."""
    small = load('config NET\n\tbool "net"\n\nconfig TABLES\n\tbool "t"\n\tdepends on NET\n')
    questions = [
        (Target(tree, "empty", ()), Question((requested(tree, "TABLES|LEGACY"),)))
        for tree in (model, small)
    ]
    found = answer_in_parts(questions)

    assert texts(found) == ["CONFIG_NET=y", "CONFIG_TABLES=y"]
    assert [note.partition(":")[0] for note in found.notes] == ["LEGACY"]


def test_a_survey_takes_alternatives(tmp_path: Path, model: Model) -> None:
    """A survey plans alternatives as one request, and knows it again by its text."""
    path = tmp_path / "model"
    path.write_bytes(to_bytes(model))
    request = requested(model, "TABLES|LEGACY=m")
    terms = SurveyTerms("base", tuple(read("CONFIG_NET=y\n", model)))
    (document,) = plan_each(str(path), terms, [request])

    assert (document["symbol"], document["asked"]) == ("TABLES|LEGACY=m", "TABLES=y or LEGACY=m")
    assert [line["text"] for line in document["lines"]] == ["CONFIG_TABLES=y"]


def test_lines_that_keep_alternatives(model: Model) -> None:
    """Of some lines the fewest are kept with which one of the alternatives holds."""
    target = Target(model, "empty", ())
    lines = read("CONFIG_NET=y\nCONFIG_LEGACY=y\nCONFIG_LEGACY6=y\nCONFIG_TABLES=y\n", model)
    asked = requested(model, "LEGACY & LEGACY6 if IPV6|TABLES")

    assert [str(line) for line in keeping(target, lines, (asked,)).lines] == [
        "CONFIG_NET=y",
        "CONFIG_TABLES=y",
    ]
    with pytest.raises(RequestError, match=r"LEGACY6 is n, TABLES is n and IPV6 is y with all"):
        keeping(target, lines[:2], (asked,))


# ------------------------------------------------------------------ in a profile

_PROFILE = """\
name = "mine"
description = "Filters"

[[option]]
symbol = "LEGACY6"
accept = ["y", "m"]
required = true
if = "IPV6"
feature = "six"
source = "me"

[[option]]
symbol = "LEGACY"
one_of = ["TABLES", "GONE"]
accept = ["y"]
required = true
feature = "either"
source = "me"

[[any_of]]
name = "filter"
required = true
source = "me"

[[any_of.alternative]]
name = "new"
since = "6.0"
options = [
    { symbol = "TABLES", accept = ["y", "m"] },
    { symbol = "TABLES_INET", accept = ["y"], until = "7.0" },
]

[[any_of.alternative]]
name = "old"
options = [
    { symbol = "LEGACY", accept = ["y", "m"] },
    { symbol = "LEGACY6", accept = ["y", "m"], if = "IPV6" },
]
"""


def profile(folder: Path, text: str = _PROFILE) -> Profile:
    """A profile from a file with a text."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def at(model: Model, version: str) -> Model:
    """The same tree as that of another version."""
    return evolve(model, info=evolve(model.info, version=version))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("5.10.1", "LEGACY=y|m and LEGACY6=y|m if IPV6"),
        ("6.12", "(TABLES=y|m and TABLES_INET=y) or (LEGACY=y|m and LEGACY6=y|m if IPV6)"),
        ("7.3", "TABLES=y|m or (LEGACY=y|m and LEGACY6=y|m if IPV6)"),
    ],
)
def test_groups_by_version(tmp_path: Path, model: Model, version: str, expected: str) -> None:
    """Alternatives, and their options, count for the versions that they name."""
    (group,) = profile(tmp_path).requests(at(model, version))

    assert (str(group), group.name, group.origin) == (expected, "filter", "profile mine")


def test_features_with_alternatives(tmp_path: Path, model: Model) -> None:
    """one_of is a real any-of, without what the kernel does not have; if is a condition."""
    whole = profile(tmp_path)
    six, either, _ = whole.requests(model, ["six", "either"])

    assert [*whole.features] == ["six", "either"]
    assert str(six) == "LEGACY6=y|m if IPV6"
    assert str(either) == "LEGACY=y or TABLES=y"
    base = "CONFIG_NET=y\nCONFIG_TABLES=y\n"
    assert texts(planned(model, either, base=base)) == []


def test_a_group_is_planned_by_its_names(tmp_path: Path, model: Model) -> None:
    """A plan for a group says by name which alternative serves."""
    (group,) = profile(tmp_path).requests(model)
    base = "CONFIG_NET=y\nCONFIG_LEGACY=y\n"
    found = planned(model, group, base=base)

    assert isinstance(group, AnyOf)
    assert [str(one) for one in found.serving] in (["new serves filter"], ["old serves filter"])
    (serving,) = found.serving
    assert [line.why for line in found.lines] == [f"serves filter ({serving.alternative})"]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('name = "filter"', 'name = "The Filter"', "a group's name is lower-case words"),
        (
            'name = "filter"\nrequired = true',
            'name = "filter"',
            "any_of filter: required is missing",
        ),
        ('name = "new"\n', "", r"any_of filter: alternative \?: name is missing"),
        ('if = "IPV6" }', 'if = "CONFIG_IPV6" }', "'CONFIG_IPV6' is no condition; write an option"),
        ('if = "IPV6" }', 'if = "IPV6=x" }', "'IPV6=x' is no condition"),
        ('if = "IPV6" }', 'of = "IPV6" }', "option LEGACY6: of: no such key"),
        ('if = "IPV6" }', "if = 6 }", "if = 6 is no str"),
        ('since = "6.0"', 'since = "six"', "alternative new: since = 'six' is no kernel version"),
        ('since = "6.0"', "arch = [3]", "arch = .* is no list of names"),
        (
            '{ symbol = "LEGACY", accept',
            '{ symbol = "LEGACY", required = true, accept',
            "required: no",
        ),
        ('one_of = ["TABLES", "GONE"]', "one_of = [3]", "3 is no symbol"),
        (
            _PROFILE[_PROFILE.index('[[any_of.alternative]]\nname = "old"') :],
            "",
            r"any_of filter: a group has two or more: \[\[any_of.alternative\]\]",
        ),
        (_PROFILE[_PROFILE.index("[[any_of]]") :], "[any_of]\nname = 3\n", r"write \[\[any_of\]\]"),
    ],
)
def test_a_group_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, error: str) -> None:
    """What is wrong with a group is one line with the file and the place."""
    assert old in _PROFILE
    with pytest.raises(ConfigFileError, match=error) as caught:
        profile(tmp_path, _PROFILE.replace(old, new))
    assert str(tmp_path / "mine.toml") in str(caught.value)


def test_two_groups_of_a_name_are_refused(tmp_path: Path) -> None:
    """A group's name is its own."""
    group = _PROFILE[_PROFILE.index("[[any_of]]") :]
    with pytest.raises(ConfigFileError, match="any_of filter: two groups of this name"):
        profile(tmp_path, _PROFILE + group)


def test_a_group_of_which_the_kernel_has_nothing(tmp_path: Path) -> None:
    """If no alternative is left, the error names the profile and what is missing."""
    with pytest.raises(RequestError, match=r"profile mine: .* has no TABLES and no TABLES_INET"):
        profile(tmp_path).requests(load('config NET\n\tbool "net"\n'))


# ------------------------------------------------------------------ in a check


def held(folder: Path, text: str, request: str, **words: str) -> tuple[bool | None, str, str, str]:
    """What a check says of one request: does it hold, by what name, in what state, why."""
    path = folder / "config"
    path.write_text(text, encoding="utf-8")
    (row,) = check(request, config=path).rows
    return row.holds, row.symbol, row.state, row.why


@pytest.mark.parametrize(
    ("text", "request_", "expected"),
    [
        ("B=m", "A|B=m", (True, "B", "module", "serves A|B=m")),
        ("A=m", "A|B", (False, "A|B", "missing", "A module, y is needed; B missing")),
        ("A=y B=y", "A & B|C", (True, "A & B|C", "built in", "A built in, B built in")),
        ("A=y C=y", "A & B if C", (False, "A & B if C", "missing", "B missing")),
        ("A=y", "A & B if C", (True, "A", "built in", "")),
        ("A=y", "B if C", (True, "B if C", "not needed", "without C")),
        ("N=5", "N=4|5", (True, "N", "set", "")),
        ('T="a|b"', 'T="a|b"|A', (True, "T", "set", 'serves T="a|b"|A')),
    ],
)
def test_a_check_of_alternatives(
    tmp_path: Path, text: str, request_: str, expected: tuple[bool, str, str, str]
) -> None:
    """A check says which alternative holds, or what each one lacks."""
    lines = "".join(f"CONFIG_{one}\n" for one in text.split())

    assert held(tmp_path, lines, request_) == expected


def test_a_check_agrees_with_the_plan(tmp_path: Path, model: Model) -> None:
    """On every small .config a check holds exactly where the planner has nothing to add."""
    requests = (
        "LEGACY=m|TABLES",
        "LEGACY & LEGACY6 if IPV6|TABLES & TABLES_INET",
        "LEGACY6 if IPV6",
    )
    agreed = {True: 0, False: 0}
    for said in range(32):
        names = ("NET", "LEGACY", "LEGACY6", "IPV6", "TABLES")
        base = "".join(
            f"CONFIG_{name}=y\n" if said >> n & 1 else f"# CONFIG_{name} is not set\n"
            for n, name in enumerate(names)
        )
        target = Target(model, "base", tuple(read(base, model)))
        for text in requests:
            holds = held(tmp_path, target.before.text(), text)[0]
            assert holds is (not planned(model, text, base=base).lines), (base, text)
            agreed[bool(holds)] += 1
    assert all(agreed.values())


def test_what_a_running_kernel_shows_of_alternatives(monkeypatch: pytest.MonkeyPatch) -> None:
    """One alternative that is seen is enough; nobody can tell where one may be there unseen."""
    from kresolve.fragments.check_items import KernelId, check_items
    from kresolve.fragments.checking import check_evidence
    from kresolve.fragments.running_kernel import RunningKernel

    seen = {"A": Observation("n", "not there", "sure"), "B": Observation("y", "there", "sure")}
    monkeypatch.setattr(RunningKernel, "look", lambda _, name: seen.get(name))
    asked = check_items(["A|B", "A|C", "A & C|A", "A|C if A"], KernelId())
    found = check_evidence(asked, RunningKernel(), kernel=KernelId())

    assert [row.holds for row in found.rows] == [True, None, False, True]
    assert found.status == "fails"


def test_terms_are_told_as_they_were_written() -> None:
    """A term prints itself with its value and condition."""
    assert str(Term("A", "y|m", Term("B"))) == "A=y|m if B"
