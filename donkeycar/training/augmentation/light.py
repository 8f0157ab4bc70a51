"""Brightness, contrast and shadows."""

from dataclasses import dataclass

import numpy as np

from donkeycar.training.augmentation.change import Change, Effect, Range, is_range

MID_GREY = 128.0
GREYS = np.arange(256, dtype=np.float32)


@dataclass(frozen=True)
class Light(Change):
    """Change brightness and contrast of the whole frame.

    Args:
        brightness: Smallest and largest change of brightness, in shares of full white, -1 to 1.
        contrast: Smallest and largest change of contrast, as shares of what it was, -1 to 1.
    """

    share: float = 0.8
    brightness: Range = (-0.2, 0.2)
    contrast: Range = (-0.2, 0.2)

    def __post_init__(self) -> None:
        super().__post_init__()
        for pair in (self.brightness, self.contrast):
            self._demand(is_range(pair, -1, 1), "A range of light must go up, from -1 to 1")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw the new value for each of the 256 brightness values."""
        contrast = 1 + rng.uniform(*self.contrast)
        shift = MID_GREY + 255 * rng.uniform(*self.brightness)
        table = _table((GREYS - MID_GREY) * contrast + shift)
        return Effect(lambda frame: looked_up(frame, table))


@dataclass(frozen=True)
class Shadow(Change):
    """Darken one side of a slanted line across the frame.

    Args:
        darkness: Smallest and largest remaining brightness in the shadow, 0 to 1.
    """

    share: float = 0.3
    darkness: Range = (0.4, 0.9)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand(is_range(self.darkness, 0, 1), "`darkness` must go up, from 0 to 1")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw the line, its dark side, and how dark it is."""
        height, width, channels = shape
        table = _table(GREYS * rng.uniform(*self.darkness))
        top, bottom = rng.uniform(0, width * channels, 2)
        edge = np.linspace(top, bottom, height, dtype=np.float32)[:, None]
        bytes_across = np.arange(width * channels, dtype=np.float32)
        dark = bytes_across < edge if rng.random() < 0.5 else bytes_across >= edge
        return Effect(lambda frame: _shaded(frame, table, dark))


def looked_up(frame: np.ndarray, table: bytes) -> np.ndarray:
    """Map every byte of a frame to its new value; the fastest way in numpy and Python."""
    return np.frombuffer(frame.tobytes().translate(table), np.uint8).reshape(frame.shape)


def _table(values: np.ndarray) -> bytes:
    bounded: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return bounded.tobytes()


def _shaded(frame: np.ndarray, table: bytes, dark: np.ndarray) -> np.ndarray:
    """Darken the pixels in `dark`, ``(height, width * channels)``."""
    shaded = frame.copy()
    np.copyto(shaded.reshape(dark.shape), looked_up(frame, table).reshape(dark.shape), where=dark)
    return shaded
