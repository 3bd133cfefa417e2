"""Requests: options and their accepted values, and alternatives of them.

A request is any of some alternatives; an alternative takes all of its wants.  A plain
request has one alternative of one want.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Final, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import (
    Line,
    invalid_value,
    read_lines,
    shown_value,
    typed_value,
    unquote,
)
from kresolve.errors import ConfigFileError, RequestError
from kresolve.kconfig.model import Model
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.kconfig.values import Type, valid
from kresolve.planner.request_text import (
    Term,
    parse_request,
    parse_request_name,
    parse_terms,
    request_name,
    value_text,
)
from kresolve.results import Short

#: What the ``.config`` says of a symbol.
Shown: TypeAlias = Callable[[str], str]
#: On: what a condition asks for that names no value.
ON: Final = ("y", "m")


@frozen(repr=False)
class Want(Short):
    """An option and its accepted values; it is needed only where its condition holds."""

    symbol: str
    accept: tuple[str, ...]
    condition: Want | None = None

    _keys: ClassVar = ("symbol", "accept", "if=condition")

    def __str__(self) -> str:
        text = f"{self.symbol}={'|'.join(map(shown_value, self.accept))}"
        return f"{text} if {self.when}" if self.condition is not None else text

    @property
    def when(self) -> str:
        """Its condition, in words."""
        if self.condition is None:
            return "y"
        return self.condition.symbol if self.condition.accept == ON else str(self.condition)

    def is_needed(self, shown: Shown) -> bool:
        """Does its condition hold?"""
        return self.condition is None or self.condition.holds(shown)

    def holds(self, shown: Shown) -> bool:
        """Has the option a value that will do, or is it not needed?"""
        return shown(self.symbol) in self.accept or not self.is_needed(shown)


@frozen(repr=False)
class Alternative(Short):
    """Wants that hold together; ``name`` is their name for people, if there is one."""

    wants: tuple[Want, ...]
    name: str = ""

    _keys: ClassVar = ("name?", "options=wants")

    def __str__(self) -> str:
        return " and ".join(map(str, self.wants))

    def holds(self, shown: Shown) -> bool:
        """Does all of it hold?"""
        return all(want.holds(shown) for want in self.wants)

    def needed(self, shown: Shown) -> tuple[str, ...]:
        """The symbols whose conditions hold."""
        return tuple(want.symbol for want in self.wants if want.is_needed(shown))

    def lacks(self, shown: Shown) -> tuple[Want, ...]:
        """The wants that do not hold."""
        return tuple(want for want in self.wants if not want.holds(shown))


@frozen
class Request:
    """One option and the values that satisfy it.

    ``accept`` holds "n", "m", "y" for bool and tristate, the text itself for
    other types.  ``origin`` says where the request comes from, for people; ``purpose`` what
    it is for, where a profile says that.
    """

    symbol: str
    accept: tuple[str, ...]
    origin: str
    purpose: str = field(default="", eq=False)

    _keys: ClassVar = ("symbol", "accept", "from=origin")

    def __str__(self) -> str:
        return f"{self.symbol}={'|'.join(map(shown_value, self.accept))}"

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The one alternative."""
        return (Alternative((Want(self.symbol, self.accept),)),)

    @property
    def wants(self) -> tuple[Want, ...]:
        """The one want."""
        return (Want(self.symbol, self.accept),)

    @property
    def name(self) -> str:
        """What it is called where others need it."""
        return self.symbol

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are asked for."""
        return (self.symbol,)

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The symbols whose values decide whether it holds."""
        return (self.symbol,)

    def holds(self, shown: Shown) -> bool:
        """Does it hold?"""
        return shown(self.symbol) in self.accept


