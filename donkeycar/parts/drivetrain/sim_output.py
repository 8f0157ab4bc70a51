"""Simulated output of a guardian: the wheels of a simulated car."""

from donkeycar.parts.drivetrain.order import bounded
from donkeycar.sim.world import World
from donkeycar.timing import Clock, RealClock

# After this time without a write the car coasts. It is the guardian's own deadline, because a
# guardian in the same process hangs with the loop.
HELD_S = 0.15


class SimOutput:
    """Drives a simulated car, and advances the world to the time of the clock.

    Args:
        world: The world; the camera needs the same one.
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
        """Write both values, -1 to +1. ``None`` and NaN are 0."""
        self.world.follow(self._clock.monotonic())
        until_s = self.world.time_s + HELD_S
        self.world.hold(bounded(steering), bounded(throttle), until_s=until_s)

    def off(self) -> None:
        """Let the car coast with its wheels straight."""
        self.world.follow(self._clock.monotonic())
        self.world.hold(0.0, 0.0)
