"""The drive loop: parts, run one after another at a fixed rate, over shared channels."""

import inspect
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from donkeycar.errors import PartError, PartFailed
from donkeycar.memory import Memory
from donkeycar.profiler import Stopwatch, report
from donkeycar.timing import Clock, RateKeeper, RealClock

logger = logging.getLogger(__name__)

# All threads together get this long to end, so that a stuck camera cannot hold up the exit.
JOIN_TIMEOUT_S = 2.0

# How often the measured rate of the loop is published.
RATE_WINDOW_S = 1.0

# Written by the loop itself.
OWN_CHANNELS = {"loop/rate_hz", "loop/late_ticks", "car/faults"}

# Whoever reads one of these and writes nothing holds a motor or a servo.
ACTUATOR_CHANNELS = {
    "command", "angle", "steering", "throttle", "left/throttle", "right/throttle",
}  # fmt: skip

# Every way a person or the system asks a program to end.
STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


@dataclass
class Entry:
    """One part with its wiring."""

    part: Any
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    run_condition: str | None
    optional: bool
    run: Callable[..., Any]
    watch: Stopwatch
    thread: threading.Thread | None = None
    thread_error: BaseException | None = None
    condition: tuple[str, ...] = field(init=False)

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
        text = str(error) or type(error).__name__
        return text if text.startswith(self.name) else f"{self.name} failed: {text}"

    def update(self) -> None:
        """Body of the part's thread: what it raises is kept for the loop."""
        try:
            self.part.update()
        except Exception as error:
            self.thread_error = error


