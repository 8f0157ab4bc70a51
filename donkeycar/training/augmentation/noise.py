"""Sensor noise, JPEG artefacts, and cutout: things in the way."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from donkeycar.training.augmentation.change import Change, Effect, Paint, Range, is_range

# Noise comes from a field of this size, drawn once: drawing it again for every frame takes five
# times as long as everything else together.
NOISE_BYTES = 1 << 20
NOISE_SEED = 20


@dataclass(frozen=True)
class Noise(Change):
    """Add noise, as a sensor does in the dark.

    Args:
        sigma: Smallest and largest standard deviation, in grey levels, 0 to 100.
    """

    sigma: Range = (2.0, 10.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand(is_range(self.sigma, 0, 100), "`sigma` must go up, from 0 to 100")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw its strength, and its position in the field."""
        bank = _noise()
        sigma = np.float32(rng.uniform(*self.sigma))
        size = int(np.prod(shape))
        start = int(rng.integers(0, max(1, len(bank) - size)))
        noise = np.resize(bank[start : start + size], shape)

        def paint(frame: np.ndarray) -> np.ndarray:
            noisy = noise * sigma
            noisy += frame
            np.clip(noisy, 0, 255, out=noisy)
            return noisy.astype(np.uint8)

        return Effect(paint)


@dataclass(frozen=True)
class Jpeg(Change):
    """Compress and expand the frame.

    Args:
        quality: Lowest and highest quality, 1 to 100.
    """

    quality: Range = (30, 90)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand(is_range(self.quality, 1, 100), "`quality` must go up, from 1 to 100")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw the quality."""
        low, high = self.quality
        return Effect(_jpeg(int(rng.integers(round(low), round(high) + 1))))


@dataclass(frozen=True)
class Cutout(Change):
    """Cover a part of the frame with a grey rectangle.

    Args:
        side: Smallest and largest side, as a share of the frame's side, 0 to 1.

    Source:
        DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout",
        arXiv:1708.04552.
    """

    side: Range = (0.1, 0.3)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._demand(is_range(self.side, 0, 1), "`side` must go up, from 0 to 1")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Effect:
        """Draw its position, size and brightness."""
        height, width = (round(side * rng.uniform(*self.side)) for side in shape[:2])
        top = int(rng.integers(0, shape[0] - height + 1))
        left = int(rng.integers(0, shape[1] - width + 1))
        grey = int(rng.integers(0, 256))

        def paint(frame: np.ndarray) -> np.ndarray:
            hidden = frame.copy()
            hidden[top : top + height, left : left + width] = grey
            return hidden

        return Effect(paint)


@lru_cache(maxsize=1)
def _noise() -> np.ndarray:
    """Normal noise of standard deviation 1, float32; the same in every training."""
    return np.random.default_rng(NOISE_SEED).standard_normal(NOISE_BYTES, dtype=np.float32)


def _jpeg(quality: int) -> Paint:
    """Compress and expand with the fast library, or else with Pillow."""
    try:
        import simplejpeg
    except ImportError:
        return lambda frame: _jpeg_of_pillow(frame, quality)

    def paint(frame: np.ndarray) -> np.ndarray:
        space, sampling = ("RGB", "420") if frame.shape[2] == 3 else ("GRAY", "Gray")
        data = simplejpeg.encode_jpeg(
            np.ascontiguousarray(frame),
            quality=quality,
            colorspace=space,
            colorsubsampling=sampling,
        )
        expanded: np.ndarray = simplejpeg.decode_jpeg(data, colorspace=space)
        return expanded

    return paint


def _jpeg_of_pillow(frame: np.ndarray, quality: int) -> np.ndarray:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(frame.squeeze()).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as image:
        return np.asarray(image).reshape(frame.shape)
