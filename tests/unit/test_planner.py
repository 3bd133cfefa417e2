"""Requests as people write them, and what every plan tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve.dotconfig.lines import Line
from kresolve.encoding import OpenEncoding, Tristate
from kresolve.errors import ConfigFileError, RequestError
from kresolve.kconfig.model import Model, Symbol
from kresolve.planner import (
    Plan,
    Question,
    Request,
    Target,
    answer,
    answer_all,
    checked,
    from_fragment,
    from_mapping,
    merged,
    parse_request,
)
from kresolve.planner.minimizing import keeping
from kresolve.rendering.plan_text import plan_report
from kresolve.solver import OutOfTime
from tests.property.toys import load, read

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config BUS
	tristate "a bus"

config DEVICE
	tristate "a device"
	depends on BUS

config FLAG
	bool "a flag"
	default y if DEVICE

config COUNT
	int "a number"

config MASK
	hex "a mask"

config NAME
	string "a name"

config HALF
	bool "what works as a module"
	depends on BUS=m
"""


@pytest.fixture
def model() -> Model:
    """A tree with an option of every type."""
    return load(_KCONFIG)


def plan(model: Model, *requests: str, base: str = "", forbid: str = "") -> Plan:
    """The plan for requests as they are typed."""
    asked = tuple(checked(model, *parse_request(text), text) for text in requests)
    target = Target(model, "base", tuple(read(base, model)))
    return answer(target, Question(asked, forbidden=(forbid,) if forbid else ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FLAG", ("FLAG", ("y",))),
        ("CONFIG_FLAG=n", ("FLAG", ("n",))),
        (" BUS=y|m ", ("BUS", ("y", "m"))),
        ("FLAG=y|m", ("FLAG", ("y",))),
        ("BUS=m|m", ("BUS", ("m",))),
        ("COUNT=-5", ("COUNT", ("-5",))),
        ("MASK=0xF", ("MASK", ("0xF",))),
        ('NAME="a \\"b\\""', ("NAME", ('a "b"',))),
        ("NAME=plain words", ("NAME", ("plain words",))),
    ],
)
def test_requests_are_understood(
    model: Model, text: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    """A request names an option, with or without CONFIG_, and the values that will do."""
    request = checked(model, *parse_request(text), text)
    assert (request.symbol, request.accept) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A B", ("invalid request 'A B'", "X=y")),
        ("=y", ("invalid request '=y'",)),
        ("FLAGG", ("FLAGG", "no such option", "did you mean FLAG?")),
        ("FLAG=m", ("FLAG=m", "is a bool", "Kconfig:12", "use FLAG=y")),
        ("FLAG=x", ("FLAG=x", "invalid value 'x' (bool)", "use y, m, n or y|m")),
        ("BUS=", ("invalid value '' (tristate)",)),
        ("BUS=y|x", ("invalid value 'x' (tristate)",)),
        ("COUNT", ("COUNT is an int", "Kconfig:16", "use COUNT=VALUE")),
        ("COUNT=0x5", ("COUNT=0x5", "not an int", "Kconfig:16")),
        ("MASK=xyz", ("MASK=xyz", "not a hex")),
        ('NAME="open', ("NAME=", "not a string")),
    ],
)
def test_wrong_requests_say_what_to_do(model: Model, text: str, parts: tuple[str, ...]) -> None:
    """The error shows the value, the place of the option, and what to write instead."""
    with pytest.raises(RequestError) as caught:
        checked(model, *parse_request(text), text)
    for part in parts:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_requests_of_a_symbol_are_merged() -> None:
    """Two requests for a symbol accept what both accept; nothing in common is an error."""
    one, two = Request("A", ("y", "m"), "one"), Request("A", ("m",), "two")
    assert merged([one, two]) == (Request("A", ("m",), "one, two"),)
    assert merged([one, one]) == (one,)
    with pytest.raises(RequestError, match=r"A is requested as m \(two\) and as n \(three\)"):
        merged([two, Request("A", ("n",), "three")])


def test_requests_from_a_mapping(model: Model) -> None:
    """A dict takes letters, lists, truth values and numbers."""
    found = from_mapping(
        model, {"BUS": ["y", "m"], "FLAG": False, "CONFIG_DEVICE": "m", "COUNT": 5, "NAME": "x"}
    )
    assert [(r.symbol, r.accept) for r in found] == [
        ("BUS", ("y", "m")),
        ("FLAG", ("n",)),
        ("DEVICE", ("m",)),
        ("COUNT", ("5",)),
        ("NAME", ("x",)),
    ]
    with pytest.raises(RequestError, match="BUS: invalid value None"):
        from_mapping(model, {"BUS": None})


