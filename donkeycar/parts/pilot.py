"""Pilot part: runs a trained pilot on the newest frame, and the loop never waits for it."""

import logging
from collections.abc import Callable, Sequence
from threading import Condition
from typing import Any

import numpy as np

from donkeycar.driving.moment import exposure_fault
from donkeycar.errors import ConfigError, PartFailed, ending_of
from donkeycar.parts.answer_life import MAX_LIFE_S, AnswerLife
from donkeycar.parts.pilot_input import Outcome, PilotInput
from donkeycar.parts.pilot_loading import LOADING, Later, later_of, open_now
from donkeycar.pilots.protocol import MAX_OVERSHOOT, Pilot, reset
from donkeycar.timing import Clock, RealClock

logger = logging.getLogger(__name__)

# The longest sleep of the worker before it checks whether it should end.
POLL_S = 0.2

# The longest wait for the first tick before a pilot is opened, because a part with a run condition
# may never get one.
FIRST_TICK_S = 5.0

# After a gap this long, a pilot with a memory would see a car that jumps.
MAX_GAP_S = 0.5

# Angle, throttle, and when they expire; if asked for, the exposure of their frame; for a pilot that
# knows places, also the place.
Answer = tuple[float, float, float, *tuple[float | int | None, ...]]
Value = float | Sequence[float] | np.ndarray | None


