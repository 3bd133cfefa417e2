"""What holds where nothing is said: the same for the command line and for Python."""

from __future__ import annotations

from typing import Final

#: Seconds after which the best plan so far is taken.
TIMEOUT: Final = 300.0

#: Seconds after which advice about lost lines ends with what is known by then.
ADVICE_TIMEOUT: Final = 60.0
