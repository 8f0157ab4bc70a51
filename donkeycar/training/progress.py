"""Progress bars: progress of a long step, and the remaining time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """Progress of one step."""

    def __call__(self, count: int, note: str = "", *, total: int | None = None) -> None:
        """Count small steps as done.

        Args:
            count: Number of newly finished small steps.
            note: A short text to show; ``""`` keeps the last one.
            total: New total number, if it has changed.
        """


class Progress(Protocol):
    """Receiver of the progress of a training."""

    def task(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Begin a step of `total` small ones; it ends with the ``with`` block."""

    def say(self, text: str) -> None:
        """Show a line that stays."""


class Silent:
    """Shows nothing."""

    @contextmanager
    def task(self, name: str, total: int) -> Iterator[Advance]:
        """Show nothing."""

        def advance(count: int, note: str = "", *, total: int | None = None) -> None:
            """Count nothing."""

        yield advance

    def say(self, text: str) -> None:
        """Say nothing."""


class Lines(Silent):
    """Shows the lines, but no bars, on standard error."""

    def say(self, text: str) -> None:
        """Print a line."""
        from rich.console import Console

        Console(stderr=True, highlight=False, markup=False).print(text)


class Bars(Lines):
    """Shows the lines, and a bar with time left for each step, on standard error."""

    @contextmanager
    def task(self, name: str, total: int) -> Iterator[Advance]:
        """Show one bar until the end of the ``with`` block."""
        from rich import progress as rich
        from rich.console import Console
        from rich.table import Column

        bar = rich.Progress(
            rich.TextColumn("{task.description}", table_column=Column(no_wrap=True)),
            rich.BarColumn(bar_width=20),
            rich.TaskProgressColumn(table_column=Column(no_wrap=True)),
            rich.TimeRemainingColumn(elapsed_when_finished=True, table_column=Column(no_wrap=True)),
            rich.TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
        )
        with bar:
            task = bar.add_task(f"{name:<15}", total=total, note="")

            def advance(count: int, note: str = "", *, total: int | None = None) -> None:
                bar.update(task, advance=count, total=total)
                if note:
                    bar.update(task, note=note)

            yield advance
