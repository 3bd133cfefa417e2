"""What ``check`` looks for: requests that need no tree to be understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from kresolve.dotconfig.lines import read_lines, unquote
from kresolve.errors import ConfigFileError, RequestError
from kresolve.kconfig.model import Model
from kresolve.planner import (
    ON,
    Alternative,
    AnyOf,
    Demand,
    Request,
    Term,
    Want,
    alternatives_of,
    checked,
    lacking,
    listed_values,
    no_request,
    parse_request,
    parse_terms,
    request_name,
    value_text,
)
from kresolve.planner.profiles import (
    ALL,
    Group,
    NamedTerms,
    Option,
    Profile,
    find_profile,
    known_profile,
)

#: What a profile says of an option where there is none.
_PLAIN: Final = Option("", ())


@frozen
class CheckItem:
    """One thing to check: an option and its accepted values, or any of some alternatives."""

    alternatives: tuple[Alternative, ...]
    #: An option, or what the alternatives are called.
    name: str
    origin: str
    #: What a profile says of it, and which profile that is.
    entry: Option | Group = _PLAIN
    profile: Profile | None = None
    #: False for what belongs to a feature that nobody asked for.
    asked: bool = True

    @property
    def required(self) -> bool:
        """Does what it is for need it?"""
        return self.entry.required

    @property
    def feature(self) -> str:
        """The feature of the profile that it belongs to."""
        return self.entry.feature

    @property
    def described(self) -> bool:
        """Does the profile say what its features are?"""
        return self.profile is not None and bool(self.profile.tables)

    @property
    def is_plain(self) -> bool:
        """Is it one option, without a condition?"""
        wants = [want for one in self.alternatives for want in one.wants]
        return len(wants) == 1 and wants[0].condition is None

    @property
    def accept(self) -> tuple[str, ...]:
        """Of one option, the values that will do; of alternatives, nothing."""
        return self.alternatives[0].wants[0].accept if self.is_plain else ()

    def in_tree(self, model: Model) -> Demand | None:
        """The request as a tree's types understand it; None if nothing of it is there.

        Raises RequestError for a value that is none of its option.
        """
        terms = [(one.name, tuple(map(_term, one.wants))) for one in self.alternatives]
        if all(lacking(model, each) for _, each in terms):
            return None
        purpose = "" if self.profile is None else self.profile.purpose(self.entry)
        if self.is_plain:
            request = checked(model, self.name, "|".join(self.accept), self.origin)
            return evolve(request, purpose=purpose)
        whole = alternatives_of(model, terms, origin=self.origin, name=self.name)
        return evolve(whole, purpose=purpose)


@frozen
class KernelId:
    """The kernel that a ``.config`` is for; empty where unknown."""

    version: str = ""
    arch: str = ""


def check_items(
    requests: Iterable[object], kernel: KernelId, own: Mapping[str, Profile] = {}
) -> list[CheckItem]:
    """Requests as people write them: profiles, options, "@FILE", paths, dicts, lists.

    Raises RequestError for what is none, and ConfigFileError for a file that
    cannot be read.
    """
    found: list[CheckItem] = []
    for one in requests:
        if isinstance(one, Request | AnyOf):
            found.append(CheckItem(one.alternatives, one.name, one.origin))
        elif isinstance(one, Path):
            found += _fragment(one)
        elif isinstance(one, str):
            found += _typed(one.strip(), kernel, own)
        elif isinstance(one, Mapping):
            found += [
                _option(Term(parse_request(str(name))[0], value_text(name, value)))
                for name, value in one.items()
            ]
        elif isinstance(one, Iterable):
            found += check_items(one, kernel, own)
        else:
            raise no_request(one)
    once: dict[object, CheckItem] = {}
    for one in sorted(found, key=lambda one: not one.asked):
        named = one.profile.name if one.profile is not None and one.described else ""
        once.setdefault((one.alternatives, one.feature, named), one)
    return list(once.values())


def _typed(text: str, kernel: KernelId, own: Mapping[str, Profile]) -> list[CheckItem]:
    if text.startswith("@"):
        return _fragment(Path(text[1:]))
    name, _, features = text.partition(":")
    profile = find_profile(name, own)
    if profile is None and ":" in text and "=" not in text:
        profile = known_profile(name, own)
    if profile is None:
        alternatives = _alternatives([("", terms) for terms in parse_terms(text)])
        whole = CheckItem(alternatives, request_name(text), text)
        return [_option(parse_terms(text)[0][0])] if whole.is_plain else [whole]
    return of_profile(profile, [one for one in features.split(",") if one], kernel)


def of_profile(profile: Profile, features: Sequence[str], kernel: KernelId) -> list[CheckItem]:
    """What a profile asks of a kernel, with some of its features.

    Where the profile describes its features, all others are there, too, as not asked for.
    Raises RequestError as :meth:`Profile.selected` does.
    """
    asked = profile.selected(features, version=kernel.version, arch=kernel.arch)
    entries = asked
    if profile.tables:
        entries = profile.selected((ALL,), version=kernel.version, arch=kernel.arch)
    return [
        CheckItem(
            _alternatives(entry.alternatives(kernel.version, kernel.arch)),
            entry.name,
            profile.origin(entry),
            entry,
            profile,
            entry in asked,
        )
        for entry in entries
    ]


def _option(term: Term) -> CheckItem:
    (alternative,) = _alternatives([("", (term,))])
    return CheckItem((alternative,), term.name, str(term))


def _alternatives(alternatives: Sequence[NamedTerms]) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(tuple(map(_want, terms)), called) for called, terms in alternatives if terms
    )


def _want(term: Term) -> Want:
    accept = ("y",) if term.value is None else _values(term.value)
    condition = term.condition
    if condition is None:
        return Want(term.name, accept)
    on = ON if condition.value is None else _values(condition.value)
    return Want(term.name, accept, Want(condition.name, on))


def _term(want: Want) -> Term:
    condition = None if want.condition is None else _term(want.condition)
    return Term(want.symbol, "|".join(want.accept), condition)


def _values(text: str) -> tuple[str, ...]:
    """The values that a text accepts: "y|m" is two, a quoted string one."""
    if text.startswith('"'):
        return (unquote(text) or "",)
    return tuple(dict.fromkeys(listed_values(text)))


def _fragment(path: Path) -> list[CheckItem]:
    if not path.exists():
        raise ConfigFileError(f"{path}: no such file")
    lines, bad = read_lines(path)
    if bad:
        raise RequestError(str(bad[0]))
    last = {line.symbol: line for line in lines}
    return [
        CheckItem(
            (Alternative((Want(line.symbol, _values(line.value)),)),),
            line.symbol,
            f"@{line.location}",
        )
        for line in last.values()
    ]