@frozen(repr=False)
class AnyOf(Short):
    """Alternatives of which one has to hold, the preferred one first.

    ``notes`` tell of alternatives that the tree does not have; ``purpose`` is as for a Request.
    """

    alternatives: tuple[Alternative, ...]
    origin: str
    name: str
    notes: tuple[str, ...] = field(default=(), eq=False)
    purpose: str = field(default="", eq=False)

    _keys: ClassVar = ("any_of=alternatives", "name", "from=origin")

    def __str__(self) -> str:
        several = len(self.alternatives) > 1
        return " or ".join(
            f"({alternative})" if several and len(alternative.wants) > 1 else str(alternative)
            for alternative in self.alternatives
        )

    @property
    def wants(self) -> tuple[Want, ...]:
        """The wants of all alternatives."""
        return tuple(want for alternative in self.alternatives for want in alternative.wants)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that are asked for."""
        return tuple(dict.fromkeys(want.symbol for want in self.wants))

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The symbols whose values decide whether it holds."""
        conditions = (want.condition.symbol for want in self.wants if want.condition is not None)
        return tuple(dict.fromkeys((*self.symbols, *conditions)))

    @property
    def is_choice(self) -> bool:
        """Are there several alternatives?  One may stand alone, for its conditions."""
        return len(self.alternatives) > 1

    @property
    def label(self) -> str:
        """Its name in a sentence."""
        return in_quotes(self.name)

    def holds(self, shown: Shown) -> bool:
        """Does one of the alternatives hold?"""
        return any(alternative.holds(shown) for alternative in self.alternatives)

    def serving(self, shown: Shown) -> Alternative | None:
        """The first alternative that holds."""
        return next(
            (alternative for alternative in self.alternatives if alternative.holds(shown)), None
        )


#: What has to hold: a request of either kind; a pin and a ban are requests, too.
Demand: TypeAlias = Request | AnyOf


def in_quotes(name: str) -> str:
    """The name of a request in a sentence: in quotes where it is none in one word."""
    return f"'{name}'" if set("|& ") & {*name} else name


def notes_of(demands: Iterable[Demand]) -> list[str]:
    """What is to be told of requests with alternatives that the tree does not have."""
    return [note for demand in demands if isinstance(demand, AnyOf) for note in demand.notes]


def accepted_values(demands: Iterable[Demand]) -> dict[str, frozenset[str]]:
    """The symbols that are asked for, each with all values that some demand accepts."""
    accepted: dict[str, frozenset[str]] = {}
    for demand in demands:
        for want in demand.wants:
            accepted[want.symbol] = accepted.get(want.symbol, frozenset()) | {*want.accept}
    return accepted


def is_asked(asked: Mapping[str, frozenset[str]], line: Line, model: Model) -> bool:
    """Does a line give its symbol a value that somebody asked for?"""
    if line.symbol not in asked:
        return False
    return typed_value(line, model.symbols[line.symbol].type) in asked[line.symbol]


# From what people write


def requested(model: Model, text: str) -> Demand:
    """A request as it is typed: ``X``, ``X=m``, ``X=m|Y``, ``A & B if C|D``.

    Raises RequestError with the value, the place and what to write instead.
    """
    terms = parse_terms(text)
    first = terms[0][0]
    if len(terms) == 1 and len(terms[0]) == 1 and first.condition is None:
        return checked(model, first.name, first.value, text)
    return alternatives_of(
        model, [("", term) for term in terms], origin=request_name(text), name=request_name(text)
    )


