"""Explanations: one sentence for each rule, reductions, reasons for plans, what is shown."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from kresolve.api.explain_symbol import explain_symbol
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode, evaluate
from kresolve.explanation.customary import customary_note
from kresolve.explanation.derivation import Derivation, Fact, Premise, Step
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.probes import Probes, with_probes
from kresolve.explanation.reductions import (
    FOR_READERS,
    drop_alternatives,
    drop_irrelevant,
    drop_proof_only,
    each,
    readable,
    reduced,
    stop_at_user_lines,
    to_depth,
)
from kresolve.explanation.sentences import headline, reason, sentence
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model
from kresolve.kconfig.values import Type
from kresolve.planner import Question, Target, answer, checked, parse_request
from kresolve.rendering.explanation import Explanation
from kresolve.rendering.explanation_outline import change_title, outline
from tests.property.toys import load, read

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config NET
	bool "net"

config EXPERT
	bool "expert"

menu "Net options"
	visible if !HIDE

config HIDE
	bool

if NET

config INET
	bool "inet"
	default y if EXPERT

config DIAG
	tristate "diag"
	depends on INET && (V6 || V6 = n)
	default y

config UDP
	tristate "udp"
	depends on DIAG

endif

config V6
	tristate "v6"

config EITHER
	bool "either"
	depends on NET || EXPERT

endmenu

config ASKED
	bool "asked" if EXPERT
	default y

config FORCED
	bool
	depends on NEVER

config FORCER
	tristate "forcer"
	select FORCED if EXPERT
	select LEVEL

config SECOND
	tristate "second"
	select LEVEL

config LEVEL
	tristate

config PROPOSER
	bool "proposer"
	imply PROPOSED
	imply CUT

config PROPOSED
	bool "proposed"

config CUT
	bool "cut"
	depends on EXPERT

config ALONE
	bool

config SIZE
	int "size"
	range 4 8 if !EXPERT
	default 6 if NET
	default 5

config NAME
	string "name"
	default "me"

choice
	prompt "Speed"
	default FAST

config SLOW
	bool "slow"

config FAST
	bool "fast"

config FASTER
	bool "faster"
	depends on EXPERT

endchoice

config HALF
	def_tristate m
	prompt "half"

config FOLLOWER
	bool "follower"
	depends on HALF
"""

