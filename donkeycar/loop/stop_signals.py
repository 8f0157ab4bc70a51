"""The signals by which a person or the system asks a program to end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


@contextmanager
def heard(ask: Callable[[], object]) -> Iterator[None]:
    """Call `ask` on every signal that asks for the end; in another thread than the main one, none.

    Args:
        ask: What each signal does; it may raise in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda number, frame: ask())
        for name in STOP_SIGNALS
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
