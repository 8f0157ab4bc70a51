"""Validity of a pilot's answers: how long each may drive the car, and what is too slow if none may.

An answer must be valid until the next one is there. The camera needs time to hand over a frame, the
pilot needs time to answer, frames come at an interval, the loop adds a delay, and all of these
vary. They are measured together as one number: the age of the frame of an answer when the next
answer came. An answer is valid for the longest of the recent ages and a little more; but never for
so long that a car whose camera fails drives on blind.
"""

import statistics
from collections import deque

# S8: the motor is neutral 250 ms after the last picture. The guardian looks every 10 ms, and wakes
# up a little late on a busy machine.
MAX_LIFE_S = 0.23

# An answer is always valid for at least this long: three frames at 20 Hz, so that one lost frame or
# one hiccup of a fast car has no effect.
MIN_LIFE_S = 0.15

# Added to the longest measured wait, because the next one may be longer.
SLACK_S = 0.03

# The number of recent answers that count: fifteen seconds at 20 Hz, five at 60. Medians use only
# the newest few of them.
WINDOW = 300
FEW = 15

# The largest share of the validity that each takes on a real car: a slow camera, a large network on
# a Pi 3, a camera at 15 Hz. A value above its own limit is called slow.
USUAL_AGE_S, USUAL_THOUGHT_S, USUAL_INTERVAL_S = 0.12, 0.06, 0.07


def in_ms(time_s: float) -> str:
    """A time for people, as ``"270 ms"``; from 100 ms on in tens, so that it does not flicker."""
    time_ms = 1000 * time_s
    return f"{round(time_ms, -1) if time_ms >= 100 else time_ms:.0f} ms"


class AnswerLife:
    """Decides how long answers are valid, and says what takes the time.

    Args:
        max_life_s: The longest validity, in seconds from the exposure of the frame.

    Attributes:
        otherwise: What delayed an answer if nothing that is measured did; a replay, in which no
            computer is busy, says something else.

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
        self.otherwise = "this computer was busy"
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
            thought_s: How long the pilot took for it.
            now_s: The time, on the same clock.
        """
        if self._answered_s is not None:
            self._needed_s.append(now_s - self._answered_s)
        self._answered_s = exposed_s
        self._thoughts_s.append(thought_s)

    @property
    def needed_s(self) -> float:
        """The highest recent age of a frame when the answer to the next one came."""
        return max(self._needed_s, default=0.0)

    @property
    def life_s(self) -> float:
        """How long an answer is valid, in seconds from the exposure of its frame."""
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
        """How long the pilot takes for a frame; 0 before the first answer."""
        return statistics.median(self._thoughts_s or [0.0])

    def culprit(self, now_s: float) -> str:
        """Why no answer is valid at this moment, in a sentence that names what is too slow."""
        if self._seen is None:
            return "The camera has given no frame yet."
        exposed_s, seen_s = self._seen
        age_s, thought_s, interval_s = self.camera_age_s, self.thought_s, self.interval_s
        if exposed_s != self._answered_s:  # it works on a frame now, or hangs
            thought_s = max(thought_s, now_s - seen_s)
        elif now_s - seen_s > self.max_life_s:
            return f"The camera has given no frame for {in_ms(now_s - seen_s)}."
        left_s = max(self.max_life_s - thought_s - interval_s, 0.0)
        age, thought, interval = (in_ms(s) for s in (age_s, thought_s, interval_s))
        is_known = len(self._intervals_s) == FEW  # the first ones include the start of the computer
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
            f"{thought}, a frame comes every {interval}, and {self.otherwise}.": 1.0,
        }
        return max(slow, key=slow.__getitem__)