#: Symbol, lines, mode, and the sentence with the places of rules.
_SENTENCES: list[tuple[str, str, ConfMode, str]] = [
    ("NET", "CONFIG_NET=y", "olddefconfig", 'NET is y: "CONFIG_NET=y" (base:1)'),
    ("NET", "", "olddefconfig", "NET is n: not set and it has no default"),
    (
        "NET",
        "",
        "allnoconfig",
        "NET is n: set by make allnoconfig, as no line sets it",
    ),
    (
        "UDP",
        "CONFIG_UDP=y",
        "olddefconfig",
        "UDP was set to y (base:1) but is n: it depends on DIAG (=n) (Kconfig:30)",
    ),
    (
        "DIAG",
        "CONFIG_NET=y",
        "olddefconfig",
        "DIAG is n because it depends on INET (=n) (Kconfig:25)",
    ),
    (
        "UDP",
        "CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_MODULES=y\nCONFIG_DIAG=m\nCONFIG_UDP=y",
        "olddefconfig",
        "UDP was set to y (base:5) but is only m: it depends on DIAG (=m) (Kconfig:30)",
    ),
    (
        "EITHER",
        "",
        "olddefconfig",
        (
            "EITHER is n: not set; cannot be set, because "
            "it depends on NET (=n) || EXPERT (=n) (Kconfig:39)"
        ),
    ),
    (
        "ASKED",
        "# CONFIG_ASKED is not set",
        "olddefconfig",
        (
            "ASKED was set to n (base:1) but is y: "
            "it has a prompt only if EXPERT (=n) (Kconfig:44); "
            '"default y" (Kconfig:45) applies instead'
        ),
    ),
    (
        "ASKED",
        "CONFIG_EXPERT=y",
        "allnoconfig",
        (
            "ASKED is n: set by make allnoconfig, as no line sets it, "
            "which takes effect because EXPERT=y"
        ),
    ),
    (
        "FORCED",
        "CONFIG_EXPERT=y\nCONFIG_FORCER=y",
        "olddefconfig",
        (
            "FORCED is y: it is selected by FORCER (=y) (Kconfig:53), with EXPERT=y; "
            "conf warns of unmet direct dependencies: it depends on NEVER (undefined) (Kconfig:49)"
        ),
    ),
    (
        "LEVEL",
        "CONFIG_SECOND=y\nCONFIG_FORCER=y",
        "olddefconfig",
        "LEVEL is y: it is selected by FORCER (=y) (Kconfig:54); also by SECOND",
    ),
    (
        "LEVEL",
        "",
        "olddefconfig",
        (
            "LEVEL is n: it has neither prompt nor default, "
            "and FORCER (Kconfig:54) or SECOND (Kconfig:58) could select it, but none does"
        ),
    ),
    ("ALONE", "", "olddefconfig", "ALONE is n: it has neither prompt nor default"),
    (
        "PROPOSED",
        "CONFIG_PROPOSER=y",
        "olddefconfig",
        "PROPOSED is y: no line sets it, and it is implied by PROPOSER (=y) (Kconfig:65)",
    ),
    (
        "CUT",
        "CONFIG_PROPOSER=y",
        "olddefconfig",
        (
            "CUT is n: it is implied by PROPOSER (=y) (Kconfig:66), "
            "but it depends on EXPERT (=n) (Kconfig:73)"
        ),
    ),
    (
        "SIZE",
        "CONFIG_SIZE=99",
        "olddefconfig",
        (
            "SIZE was set to 99 (base:1) but is 8: "
            'out of range 4..8 by "range 4 8 if !EXPERT" (Kconfig:80)'
        ),
    ),
    (
        "SIZE",
        "",
        "olddefconfig",
        (
            'SIZE is 5 by "default 5" (Kconfig:82); '
            'earlier, "default 6 if NET" (Kconfig:81; NET=n) does not apply; '
            "no line sets it"
        ),
    ),
    (
        "NAME",
        'CONFIG_NAME="you"',
        "olddefconfig",
        'NAME is "you": \'CONFIG_NAME="you"\' (base:1)',
    ),
    (
        "SLOW",
        "CONFIG_SLOW=y\nCONFIG_FAST=y",
        "olddefconfig",
        (
            'SLOW was set to y (base:1) but is n: the choice "Speed" (Kconfig:88) '
            "selects FAST; only one member can be y"
        ),
    ),
    (
        "FASTER",
        "CONFIG_FASTER=y",
        "olddefconfig",
        ("FASTER was set to y (base:1) but is n: it depends on EXPERT (=n) (Kconfig:100)"),
    ),
    (
        "HALF",
        "",
        "olddefconfig",
        'HALF is y: it has "default m" (Kconfig:105), and without modules (MODULES=n) m becomes y',
    ),
    (
        "FOLLOWER",
        "CONFIG_MODULES=y\nCONFIG_FOLLOWER=y",
        "olddefconfig",
        'FOLLOWER is y: "CONFIG_FOLLOWER=y" (base:2); its dependencies are met: HALF=m',
    ),
]


@pytest.fixture
def model() -> Model:
    """A tree in which every rule can decide."""
    return load(_KCONFIG)


def derived(model: Model, name: str, text: str, mode: ConfMode = "olddefconfig") -> Derivation:
    """The derivation of a value for readers."""
    return Deriver(evaluate(model, read(text, model), mode), "base").reading(name)


@pytest.mark.parametrize(("name", "text", "mode", "expected"), _SENTENCES)
def test_each_rule_has_its_sentence(
    model: Model, name: str, text: str, mode: ConfMode, expected: str
) -> None:
    """A fact is told in one sentence, with the rule that decided and its place."""
    assert sentence(derived(model, name, text, mode).fact) == expected


