"""How long an answer of a pilot may drive the car, from what was measured; and what is too slow.

An answer must hold until the next one is there. That takes what the camera needs to hand a frame
over, what the pilot needs to answer, the interval between frames and what the loop adds, and each
of them varies. All of it together is measured as one number: how old the frame of an answer was
when the next answer came. The life is the longest of late, and a little more; but never so long
that a car whose camera fails drives on blind.
"""

import statistics
from collections import deque

# S8: the motor is neutral 250 ms after the last picture. The guardian looks every 10 ms, and wakes
# up a little late on a busy machine.
MAX_LIFE_S = 0.23

# What an answer may live in any case: three frames at 20 Hz, so that one lost frame or one hiccup
# of a fast car is not seen.
MIN_LIFE_S = 0.15

# Added to the longest wait measured: the next one may be longer.
SLACK_S = 0.03

# So many answers count as "of late": fifteen seconds at 20 Hz, five at 60. Medians are taken over
# the few newest.
WINDOW = 300
FEW = 15

# What a real car takes at most of the life, each: a slow camera, a large network on a Pi 3, a
# camera at 15 Hz. What is above its own most is called slow.
USUAL_AGE_S, USUAL_THOUGHT_S, USUAL_INTERVAL_S = 0.12, 0.06, 0.07


def in_ms(time_s: float) -> str:
    """A time for people, as ``"270 ms"``; from 100 ms on in tens, that it does not flicker."""
    time_ms = 1000 * time_s
    return f"{round(time_ms, -1) if time_ms >= 100 else time_ms:.0f} ms"


class AnswerLife:
    """Sets the life of answers, and says what takes the time.

    Args:
        max_life_s: The longest life, in seconds from the exposure of the frame.

    Example:
        >>> life = AnswerLife()
        >>> for exposed_s in (0.0, 0.05, 0.1):
        ...     life.note_frame(exposed_s, now_s=exposed_s + 0.08)
        ...     life.note_answer(exposed_s, thought_s=0.02, now_s=exposed_s + 0.1)
        >>> round(life.needed_s, 3), round(life.life_s, 3), round(life.camera_age_s, 3)
        (0.15, 0.18, 0.08)
    """

    def __init__(self, *, max_life_s: float = MAX_LIFE_S) -> None:
        self.max_life_s = max_life_s
        self._needed_s: deque[float] = deque(maxlen=WINDOW)
        self._ages_s: deque[float] = deque(maxlen=FEW)
        self._intervals_s: deque[float] = deque(maxlen=FEW)
        self._thoughts_s: deque[float] = deque(maxlen=FEW)
        self._seen: tuple[float, float] | None = None
        self._answered_s: float | None = None

    def note_frame(self, exposed_s: float, *, now_s: float) -> None:
        """Learn from a new frame that is handed to the pilot now."""
        if self._seen is not None:
            self._intervals_s.append(exposed_s - self._seen[0])
        self._seen = exposed_s, now_s
        self._ages_s.append(now_s - exposed_s)

    def note_answer(self, exposed_s: float, *, thought_s: float, now_s: float) -> None:
        """Learn from a new answer that the loop takes now.

        Args:
            exposed_s: When its frame was exposed.
            thought_s: How long the pilot looked at it.
            now_s: Now, on the clock of both.
        """
        if self._answered_s is not None:
            self._needed_s.append(now_s - self._answered_s)
        self._answered_s = exposed_s
        self._thoughts_s.append(thought_s)

    @property
    def needed_s(self) -> float:
        """How old a frame was at most, of late, when the answer to the next one came."""
        return max(self._needed_s, default=0.0)

    @property
    def life_s(self) -> float:
        """How long an answer counts, in seconds from the exposure of its frame."""
        return min(max(self.needed_s + SLACK_S, MIN_LIFE_S), self.max_life_s)

    @property
    def camera_age_s(self) -> float:
        """How old frames are when the pilot gets them; 0 before the first."""
        return statistics.median(self._ages_s or [0.0])

    @property
    def interval_s(self) -> float:
        """Time from one frame to the next; 0 before the second."""
        return statistics.median(self._intervals_s or [0.0])

    @property
    def thought_s(self) -> float:
        """How long the pilot looks at a frame; 0 before the first answer."""
        return statistics.median(self._thoughts_s or [0.0])

    def culprit(self, now_s: float) -> str:
        """Why no answer counts at this moment, in a sentence that names what is too slow."""
        if self._seen is None:
            return "The camera has given no frame yet."
        exposed_s, seen_s = self._seen
        age_s, thought_s, interval_s = self.camera_age_s, self.thought_s, self.interval_s
        if exposed_s != self._answered_s:  # it looks at a frame now, or hangs
            thought_s = max(thought_s, now_s - seen_s)
        elif now_s - seen_s > self.max_life_s:
            return f"The camera has given no frame for {in_ms(now_s - seen_s)}."
        left_s = max(self.max_life_s - thought_s - interval_s, 0.0)
        age, thought, interval = (in_ms(s) for s in (age_s, thought_s, interval_s))
        is_known = len(self._intervals_s) == FEW  # the first ones hold the start of the computer
        slow = {
            f"The camera's frames are {age} old, more than the {in_ms(left_s)} that a pilot "
            "can drive with. More light or a higher CAMERA_FRAMERATE may help.": (
                age_s / USUAL_AGE_S if age_s > left_s else 0.0
            ),
            f"The pilot needs {thought} for a frame: it is too slow to drive. PILOT_PRECISION = "
            "'int8' is faster, and so is a smaller network.": (thought_s / USUAL_THOUGHT_S),
            f"The camera gives a frame every {interval}, too seldom for a pilot: raise "
            "CAMERA_FRAMERATE.": interval_s / USUAL_INTERVAL_S if is_known else 0.0,
            f"An answer of the pilot came too late: the camera is {age} old, the pilot needs "
            f"{thought}, a frame comes every {interval}, and this computer was busy.": 1.0,
        }
        return max(slow, key=slow.__getitem__)
