"""Match regular expressions in a child process that is stopped when it takes too long.

A pattern such as ``(a+)+$`` can take practically forever, and nothing in the same
process can stop it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from kresolve.errors import RequestError, ToolError

#: Seconds of processor time that a search may take; a sound one takes less than half of one.
_SECONDS: Final = 2
#: An error shows no more of a pattern.
_LONGEST: Final = 200

#: It searches each subject's lines in turn, and tells the first that matches.
_CHILD: Final = """\
import json, math, re, resource, sys, time
job = json.load(sys.stdin)
limit = math.ceil(time.process_time()) + job["seconds"]
resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    found, done = [], set()
    for pattern, subjects in job["parts"]:
        matches = re.compile(pattern, re.IGNORECASE).search
        hits = []
        for number, lines in enumerate(subjects):
            if number not in done:
                line = next((line for line in lines if matches(line)), None)
                if line is not None:
                    done.add(number)
                    hits.append((number, line))
        found.append(hits)
    answer = {"found": found}
except RecursionError:
    answer = {"error": "it is nested too deeply"}
except Exception as error:
    answer = {"error": str(error) or type(error).__name__}
json.dump(answer, sys.stdout)
"""


@frozen
class Hit:
    """A subject by its number, and the first of its lines that matches."""

    number: int
    line: str


def first_matches(
    parts: Sequence[tuple[str, Sequence[Sequence[str]]]], pattern: str
) -> list[list[Hit]]:
    """For each part, a pattern and the lines of each subject, which subjects match.

    Subjects that match in one part are passed over in the next ones.  ``pattern``
    names the whole in errors: RequestError if it is none, or takes too long.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", _CHILD],
            input=json.dumps({"parts": parts, "seconds": _SECONDS}).encode(),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ToolError(f"cannot run {sys.executable}: {error.strerror}") from error
    shown = repr(pattern if len(pattern) <= _LONGEST else f"{pattern[:_LONGEST]}...")
    if done.returncode:
        raise RequestError(
            f"{shown}: this pattern takes too long (more than {_SECONDS} seconds); "
            "repetitions inside of repetitions do that"
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise RequestError(f"{shown} is not a regular expression: {answer['error']}")
    return [[Hit(*hit) for hit in hits] for hits in answer["found"]]
