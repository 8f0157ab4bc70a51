"""The camera of a simulated car."""

import math

from donkeycar.errors import ConfigError
from donkeycar.parts.camera.image import Image, grey_from_rgb
from donkeycar.parts.camera.latency import Latency
from donkeycar.sim.physics import STEP_S
from donkeycar.sim.world import World
from donkeycar.timing import Clock, RealClock


class SimCamera:
    """Takes pictures of a simulated world, in step with the loop.

    It first advances the world to the time of the clock, and then shows the view one latency ago,
    so a frame is as old as that of a real camera, and its time stamp says so. A run on a simulated
    clock can be repeated to the last bit.

    Args:
        world: The world; the same one as the drivetrain's.
        grey: Remove the colour.
        framerate_hz: Highest number of frames a second; ``None`` takes one in every tick.
        latency: How old a frame is when it is handed over, rounded to a step of the physics;
            ``None`` is as old as a Pi's, with the seed of the world.
        clock: Source of time.

    Output shape:
        As for every camera: the image, a fresh array, ``uint8``, ``(height, width, 3)``, RGB; the
        time that it shows, in seconds on the clock; its number, 1 for the first.

    Raises:
        ConfigError: If `framerate_hz` is not greater than 0.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> from donkeycar.timing import SimulatedClock
        >>> world = World(load_track("oval"))
        >>> camera = SimCamera(world, latency=Latency(0.06, jitter_s=0.0), clock=SimulatedClock())
        >>> image, exposed_s, sequence = camera.run()
        >>> image.shape, exposed_s, sequence
        ((120, 160, 3), -0.06, 1)
        >>> camera.run() is None
        True
    """

    def __init__(
        self,
        world: World,
        *,
        grey: bool = False,
        framerate_hz: float | None = None,
        latency: Latency | None = None,
        clock: Clock | None = None,
    ) -> None:
        if framerate_hz is not None and not framerate_hz > 0:
            raise ConfigError(
                f"`framerate_hz` must be greater than 0. Received: framerate_hz={framerate_hz}"
            )
        self.world = world
        self.grey = grey
        self.latency = Latency(seed=world.seed) if latency is None else latency
        self._interval_s = 0.0 if framerate_hz is None else 1 / framerate_hz
        self._clock: Clock = RealClock() if clock is None else clock
        self._due_s: float | None = None
        self._last_s: float | None = None
        self._exposed_s: float | None = None
        self._sequence = 0

    def run(self) -> tuple[Image, float, int] | None:
        """Take a picture, if time has passed since the last one and one is due."""
        now_s = self._clock.monotonic()
        self.world.follow(now_s)
        due_s = now_s if self._due_s is None else self._due_s
        # A tick may come early by a rounding error; it must not cost a whole frame.
        if now_s == self._last_s or now_s < due_s - 1e-6:
            return None
        self._last_s = now_s
        self._due_s = max(due_s + self._interval_s, now_s)
        self._sequence += 1
        steps_ago = round(self.latency.draw() / STEP_S)
        if self._exposed_s is not None:  # frames come in the order of their exposures
            most_steps = math.ceil((now_s - self._exposed_s) / STEP_S - 1e-6) - 1
            steps_ago = min(steps_ago, most_steps)
        self._exposed_s = now_s - steps_ago * STEP_S
        image = self.world.render(steps_ago=steps_ago)
        return grey_from_rgb(image) if self.grey else image, self._exposed_s, self._sequence
