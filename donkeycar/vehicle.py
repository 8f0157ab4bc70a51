"""The drive loop: parts, run one after another at a fixed rate, over shared channels."""

import inspect
import logging
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from donkeycar.errors import PartError, PartFailed
from donkeycar.loop.doorbell import Doorbell
from donkeycar.loop.entry import Entry, join_threads
from donkeycar.loop.garbage import long_lived_objects
from donkeycar.loop.news_pace import NewsPace
from donkeycar.loop.profiler import Stopwatch, report
from donkeycar.loop.prompt import prompt_entries, run_news
from donkeycar.loop.rate_meter import RateMeter
from donkeycar.loop.stop_signals import heard
from donkeycar.loop.wiring import overruled, unwritten, wiring_warnings
from donkeycar.memory import Memory
from donkeycar.timing import Clock, RateKeeper, RealClock, SimulatedClock

logger = logging.getLogger(__name__)

# A part that takes longer in one tick is named in the log.
HANG_S = 1.0
HANG = "%s held the drive loop up for %.1f s; the motor was neutral meanwhile."
HANG_SIMULATED = "%s took %.1f s of the computer; the simulated time stood still meanwhile."

# Written by the loop itself.
OWN_CHANNELS = {"loop/rate_hz", "loop/late_ticks", "car/faults"}


