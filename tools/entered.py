"""Count what a command enters of kresolve, modules and functions: what a reader has to walk.

    python -m tools.entered plan NFT_NAT --tree debian:6.12 --base allnoconfig

A module counts if it is imported, a function if it is called; comprehensions, lambdas and the
bodies of classes are code objects, too, and are counted by themselves.  Ask twice: the first
time a model is parsed and written to the cache.  ``--list`` before the command names everything.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

PACKAGE: Final = Path(__file__).parents[1] / "kresolve"


def entered(arguments: list[str]) -> tuple[int, set[CodeType]]:
    """The exit status of a command, and the code objects that it enters."""
    found: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            found.add(frame.f_code)

    sys.setprofile(note)
    try:
        from kresolve.cli import main

        status = main(arguments)
    finally:
        sys.setprofile(None)
    return status, {code for code in found if Path(code.co_filename).is_relative_to(PACKAGE)}


def kind(code: CodeType) -> str:
    """What a code object is."""
    if code.co_name == "<module>":
        return "modules"
    if code.co_name.startswith("<"):
        return "comprehensions, generators and lambdas"
    # The body of a class has no local variables of its own, a function has.
    return "functions" if code.co_flags & 0x2 else "class bodies"


def main() -> int:
    """Run the command, and say to standard error what it entered."""
    arguments = sys.argv[1:]
    is_list = arguments[:1] == ["--list"]
    status, found = entered(arguments[is_list:])
    if is_list:
        for code in sorted(found, key=lambda code: (code.co_filename, code.co_firstlineno)):
            place = Path(code.co_filename).relative_to(PACKAGE)
            print(f"{place}:{code.co_firstlineno}: {code.co_qualname}", file=sys.stderr)
    counts = Counter(map(kind, found))
    for name, number in counts.items():
        print(f"{number:5} {name}", file=sys.stderr)
    print(f"{len(found) - counts['modules']:5} code objects but modules", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
