"""``python -m kresolve``."""

import sys

from kresolve.cli import main

if __name__ == "__main__":
    sys.exit(main())