def test_requests_from_a_fragment(model: Model, tmp_path: Path) -> None:
    """Every line of a fragment is a request; of two for a symbol the last counts."""
    path = tmp_path / "want.config"
    path.write_text('CONFIG_BUS=m\nCONFIG_BUS=y\n# CONFIG_FLAG is not set\nCONFIG_NAME="x"\n')
    found = from_fragment(model, path)
    assert [(r.symbol, r.accept, r.origin) for r in found] == [
        ("BUS", ("y",), f"@{path}:2"),
        ("FLAG", ("n",), f"@{path}:3"),
        ("NAME", ("x",), f"@{path}:4"),
    ]
    for text, error in (
        ("CONFIG_BUS\n", f"{path}:1: no equals sign"),
        ("CONFIG_FLAG=m\n", f"{path}:1: CONFIG_FLAG=m: invalid value 'm' (bool)"),
        ("CONFIG_BUSS=y\n", "did you mean BUS?"),
    ):
        path.write_text(text)
        with pytest.raises(RequestError) as caught:
            from_fragment(model, path)
        assert error in str(caught.value)
    with pytest.raises(ConfigFileError, match="no such file"):
        from_fragment(model, tmp_path / "none")


def test_a_line_says_why_it_is_there(model: Model) -> None:
    """Each line of a plan has its role, its reason with the place, and who needs it."""
    found = plan(model, "DEVICE")
    assert found.status == "planned"
    assert [(line.text, line.role, line.needed_by) for line in found.lines] == [
        ("CONFIG_BUS=y", "prerequisite", ("DEVICE",)),
        ("CONFIG_DEVICE=y", "requested", ("DEVICE",)),
    ]
    assert found.lines[0].why == "DEVICE depends on BUS (Kconfig:10)"
    assert str(found.lines[0].location) == "Kconfig:5"
    assert [(c.symbol, c.before, c.after) for c in found.changes] == [
        ("BUS", "n", "y"),
        ("DEVICE", "n", "y"),
        ("FLAG", "n", "y"),
    ]
    assert {m.name: m.value for m in found.objective} == {
        "lost": 0,
        "switched": 0,
        "added": 2,
        "lines": 2,
    }
    assert found.verified.evaluator is True
    assert found.verified.conf is None


def test_modules_are_switched_on_for_an_m_only(model: Model) -> None:
    """A request for m needs modules; where y will do, y is taken."""
    assert [line.text for line in plan(model, "BUS=m").lines] == [
        "CONFIG_MODULES=y",
        "CONFIG_BUS=m",
    ]
    assert [line.text for line in plan(model, "BUS=y|m").lines] == ["CONFIG_BUS=y"]


def test_numbers_and_texts_are_planned(model: Model) -> None:
    """A number or text that is asked for is a line as conf writes it."""
    found = plan(model, "COUNT=5", "MASK=0x1F", 'NAME=say "x"')
    assert [line.text for line in found.lines] == [
        "CONFIG_COUNT=5",
        "CONFIG_MASK=0x1F",
        'CONFIG_NAME="say \\"x\\""',
    ]


@pytest.mark.parametrize(
    ("requests", "why"),
    [
        (["BUS=m", "DEVICE=m"], "BUS and DEVICE can only be m with modules"),
        (["HALF"], "HALF depends on BUS = m (Kconfig:27), BUS can only be m with modules"),
    ],
)
def test_modules_are_needed_by_what_is_m(model: Model, requests: list[str], why: str) -> None:
    """The reason for MODULES names the symbols that would be y without it."""
    found = plan(model, *requests)

    assert {line.symbol: line.why for line in found.lines}["MODULES"] == why


def test_what_needs_no_line_says_why(model: Model) -> None:
    """A request that holds already is reported with its reason."""
    found = plan(model, "FLAG", "BUS=m", base="CONFIG_MODULES=y\nCONFIG_BUS=m\nCONFIG_DEVICE=m\n")
    assert found.lines == ()
    assert [(s.symbol, s.why) for s in found.satisfied] == [
        (
            "FLAG",
            (
                'it has "default y if DEVICE" (Kconfig:14), with DEVICE=m, '
                "and a bool cannot be m, so m becomes y"
            ),
        ),
        ("BUS", '"CONFIG_BUS=m" (base:2)'),
    ]