class PilotPart:
    """Drives with a pilot that works on the newest frame in a thread of its own.

    A slow pilot skips frames; it never delays the loop, and never falls behind. An answer is valid
    from the time at which its frame was *exposed*, for as long as camera, pilot and loop need for
    the next answer, as measured, and at most for `max_age_s`; an older answer does not count. An
    answer is void if it is not a number or far out of range.

    A pilot that needs more channels than the frame gets no frame until all of them have a value.

    A pilot that must still be loaded (`Later`) is loaded first, in the part's thread. Until then
    there is no answer, and the part says why; if it cannot be loaded, the car stops.

    `run` answers for the frame at once, for a simulator in lockstep.

    Args:
        pilot: Turns a frame into angle and throttle; see `donkeycar.pilots.load_pilot`, and
            `donkeycar.pilots.inference.later` for one that must still be loaded.
        max_age_s: Longest validity of an answer, in seconds; greater than 0.
        stamped: Whether an answer also says when its frame was exposed.
        clock: Source of time, the same as the camera's.

    Attributes:
        pilot: The pilot, or the `Later` that loads it.
        wake: Called in the worker's thread when an answer is there.
        num_answers: Frames answered so far.
        num_void: Answers that were void.
        latency_s: From the exposure of the last frame to its answer.

    Raises:
        ConfigError: If `max_age_s` is not greater than 0.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> class GoStraight:
        ...     def infer(self, image):
        ...         return 0.0, 0.3
        >>> part = PilotPart(GoStraight(), clock=FakeClock())
        >>> part.run(np.zeros((120, 160, 3), np.uint8), 0.0)
        (0.0, 0.3, 0.15)
    """

    def __init__(
        self,
        pilot: Pilot | Later,
        *,
        max_age_s: float = MAX_LIFE_S,
        stamped: bool = False,
        clock: Clock | None = None,
    ) -> None:
        if not max_age_s > 0:
            raise ConfigError(f"`max_age_s` must be greater than 0. Received: {max_age_s=}")
        self.pilot: Any = pilot
        self._later = later_of(pilot)
        self._asked = False
        self.max_age_s = max_age_s
        self._stamped = stamped
        self.life = AnswerLife(max_life_s=max_age_s)
        self.wake: Callable[[], object] = _nothing
        self.num_answers = 0
        self.num_void = 0
        self.latency_s = 0.0
        self._clock: Clock = RealClock() if clock is None else clock
        self._changed = Condition()
        self._waiting: PilotInput | None = None
        self._seen_s: float | None = None
        self._last_s: float | None = None
        self._wants_vector = bool(getattr(pilot, "vector_channels", ()))
        self._locates = getattr(getattr(pilot, "kind", None), "locate", None) is not None
        self._outcome: Outcome | None = None
        self._taken: Outcome | None = None
        self._answer: Answer | None = None
        self._lapse = ""
        self._fault = ""
        self._error: BaseException | None = None
        self._stopping = False

    def run(
        self, image: np.ndarray | None, exposed_s: float | None, *values: Value
    ) -> Answer | None:
        """Answer for the frame, in the caller's thread.

        Args:
            image: Newest frame, ``None`` before the first.
            exposed_s: When it was exposed, on the clock. A time in the future comes from another
                clock, and does not count.
            values: Values of the pilot's `vector_channels`, numbers or rows of numbers.

        Returns:
            Angle and throttle, each -1 to +1, and when they expire; if `stamped`, when the frame
            was exposed; from a pilot that knows places, also the number of the place. ``None`` if
            there is no frame, a value is missing, the answer is void, or it is already too old.

        Raises:
            PilotError: If the pilot must still be loaded, and cannot drive this car.
        """
        self.load()
        frame = self._fresh(image, exposed_s, values)
        if frame is not None:
            self._outcome = self._look(frame)
        self._take(self._outcome)
        return self._unless_expired()

    def run_threaded(
        self, image: np.ndarray | None, exposed_s: float | None, *values: Value
    ) -> Answer | None:
        """Hand the frame to the worker, and return its newest answer without waiting.

        Returns:
            As `run`, for the newest frame that the worker has finished.

        Raises:
            PartFailed: If the worker died; the cause is chained.
        """
        self._exchange(image, exposed_s, values)
        return self._unless_expired()

    def run_prompt(
        self, image: np.ndarray | None, exposed_s: float | None, *values: Value
    ) -> Answer | None:
        """As `run_threaded`, but returns each answer only once."""
        return self._unless_expired() if self._exchange(image, exposed_s, values) else None

    def update(self) -> None:
        """Answer for the newest frame, again and again, until `shutdown`: the thread's body."""
        try:
            if self._is_wanted():
                self.load()
            while (frame := self._next_frame()) is not None:
                self._answer_for(frame)
        except BaseException as error:  # handed over to the loop, which stops the car by name
            with self._changed:
                if self._stopping and self._later is not None:
                    return  # the pilot is not needed any more, and its child process was killed
                self._error = error
            self.wake()
            if not isinstance(error, Exception):
                raise

    @property
    def has_work(self) -> bool:
        """Whether a frame waits for the worker."""
        return self._waiting is not None

    def work(self) -> None:
        """Answer for the frame that waits, if one does, in the caller's thread.

        This is one turn of `update`, for simulated time, in which no thread runs by itself.
        """
        with self._changed:
            frame, self._waiting = self._waiting, None
        if frame is not None:
            self._answer_for(frame)

    def load(self) -> None:
        """Load the pilot in the caller's thread, unless it is loaded.

        Raises:
            PilotError: If it cannot drive this car.
        """
        if self._later is not None:
            pilot = open_now(self._later, self._clock)
            with self._changed:
                self.pilot, self._later = pilot, None

    @property
    def loading(self) -> str:
        """Why the pilot cannot drive at all yet; "" once it is loaded."""
        return "" if self._later is None else LOADING

    @property
    def reason(self) -> str:
        """Why no answer is valid now, or was for a moment; "" if one was since the last call."""
        if self._later is not None:
            return LOADING
        if self._unless_expired() is not None:
            lapse, self._lapse = self._lapse, ""
            return lapse
        if self._fault:
            return self._fault
        if self._taken is not None and self._taken.said is None:
            return "The pilot's answer to the last frame makes no sense."
        return self.life.culprit(self._clock.monotonic())

    @property
    def delays(self) -> str:
        """How old frames are and how long the pilot takes for one, in a sentence."""
        return (
            f"The camera is {1000 * self.life.camera_age_s:.0f} ms old, the pilot needs "
            f"{1000 * self.life.thought_s:.0f} ms for a frame"
        )

    def shutdown(self) -> None:
        """Ask the thread to end, and forget the last answer. Safe to call twice."""
        with self._changed:
            self._stopping = True
            self._outcome = self._taken = self._answer = None
            self._changed.notify_all()
            later = self._later
        if later is not None:
            later.abandon()

    def _is_wanted(self) -> bool:
        """Wait for the first tick before loading a pilot: on a small computer both take long."""
        with self._changed:
            if self._later is not None:
                self._changed.wait_for(lambda: self._asked or self._stopping, FIRST_TICK_S)
            return not self._stopping

    def _fresh(
        self, image: np.ndarray | None, exposed_s: float | None, values: tuple[Value, ...]
    ) -> PilotInput | None:
        """The newest frame, if the worker has not had it yet."""
        if image is None or exposed_s is None or exposed_s == self._seen_s:
            return None
        vector = None
        if self._wants_vector:
            if any(value is None for value in values):
                return None
            vector = np.concatenate([np.asarray(value, np.float32).ravel() for value in values])
        now_s = self._clock.monotonic()
        self._fault = exposure_fault(exposed_s, now_s)
        if self._fault:
            return None
        self._seen_s = exposed_s
        self.life.note_frame(exposed_s, now_s=now_s)
        return PilotInput(image, exposed_s, vector)

    def _next_frame(self) -> PilotInput | None:
        """Wait for a frame; ``None`` when it is time to end."""
        with self._changed:
            while not self._stopping and self._waiting is None:
                self._changed.wait(POLL_S)
            frame, self._waiting = self._waiting, None
            return None if self._stopping else frame

    def _answer_for(self, frame: PilotInput) -> None:
        outcome = self._look(frame)
        with self._changed:
            self._outcome = outcome
        self.wake()

    def _exchange(
        self, image: np.ndarray | None, exposed_s: float | None, values: tuple[Value, ...]
    ) -> bool:
        """Hand over a new frame, and take a new answer; whether there was one."""
        with self._changed:
            if self._error is not None:
                what = "stopped" if self._later is None else "was not loaded"
                raise PartFailed(f"the pilot {what}: {ending_of(self._error)}") from self._error
            if self._later is not None:
                self._asked = True
                self._changed.notify()
                return False
            frame = self._fresh(image, exposed_s, values)
            if frame is not None:
                self._waiting = frame
                self._changed.notify()
            outcome = self._outcome
        return self._take(outcome)

    def _take(self, outcome: Outcome | None) -> bool:
        """Take the pilot's answer, and set until when it is valid; whether it is a new one."""
        if outcome is None or outcome is self._taken:
            return False
        self._taken = outcome
        now_s = self._clock.monotonic()
        self.life.note_answer(outcome.exposed_s, thought_s=outcome.thought_s, now_s=now_s)
        if self._answer is not None and now_s >= self._answer[2]:
            self._lapse = self.life.culprit(now_s)
        self._answer = None
        if outcome.said is not None:
            stamp = (outcome.exposed_s,) if self._stamped else ()
            place = (outcome.location,) if self._locates else ()
            self._answer = (*outcome.said, outcome.exposed_s + self.life.life_s, *stamp, *place)
        return True

    def _look(self, frame: PilotInput) -> Outcome:
        """Run the network, and refuse an answer that must not reach a motor."""
        if self._last_s is not None and frame.exposed_s - self._last_s > MAX_GAP_S:
            reset(self.pilot)
        self._last_s = frame.exposed_s
        beside = () if frame.vector is None else (frame.vector,)
        began_s = self._clock.monotonic()
        angle, throttle = self.pilot.infer(frame.image, *beside)
        now_s = self._clock.monotonic()
        self.latency_s = now_s - frame.exposed_s
        self.num_answers += 1
        said: tuple[float, float] | None = _clipped(angle), _clipped(throttle)
        # A comparison with NaN is false, so this refuses it too.
        if not (abs(angle) <= MAX_OVERSHOOT and abs(throttle) <= MAX_OVERSHOOT):
            self.num_void += 1
            if self.num_void == 1:
                told = "The pilot answered angle=%s, throttle=%s: the car ignores that"
                logger.warning(told, angle, throttle)
            said = None
        location = getattr(self.pilot, "location", None) if self._locates else None
        return Outcome(said, location, frame.exposed_s, now_s - began_s)

    def _unless_expired(self) -> Answer | None:
        """Return the answer if it is still valid."""
        answer = self._answer
        if answer is None or self._clock.monotonic() >= answer[2]:
            return None
        return answer


def _nothing() -> None:
    """Do nothing."""


def _clipped(value: float) -> float:
    return min(max(value, -1.0), 1.0)
