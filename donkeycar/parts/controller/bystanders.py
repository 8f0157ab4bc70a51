"""Other gamepads besides the one that drives: each of them can stop the car."""

import logging
from collections.abc import Callable

from donkeycar.parts.controller.actions import STOPS
from donkeycar.parts.controller.codes import EV_KEY, EV_SYN, EVENT, SYN_DROPPED
from donkeycar.parts.controller.device import Line
from donkeycar.parts.controller.pad import Pad

logger = logging.getLogger(__name__)

USED_ANGLE = 0.5


class Bystanders:
    """Reads gamepads that do not drive, and keeps them open in case one has to drive.

    Args:
        make_pad: Makes the `Pad` of a device.
    """

    def __init__(self, make_pad: Callable[[Line], Pad]) -> None:
        self._make_pad = make_pad
        self._pads: list[tuple[Line, Pad]] = []
        self._rests: dict[int, bytes] = {}
        self._used: Line | None = None

    def take_used(self) -> Line | None:
        """The one that somebody used last, if any was since this was asked; it goes to the front.

        Used is a button that was pressed, or steering that is half-way and more.
        """
        used, self._used = self._used, None
        if used not in self.lines:
            return None
        self._pads.sort(key=lambda entry: entry[0] is not used)
        return used

    @property
    def lines(self) -> list[Line]:
        """Their devices, in the order in which they came."""
        return [line for line, _ in self._pads]

    def add(self, line: Line) -> None:
        """Listen to another gamepad."""
        self._pads.append((line, self._make_pad(line)))
        logger.info("Gamepad %s does not drive, but it can stop the car.", line.identity.name)

    def release(self, line: Line) -> Line | None:
        """Stop listening to `line`, because it will drive, from where its controls are now.

        Returns:
            The line; ``None`` if it is gone.
        """
        self._pads = [entry for entry in self._pads if entry[0] is not line]
        self._rests.pop(id(line), None)
        try:
            line.refresh()
        except OSError:
            line.close()
            return None
        return line

    def stops(self) -> list[str]:
        """Which of `STOPS` were pressed since the last call; it closes gamepads that are gone."""
        pressed: list[str] = []
        for line, pad in list(self._pads):
            try:
                self._read(line, pad)
            except OSError as error:
                logger.info("The gamepad %s is gone: %s", line.identity.name, error)
                self._pads.remove((line, pad))
                self._rests.pop(id(line), None)
                line.close()
            if abs(pad.sticks().angle) >= USED_ANGLE:
                self._used = line
            pad.presses()
            pressed += [action for action in pad.news() if action in STOPS]
        return pressed

    def close(self) -> None:
        """Close all of them."""
        while self._pads:
            self._pads.pop()[0].close()

    def _read(self, line: Line, pad: Pad) -> None:
        data = self._rests.get(id(line), b"") + (line.read(0.0) or b"")
        whole = len(data) - len(data) % EVENT.size
        self._rests[id(line)] = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and code == SYN_DROPPED:
                line.refresh()
                pad.catch_up(line.axes, line.held)
            else:
                if kind == EV_KEY and value:
                    self._used = line
                pad.take(kind, code, value)