def test_an_impossible_request_names_the_conflict(model: Model) -> None:
    """What stands against a request is named with demand and place, and nothing is written."""
    found = plan(model, "DEVICE", forbid="BUS")
    assert found.status == "impossible"
    assert found.conflict is not None
    assert set(map(str, found.conflict.demands)) == {"DEVICE=y", "BUS=n"}
    assert "Kconfig:10" in [str(rule.location) for rule in found.conflict.rules]
    assert found.fragment == ""
    with pytest.raises(RequestError, match="not written: the request is impossible"):
        found.write("nowhere")


def test_a_cause_that_is_not_found_in_time(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proved impossible stays so without the time for a cause: all demands are named."""

    def late(*_: object) -> None:
        raise OutOfTime

    monkeypatch.setattr("kresolve.planner.conflict.conflict", late)
    found = plan(model, "DEVICE", "FLAG", forbid="BUS")
    assert found.status == "impossible"
    assert found.conflict is not None
    assert {demand.name for demand in found.conflict.demands} == {"DEVICE", "FLAG", "BUS"}
    assert found.conflict.rules == ()
    assert any("timed out" in note for note in found.notes)


def test_a_fragment_is_written_as_a_whole(model: Model, tmp_path: Path) -> None:
    """The fragment has every line with its reason, and gives the same lines when it is read."""
    found = plan(model, "DEVICE=m")
    path = tmp_path / "fragment"
    found.write(path)
    assert path.read_text() == found.fragment
    assert [str(line) for line in read(found.fragment, model)] == [
        line.text for line in found.lines
    ]
    assert all(line.startswith(("#", "CONFIG_")) or not line for line in found.fragment.split("\n"))


@pytest.mark.parametrize(
    ("requests", "base", "symbol", "why"),
    [
        (["CAGE"], "CONFIG_BIRD=y", "BIRD", "CAGE depends on !BIRD (Kconfig:34)"),
        (["DEEP"], "", "LEVEL", "DEEP depends on LEVEL >= 3 (Kconfig:41)"),
        (
            ["SONG", "NEST", "FLOCK"],
            "",
            "BIRD",
            "SONG depends on BIRD (Kconfig:45); so does NEST; needed by FLOCK too",
        ),
    ],
)
def test_a_reason_says_what_the_files_say(
    requests: list[str], base: str, symbol: str, why: str
) -> None:
    """A condition is told as it stands: negated, compared, and only of whom it is a condition."""
    found = plan(load(_KCONFIG + _BIRDS), *requests, base=base)

    assert {line.symbol: line.why for line in found.lines}[symbol] == why


_BIRDS = """
config BIRD
	bool "a bird"

config CAGE
	bool "a cage"
	depends on !BIRD

config LEVEL
	int "a level"

config DEEP
	bool "deep"
	depends on LEVEL >= 3

config SONG
	bool "a song"
	depends on BIRD

config NEST
	bool "a nest"
	depends on BIRD

config FLOCK
	bool "a flock"
	depends on NEST
"""


def test_a_transitional_name_takes_lines_as_a_last_resort() -> None:
    """What only an old name decides is planned by a line for it, all else without."""
    old = load(
        'config OLD\n\tbool\n\ttransitional\n\nconfig NEW\n\tbool "new"\n\tdefault OLD\n\n'
        'config DEPENDENT\n\tbool\n\tdefault !OLD\n\nconfig A\n\tbool "a"\n\tdepends on NEW\n',
        "7.x",
    )
    found = plan(old, "DEPENDENT", base="CONFIG_OLD=y")
    assert [line.text for line in found.lines] == ["# CONFIG_OLD is not set"]

    found = plan(old, "A")
    assert [line.text for line in found.lines] == ["CONFIG_NEW=y", "CONFIG_A=y"]


def test_what_is_impossible_alone_is_told_alone(model: Model) -> None:
    """Of several conflicts, that with the fewest requests is told."""
    birds = load(_KCONFIG + _BIRDS + 'config DODO\n\tbool "a dodo"\n\tdepends on EXTINCT\n')
    found = plan(birds, "BIRD", "CAGE", "DODO")

    assert found.conflict is not None
    assert [demand.name for demand in found.conflict.demands] == ["DODO"]


def test_a_way_out_that_keeps_the_request_is_told(model: Model) -> None:
    """To give up what was forbidden is a way out; to give up all that was asked for is none."""
    text = plan_report(plan(model, "DEVICE", forbid="BUS"))

    assert "possible without BUS=n" in text
    assert "possible without DEVICE" not in text


def test_what_lines_result_in_is_kept_for_these_lines_only(model: Model) -> None:
    """The same lines, however they are spelled, get one answer; others get their own."""
    target = Target(model, "base", (Line("COUNT", "3"),))
    spelled = Line("COUNT", "n", literal=True), Line("COUNT", "n")

    assert target.after([Line("BUS", "y")]) is target.after([Line("BUS", "y")])
    assert target.after([Line("BUS", "m")])["BUS"] == "y"
    assert target.after([Line("MODULES", "y"), Line("BUS", "m")])["BUS"] == "m"
    assert target.after(spelled[:1]) is not target.after(spelled[1:])
    assert target.after(())["BUS"] == "n"


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("CPUS=9000", ("CPUS=512",)),
        ("CPUS=1", ("CPUS=2",)),
        ("OFFSET=0x5", ("OFFSET=0x10",)),
        ("HALF", ()),
    ],
)
def test_a_number_that_cannot_be_says_which_can(asked: str, instead: tuple[str, ...]) -> None:
    """The nearest one that a range allows; where nothing else would do, nothing is said."""
    model = load(
        _KCONFIG
        + "config CPUS\n\tint 'how many'\n\trange 2 64 if !BUS\n\trange 2 512\n"
        + "config OFFSET\n\thex 'where'\n\trange 0x10 0xff\n"
    )
    plan = answer(
        Target(model, "base", (Line("BUS", "n"),)),
        Question(
            (checked(model, *parse_request(asked), asked),), forbidden=("BUS",) * (not instead)
        ),
    )

    assert plan.conflict is not None
    assert plan.conflict.ways_out[0].instead == instead


def test_a_range_that_is_empty_makes_no_plan_and_no_proof() -> None:
    """Conf gives such a number one bound or the other by turns: no line for it lasts."""
    model = load("config LOW\n\tint 'low'\n\nconfig N\n\tint 'n'\n\tdefault LOW\n\trange LOW 0\n")
    target = Target(model, "base", ())
    plan = answer(target, Question((checked(model, "N", "1", "N=1"),)))

    assert plan.status == "unknown"
    assert "".join(plan.notes) == (
        "only a line for N that does not say what results would do: "
        "its range is empty, so that no value lasts"
    )


def test_what_keeps_a_request_is_of_the_fragment() -> None:
    """A way with fewer lines is not taken if its line is not one of the fragment's."""
    options = "".join(f"config {name}\n\tbool '{name}'\n\n" for name in ("A", "B", "SHORT"))
    model = load(f"{options}config T\n\tbool 'T'\n\tdepends on A && B || SHORT\n")
    fragment = read("CONFIG_A=y\nCONFIG_B=y\nCONFIG_T=y\n", model)
    kept = keeping(Target(model, "empty", ()), fragment, (checked(model, "T", "y", "T"),))

    assert [line.symbol for line in kept.lines] == ["A", "B", "T"]


def test_an_explicit_line_may_have_no_effect() -> None:
    """Where nobody sees the prompt and a default does it, the line is there all the same."""
    model = load("config A\n\tbool 'A' if HIDDEN\n\tdefault y\n")
    question = Question((checked(model, "A", "y", "A"),), explicit=True)

    assert [line.text for line in answer(Target(model, "empty", ()), question).lines] == [
        "CONFIG_A=y"
    ]


def test_a_conflict_of_trees_that_have_not_the_same_options() -> None:
    """One option is wanted on in one tree and off in the other; each has one of its own besides."""
    questions = []
    for own, condition in (("LEFT", "SHARED"), ("RIGHT", "!SHARED")):
        options = "".join(f"config {name}\n\tbool '{name}'\n\n" for name in (own, "SHARED"))
        model = load(f"{options}config T\n\tbool 'T'\n\tdepends on {own} && {condition}\n")
        question = Question((checked(model, "T", "y", "T"),))
        questions.append((Target(model, "empty", ()), question))
    plan = answer_all(questions)

    assert plan.status == "impossible"
    assert plan.conflict is not None
    assert {rule.text for rule in plan.conflict.rules} == {
        "depends on LEFT && SHARED",
        "depends on RIGHT && !SHARED",
    }


def test_a_plan_after_an_interruption_is_right(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Ctrl-C left half encoded is not used again."""
    target, question = Target(model, "base", ()), Question((checked(model, "DEVICE", "y", "D"),))
    whole = OpenEncoding.visibility
    with monkeypatch.context() as patch:
        calls: list[str] = []

        def interrupted(self: OpenEncoding, symbol: Symbol) -> Tristate:
            calls.append(symbol.name)
            if len(calls) > 1:
                raise KeyboardInterrupt
            return whole(self, symbol)

        patch.setattr(OpenEncoding, "visibility", interrupted)
        with pytest.raises(KeyboardInterrupt):
            answer(target, question)
    before = target.kept_encoding

    assert answer(target, question).lines == answer(Target(model, "base", ()), question).lines
    assert not before.unfinished
