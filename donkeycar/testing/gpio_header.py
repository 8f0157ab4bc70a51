"""The pins of a Raspberry Pi that is not there, with a trace of what they did."""

import threading
from typing import Any, NamedTuple


class PinChange(NamedTuple):
    """One pin that was set.

    Attributes:
        name: `GPIO13` and the like.
        value: Share of the time it is high since then, 0.0 to 1.0.
    """

    name: str
    value: float


class GpioHeader:
    """Makes a gpiozero pin factory, and notes what comes out of its pins.

    Args:
        revision: Code of the board. The default is a Raspberry Pi 5.

    Attributes:
        factory: For drivers that ask for a pin factory.
        trace: Every change of an output, oldest first.
        fails: Whether writing to a pin fails.

    Example:
        >>> from gpiozero import LED
        >>> header = GpioHeader()
        >>> lamp = LED("BOARD33", pin_factory=header.factory)
        >>> lamp.on()
        >>> header.trace[-1]
        PinChange(name='GPIO13', value=1.0)
    """

    def __init__(self, revision: str = "c04170") -> None:
        from gpiozero.pins.mock import MockFactory, MockPWMPin

        self.trace: list[PinChange] = []
        self.fails = False
        self._values: dict[str, float] = {}
        self._lock = threading.Lock()
        header = self

        class TracedPin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
            def _change_state(self, value: float) -> bool:
                header._check()
                header._note(self.info.name, float(value))
                return bool(super()._change_state(value))

        self.factory: Any = MockFactory(revision=revision, pin_class=TracedPin)

    @property
    def values(self) -> dict[str, float]:
        """Share of the time that every pin which was ever set is high now, by name."""
        return dict(self._values)

    def close(self) -> None:
        """Let go of all pins."""
        self.factory.reset()

    def _check(self) -> None:
        if self.fails:
            raise OSError(5, "the pins do not answer")

    def _note(self, name: str, value: float) -> None:
        with self._lock:
            if self._values.get(name) != value:
                self._values[name] = value
                self.trace.append(PinChange(name, value))
