"""The pins of a Raspberry Pi that is not there, with a trace of what they did.

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
        name: `GPIO13` and the like.
        value: Share of the time that it shall be high, 0.0 to 1.0.
    """

    name: str
    value: float


class Edge(NamedTuple):
    """One change on a wire.

    Attributes:
        time_s: On the clock of the header.
        name: `GPIO13` and the like.
        level: 0 or 1; ``None``: it became an input, and what is wired to it decides.
    """

    time_s: float
    name: str
    level: int | None


class GpioHeader:
    """The chips of pins as the kernel hands them out, and processes that use them.

    A pin is held by one process. Claiming it as an output sets its level at once. A process that
    ends or is killed lets go of its pins, and then they keep their level, unless the kernel was
    told otherwise.

    Args:
        clock: Source of time. Edges come out as it goes on.
        labels: Of the chips, by their numbers. That of the header begins with ``pinctrl-``.
        persists: Whether a pin that is let go keeps its level.
        late_us: How late lgpio's thread is for an edge, in microseconds; asked for each.

    Attributes:
        lgpio: For drivers that ask for the library: that of the first process.
        trace: Every change of an output that was ordered, oldest first.
        fails: Whether claiming and writing fail. Pulses that lgpio's thread makes do not: it looks
            at no error.

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
        # Processes whose thread overslept since a stop: until when, and what it neglects.
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
        """Share of the time that every pin which was ever set is high from its next cycle on."""
        return dict(self._values)

    def process(self) -> LgpioLibrary:
        """Start one more process; what it loads as lgpio."""
        self._processes.append(LgpioLibrary(self))
        return self._processes[-1]

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.die()

    def level(self, name: str) -> int | None:
        """What is on the wire now: 0, 1, or ``None`` for a pin that nobody drives."""
        self.go_on()
        return self._levels.get(name)

    def pulse_us(self, name: str) -> float:
        """Length of the newest pulse that is over, as it came out, in microseconds; 0.0: none."""
        edges = [edge for edge in self.edges if edge.name == name]
        for rise, fall in reversed(list(zip(edges, edges[1:], strict=False))):
            if rise.level == 1:
                return round((fall.time_s - rise.time_s) * 1e6, 3)
        return 0.0

    # What the libraries use.

    @property
    def now_us(self) -> int:
        """Time, in whole microseconds."""
        return round(self._clock.monotonic() * 1e6)

    def name_of(self, chip: int, gpio: int) -> str:
        """What a line is called here."""
        return f"GPIO{gpio}" if self.labels[chip].startswith("pinctrl-") else f"chip{chip}.{gpio}"

    def claim(self, name: str, holder: LgpioLibrary, level: int | None) -> bool:
        """Hand a line out; False if somebody has it."""
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
        """What lgpio's thread does on a line."""
        self.go_on()
        running = self._pulses.get(name)
        return running if running is not None and running.is_active else None

    def start(self, name: str, pulses: Pulses) -> None:
        """Let lgpio's thread begin."""
        self._pulses[name] = pulses

    def stop(self, name: str) -> None:
        """Stop the pulses of a line that has some, and the thread's work on all others with it.

        Having dropped the newest of its pins, lgpio's thread looks at no other for 20 ms. Then it
        is late, adds a negative time to its alarm, and if that falls on the change of a second the
        alarm is invalid: it sleeps never and works never again. Every pin stays as it is, high
        ones too. Here that happens to every stop with other pulses that last 20 ms longer.

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
        """Note an order, if it is one."""
        if self._values.get(name) != value:
            self._values[name] = value
            self.trace.append(PinChange(name, value))

    def go_on(self) -> None:
        """Let lgpio's threads do what is due."""
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
