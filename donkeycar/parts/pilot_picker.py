"""Choosing another pilot while the car runs: it is loaded beside the drive, and takes over later.

The one that is there drives on while another is loaded. It is replaced between two ticks, and only
while a person drives: what steers the car never changes by itself in a pilot mode.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from donkeycar.errors import DonkeyError
from donkeycar.parts.pilot import PilotPart
from donkeycar.parts.pilot_loading import Later

logger = logging.getLogger(__name__)

# Actions of the page: "pilot:NAME" chooses one, "pilot:" looks at the folder again.
PREFIX = "pilot:"
USER = "user"


class Choice(NamedTuple):
    """One pilot of the folder, for a person who chooses.

    Attributes:
        name: Its name in the folder, without an ending.
        type: Name of its type; "" if it is not known.
        created_at: Seconds since 1970, 0.0 if not known.
        steering_error: Mean absolute error of its steering on validation records, ``None`` if not
            known.
    """

    name: str
    type: str
    created_at: float
    steering_error: float | None


class PilotPicker:
    """Loads the pilot that the driver chose, and puts it into the pilot's part.

    Args:
        part: The part that runs the pilot.
        name: Name of the pilot that it was started with.
        find: Lists the pilots that can be chosen; called in a thread.
        open_pilot: Checks the files of one by its name, and returns a pilot to be loaded; called in
            a thread. It raises an error of donkeycar for one that cannot drive this car.
    """

    def __init__(
        self,
        part: PilotPart,
        *,
        name: str,
        find: Callable[[], Sequence[Choice]],
        open_pilot: Callable[[str], Later],
    ) -> None:
        self._part = part
        self._name = name
        self._find = find
        self._open = open_pilot
        self._choices: tuple[Choice, ...] = ()
        self._note = ""
        self._wanted = ""
        self._ready: tuple[str, Any] | None = None
        self._later: Later | None = None
        self._lock = threading.Lock()
        self._ended = False
        self._has_looked = False

    def run(
        self, actions: Sequence[str] | None = None, mode: str | None = None
    ) -> tuple[str, str, tuple[Choice, ...]]:
        """Obey the presses of this tick; replace the pilot if another is loaded.

        Args:
            actions: The presses.
            mode: Drive mode.

        Returns:
            The name of the pilot that drives, a sentence about the one that was chosen ("" if there
            is nothing to say), and the pilots that can be chosen.
        """
        # Not while the car is built: on a small computer its page comes first.
        asked = actions or () if self._has_looked else (PREFIX, *(actions or ()))
        self._has_looked = True
        for action in asked:
            if action == PREFIX:
                self._start(self._look)
            elif action.startswith(PREFIX):
                self._choose(action.removeprefix(PREFIX))
        if self._ready is not None:
            self._replace(*self._ready, mode)
        return self._name, self._note, self._choices

    def shutdown(self) -> None:
        """Load nothing more. Safe to call twice."""
        self._ended = True
        later = self._later
        if later is not None:
            later.abandon()

    def _choose(self, name: str) -> None:
        if self._part.loading:
            self._note = "The first pilot is still being loaded. Choose another one after that."
        elif self._wanted:
            self._note = f"{self._wanted} is being loaded. Choose another one after that."
        elif name == self._name:
            self._note, self._ready = "", None
        else:
            self._wanted, self._ready = name, None
            self._note = f"{name} is being loaded; {self._name} stays until then."
            self._start(lambda: self._load(name))

    def _replace(self, name: str, pilot: Any, mode: str | None) -> None:
        if mode not in (None, USER):
            self._note = f"{name} is loaded. Choose You, and it takes the place of {self._name}."
            return
        self._part.pilot = pilot
        self._ready, self._note = None, ""
        logger.info("The pilot %s took the place of %s", name, self._name)
        self._name = name

    def _start(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name="PilotPicker", daemon=True).start()

    def _look(self) -> None:
        try:
            with self._lock:
                self._choices = tuple(self._find())
        except (DonkeyError, OSError) as error:
            logger.warning("The pilots of this car cannot be listed: %s", error)

    def _load(self, name: str) -> None:
        """In a thread of its own: the loop waits for nothing here."""
        pilot, note = None, ""
        try:
            self._later = self._open(name)
            pilot = self._later.load()
        except (DonkeyError, OSError) as error:
            note = f"{name} cannot drive this car, {self._name} stays. {error}"
        # Before what happened is told: who reads that may choose again at once.
        self._later, self._wanted = None, ""
        if self._ended:
            return
        if note:
            self._note = note
            logger.warning("%s", note)
        else:
            self._ready = (name, pilot)