def test_a_select_beyond_m_says_what_it_passes() -> None:
    """What is selected to y where its dependency is m: MODULES, by which m stays m, is a cause."""
    model = load(
        'config MODULES\n\tmodules\n\tbool "Modules"\n\tselect DRIVER\n'
        'if m\nconfig DRIVER\n\ttristate "Driver"\nendif\n'
    )
    fact = derived(model, "DRIVER", "CONFIG_MODULES=y").fact

    assert sentence(fact) == (
        "DRIVER is y: it is selected by MODULES (=y) (Kconfig:4); "
        "conf warns of unmet direct dependencies: it depends on m (Kconfig:5)"
    )
    assert {cause.name for cause in fact.causes} == {"MODULES"}


def test_the_first_sentence_says_where_the_symbol_stands(model: Model) -> None:
    """The headline has the symbol's place and the values, and leaves other places out."""
    found = derived(model, "UDP", "CONFIG_UDP=y")

    assert headline(found) == "UDP (Kconfig:28) was set to y but is n: it depends on DIAG (=n)"
    assert found.is_dropped
    assert found.asked == "y"


def test_what_follows_is_not_told_beside_its_reason(model: Model) -> None:
    """Of conditions that are n, that from which the others follow is told, and leads to them."""
    found = derived(model, "UDP", "CONFIG_UDP=y")

    assert list(found.facts) == ["UDP", "DIAG", "INET", "NET"]


def test_conditions_that_do_not_follow_are_told_beside(model: Model) -> None:
    """Each condition that is not met for a reason of its own is named, once."""
    found = derived(model, "DIAG", "CONFIG_V6=m\nCONFIG_MODULES=y\nCONFIG_DIAG=y")
    (step,) = (step for step in found.fact.steps if step.rule == "depends")

    assert [told.text for one in (step, *step.also) for told in one.premises] == ["depends on INET"]
    both = derived(load(_BOTH), "X", "")
    (step,) = (step for step in both.fact.steps if step.rule == "depends")
    assert [told.text for one in (step, *step.also) for told in one.premises] == [
        "depends on A",
        "depends on B",
    ]
    assert sentence(both.fact).endswith(
        "it depends on A (=n) (Kconfig:9) and on B (=n) (Kconfig:10)"
    )


_BOTH = """\
config A
	bool "a"

config B
	bool "b"

config X
	bool "x"
	depends on A
	depends on B
"""


def test_because_needs_one_cause_that_would_change_it(model: Model) -> None:
    """What two conditions forbid each on its own is not said to be because of one."""
    assert " because " not in sentence(derived(load(_BOTH), "X", "").fact)
    one = sentence(derived(load(_BOTH), "X", "CONFIG_B=y").fact)
    assert one == ("X is n: not set; cannot be set, because it depends on A (=n) (Kconfig:9)")


def test_reductions_are_pure_and_only_leave_out(model: Model) -> None:
    """A reduction gives another derivation of the same value, with nothing new in it."""
    found = evaluate(model, read("CONFIG_NET=y\nCONFIG_FORCER=y\n", model))
    for name in found:
        whole = Deriver(found, "base").derivation(name)
        before = dict(whole.facts.items())
        for reduction in FOR_READERS:
            less = each(whole, reduction)
            assert less.value == whole.value
            assert set(less.facts) <= set(whole.facts)
            assert list(each(less, reduction).facts) == list(less.facts)
        assert dict(whole.facts) == before


def test_each_reduction_leaves_out_its_own() -> None:
    """Quiet steps, idle lines, spare selectors and what a line settles each have a reduction."""
    model = load(_KCONFIG)
    found = evaluate(model, read("CONFIG_SECOND=y\nCONFIG_FORCER=y\n", model))
    whole = Deriver(found, "base").derivation("LEVEL")
    rules = [step.rule for step in whole.fact.steps]

    assert rules == ["no line", "select"]
    assert [step.rule for step in drop_irrelevant(whole.fact).steps] == ["select"]
    assert whole.fact.steps[1].also[0].causes
    assert not drop_alternatives(whole.fact).steps[1].also[0].causes
    assert any(s.rule == "offered" for s in whole.facts["FORCER"].steps)
    assert not any(
        s.rule == "not selected" for f in whole.facts.values() for s in drop_proof_only(f).steps
    )
    deep = Deriver(evaluate(model, read("CONFIG_UDP=y\n", model)), "base").derivation("UDP")
    assert list(to_depth(reduced(deep), 1).facts) == ["UDP", "DIAG"]
    assert not list(stop_at_user_lines(reduced(deep).facts["NET"]).causes)