def alternatives_of(
    model: Model, alternatives: Iterable[tuple[str, Sequence[Term]]], *, origin: str, name: str
) -> AnyOf:
    """Alternatives, each with its name, as this tree has them.

    One that needs an option that the tree does not have drops out.  Raises
    RequestError if none is left, or a value is none of its option.
    """
    known: list[Alternative] = []
    missing: dict[str, None] = {}
    alternatives = list(alternatives)
    _check_quotes(model, [term for _, terms in alternatives for term in terms], origin)
    for called, terms in alternatives:
        absent = lacking(model, terms)
        missing.update(dict.fromkeys(absent))
        if not absent:
            needed = (term for term in terms if not _is_never_needed(model, term))
            wants = tuple(_want(model, term, origin) for term in needed)
            known.append(Alternative(wants, called))
    hints = [did_you_mean_option(option, model.symbols) for option in missing]
    if not known:
        hint = next(filter(None, hints), "")
        names = " and no ".join(missing)
        raise RequestError(f"{origin}: {model.info} has no {names}{hint}")
    whole = AnyOf(tuple(known), origin, name)
    notes = (
        f"{option}: {model.info} has no such option{hint or ';'} {whole.label} is used without it"
        for option, hint in zip(missing, hints, strict=True)
    )
    return evolve(whole, notes=tuple(notes))


def lacking(model: Model, terms: Iterable[Term]) -> list[str]:
    """The options that an alternative needs and a tree does not have."""
    needed = (term.name for term in terms if not _is_never_needed(model, term))
    return [name for name in needed if not has_option(model, name)]


def has_option(model: Model, name: str) -> bool:
    """Does a tree define an option?"""
    symbol = model.symbols.get(name)
    return symbol is not None and symbol.type is not Type.UNKNOWN


def _check_quotes(model: Model, terms: Sequence[Term], origin: str) -> None:
    """Raise RequestError where an unknown name is rather the rest of a text before it."""
    for before, term in pairwise(terms):
        symbol, value = model.symbols.get(before.name), before.value
        is_text = symbol is not None and symbol.type is Type.STRING
        if is_text and value and not value.startswith('"') and not has_option(model, term.name):
            raise RequestError(
                f"{origin}: {model.info} has no {term.name}; "
                f'put a string with | or & in quotes, as in {before.name}="{value}|..."'
            )


def _is_never_needed(model: Model, term: Term) -> bool:
    """Does an option's condition never hold here?  What the tree does not have is n."""
    condition = term.condition
    if condition is None or has_option(model, condition.name):
        return False
    return condition.value is None or "n" not in condition.value.split("|")


def _want(model: Model, term: Term, origin: str) -> Want:
    wanted = checked(model, term.name, term.value, origin)
    condition = term.condition
    if condition is None or not has_option(model, condition.name):
        return Want(wanted.symbol, wanted.accept)
    if not model.symbols[condition.name].is_bool_or_tristate:
        raise RequestError(
            f"{origin}: {condition} is a condition, and {condition.name} is "
            f"{_a(model.symbols[condition.name].type)} ({model.location(condition.name)}); "
            "a condition is on or off"
        )
    if condition.value is None:
        return Want(wanted.symbol, wanted.accept, Want(condition.name, ON))
    needed_if = checked(model, condition.name, condition.value, origin)
    return Want(wanted.symbol, wanted.accept, Want(needed_if.symbol, needed_if.accept))


def checked(model: Model, name: str, wanted: str | None, origin: str) -> Request:
    """The request as the model's types understand it.

    Raises RequestError with the value, the place and what to write instead.
    """
    symbol = model.symbols.get(name)
    if symbol is None or symbol.type is Type.UNKNOWN:
        raise RequestError(
            f"{_from(origin, name)}{name}: {model.info} has no such option"
            f"{did_you_mean_option(name, model.symbols)}"
        )
    place = model.location(name)
    if symbol.is_bool_or_tristate:
        accept = tuple(dict.fromkeys((wanted if wanted is not None else "y").split("|")))
        bad = [value for value in accept if value not in ("n", "m", "y")]
        if bad:
            raise RequestError(
                f"{_from(origin, name)}{name}={wanted}: invalid value {bad[0]!r} "
                f"({symbol.type}); use y, m, n or y|m"
            )
        if symbol.type is Type.BOOL:
            if accept == ("m",):
                raise RequestError(
                    f"{_from(origin, name)}{name}=m: {name} is a bool ({place}) and cannot be m; "
                    f"use {name}=y"
                )
            accept = tuple(value for value in accept if value != "m")
        return Request(name, accept, origin)
    if wanted is None:
        raise RequestError(
            f"{_from(origin, name)}{name} is {_a(symbol.type)} ({place}); use {name}=VALUE"
        )
    value = unquote(wanted) if wanted.startswith('"') else wanted
    values = [value] if value is None or symbol.type is Type.STRING else value.split("|")
    if value is None or not all(valid(symbol.type, text) for text in values if text is not None):
        shown = wanted if wanted.isprintable() else repr(wanted)
        raise RequestError(f"{_from(origin, name)}{name}={shown}: not {_a(symbol.type)} ({place})")
    return Request(name, tuple(dict.fromkeys(text for text in values if text is not None)), origin)


