"""Notes of a calibration on the disk: what is unfinished, and what was stored before.

They are in a file of the car, ``logs/calibration.json``. A car that loses it loses no setting.
"""

import json
import queue
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import text_of
from donkeycar.files import write_atomically
from donkeycar.json_text import parse_json
from donkeycar.parts.drivetrain.calibration_edits import Draft

MOST_BYTES = 100_000


class Unfinished(NamedTuple):
    """A walk that was not saved.

    Attributes:
        at: When it was last changed, as a person reads it.
        stored: The values that the settings held.
        draft: The values as far as they were found.
        question: Name of the question that was asked last.
        done: Names of the answered questions.
    """

    at: str
    stored: Draft
    draft: Draft
    question: str
    done: tuple[str, ...]


class Before(NamedTuple):
    """What the settings held before the last save.

    Attributes:
        at: When that was, as a person reads it.
        draft: The values.
    """

    at: str
    draft: Draft


class CalibrationNotes:
    """Reads and writes the notes of a car; a thread of its own writes, as a card may take a second.

    Args:
        path: The file; ``None`` keeps nothing.
        kind: Word of the drivetrain. Notes of another one do not count.

    Attributes:
        unfinished: The walk that was not saved, if there is one.
        before: What was stored before the last save, if anybody knows.
        fault: Why the last write failed, "" if it did not.
    """

    def __init__(self, path: Path | None, kind: str) -> None:
        self._path, self._kind = path, kind
        self.fault = ""
        self.unfinished, self.before = _read(path, kind)
        self._texts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="calibration notes", daemon=True)
        if path is not None:
            self._thread.start()

    def keep(self, *, unfinished: Unfinished | None, before: Before | None) -> None:
        """Replace the notes; returns at once."""
        self.unfinished, self.before = unfinished, before
        if self._path is not None:
            notes = {
                "drivetrain": self._kind,
                "unfinished": unfinished and _unfinished_as_json(unfinished),
                "before": before and {"at": before.at, "values": _as_json(before.draft)},
            }
            self._texts.put(json.dumps(notes, indent=1) + "\n")

    def close(self) -> None:
        """Write what is left, and end."""
        self._texts.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _write(self) -> None:
        text: str | None = ""
        while text is not None:
            text = self._texts.get()
            newest = text
            while not self._texts.empty():
                text = self._texts.get()
                newest = text or newest
            if newest:
                self._replace(newest)

    def _replace(self, text: str) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(exist_ok=True)
            write_atomically(self._path, text)
            self.fault = ""
        except OSError as error:
            self.fault = text_of(error)


def _read(path: Path | None, kind: str) -> tuple[Unfinished | None, Before | None]:
    """The notes of a file; none if it is absent, damaged or of another drivetrain."""
    if path is None:
        return None, None
    try:
        with path.open("rb") as file:
            notes: Any = parse_json(file.read(MOST_BYTES))
        if notes["drivetrain"] != kind:
            return None, None
        unfinished, before = notes["unfinished"], notes["before"]
        return (
            unfinished
            and Unfinished(
                str(unfinished["at"]),
                _draft(unfinished["stored"]),
                _draft(unfinished["values"]),
                str(unfinished["question"]),
                _words(unfinished["done"]),
            ),
            before and Before(str(before["at"]), _draft(before["values"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None, None


def _unfinished_as_json(unfinished: Unfinished) -> dict[str, Any]:
    return {
        "at": unfinished.at,
        "stored": _as_json(unfinished.stored),
        "values": _as_json(unfinished.draft),
        "question": unfinished.question,
        "done": list(unfinished.done),
    }


def _as_json(draft: Draft) -> dict[str, Any]:
    return {
        "pulses_us": dict(draft.pulses),
        "frequency_hz": draft.frequency_hz,
        "clock_hz": draft.clock_hz,
    }


def _draft(values: Any) -> Draft:
    pulses = {str(point): float(pulse_us) for point, pulse_us in values["pulses_us"].items()}
    return Draft(pulses, float(values["frequency_hz"]), float(values["clock_hz"]))


def _words(names: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in names)