def test_a_derivation_tells_common_parts_once(model: Model) -> None:
    """In an outline each fact stands once; where it is mentioned again, a number leads there."""
    text = "CONFIG_EXPERT=y\n"
    kconfig = """\
config A
	bool "a"

config B
	bool "b"
	depends on A

config C
	bool "c"
	depends on B

config D
	bool "d"
	depends on B || C
"""
    items = outline(derived(load(kconfig), "D", "")).items

    assert [item.fact.name for item in items] == ["D", "B", "A", "C", "B"]
    assert items[-1].again
    assert items[-1].text == "B is n: see [1]"
    assert items[1].text.startswith("[1] B is n")
    assert derived(model, "EXPERT", text).value == "y"


def test_an_unknown_symbol_is_refused(model: Model) -> None:
    """A name that the tree does not have is an error that proposes those near it."""
    deriver = Deriver(evaluate(model, []), "base")
    with pytest.raises(RequestError, match=r"FORSED: .* has no such option; did you mean FORCED"):
        deriver.derivation("FORSED")


def satisfied(deriver: Deriver, name: str) -> str:
    """Why a symbol has its value, as a plan says of what needs no line."""
    return reason(readable(deriver.fact(name), root=False))


def test_a_request_without_a_line_says_why(model: Model) -> None:
    """What needs no line is said to have a default, or to be selected, and by what."""
    deriver = Deriver(evaluate(model, read("CONFIG_FORCER=y\n", model)), "base")

    assert satisfied(deriver, "LEVEL") == "it is selected by FORCER (=y) (Kconfig:54)"
    assert satisfied(deriver, "ASKED") == 'it has "default y" (Kconfig:45)'


def test_tradition_is_weighed(model: Model) -> None:
    """What an option asked for by tradition would switch off is calculated, and said."""
    nothing = customary_note(model, [], "olddefconfig", "EXPERT")
    assert nothing == "note: EXPERT is often listed; it is not needed"
    hurt = customary_note(model, [], "allnoconfig", "EXPERT")
    assert hurt == f"{nothing}; it would change: make would set ASKED to n"
    assert customary_note(model, [Line("EXPERT", "y")], "olddefconfig", "EXPERT") == ""
    vain = customary_note(model, [], "olddefconfig", "UDP")
    assert vain == (
        "note: UDP is often listed; it is not needed; a line for it would have no effect"
    )


def test_a_default_that_tradition_turns_is_named() -> None:
    """A default that goes to n is told as that."""
    model = load('config EXPERT\n\tbool "e"\n\nconfig SPACES\n\tbool "s" \n\tdefault !EXPERT\n')

    assert customary_note(model, [], "olddefconfig", "EXPERT") == (
        "note: EXPERT is often listed; it is not needed; it would change: SPACES would default to n"
    )


def test_programs_that_were_asked_are_named(model: Model) -> None:
    """A default from $(shell,...) is told in the file's words, with the tool that was missing."""
    files = {
        "Kconfig": _KCONFIG.replace("default 5", "default $(version,$(PAHOLE))"),
        "scripts/Kconfig.include": "version = $(shell,$(srctree)/scripts/v.sh $(1))\n",
        "scripts/v.sh": 'exec "$PAHOLE" --version\n',
    }
    info = evolve(model.info, toolchain=(("CC", "gcc 1"), ("PAHOLE", "not found")))
    found = with_probes(derived(model, "SIZE", ""), Probes(info, files.get))

    assert sentence(found.fact).startswith(
        'SIZE is 5 by "default $(version,$(PAHOLE))" '
        "(Kconfig:82; PAHOLE was not found when the tree was read)"
    )
    untouched = with_probes(derived(model, "SIZE", ""), Probes(info, lambda name: None))
    assert untouched.fact == derived(model, "SIZE", "").fact


def shown(model: Model, text: str, lines: str = "", *, full: bool = False) -> Explanation:
    """An explanation with what would change the value."""
    target = Target(model, "base", tuple(read(lines, model)))
    return explain_symbol(target, text, base="base", full=full)


