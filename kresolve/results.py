"""What all results have in common: data, JSON, a table, and a short line in the interpreter.

A result makes its document (:meth:`Result.to_dict`) beside its own class; everything
else follows from that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from kresolve.errors import ToolError

if TYPE_CHECKING:
    import pandas as pd

#: A ``repr`` has at most so many characters.
_WIDTH: Final = 160


class Short:
    """Shows itself in the interpreter as one short line, whatever it holds."""

    __slots__ = ()

    def __repr__(self) -> str:
        text = " ".join(self._summary().split())
        text = text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."
        return f"<{type(self).__name__} {text}>"

    def _summary(self) -> str:
        """What the line says; may be too long."""
        return str(self)


class Result(Short):
    """The result of a question to kresolve."""

    __slots__ = ()

    #: The list in the document whose items are the rows of the table.
    _rows_of: ClassVar[str] = "lines"

    def to_dict(self) -> dict[str, Any]:
        """The result as dicts, lists, text, numbers and None: what ``--json`` prints."""
        raise NotImplementedError

    def to_json(self, *, indent: int | None = 2) -> str:
        """The same as JSON text; ``indent`` is as for ``json.dumps``."""
        return json.dumps(self.to_dict(), indent=indent)

    def to_frame(self) -> pd.DataFrame:
        """A pandas DataFrame of what the result lists: a row for each item.

        Raises ToolError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ToolError("to_frame() needs pandas: pip install pandas") from error
        return pd.DataFrame(self._rows())

    def _rows(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self.to_dict()[self._rows_of]
        return rows
