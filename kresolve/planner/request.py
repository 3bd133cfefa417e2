"""What is asked for: options and the values that will do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from kresolve.errors import ConfigFileError, RequestError, did_you_mean
from kresolve.lines import invalid_value, read_lines, typed_value, unquote
from kresolve.model import Model
from kresolve.values import Type, valid

_REQUEST: Final = re.compile(r"(?:CONFIG_)?([A-Za-z0-9_]+)(?:=(.*))?", re.DOTALL)
#: What looks like a request for some numbers.
_BOUND: Final = re.compile(r"(\w+) *(?:[<>]=?|!=) *(\w+)")


@frozen
class Request:
    """One option and the values that satisfy it.

    ``accept`` holds "n", "m", "y" for bool and tristate, the text itself for
    other types.  ``origin`` says where the request comes from, for people.
    """

    symbol: str
    accept: tuple[str, ...]
    origin: str

    def __str__(self) -> str:
        return f"{self.symbol}={'|'.join(self.accept)}"


def no_request(what: object) -> RequestError:
    """What is wrong with something that asks for nothing."""
    bound = _BOUND.fullmatch(what) if isinstance(what, str) else None
    if bound:
        return RequestError(f"{what!r}: ask for one number, as in {bound[1]}={bound[2]}")
    return RequestError(
        f"{what!r} is no request; write X, X=y, X=m, X=y|m, X=n, X=64, X=text or @FILE"
    )


def parse_request(text: str) -> tuple[str, str | None]:
    """``X``, ``X=y``, ``CONFIG_X=m``: (name, what is behind the equals sign).

    Raises RequestError for anything else.
    """
    found = _REQUEST.fullmatch(text.strip())
    if not found:
        raise no_request(text)
    return found[1], found[2]


def checked(model: Model, name: str, wanted: str | None, origin: str) -> Request:
    """The request as the model's types understand it.

    Raises RequestError with the value, the place and what to write instead.
    """
    symbol = model.symbols.get(name)
    if symbol is None or symbol.type is Type.UNKNOWN:
        raise RequestError(
            f"{_from(origin, name)}{name}: {model.info} has no such option"
            f"{did_you_mean(name, model.symbols)}"
        )
    place = model.location(name)
    if symbol.is_logical:
        accept = tuple(dict.fromkeys((wanted if wanted is not None else "y").split("|")))
        bad = [value for value in accept if value not in ("n", "m", "y")]
        if bad:
            raise RequestError(
                f"{_from(origin, name)}{name}={wanted}: {bad[0]!r} is no value of a "
                f"{symbol.type}; write y, m, n or y|m"
            )
        if symbol.type is Type.BOOL:
            if accept == ("m",):
                raise RequestError(
                    f"{_from(origin, name)}{name}=m: {name} is a bool ({place}) and has no m; "
                    f"ask for {name}=y"
                )
            accept = tuple(value for value in accept if value != "m")
        return Request(name, accept, origin)
    if wanted is None:
        raise RequestError(
            f"{_from(origin, name)}{name} is {_a(symbol.type)} ({place}); say {name}=VALUE"
        )
    value = unquote(wanted) if wanted.startswith('"') else wanted
    if value is None or not valid(symbol.type, value):
        said = wanted if wanted.isprintable() else repr(wanted)
        raise RequestError(f"{_from(origin, name)}{name}={said}: not {_a(symbol.type)} ({place})")
    return Request(name, (value,), origin)


def _a(type_: Type) -> str:
    return f"an {type_}" if type_ is Type.INT else f"a {type_}"


def _from(origin: str, name: str) -> str:
    """The place of a request in an error text, where it was not typed as it is."""
    return "" if parse_request_name(origin) == name else f"{origin}: "


def parse_request_name(text: str) -> str | None:
    """The name in a typed request, None if the text is none."""
    found = _REQUEST.fullmatch(text)
    return found[1] if found else None


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
                reason = invalid_value(line, symbol.type, settable=model.takes_lines(symbol))
                raise RequestError(f"{line.location}: {line}: {reason}")
        requests[line.symbol] = checked(model, line.symbol, wanted, f"@{line.location}")
    return list(requests.values())


def merged(requests: Iterable[Request]) -> tuple[Request, ...]:
    """One request for each symbol: what all requests for it accept.

    Raises RequestError when two requests for a symbol have nothing in common.
    """
    found: dict[str, Request] = {}
    for request in requests:
        earlier = found.get(request.symbol)
        if earlier is None:
            found[request.symbol] = request
            continue
        accept = tuple(value for value in earlier.accept if value in request.accept)
        if not accept:
            raise RequestError(
                f"{request.symbol} is asked to be {'|'.join(earlier.accept)} ({earlier.origin}) "
                f"and {'|'.join(request.accept)} ({request.origin})"
            )
        origin = (
            earlier.origin
            if earlier.origin == request.origin
            else (f"{earlier.origin}, {request.origin}")
        )
        found[request.symbol] = Request(request.symbol, accept, origin)
    return tuple(found.values())


def from_mapping(model: Model, wanted: Mapping[str, object]) -> list[Request]:
    """Requests from a dict: ``{"X": "y", "Y": ["y", "m"], "NR_CPUS": 64, "Z": False}``."""
    requests = []
    for name, value in wanted.items():
        bare = parse_request(name)[0]
        symbol = model.symbols.get(bare)
        if isinstance(value, bool):
            text = "y" if value else "n"
        elif isinstance(value, int) and symbol is not None and symbol.type is Type.HEX:
            text = hex(value)
        elif isinstance(value, str | int):
            text = str(value)
        elif isinstance(value, Iterable):
            text = "|".join(map(str, value))
        else:
            raise RequestError(
                f"{name}: {value!r} is no value; say 'y', 'm', 'n' or a list of them"
            )
        requests.append(checked(model, bare, text, name))
    return requests
