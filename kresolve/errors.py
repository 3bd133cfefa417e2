"""The exceptions that a user can meet.

Every error that a user can meet derives from :class:`KresolveError`; its text
is one line that shows the offending value and where it stands.  The command
line prints that line and ends with status 2.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable


class KresolveError(Exception):
    """A wrong question or bad input: one clear line."""


class TreeError(KresolveError):
    """A kernel tree is missing, incomplete, or cannot be fetched."""


class ToolError(KresolveError):
    """A program that kresolve calls is missing or failed."""


class KconfigError(KresolveError):
    """A Kconfig file of the tree cannot be read, with file and line."""


class ConfigFileError(KresolveError):
    """A .config or a fragment cannot be read, with file and line."""


class RequestError(KresolveError):
    """A request, pin or option names something that does not exist here."""


class ModelError(KresolveError):
    """A saved model is damaged or from another version of kresolve."""


class DisagreementError(KresolveError):
    """Evaluator, clauses and conf disagree; kresolve cannot tell (status 3)."""


def cannot_import(error: ImportError) -> str:
    """One line about a library that cannot be imported; "" if it is a module of kresolve."""
    name = error.name or "a library"
    root = name.partition(".")[0]
    if root == "kresolve":
        return ""
    if root in sys.stdlib_module_names:
        return f"{sys.executable} cannot import its own {name} ({error}); use a Python that can"
    return f"cannot import {name} ({error}); install what is missing, or kresolve once more"


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """The tail of an error text: ``; did you mean X?`` or nothing.

    ``prefix`` is written before each proposal (``CONFIG_``, say).  How ``name`` is
    spelled, in capitals or not, with ``CONFIG_`` or without, makes no difference.
    """
    spelled: dict[str, str] = {}
    for word in known:
        spelled.setdefault(word.casefold(), word)
    bare = name.casefold().removeprefix("config_")
    near = difflib.get_close_matches(bare, list(spelled), n=3, cutoff=0.75)
    if not near:
        return ""
    return f"; did you mean {' or '.join(prefix + spelled[word] for word in near)}?"
