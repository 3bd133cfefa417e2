"""Parse the text of a request, before the types of its options are known.

``X=y|m`` is one option, ``X=m|Y`` is any of two, ``A & B if C|D`` any of {A, and B where C
is on} and {D}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, TypeAlias

from attrs import frozen

from kresolve.dotconfig.lines import PREFIX, quote
from kresolve.errors import RequestError

_REQUEST: Final = re.compile(r"(?:CONFIG_)?([A-Za-z0-9_]+)(?:=(.*))?", re.DOTALL)
#: What looks like a request for some numbers.
_BOUND: Final = re.compile(r"(\w+) *(?:[<>]=?|!=) *(\w+)")
_QUOTED: Final = r'"(?:\\.|[^"\\])*"'
_OR: Final = re.compile(rf"{_QUOTED}|(\|)", re.DOTALL)
_AND: Final = re.compile(rf"{_QUOTED}|(&)", re.DOTALL)
_IF: Final = re.compile(rf"{_QUOTED}|(\s+if\s+)", re.DOTALL)
#: What goes on with the values behind an "=" where it follows a "|".
_VALUE: Final = re.compile(r"[ymn]|-?\d+|0[xX][0-9a-fA-F]+")
#: The same with a condition, or another option, behind it.
_MORE_VALUE: Final = re.compile(rf"({_VALUE.pattern})(\s*&.*|\s+if\s.*)?", re.DOTALL)
#: A value that goes on: it is not quoted.
_OPEN: Final = re.compile(r'=[^"&|]*(\|[^"&|]*)*$')
#: A text that needs no quotes in a request.
_BARE: Final = re.compile(r'[^"|&\s]*')


@frozen
class Term:
    """An option as written: its name, the value after "=", and the condition after "if"."""

    name: str
    value: str | None = None
    condition: Term | None = None

    _keys: ClassVar = ()

    def __str__(self) -> str:
        text = self.name if self.value is None else f"{self.name}={self.value}"
        return text if self.condition is None else f"{text} if {self.condition}"


#: Alternatives, and of each the options that it takes.
Terms: TypeAlias = tuple[tuple[Term, ...], ...]


def no_request(what: object) -> RequestError:
    """What is wrong with something that asks for nothing."""
    bound = _BOUND.fullmatch(what) if isinstance(what, str) else None
    if bound:
        number = f"{bound[1]}={bound[2]}"
        return RequestError(f"invalid request {what!r}; use one number, as in {number}")
    return RequestError(
        f"invalid request {what!r}; use X, X=y, X=m, X=y|m, X=n, X=64, X=text, X|Y or @FILE"
    )


def parse_request(text: str) -> tuple[str, str | None]:
    """``X``, ``X=y``, ``CONFIG_X=m``: (name, what is behind the equals sign).

    Raises RequestError for anything else.
    """
    match = _REQUEST.fullmatch(text.strip())
    if not match:
        raise no_request(text)
    return match[1], match[2]


def parse_request_name(text: str) -> str | None:
    """The name in a typed request, None if the text is none."""
    match = _REQUEST.fullmatch(text)
    return match[1] if match else None


def parse_terms(text: str) -> Terms:
    """The alternatives in the text of a request; a plain one is one of one option.

    y, m, n and numbers that follow a value go on with it: ``X=y|m|Z`` is X=y|m or Z.
    Raises RequestError for what is no request.
    """
    if not text.strip():
        raise no_request(text)
    parts: list[str] = []
    for part in _split(text, _OR):
        if parts and _MORE_VALUE.fullmatch(part) and _OPEN.search(parts[-1]):
            parts[-1] += f"|{part}"
        else:
            parts.append(part)
    alternatives = tuple(
        tuple(_term(text, term_text) for term_text in _split(part, _AND)) for part in parts
    )
    for name in (
        term.name for terms in alternatives for term in terms if text.strip() != term.name
    ):
        if name in ("y", "m", "n"):
            raise RequestError(
                f"{text!r}: {name} is a value; use it after an option, as in X={name}"
            )
    return alternatives


def _term(text: str, part: str) -> Term:
    if not part:
        raise RequestError(f"{text!r}: no option on one side of the | or &")
    option, *conditions = _split(part, _IF)
    if len(conditions) > 1:
        raise RequestError(
            f"{text!r}: more than one condition; use one for an option, as in X if Y"
        )
    try:
        condition = Term(*parse_request(conditions[0])) if conditions else None
        return Term(*parse_request(option), condition)
    except RequestError:
        raise no_request(text) from None


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The parts of a text between separators that stand in no quotes."""
    parts, start = [], 0
    for match in separator.finditer(text):
        if match[1]:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def any_of(*alternatives: object) -> str:
    """A request for any of some alternatives, the preferred one first, as text.

    Each is a text ("X", "X=m"), a dict of options that it takes all together,
    or a list of texts and dicts.  Raises RequestError for anything else.

    >>> any_of("IP_NF_FILTER", {"NF_TABLES": "m", "NF_TABLES_INET": True})
    'IP_NF_FILTER|NF_TABLES=m & NF_TABLES_INET=y'
    """
    if not alternatives:
        raise RequestError("no alternative given; name at least one")
    return "|".join(" & ".join(_parts(alternative)) for alternative in alternatives)


def _parts(alternative: object) -> Iterator[str]:
    if isinstance(alternative, str):
        yield alternative
    elif isinstance(alternative, Mapping):
        for name, value in alternative.items():
            yield f"{name}={_quoted(value_text(name, value))}"
    elif isinstance(alternative, Iterable):
        for part in alternative:
            yield from _parts(part)
    else:
        raise no_request(alternative)


def value_text(name: object, value: object) -> str:
    """A value of a dict as text; a list is several that will do.

    Raises RequestError for what is no value.
    """
    if isinstance(value, bool):
        return "y" if value else "n"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, Iterable):
        return "|".join(map(str, value))
    raise RequestError(f"{name}: invalid value {value!r}; use 'y', 'm', 'n' or a list of them")


def _quoted(value: str) -> str:
    """A value as it stands in a request: a text with signs of its own in quotes."""
    is_list = len(listed_values(value)) > 1
    return value if is_list or _BARE.fullmatch(value) else quote(value)


def listed_values(text: str) -> list[str]:
    """The values in a text without quotes: of y, m, n and numbers there may be several."""
    values = text.split("|")
    return values if all(map(_VALUE.fullmatch, values)) else [text]


def request_name(text: str) -> str:
    """A typed request by name: as it is, without CONFIG_ and needless spaces."""
    return re.sub(rf"\b{PREFIX}", "", " ".join(text.split()))