class Vehicle:
    """Runs parts one after another, at a fixed rate, over a shared memory.

    A part is any object with ``run(*inputs)``; or, threaded, with ``update()`` and
    ``run_threaded(*inputs)``; ``shutdown()`` is optional, and for what moves the car ``neutral()``
    and ``halt()``. A part that returns ``None`` writes nothing. Parts after it see its values in
    the same tick, parts before it in the next one.

    An ``update()`` must run until ``shutdown()``. If it ends earlier, for any reason, the part has
    failed, because the car must not drive on with its last value.

    Parts added with ``prompt=True`` do not wait for the next tick; see `donkeycar.loop.prompt`.

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
        # Channels that a part needed when it was added but did not find, and the name of that part.
        self.passed_over: dict[str, str] = {}
        self._stop_asked = False
        self._is_ending = False
        self._bell = Doorbell(self.clock)
        self._paced_by: Entry | None = None

    def add(
        self,
        part: Any,
        inputs: Sequence[str | None] = (),
        outputs: Sequence[str] = (),
        threaded: bool = False,
        run_condition: str | None = None,
        optional: bool = False,
        prompt: bool = False,
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
            prompt: Whether it also runs between ticks, on news: see `donkeycar.loop.prompt`.

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
            prompt=prompt,
            run=part.run_threaded if threaded else part.run,
            watch=Stopwatch(type(part).__name__),
        )
        if threaded:
            entry.thread = threading.Thread(target=entry.update, name=entry.name, daemon=True)
            if prompt and hasattr(part, "wake"):
                part.wake = partial(self._ring, entry)
        self.entries.append(entry)

    @property
    def is_paced(self) -> bool:
        """Whether the news of a part begin the ticks, see `pace_by`."""
        return self._paced_by is not None

    def pace_by(self, part: Any) -> None:
        """Run a tick for each of the news of `part`, such as the frames of a camera.

        Without news a tick runs all the same, see `donkeycar.loop.news_pace`. In a car with a part
        that changes orders and is not prompt, an answer of the pilot begins a tick, too.

        Args:
            part: One that was added with ``threaded=True`` and ``prompt=True`` and has a `wake`.

        Raises:
            PartError: If the car has no such part.
        """
        found = [entry for entry in self.entries if entry.part is part]
        if not found or not found[0].prompt or not found[0].thread or not hasattr(part, "wake"):
            raise PartError(
                "The part that paces a car must be added first, with threaded=True and "
                f"prompt=True, and call self.wake() when it has news. Received: {part!r:.80}"
            )
        self._paced_by = found[0]

    def start(self, rate_hz: float = 20, max_loop_count: int | None = None) -> int:
        """Drive until `stop` is asked for, Ctrl-C, SIGTERM, or `max_loop_count` loops.

        However the loop ends, the motor becomes neutral first, and then every part is shut down.

        Args:
            rate_hz: Ticks a second, greater than 0; after `pace_by`, the fewest.
            max_loop_count: Ticks to run; ``None`` or 0 runs until stopped.

        Returns:
            The number of loops completed.

        Raises:
            PartError: If a part would change orders where the wheels do not see it.
            PartFailed: If a part raised; the cause is chained.
        """
        for sentence in self.wiring_warnings():
            logger.warning("%s", sentence)
        loops = 0
        self.on = True
        self._stop_asked = self._is_ending = False
        self.mem["car/faults"] = ()
        with heard(self._hear_stop), long_lived_objects():
            try:
                if refusal := overruled(self.entries):
                    raise PartError(refusal)
                self._start_threads()
                loops = self._loop(rate_hz, max_loop_count)
            except KeyboardInterrupt:
                logger.info("Interrupted, stopping")
            finally:
                # Two steps: a signal during the first one raises here; the second one still runs.
                try:
                    self._stop_asked = True
                finally:
                    self.stop()
        return loops

    def unwired(self) -> list[str]:
        """Channels that a part reads although no part writes them, mostly because of a typo."""
        return unwritten(self.entries, self.writes)

    def wiring_warnings(self) -> list[str]:
        """Probable wiring mistakes, one or two sentences each."""
        return wiring_warnings(self.entries, is_written=self.writes, passed_over=self.passed_over)

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
        self._look_after_threads()
        get, put, timer = self.mem.get, self.mem.put, time.perf_counter
        failed = []
        started_s = timer()
        for entry in self.entries:
            if entry.condition and not get(entry.condition)[0]:
                continue
            try:
                values = entry.run(*get(entry.inputs))
                if values is not None and entry.outputs:
                    put(entry.outputs, values)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                if not entry.optional:
                    raise PartFailed(entry.complaint(error)) from error
                failed.append((entry, error))
            ended_s = timer()
            entry.watch.add(ended_s - started_s)
            if ended_s - started_s > HANG_S:
                said = HANG_SIMULATED if isinstance(self.clock, SimulatedClock) else HANG
                logger.warning(said, entry.name, ended_s - started_s)
            started_s = ended_s
        for broken, cause in failed:
            self._take_out(broken, cause)

    def _ring(self, entry: Entry) -> None:
        if not entry.has_news:
            entry.news_s = self.clock.monotonic()
            entry.has_news = True
        self._bell.ring()

    def halt(self) -> None:
        """Stop the motor at once, by every part that can; any thread may call this.

        It does not wait for the next tick. The stop does not last by itself: the caller must also
        make sure that the following ticks give no order.
        """
        for entry in tuple(self.entries):
            self._call(entry, "halt")

    def stop(self) -> None:
        """Stop the motor, then shut down every part, last added first. Safe to call twice.

        Each part has its own `try`, so a shutdown that fails does not prevent the others.
        """
        self.on = False
        self._is_ending = True
        last_first = self.entries[::-1]
        for entry in last_first:
            self._call(entry, "neutral")
        for entry in sorted(last_first, key=lambda entry: not entry.is_actuator):
            self._call(entry, "shutdown")
        join_threads(self.entries)

    def profile(self) -> str:
        """Time spent in each part, as a table."""
        return report(entry.watch for entry in self.entries)

    def _loop(self, rate_hz: float, max_loop_count: int | None) -> int:
        rate = self._pace(rate_hz)
        meter = RateMeter(rate_hz, self.entries, clock=self.clock)
        loops = 0
        while self.on and not (max_loop_count and loops >= max_loop_count):
            self.step()
            loops += 1
            # A late loop does not sleep, so news would wait for another whole tick.
            self._bell.look()
            rate.wait()
            if (measured_hz := meter.tick()) is not None:
                self.mem["loop/rate_hz"] = measured_hz
                self.mem["loop/late_ticks"] = rate.late_ticks
        return loops

    def _pace(self, rate_hz: float) -> RateKeeper | NewsPace:
        prompt = prompt_entries(self.entries)
        paced_by = self._paced_by
        if paced_by is None:
            self._bell.answer = partial(run_news, prompt, self.mem)
            return RateKeeper(rate_hz, clock=self._bell if prompt else self.clock)
        between = [entry for entry in prompt if entry is not paced_by]
        self._bell.answer = partial(run_news, between, self.mem)
        # Where orders may not go out between ticks, an answer of the pilot is worth a tick.
        begins = [paced_by] if prompt else [entry for entry in self.entries if entry.prompt]
        return NewsPace(rate_hz, begins, bell=self._bell)

    def _start_threads(self) -> None:
        for entry in tuple(self.entries):
            try:
                entry.start_thread()
            except PartError as error:
                self._give_up(entry, error)

    def _look_after_threads(self) -> None:
        """Notice every thread that has ended, also if its part does not run at present."""
        for entry in tuple(self.entries):
            if entry.has_ended and not self._is_ending:
                self._give_up(entry, entry.ending(self.mem.get(entry.inputs)))

    def _give_up(self, entry: Entry, error: BaseException) -> None:
        """Take out a part that failed, or end the car."""
        if not entry.optional:
            raise PartFailed(entry.complaint(error)) from error
        self._take_out(entry, error)

    def _take_out(self, entry: Entry, error: BaseException) -> None:
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
        except BaseException:
            # Any exception, also Ctrl-C: the parts after this one must still be made safe.
            logger.exception("%s: %s failed", entry.name, method)

    def _hear_stop(self) -> None:
        """Turn every signal that asks for the end into one orderly stop.

        A second signal changes nothing, because it must not interrupt the shutdown.
        """
        self.on = False
        if not self._stop_asked:
            self._stop_asked = True
            raise KeyboardInterrupt
