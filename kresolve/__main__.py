"""``kresolve`` and ``python -m kresolve``: the command line, if it can be imported."""

import contextlib
import os
import sys

from kresolve.errors import cannot_import


def main() -> int:
    """Run a command; the exit status.

    Python's own status for a library that cannot be imported is 1, which here
    means a proof.
    """
    try:
        from kresolve.cli import main as run
    except ImportError as error:
        said = cannot_import(error)
        text = said or f"{error}: a bug in kresolve; please report it"
        with contextlib.suppress(OSError):
            os.write(2, f"kresolve: {text}\n".encode())
        return 2 if said else 3
    return run()


if __name__ == "__main__":
    sys.exit(main())
