"""Finding and reading symbols: search, and the page of one."""

from kresolve.lookup.helptexts import HelpTexts
from kresolve.lookup.pages import (
    Condition,
    DefaultShown,
    DefinitionShown,
    GuardShown,
    PromptShown,
    RangeShown,
    SelectShown,
    SymbolPage,
    symbol_page,
)
from kresolve.lookup.searching import WHERE, Found, search_symbols

__all__ = [
    "WHERE",
    "Condition",
    "DefaultShown",
    "DefinitionShown",
    "Found",
    "GuardShown",
    "HelpTexts",
    "PromptShown",
    "RangeShown",
    "SelectShown",
    "SymbolPage",
    "search_symbols",
    "symbol_page",
]