class Vehicle:
    """Runs parts one after another, at a fixed rate, over a shared memory.

    A part is any object with ``run(*inputs)``; or, threaded, with ``update()`` and
    ``run_threaded(*inputs)``; ``shutdown()`` is optional, and for what moves the car ``neutral()``
    and ``halt()``. A part that returns ``None`` writes nothing. What a part writes is seen by the
    parts after it in the same tick, and by those before it in the next.

    The loop writes ``loop/rate_hz`` (measured over a second), ``loop/late_ticks`` (since the
    start) and ``car/faults`` (a tuple of sentences, one for each optional part that failed).

    Args:
        mem: The channels, a new empty `Memory` if omitted.
        clock: Source of time for the loop and for the ages of channels; parts that ask for time
            get the same one, `Vehicle.clock`.

    Example:
        >>> from donkeycar.timing import SimulatedClock
        >>> class Counter:
        ...     count = 0
        ...     def run(self):
        ...         self.count += 1
        ...         return self.count
        >>> car = Vehicle(clock=SimulatedClock())
        >>> car.add(Counter(), outputs=["ticks"])
        >>> car.start(rate_hz=20, max_loop_count=3)
        3
        >>> car.mem["ticks"]
        3
    """

    def __init__(self, mem: Memory | None = None, *, clock: Clock | None = None) -> None:
        self.clock: Clock = RealClock() if clock is None else clock
        self.mem = Memory(clock=self.clock) if mem is None else mem
        self.entries: list[Entry] = []
        self.on = False
        self._stop_asked = False

    def add(
        self,
        part: Any,
        inputs: Sequence[str | None] = (),
        outputs: Sequence[str] = (),
        threaded: bool = False,
        run_condition: str | None = None,
        optional: bool = False,
    ) -> None:
        """Append `part` to the loop. Add what moves the car last.

        Args:
            part: An object with ``run(*inputs)``; if `threaded`, with ``update()``
                and ``run_threaded(*inputs)`` instead.
            inputs: Channels passed to the part, in order; ``None`` passes ``None``.
            outputs: Channels its return value is written to, in order.
            threaded: Whether ``update()`` runs in a thread of its own.
            run_condition: A channel; the part is skipped while it reads falsy.
            optional: Whether the car may go on without this part if it fails. It is then
                taken out, with one logged error and a sentence in ``car/faults``.

        Raises:
            PartError: If `part` is a class, or lacks a method it needs, or if
                `inputs` or `outputs` is a bare string.
        """
        if inspect.isclass(part):
            raise PartError(f"A part must be an instance. Received: the class {part.__name__}")
        needed = ("update", "run_threaded") if threaded else ("run",)
        missing = [name for name in needed if not callable(getattr(part, name, None))]
        if missing:
            raise PartError(f"{type(part).__name__} lacks {', '.join(missing)} ({threaded=})")
        for name, channels in (("inputs", inputs), ("outputs", outputs)):
            if isinstance(channels, str):
                raise PartError(f"`{name}` must be a list of names. Received: {name}={channels!r}")
        entry = Entry(
            part=part,
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            run_condition=run_condition,
            optional=optional,
            run=part.run_threaded if threaded else part.run,
            watch=Stopwatch(type(part).__name__),
        )
        if threaded:
            entry.thread = threading.Thread(target=entry.update, name=entry.name, daemon=True)
        self.entries.append(entry)

    def start(self, rate_hz: float = 20, max_loop_count: int | None = None) -> int:
        """Drive until `stop` is asked for, Ctrl-C, SIGTERM, or `max_loop_count` loops.

        Whatever ends the loop, the motor goes neutral first and then every part is shut down.

        Args:
            rate_hz: Ticks a second, greater than 0.
            max_loop_count: Ticks to run; ``None`` or 0 runs until stopped.

        Returns:
            The number of loops completed.

        Raises:
            PartFailed: If a part raised; the cause is chained.
        """
        for channel in self.unwired():
            logger.warning("%r is read, but nothing writes it", channel)
        loops = 0
        self.on = True
        self._stop_asked = False
        self.mem["car/faults"] = ()
        with self._stop_signals():
            try:
                for entry in self.entries:
                    if entry.thread:
                        entry.thread.start()
                loops = self._loop(rate_hz, max_loop_count)
            except KeyboardInterrupt:
                logger.info("Interrupted, stopping")
            finally:
                # Two steps: a signal that arrives before the first one is done raises here, and
                # the second one still runs.
                try:
                    self._stop_asked = True
                finally:
                    self.stop()
        return loops

    def unwired(self) -> list[str]:
        """Channels that a part reads though nothing writes them: typos, mostly."""
        read = {name for entry in self.entries for name in (*entry.inputs, *entry.condition)}
        return sorted(name for name in read if name and not self.writes(name))

    def writes(self, channel: str) -> bool:
        """Whether a part, the loop or the owner writes `channel`."""
        return (
            channel in OWN_CHANNELS
            or channel in self.mem
            or any(channel in entry.outputs for entry in self.entries)
        )

    def step(self) -> None:
        """Run every part once.

        Raises:
            PartFailed: If a part that is not optional raised; the cause is chained.
        """
        get, put, timer = self.mem.get, self.mem.put, time.perf_counter
        failed = []
        started_s = timer()
        for entry in self.entries:
            if entry.condition and not get(entry.condition)[0]:
                continue
            try:
                if entry.thread_error is not None:
                    raise entry.thread_error
                values = entry.run(*get(entry.inputs))
                if values is not None and entry.outputs:
                    put(entry.outputs, values)
            except Exception as error:
                if not entry.optional:
                    raise PartFailed(entry.complaint(error)) from error
                failed.append((entry, error))
            ended_s = timer()
            entry.watch.add(ended_s - started_s)
            started_s = ended_s
        for broken, cause in failed:
            self._take_out(broken, cause)

    def halt(self) -> None:
        """Have the motor stopped at once, by every part that can; from any thread.

        Nothing waits for the next tick. It is not for long: whoever calls this also makes sure
        that the ticks that follow order nothing.
        """
        for entry in tuple(self.entries):
            self._call(entry, "halt")

    def stop(self) -> None:
        """Quiet the motor, then shut every part down, last added first. Safe to call twice.

        Each part has its own `try`: one bad shutdown does not spare the others.
        """
        self.on = False
        last_first = self.entries[::-1]
        for entry in last_first:
            self._call(entry, "neutral")
        for entry in sorted(last_first, key=lambda entry: not entry.is_actuator):
            self._call(entry, "shutdown")
        self._join_threads()

    def profile(self) -> str:
        """Time spent in each part, as a table."""
        return report(entry.watch for entry in self.entries)

    def _loop(self, rate_hz: float, max_loop_count: int | None) -> int:
        rate = RateKeeper(rate_hz, clock=self.clock)
        loops = window_loops = 0
        window_start_s = self.clock.monotonic()
        while self.on and not (max_loop_count and loops >= max_loop_count):
            self.step()
            loops += 1
            rate.wait()
            window_s = self.clock.monotonic() - window_start_s
            if window_s >= RATE_WINDOW_S:
                self.mem["loop/rate_hz"] = (loops - window_loops) / window_s
                self.mem["loop/late_ticks"] = rate.late_ticks
                window_start_s += window_s
                window_loops = loops
        return loops

    def _take_out(self, entry: Entry, error: Exception) -> None:
        logger.error("%s It was taken out; the car goes on.", entry.complaint(error))
        self.entries.remove(entry)
        self._call(entry, "shutdown")
        self.mem["car/faults"] = (*self.mem["car/faults"], entry.complaint(error))

    @staticmethod
    def _call(entry: Entry, method: str) -> None:
        function = getattr(entry.part, method, None)
        if function is None:
            return
        try:
            function()
        except Exception:
            logger.exception("%s: %s failed", entry.name, method)

    def _join_threads(self) -> None:
        deadline_s = time.monotonic() + JOIN_TIMEOUT_S
        for entry in self.entries:
            if entry.thread and entry.thread.is_alive():
                entry.thread.join(max(0.0, deadline_s - time.monotonic()))
                if entry.thread.is_alive():
                    logger.warning("%s is still running after its shutdown", entry.name)

    @contextmanager
    def _stop_signals(self) -> Iterator[None]:
        """Turn every signal that asks for the end into one orderly stop.

        A second signal changes nothing: it must not cut the shutdown short.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(number: int, frame: FrameType | None) -> None:
            self.on = False
            if not self._stop_asked:
                self._stop_asked = True
                raise KeyboardInterrupt

        before = {
            number: signal.signal(number, ask)
            for name in STOP_SIGNALS
            if (number := getattr(signal, name, None)) is not None
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