def _a(type_: Type) -> str:
    return f"an {type_}" if type_ is Type.INT else f"a {type_}"


def _from(origin: str, name: str) -> str:
    """The place of a request in an error text, where it was not typed as it is."""
    return "" if parse_request_name(origin) == name else f"{origin}: "


def from_fragment(model: Model, path: Path) -> list[Request]:
    """Every line of a fragment as a request, the last line of a symbol counting."""
    if not path.exists():
        raise ConfigFileError(f"{path}: no such file")
    lines, bad = read_lines(path, exact_unset=model.dialect.exact_unset)
    if bad:
        raise RequestError(str(bad[0]))
    requests: dict[str, Request] = {}
    for line in lines:
        symbol = model.symbols.get(line.symbol)
        wanted: str | None = line.value
        if symbol is not None:
            wanted = typed_value(line, symbol.type)
            if wanted is None:
                reason = invalid_value(line, symbol.type, settable=model.is_assignable(symbol))
                raise RequestError(f"{line.location}: {line}: {reason}")
        requests[line.symbol] = checked(model, line.symbol, wanted, f"@{line.location}")
    return list(requests.values())


def from_mapping(model: Model, wanted: Mapping[str, object]) -> list[Request]:
    """Requests from a dict: ``{"X": "y", "Y": ["y", "m"], "NR_CPUS": 64, "Z": False}``."""
    requests = []
    for name, value in wanted.items():
        bare = parse_request(name)[0]
        symbol = model.symbols.get(bare)
        is_hex = symbol is not None and symbol.type is Type.HEX
        number = is_hex and isinstance(value, int) and not isinstance(value, bool)
        text = hex(value) if number and isinstance(value, int) else value_text(name, value)
        requests.append(checked(model, bare, text, name))
    return requests


def merged(requests: Iterable[Demand]) -> tuple[Demand, ...]:
    """One request for each symbol, what all requests for it accept; alternatives each once.

    Raises RequestError when two requests for a symbol have nothing in common.
    """
    by_key: dict[object, Demand] = {}
    for request in requests:
        key = request.symbol if isinstance(request, Request) else request.alternatives
        earlier = by_key.get(key)
        if earlier is None:
            by_key[key] = request
            continue
        origin = _both(earlier.origin, request.origin)
        purpose = _both(earlier.purpose, request.purpose)
        if isinstance(earlier, Request) and isinstance(request, Request):
            accept = tuple(value for value in earlier.accept if value in request.accept)
            if not accept:
                raise RequestError(
                    f"{request.symbol} is requested as {'|'.join(earlier.accept)} "
                    f"({earlier.origin}) and as {'|'.join(request.accept)} ({request.origin})"
                )
            by_key[key] = Request(request.symbol, accept, origin, purpose)
        else:
            by_key[key] = evolve(earlier, origin=origin, purpose=purpose)
    return tuple(by_key.values())


def _both(earlier: str, later: str) -> str:
    """Two texts in one, what they have in common once."""
    return ", ".join(filter(None, dict.fromkeys([*earlier.split(", "), *later.split(", ")])))