def test_a_line_that_is_only_supposed_can_be_asked_about(model: Model) -> None:
    """X=VALUE is explained as if there were such a line, and planned as if there were none."""
    found = shown(model, "UDP=m")

    assert found.sentence.startswith("UDP (Kconfig:28) was set to m but is n")
    assert found.wanted == "m"
    assert found.plan is not None
    assert "UDP" in [line.symbol for line in found.plan.lines]


@pytest.mark.parametrize("text", ["UDP=maybe", "UDP=y|m", "SIZE=x", "NOBODY", "a b"])
def test_a_wrong_question_is_refused(model: Model, text: str) -> None:
    """A value that the symbol cannot take, or a name that is none, is one clear error."""
    with pytest.raises(RequestError):
        shown(model, text)


def test_an_explanation_shows_itself(model: Model) -> None:
    """Text, Markdown, HTML and JSON all begin with the sentence and have the plan's lines."""
    found = shown(model, "UDP", "CONFIG_UDP=y\n")
    document = json.loads(json.dumps(found.to_dict()))

    assert str(found).splitlines()[0] == found.sentence
    assert "CONFIG_NET=y" in str(found)
    assert found.markdown.startswith("**`UDP` (`Kconfig:28`) was set to y but is n")
    assert "CONFIG_NET=y" in found.markdown
    assert "CONFIG_NET=y" in found.html
    assert found._repr_html_() in found.html
    assert "http" not in found.html
    assert document["schema"] == "kresolve.derivation/1"
    assert document["dropped"] is True
    assert document["sentence"] == found.sentence
    assert next(fact["name"] for fact in document["facts"]) == "UDP"
    assert document["plan"]["status"] == "planned"


def test_lines_with_quotes_are_whole_in_markdown() -> None:
    """A Kconfig line with quotes, or backticks, in it is one piece of code."""
    model = load('config FISH\n\tbool "the `new` \'X\'" if "a" = "b"\n\tdefault "a" != "`"\n')
    found = shown(model, "FISH", "")

    assert 'FISH (Kconfig:1) is y by \'default "a" != "`"\'' in found.sentence
    assert found.markdown.startswith('**`FISH` (`Kconfig:1`) is y by ``\'default "a" != "`"\'``')
    assert "bool ``\"the `new` 'X'\"``" in found.markdown


def test_probed_limits_stand_in_quotes_they_do_not_have() -> None:
    """A line that a program decides is quoted as defaults are."""
    told = Premise("kconfig", "prompt if n", Location("Kconfig", 2), probe='bool "x" if $(f,"a")')
    fact = Fact("X", "n", "depends", (Step("hidden", (told,), value="n"),), Type.BOOL)
    assert 'it is limited by \'bool "x" if $(f,"a")\'' in sentence(fact)


def test_html_escapes_what_files_say() -> None:
    """A prompt with markup in it is text in the page."""
    model = load('config X\n\tbool "<b>bold</b> & more"\n')

    assert "<b>" not in shown(model, "X").html
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in shown(model, "X").html


def test_full_leaves_nothing_out(model: Model) -> None:
    """The full explanation has every rule, the quiet ones too."""
    text = str(shown(model, "UDP", "CONFIG_UDP=y\n", full=True))

    assert "- line: CONFIG_UDP=y (base:1)" in text
    assert "- depends: depends on DIAG (Kconfig:30): DIAG=n" in text
    assert "- no line: no line for CONFIG_NET" in text


def test_no_colon_without_anything_behind_it() -> None:
    """A change that needs no line is a whole sentence; one with lines announces them."""
    model = load('config FISH\n\tdef_bool y\nconfig BIRD\n\tbool "a bird"\n')
    target = Target(model, "base", ())
    nothing, something = (
        answer(target, Question((checked(model, *parse_request(name), name),)))
        for name in ("FISH", "BIRD")
    )
    assert change_title("y", nothing) == "nothing is missing for FISH"
    announced = change_title("y", something)
    assert announced.startswith("this line would make it y (proved best")
    assert announced.endswith("):")
