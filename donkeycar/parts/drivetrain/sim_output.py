"""The wheels of a simulated car, as the output of a guardian."""

from donkeycar.parts.drivetrain.order import bounded
from donkeycar.sim.world import World
from donkeycar.timing import Clock, RealClock

# An output that is not written any more lets the car coast after this long: the guardian's own
# deadline, for a loop that hangs takes a guardian in the same process along.
HELD_S = 0.15


class SimOutput:
    """Moves a simulated car on with the clock.

    Args:
        world: The world; the same one as the camera's.
        clock: Source of time.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> from donkeycar.timing import SimulatedClock
        >>> clock, world = SimulatedClock(), World(load_track("oval"))
        >>> wheels = SimOutput(world, clock=clock)
        >>> for _ in range(20):
        ...     wheels.write(0.0, 0.3)
        ...     clock.sleep(0.05)
        >>> world.car.forward_mps > 1
        True
    """

    def __init__(self, world: World, *, clock: Clock | None = None) -> None:
        self.world = world
        self._clock: Clock = RealClock() if clock is None else clock

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Put both out, -1 to +1. ``None`` and NaN are 0."""
        self.world.follow(self._clock.monotonic())
        until_s = self.world.time_s + HELD_S
        self.world.hold(bounded(steering), bounded(throttle), until_s=until_s)

    def off(self) -> None:
        """Let the car coast, wheels straight."""
        self.world.follow(self._clock.monotonic())
        self.world.hold(0.0, 0.0)
