"""Simulated drivetrain: the wheels of a car in a simulated world."""

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.sim.world import World
from donkeycar.timing import Clock, RealClock


class SimDrivetrain:
    """Gives commands to a simulated car, and advances the world to the time of the clock.

    In the world a command ends at the moment it expires, not at the next tick: if the loop hangs,
    the car coasts.

    Args:
        world: The world; the camera needs the same one.
        clock: Source of time.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> from donkeycar.timing import SimulatedClock
        >>> clock, world = SimulatedClock(), World(load_track("oval"))
        >>> wheels = SimDrivetrain(world, clock=clock)
        >>> for _ in range(20):
        ...     wheels.run(Command(0.0, 0.3, "user", expires_s=clock.monotonic() + 0.25))
        ...     clock.sleep(0.05)
        >>> world.car.forward_mps > 1
        True
    """

    def __init__(self, world: World, *, clock: Clock | None = None) -> None:
        self.world = world
        self._clock: Clock = RealClock() if clock is None else clock

    def run(self, command: Command | None) -> None:
        """Take an order; ``None`` or an expired one is neutral."""
        command = command or NEUTRAL
        now_s = self._clock.monotonic()
        self.world.follow(now_s)
        self.world.hold(
            command.angle,
            command.throttle,
            until_s=self.world.time_s + max(0.0, command.expires_s - now_s),
        )

    def neutral(self) -> None:
        """Stop."""
        self.world.hold(0.0, 0.0)

    def shutdown(self) -> None:
        """Stop with the wheels straight. Safe to call twice."""
        self.neutral()
