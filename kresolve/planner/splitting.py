"""A common part and a remainder for each target, as Kata's common/ and ARCH/ are.

Every target gets a plan that is the best for it; of all such plans those are
taken that make the fewest different lines in all, so that as much as possible
is common.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from kresolve.dotconfig.lines import Line
from kresolve.encoding import Circuit
from kresolve.errors import DisagreementError
from kresolve.planner.problem import Question
from kresolve.planner.relaxation import Relaxation
from kresolve.planner.search import JointSearch, SearchResult
from kresolve.planner.target import Target
from kresolve.progress import SILENT, Progress
from kresolve.solver import NEVER, Deadline, Level


@frozen(eq=False)
class Split:
    """A plan for each target; ``common`` are the lines that all of them have."""

    parts: tuple[SearchResult, ...]

    @property
    def common(self) -> tuple[Line, ...]:
        """The common part, in menu order."""
        first, *others = self.parts
        shared = set(first.lines).intersection(*(other.lines for other in others))
        return tuple(line for line in first.lines if line in shared)

    def remainder(self, number: int) -> tuple[Line, ...]:
        """What one target needs besides."""
        common = set(self.common)
        return tuple(line for line in self.parts[number].lines if line not in common)


def split(
    questions: Sequence[tuple[Target, Question]],
    *,
    deadline: Deadline = NEVER,
    progress: Progress = SILENT,
) -> Split | None:
    """The best plan for each target, with as much in common as possible.

    None if a target has no plan.  Raises DisagreementError when the witnesses
    disagree, OutOfTime when the deadline comes before any plan was found.
    """
    circuit = Circuit()
    problems = [Relaxation([each], circuit) for each in questions]
    with progress.task("planning") as task:
        parts = _Split(problems, deadline, task).run()
    return None if parts is None else _checked(Split(parts))


class _Split(JointSearch):
    """The search for plans that have as much as possible in common."""

    def more_levels(self) -> list[Level]:
        """As few different lines as can be."""
        return [_different_lines(self.problems)]


def _different_lines(problems: Sequence[Relaxation]) -> Level:
    """A common line counts once, any other once for each target."""
    circuit = problems[0].circuit
    each = [problem.lines() for problem in problems]
    wanted: list[int] = []
    for key in dict.fromkeys(key for lines in each for key in lines):
        own = [lines[key] for lines in each if key in lines]
        if len(own) < len(problems):
            wanted += [-literal for literal in own]
            continue
        common = circuit.all_of(own)
        wanted += [-common, *(-circuit.and2(literal, -common) for literal in own)]
    return Level("different", tuple(wanted))


def _checked(plans: Split) -> Split:
    """The evaluator has to agree that the common part and a remainder are a plan."""
    for number, part in enumerate(plans.parts):
        after = part.encoded_target.target.after((*plans.common, *plans.remainder(number)))
        for demand in part.encoded_target.demands:
            if not demand.holds(after.shown):
                raise DisagreementError(
                    f"{demand} is lost in parts alone: a bug in kresolve; please report it"
                )
    return plans
