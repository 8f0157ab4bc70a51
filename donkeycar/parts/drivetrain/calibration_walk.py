"""Walk through a calibration: one question at a time, in words that page and terminal share."""

from collections.abc import Iterable
from typing import NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet

WHEELS, SAVE = "wheels", "save"


class Question(NamedTuple):
    """One step of the walk.

    Attributes:
        name: Its name in messages.
        title: Its name for people.
        asks: The question; the answer "yes" ticks it.
        advice: What to do if the answer is no. No step starts a motor by itself.
        point: The point that goes out meanwhile; ``None`` for the middle.
        swaps: What "Swap the ends" swaps: ``"steering"``, ``"throttle"`` or "" for nothing.
        for_esc: Whether it is only for a car with a speed controller (ESC).
    """

    name: str
    title: str
    asks: str
    advice: str
    point: str | None = None
    swaps: str = ""
    for_esc: bool = False


QUESTIONS = (
    Question(
        WHEELS, "Wheels in the air", "Are all wheels off the ground?",
        "Put the car on a stand, with nothing near its wheels. Nothing moves before you say so.",
    ),
    Question(
        "middle", "Middle", "Do the front wheels point straight ahead?",
        "If not, step until they do. Look along the car from behind.", "middle",
    ),
    Question(
        "left", "Left", "Are the wheels as far left as they go?",
        "Step until they are, but no farther: a servo that hums is at its limit. If they point "
        "right, swap the ends.", "left", "steering",
    ),
    Question(
        "right", "Right", "Are the wheels as far right as they go?",
        "Step until they are, but no farther: a servo that hums is at its limit.",
        "right", "steering",
    ),
    Question(
        "esc", "Speed controller", "Did the speed controller (ESC) give its tone?",
        "Switch it on now. It takes the pulse that it sees for neutral, and arms. If it goes on "
        "beeping, or the motor turns, step until it arms.", "stopped", for_esc=True,
    ),
    Question(
        "forward", "Forward", "Does the motor drive the car forward?",
        "Hold the button. It begins at 10 % of the way to this pulse. If the wheels turn backward, "
        "swap the ends. Then try more, and at 100 % step until the motor gets no faster.",
        "forward", "throttle",
    ),
    Question(
        "stopped", "Neutral", "Does the motor stand still?",
        "Step to the middle of the pulses at which it does.", "stopped",
    ),
    Question(
        "start", "Deadband", "Does the motor just begin to turn?",
        "Hold the button, and step until it does: throttle begins at this pulse. The pulse of "
        "Neutral means no deadband.", "start",
    ),
    Question(
        "reverse", "Reverse", "Does the motor drive the car backward?",
        "Hold the button. It begins at 10 %. Some controllers brake first: let go, then hold "
        "again. At 100 % step until the motor gets no faster.", "reverse", "throttle",
    ),
    Question(
        SAVE, "Save", "Shall these values be saved?",
        "Nothing is in myconfig.py before you save.",
    ),
)  # fmt: skip


def questions_for(sheet: CalibrationSheet, *, has_esc: bool) -> tuple[Question, ...]:
    """The questions of a car: one for each point that its settings hold.

    Args:
        sheet: Its points.
        has_esc: Whether a speed controller stands behind its throttle.
    """
    ends = {"steering": {"left", "right"}, "throttle": {"forward", "reverse"}}
    return tuple(
        question._replace(
            swaps=question.swaps if ends.get(question.swaps, set()) <= set(sheet.names) else ""
        )
        for question in QUESTIONS
        if (question.point is None or question.point in sheet.names)
        and (has_esc or not question.for_esc)
    )


class CalibrationWalk:
    """Where a person is in the walk, and which questions are answered.

    Args:
        questions: The questions of the car, in order.

    Attributes:
        questions: The same.
        at: Name of the question that is asked now.
        done: Names of the questions that were answered with yes.

    Example:
        >>> walk = CalibrationWalk(QUESTIONS)
        >>> walk.tick("wheels")
        >>> walk.tick("middle")
        >>> walk.at, walk.question.asks
        ('left', 'Are the wheels as far left as they go?')
    """

    def __init__(self, questions: tuple[Question, ...]) -> None:
        self.questions = questions
        self._by_name = {question.name: question for question in questions}
        self.at = questions[0].name
        self.done: set[str] = set()

    @property
    def question(self) -> Question:
        """The question that is asked now."""
        return self._by_name[self.at]

    def go(self, name: str) -> None:
        """Go to a question, back or forward.

        Raises:
            ConfigError: If this car has no such question.
        """
        if name not in self._by_name:
            raise ConfigError(
                f"The walk has the questions {', '.join(self._by_name)}. Received: {name!r}"
            )
        self.at = name

    def tick(self, name: str) -> None:
        """Answer a question with yes, and go to the one after it.

        Raises:
            ConfigError: If this car has no such question.
        """
        self.go(name)
        names = list(self._by_name)
        self.done.add(name)
        self.at = names[min(names.index(name) + 1, len(names) - 1)]

    def take_up(self, at: str, done: Iterable[str]) -> None:
        """Go on where an earlier walk ended; names that this car does not know are left out."""
        self.done = {name for name in done if name in self._by_name}
        if at in self._by_name:
            self.at = at

    def begin_again(self) -> None:
        """Forget all answers except that the wheels are in the air."""
        self.done &= {WHEELS}
        self.at = self.questions[1 if self.done else 0].name
