"""Emulated GPIO header of a Raspberry Pi, with a trace of its pins.

Sources: Linux 6.12.117, drivers/gpio/gpiolib-cdev.c (who holds a line, what closing it frees), and
drivers/pinctrl/bcm/pinctrl-bcm2835.c (`persist_gpio_outputs`, false there, true in the kernels of
Raspberry Pi since commit 16013c6, off with dtparam=strict_gpiod); raspberrypi/linux 07ada0c,
drivers/pinctrl/pinctrl-rp1.c, function `rp1_pmx_free` (the pins of a Pi 5 do the same).

Not modelled: resistors on the board and in the processor, voltages, short circuits, the time a
call takes, lines that are asked for as a group, the state of the pins before the first process,
lines that the kernel has itself, reading what something else puts on an input.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from donkeycar.testing.lgpio_library import IDLE_US, LgpioLibrary, Pulses
from donkeycar.timing import Clock, RealClock


class PinChange(NamedTuple):
    """One pin that was set.

    Attributes:
        name: Name, such as `GPIO13`.
        value: Ordered share of the time that it is high, 0.0 to 1.0.
    """

    name: str
    value: float


class Edge(NamedTuple):
    """One change on a wire.

    Attributes:
        time_s: Time on the clock of the header.
        name: Name, such as `GPIO13`.
        level: 0 or 1; ``None`` if it became an input, whose level the wiring decides.
    """

    time_s: float
    name: str
    level: int | None


class GpioHeader:
    """The GPIO chips of the kernel, and the processes that use them.

    Only one process holds a pin. Claiming it as an output sets its level at once. A process that
    ends or is killed releases its pins. They keep their level then, unless the kernel was told not
    to keep it.

    Args:
        clock: Source of time. Edges come out as it advances.
        labels: Labels of the chips, by their numbers. The header's begins with ``pinctrl-``.
        persists: Whether a released pin keeps its level.
        late_us: How late lgpio's thread is for an edge, in microseconds; called for each edge.

    Attributes:
        lgpio: The library of the first process, for drivers that take it.
        trace: Every ordered change of an output, oldest first.
        fails: Whether claiming and writing fail. The pulses of lgpio's thread do not fail: the
            thread ignores errors.

    Example:
        >>> header = GpioHeader()
        >>> chip = header.lgpio.gpiochip_open(0)
        >>> header.lgpio.gpio_claim_output(chip, 13, 1)
        0
        >>> header.trace
        [PinChange(name='GPIO13', value=1.0)]
        >>> header.lgpio.die()
        >>> header.level("GPIO13")
        1
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        labels: Sequence[str] = ("pinctrl-rp1",),
        persists: bool = True,
        late_us: Callable[[], int] = lambda: 0,
    ) -> None:
        self.labels = labels
        self.trace: list[PinChange] = []
        self._edges: list[Edge] = []
        self.fails = False
        self.late_us = late_us
        self._clock: Clock = RealClock() if clock is None else clock
        self._persists = persists
        self._values: dict[str, float] = {}
        self._levels: dict[str, int | None] = {}
        self._holders: dict[str, LgpioLibrary] = {}
        self._pulses: dict[str, Pulses] = {}
        # Processes whose thread sleeps after a stop: until when, and the pulses that it neglects.
        self._oversleeps: dict[LgpioLibrary, tuple[int, list[Pulses]]] = {}
        self._hung: set[LgpioLibrary] = set()
        self._processes: list[LgpioLibrary] = []
        self.lgpio = self.process()

    @property
    def edges(self) -> list[Edge]:
        """Every change on a wire up to now, oldest first."""
        self.go_on()
        return list(self._edges)

    @property
    def values(self) -> dict[str, float]:
        """Share of the time that each pin is high from its next cycle on, for all pins ever set."""
        return dict(self._values)

    def process(self) -> LgpioLibrary:
        """Start another process; return the lgpio library that it loads."""
        self._processes.append(LgpioLibrary(self))
        return self._processes[-1]

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.die()

    def level(self, name: str) -> int | None:
        """Level of the wire now: 0, 1, or ``None`` for a pin that no output drives."""
        self.go_on()
        return self._levels.get(name)

    def pulse_us(self, name: str) -> float:
        """Actual length of the last complete pulse, in microseconds; 0.0 for none."""
        edges = [edge for edge in self.edges if edge.name == name]
        for rise, fall in reversed(list(zip(edges, edges[1:], strict=False))):
            if rise.level == 1:
                return round((fall.time_s - rise.time_s) * 1e6, 3)
        return 0.0

    # The libraries use the methods from here on.

    @property
    def now_us(self) -> int:
        """Time, in whole microseconds."""
        return round(self._clock.monotonic() * 1e6)

    def name_of(self, chip: int, gpio: int) -> str:
        """Name of a line in this emulation."""
        return f"GPIO{gpio}" if self.labels[chip].startswith("pinctrl-") else f"chip{chip}.{gpio}"

    def claim(self, name: str, holder: LgpioLibrary, level: int | None) -> bool:
        """Give a line to a process; False if another one holds it."""
        if name in self._holders:
            return False
        self._holders[name] = holder
        self._set(name, level, self.now_us)
        if level is not None:
            self.note(name, float(level))
        return True

    def free(self, name: str) -> None:
        """Take a line back."""
        if self.pulses(name) is not None:
            self.stop(name)
        self._pulses.pop(name, None)
        del self._holders[name]
        if not self._persists:
            self._set(name, None, self.now_us)

    def write(self, name: str, level: int) -> None:
        """Set the level of an output."""
        self.go_on()
        self._set(name, level, self.now_us)

    def pulses(self, name: str) -> Pulses | None:
        """The pulses that lgpio's thread makes on a line."""
        self.go_on()
        running = self._pulses.get(name)
        return running if running is not None and running.is_active else None

    def start(self, name: str, pulses: Pulses) -> None:
        """Let lgpio's thread begin with the pulses."""
        self._pulses[name] = pulses

    def stop(self, name: str) -> None:
        """Stop the pulses of a line that has some, and the thread's work on all others with it.

        After it has dropped the newest of its pins, lgpio's thread handles no other pin for 20 ms.
        Then it is late and adds a negative time to its alarm. If that falls on the change of a
        second, the alarm is invalid, and the thread never works again. Every pin keeps its level,
        even a high one. Here that happens at every stop if other pulses go on for 20 ms more.

        Source: lgpio 0.2.2.0, src/lgPthTx.c, its loop; run by itself for two pins, it hung at the
        7th, 32nd and 88th stop.
        """
        self.go_on()
        holder = self._holders[name]
        self._pulses[name].is_active = False
        others = [
            pulses
            for other, pulses in self._pulses.items()
            if pulses.is_active and self._holders[other] is holder
        ]
        if others:
            until_us, before = self._oversleeps.get(holder, (self.now_us + IDLE_US, []))
            self._oversleeps[holder] = until_us, before + others

    def forget(self, process: LgpioLibrary) -> None:
        """End the thread of a process."""
        self._oversleeps.pop(process, None)
        self._hung.discard(process)

    def note(self, name: str, value: float) -> None:
        """Note an order in the trace, if it changes an output."""
        if self._values.get(name) != value:
            self._values[name] = value
            self.trace.append(PinChange(name, value))

    def go_on(self) -> None:
        """Let lgpio's threads do all work that is due."""
        now_us = self.now_us
        for process, (until_us, others) in list(self._oversleeps.items()):
            if until_us <= now_us:
                del self._oversleeps[process]
                if any(pulses.is_active for pulses in others):
                    self._hung.add(process)
        idle = {*self._oversleeps, *self._hung}
        while due := [
            (pulses.due_us, name)
            for name, pulses in self._pulses.items()
            if pulses.is_active and pulses.due_us <= now_us and self._holders[name] not in idle
        ]:
            _, name = min(due)
            pulses = self._pulses[name]
            pulses.skip(now_us)
            at_us = pulses.due_us
            self._set(name, pulses.step(self.late_us()), at_us)

    def _set(self, name: str, level: int | None, at_us: int) -> None:
        if name not in self._levels or self._levels[name] != level:
            self._levels[name] = level
            self._edges.append(Edge(at_us / 1e6, name, level))
