"""Progress bars on a terminal, drawn by rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as RichProgress

from kresolve.kconfig.printable import printable
from kresolve.progress import Task


class TerminalProgress:
    """Progress bars on standard error; one plain line a task where it is no terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False, emoji=False)

    @contextmanager
    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> Iterator[Task]:
        """Show a task until the context ends."""
        description = printable(description, keep="")
        if not self.console.is_terminal:
            yield _PlainTask(self.console, description, total, unit)
            return
        columns: list[ProgressColumn] = [
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
        ]
        if unit == "bytes":
            columns += [BarColumn(), DownloadColumn(), TransferSpeedColumn()]
        elif total is not None:
            columns += [BarColumn()]
        columns.append(TimeElapsedColumn())
        with RichProgress(*columns, console=self.console, transient=True) as bars:
            yield _Bar(bars, description, total)

    def note(self, text: str) -> None:
        """Say one line."""
        self.console.print(printable(text), markup=False, soft_wrap=True)


class _Bar:
    def __init__(self, bars: RichProgress, description: str, total: float | None) -> None:
        self.bars = bars
        self.bar = bars.add_task(description, total=total)

    def update(self, completed: float, total: float | None = None) -> None:
        if total is not None:
            self.bars.update(self.bar, total=total)
        self.bars.update(self.bar, completed=completed)


class _PlainTask:
    """For logs: what begins, and each further quarter of what is counted."""

    def __init__(self, console: Console, description: str, total: float | None, unit: str) -> None:
        self.console = console
        self.description = description
        self.total = total
        self.unit = unit
        self.quarter = 0
        console.print(f"{description} ...", markup=False, soft_wrap=True)

    def update(self, completed: float, total: float | None = None) -> None:
        if total is not None:
            self.total = total
        if self.total and self.unit == "bytes":
            quarter = int(4 * completed / self.total)
            if quarter > self.quarter:
                self.quarter = quarter
                self.console.print(
                    f"{self.description} ... {25 * quarter} %", markup=False, soft_wrap=True
                )
