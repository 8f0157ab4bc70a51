"""Erase the newest records when the driver asks for it, and take that back."""

from typing import Protocol

from donkeycar.parts.erasure import UNDO, Erase

# What the button of the page erases, in seconds.
PAGE_SECONDS = 5.0


class Erasable(Protocol):
    """A recorder whose newest records can be erased."""

    @property
    def num_undoable(self) -> int:
        """How many records the next undo would restore."""

    def erase(self, order: Erase) -> None:
        """Erase records, or take the last erasing back."""


class Eraser:
    """Passes a driver's wish to erase on to the recorder.

    Args:
        recorder: Where the records are.
        num_records: How many records one press of a gamepad erases (`JOYSTICK_ERASE_RECORDS`).

    Example:
        >>> import tempfile
        >>> from donkeycar.parts.recorder import TubRecorder
        >>> recorder = TubRecorder(tempfile.mkdtemp(), inputs=["user/angle"], types=["float"])
        >>> Eraser(recorder, num_records=100).run(("erase",))
        0
        >>> recorder.shutdown()
    """

    def __init__(self, recorder: Erasable, *, num_records: int = 100) -> None:
        self.num_records = num_records
        self._recorder = recorder

    def run(self, actions: tuple[str, ...] | None) -> int:
        """Erase and restore as `actions` say, the presses of this tick.

        Returns:
            How many records an undo would restore now.
        """
        for action in actions or ():
            if action == "erase":
                self._recorder.erase(Erase(records=self.num_records))
            elif action == "erase_seconds":
                self._recorder.erase(Erase(seconds=PAGE_SECONDS))
            elif action == "undo_erase":
                self._recorder.erase(UNDO)
        return self._recorder.num_undoable
