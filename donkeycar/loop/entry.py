"""A part in the loop: its wiring, its thread, and how that thread ended."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from donkeycar.errors import PartError, repr_of, text_of
from donkeycar.loop.origin import origin_of
from donkeycar.loop.profiler import Stopwatch

logger = logging.getLogger(__name__)

# All threads together get this long to end, so that a stuck camera cannot hold up the exit.
JOIN_TIMEOUT_S = 2.0

# Whoever reads one of these and writes nothing holds a motor or a servo.
ACTUATOR_CHANNELS = {
    "command", "angle", "steering", "throttle", "left/throttle", "right/throttle",
}  # fmt: skip


@dataclass
class Entry:
    """One part with its wiring."""

    part: Any
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    run_condition: str | None
    optional: bool
    prompt: bool
    run: Callable[..., Any]
    watch: Stopwatch
    thread: threading.Thread | None = None
    has_news: bool = False
    news_s: float = 0.0
    condition: tuple[str, ...] = field(init=False)
    _ending: BaseException | None = None
    _started: bool = False

    def __post_init__(self) -> None:
        self.condition = (self.run_condition,) if self.run_condition else ()

    @property
    def name(self) -> str:
        """Class name of the part, for messages."""
        return type(self.part).__name__

    @property
    def is_actuator(self) -> bool:
        """Whether the part moves the car, and so must go quiet first."""
        return hasattr(self.part, "neutral") or (
            not self.outputs and not ACTUATOR_CHANNELS.isdisjoint(self.inputs)
        )

    def complaint(self, error: BaseException) -> str:
        """One sentence that names the part and what ails it, once."""
        text = text_of(error)
        if not isinstance(error, Exception):
            # What ends programs says little by itself: the text of SystemExit(0) is "0".
            text = f"it was ended by {repr_of(error)}."
        text = text if text.startswith(self.name) else f"{self.name} failed: {text}"
        return text + origin_of(error)

    def start_thread(self) -> None:
        """Start the thread of a threaded part.

        Raises:
            PartError: If the system gives it none; the cause is chained.
        """
        if self.thread is None:
            return
        try:
            self.thread.start()
        except RuntimeError as error:
            raise PartError(f"its thread did not start: {error}.") from error
        self._started = True

    @property
    def has_ended(self) -> bool:
        """Whether the part's thread is over; the thread itself is the judge."""
        return self._started and self.thread is not None and not self.thread.is_alive()

    def ending(self, inputs: list[Any]) -> BaseException:
        """What ended the part's thread.

        Args:
            inputs: What its channels hold: a part whose `update` returned may say why, as `Source`
                does, when it is asked for a value.
        """
        if self._ending is not None:
            return self._ending
        try:
            self.run(*inputs)
        except Exception as error:
            return error
        return PartError(
            "its update() returned. A threaded part's update() must go on until shutdown(). Let it "
            "loop, or add the part without threaded=True and give it run()."
        )

    def update(self) -> None:
        """Body of the part's thread: what it raises is kept for the loop.

        Whatever it is, even what Python lets threads end with in silence: the part has no thread
        any more, and its last value must not drive on.
        """
        try:
            self.part.update()
        except BaseException as error:
            self._ending = error


def join_threads(entries: Iterable[Entry]) -> None:
    """Wait for the threads of parts that were shut down; name those that do not end."""
    deadline_s = time.monotonic() + JOIN_TIMEOUT_S
    for entry in entries:
        if entry.thread and entry.thread.is_alive():
            entry.thread.join(max(0.0, deadline_s - time.monotonic()))
            if entry.thread.is_alive():
                logger.warning("%s is still running after its shutdown", entry.name)
