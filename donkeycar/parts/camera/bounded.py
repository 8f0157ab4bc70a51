"""Calls of libraries that may hang: they run in a thread, and nobody waits for ever."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from donkeycar.errors import DeviceError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class _Call(Generic[T]):
    """A call in a thread of its own, and how it ended."""

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._work = work
        self.result: list[T] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result.append(self._work())
        except BaseException as error:
            self.error = error


def in_time(work: Callable[[], T], timeout_s: float, *, what: str, step: str) -> T:
    """Do something that may hang.

    Args:
        work: What to do. If it hangs, its thread is left behind.
        timeout_s: How long it may take, in seconds.
        what: What must happen, as the begin of a sentence: ``"The camera must open"``.
        step: What to do if it does not.

    Raises:
        DeviceError: If it takes longer.

    Example:
        >>> in_time(lambda: 4, 1.0, what="The sum must be known", step="Wait")
        4
    """
    call = _Call(work, what)
    call.thread.join(timeout_s)
    if call.thread.is_alive():
        raise DeviceError(
            f"{what} within {timeout_s:g} s. Received: no answer of its library. {step}"
        )
    if call.error is not None:
        raise call.error
    return call.result[0]


def close_in_time(close: Callable[[], object], timeout_s: float, name: str) -> None:
    """Close a camera; one that hangs is left open, which the log says.

    Args:
        close: Closes it.
        timeout_s: How long that may take, in seconds.
        name: Its name.
    """
    call = _Call(close, f"{name} close")
    call.thread.join(timeout_s)
    if call.thread.is_alive():
        logger.error("The %s did not close within %g s: left open", name, timeout_s)
    elif call.error is not None:
        logger.warning("The %s closed with an error: %s", name, call.error)
