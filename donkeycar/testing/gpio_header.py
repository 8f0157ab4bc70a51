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
        self._lock = threading.Lock()
        header = self

        class TracedPin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
            def _change_state(self, value: float) -> bool:
                header._check()
                changed = super()._change_state(value)
                if changed or not header._knows(self.info.name):
                    header._note(self.info.name, float(value))
                return bool(changed)

        self.factory: Any = MockFactory(revision=revision, pin_class=TracedPin)

    def value(self, name: str) -> float:
        """Share of the time a pin is high, 0.0 to 1.0.

        Args:
            name: `GPIO13` and the like.

        Raises:
            KeyError: If the pin was never an output.
        """
        for change in reversed(self.trace):
            if change.name == name:
                return change.value
        raise KeyError(name)

    @property
    def values(self) -> dict[str, float]:
        """What every pin that was ever an output does now."""
        return dict(self.trace)

    def close(self) -> None:
        """Let go of all pins."""
        self.factory.reset()

    def _check(self) -> None:
        if self.fails:
            raise OSError(5, "the pins do not answer")

    def _knows(self, name: str) -> bool:
        return any(change.name == name for change in self.trace)

    def _note(self, name: str, value: float) -> None:
        with self._lock:
            self.trace.append(PinChange(name, value))
