"""The walk of a bench: which question is asked, and what is kept when nobody saves."""

import time
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.parts.drivetrain.calibration_edits import Draft
from donkeycar.parts.drivetrain.calibration_notes import Before, CalibrationNotes, Unfinished
from donkeycar.parts.drivetrain.calibration_walk import SAVE, WHEELS, CalibrationWalk, Question

PUT_BACK = "donkey calibrate --put-back"


class BenchWalk:
    """Leads through the questions, and keeps an unfinished walk for the next start.

    Args:
        calibration: The calibration in progress.
        questions: Questions of the car.
        notes: The notes on the disk.

    Attributes:
        offer: An earlier walk that nobody has taken up or thrown away yet.
    """

    def __init__(
        self, calibration: Calibration, questions: tuple[Question, ...], notes: CalibrationNotes
    ) -> None:
        self._calibration = calibration
        self._walk = CalibrationWalk(questions)
        self._notes = notes
        offer, before = notes.unfinished, notes.before
        fits = calibration.fits
        if offer and not (fits(offer.draft) and offer.stored == calibration.stored):
            offer = None
        self.offer: Unfinished | None = offer
        self._before: Before | None = before if before and fits(before.draft) else None
        self._clean = self._kept = self._now()

    def check_answered(self) -> None:
        """Refuse a change before somebody has said what becomes of the earlier walk.

        Raises:
            ConfigError: If nobody has.
        """
        if self.offer:
            raise ConfigError(
                f"A calibration of {self.offer.at} was not saved. Take it up or throw it away first"
            )

    def confirm(self, *, wheels_up: bool) -> None:
        """Take note of the wheels being in the air, or not any more."""
        if wheels_up and self._walk.at == WHEELS:
            self.tick(WHEELS)
        elif wheels_up:
            self._walk.done.add(WHEELS)
        else:
            self._walk.done.discard(WHEELS)

    def go(self, name: str) -> None:
        """Go to a question; its point goes out."""
        self._walk.go(name)
        self._choose()

    def tick(self, name: str) -> None:
        """Answer a question with yes; the point of the next one goes out.

        Raises:
            ConfigError: If this car has no such question, or nobody has confirmed the wheels.
        """
        if name == WHEELS and not self._calibration.ready:
            raise ConfigError("The wheels are confirmed by `wheels_up`. Received: done='wheels'")
        self._walk.tick(name)
        self._choose()

    def choose(self, point: str) -> None:
        """Choose a point, and go to its question if there is one.

        Raises:
            ConfigError: If the drivetrain has no such point.
        """
        self._calibration.choose(point)
        if any(question.name == point for question in self._walk.questions):
            self._walk.go(point)

    def take_up(self) -> None:
        """Go on with the earlier walk.

        Raises:
            ConfigError: If there is none, or its values may not be tried.
        """
        if self.offer is None:
            raise ConfigError("No calibration is unfinished. Begin with the first question")
        self._calibration.adopt(self.offer.draft)
        self._walk.take_up(self.offer.question, set(self.offer.done) - {WHEELS})
        if self._calibration.ready:
            self._walk.done.add(WHEELS)
        self.offer = None
        self._choose()

    def throw_away(self) -> None:
        """Forget an earlier walk; without one, return to the stored values and begin again."""
        if self.offer is None:
            self._calibration.discard()
            self._walk.begin_again()
            self._choose()
        self.offer = None
        self._clean = self._now()
        self._keep()

    def put_back(self) -> None:
        """Return to what was stored before the last save; saving it is the last question.

        Raises:
            ConfigError: If nobody knows it, or it is farther away than pulses may be tried.
        """
        if self._before is None:
            raise ConfigError("No older values are kept: nothing has been saved on this page")
        try:
            self._calibration.adopt(self._before.draft)
        except ConfigError as error:
            raise ConfigError(f"{error}. To store them untried: {PUT_BACK}") from error
        self.go(SAVE)

    def saved(self, stored: Draft) -> None:
        """Take note that the values were saved; `stored` is what the settings held before."""
        if stored != self._calibration.stored:
            self._before = Before(time.strftime("%Y-%m-%d %H:%M"), stored)
        self._walk.done.add(SAVE)
        self._clean = self._now()
        self._keep()

    def keep(self) -> None:
        """Keep the walk on the disk, if it has changed."""
        if self.offer is None and self._now() != self._kept:
            self._keep()

    def state(self) -> dict[str, Any]:
        """What a page shows of the walk."""
        offer, lines = self.offer, self._lines
        return {
            "question": self._walk.at,
            "done": [one.name for one in self._walk.questions if one.name in self._walk.done],
            "unfinished": offer
            and {
                "at": offer.at,
                "done": len(set(offer.done) - {WHEELS}),
                "changes": lines(offer.draft),
            },
            "before": self._before
            and {"at": self._before.at, "changes": lines(self._before.draft)},
            "kept": self._notes.fault,
        }

    def words(self) -> list[dict[str, Any]]:
        """The questions in order, as a page needs them."""
        return [question._asdict() for question in self._walk.questions]

    def close(self) -> None:
        """Write the notes that are left."""
        self._notes.close()

    def _choose(self) -> None:
        points = self._calibration.points
        self._calibration.choose(
            self._walk.question.point or ("middle" if "middle" in points else points[0])
        )

    def _now(self) -> tuple[Draft, frozenset[str]]:
        return self._calibration.draft, frozenset(self._walk.done - {WHEELS, SAVE})

    def _keep(self) -> None:
        now = self._kept = self._now()
        unfinished = None
        if now != self._clean:
            unfinished = Unfinished(
                time.strftime("%Y-%m-%d %H:%M"),
                self._calibration.stored,
                self._calibration.draft,
                self._walk.at,
                tuple(sorted(now[1])),
            )
        self._notes.keep(unfinished=unfinished, before=self._before)

    def _lines(self, draft: Draft) -> list[str]:
        return lines_of(self._calibration.changes_to(draft))


def lines_of(changes: dict[str, Any]) -> list[str]:
    """Changes as the lines of a settings file, e.g. ``PWM_FREQUENCY = 50.0``."""
    lines = []
    for name, value in changes.items():
        if isinstance(value, dict):
            lines += [f'{name}["{key}"] = {entry!r}' for key, entry in value.items()]
        else:
            lines.append(f"{name} = {value!r}")
    return lines
