"""What a test asks of the hardware below a camera, whichever camera it is."""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np

from donkeycar.assembly.camera import CAMERAS, make_world
from donkeycar.config import Config
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from donkeycar.timing import Clock

# Quarters of a scene: upper left, upper right, lower left, lower right.
COLOURS = ((200, 20, 20), (20, 200, 20), (20, 20, 200), (120, 120, 120))
NOISE = 30


class Rig:
    """One camera, and what it looks through; a context manager.

    Attributes:
        size: Width and height of what the sensor sees.
        shows_scene: Whether its frames show what was delivered.
        knows_age: Whether the hardware says when a frame was exposed.
        breaks: Whether it can be lost while the car drives; if not, `unbreakable` says why.
        repeats: Whether equal pictures are new frames.
        sent_s: When the last picture was exposed; where the hardware does not say so, was sent.
    """

    size = (160, 120)
    shows_scene = True
    knows_age = True
    breaks = True
    unbreakable = ""
    repeats = False
    sent_s = 0.0

    def __init__(self, word: str, clock: Clock | None = None) -> None:
        self.word = word
        self.clock: Clock = FakeClock(now_s=100.0) if clock is None else clock
        self.settings: dict[str, Any] = {}
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> "Rig":
        self.open()
        return self

    def __exit__(self, *ended: object) -> None:
        self._undo.close()

    def open(self) -> None:
        """Put it in place; what `_undo` holds is taken away at the end."""

    def config(self, **settings: Any) -> Config:
        """The settings of a car with this camera."""
        values = {name: row.default for name, row in SETTINGS.items()}
        return Config(values | {"CAMERA_TYPE": self.word} | self.settings | settings)

    def make(self, **settings: Any) -> Any:
        """The camera, as a car makes it from its settings."""
        cfg = self.config(**settings)
        return CAMERAS[self.word].recipe.make(cfg, self.clock, make_world(cfg))

    def deliver(self, picture: np.ndarray, *, age_s: float = 0.0) -> None:
        """Let the camera have one picture, exposed so long ago."""

    def stamp(self, age_s: float) -> float:
        """When a picture that is so old was exposed; `sent_s` from now on."""
        self.sent_s = self.clock.monotonic() - age_s
        return self.sent_s

    def flush(self) -> None:
        """Wait until every picture that was delivered has been sent."""

    def fail(self) -> None:
        """Break it off, as when a plug comes off."""

    def stall(self) -> None:
        """Let it hang."""

    def resume(self) -> None:
        """Let go of whatever hangs."""

    def deliver_small(self, *, age_s: float = 0.0) -> None:
        """Let it give a picture that is smaller than a frame."""

    def give_small(self) -> None:
        """Before the camera is made: no picture is as large as a frame."""
        raise NotImplementedError(self.word)

    def absent(self) -> None:
        """Before the camera is made: there is none."""
        raise NotImplementedError(self.word)

    @contextlib.contextmanager
    def without_libraries(self) -> Iterator[None]:
        """What must be installed for it is not."""
        modules = {library.module: None for library in CAMERAS[self.word].needed()}
        with mock.patch.dict(sys.modules, modules):
            yield

    def pass_s(self, seconds: float) -> None:
        """Let time pass on the clock of the car."""
        if isinstance(self.clock, FakeClock):
            self.clock.advance(seconds)
        else:
            time.sleep(seconds)

    @staticmethod
    def scaled(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """A picture as the camera's own electronics scale it."""
        from PIL import Image as Picture

        if picture.shape[1::-1] == size:
            return picture
        return np.array(Picture.fromarray(picture).resize(size))

    def scene(self, seed: int = 0) -> np.ndarray:
        """Four quarters of different colours, with noise that differs from scene to scene."""
        width, height = self.size
        noise = np.random.default_rng(seed).integers(0, NOISE, (height, width, 3), np.uint8)
        picture = noise.copy()
        for number, colour in enumerate(COLOURS):
            rows = slice(None, height // 2) if number < 2 else slice(height // 2, None)
            columns = slice(None, width // 2) if number % 2 == 0 else slice(width // 2, None)
            picture[rows, columns] += np.array(colour, np.uint8)
        return picture
