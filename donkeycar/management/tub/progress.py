"""A bar for what takes long: on the error output, and only where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(word: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that takes how many are done, of how many; ``None`` where nobody would see it.

    Args:
        word: What is done: "importing".
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(word, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
