"""Makes every epoch look at the recordings a little differently.

A few thousand frames of one afternoon teach a pilot that afternoon. Mirroring doubles the bends
and balances left and right; brightness, contrast and shadows keep it from learning the light.
"""

from dataclasses import dataclass

import numpy as np

MID_GREY = 128.0


@dataclass(frozen=True)
class Augmentation:
    """Random changes to a frame.

    Args:
        flip: Share of frames that are mirrored, and their steering with them.
        light: Share of frames with another brightness and contrast.
        brightness: Largest change of brightness, as a share of full white.
        contrast: Largest change of contrast, as a share.
        shadow: Share of frames with one side in the shadow.
        darkest: Brightness in the darkest shadow, as a share of what it was.
    """

    flip: float = 0.5
    light: float = 0.8
    brightness: float = 0.2
    contrast: float = 0.2
    shadow: float = 0.3
    darkest: float = 0.4

    def __call__(
        self, frames: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Change a batch.

        Args:
            frames: ``uint8``, ``(batch, height, width, channels)``; not modified.
            labels: Angle and throttle, ``(batch, 2)``; not modified.
            rng: Draws what happens to each frame.

        Returns:
            New frames and labels of the same shapes.
        """
        frames, labels = frames.copy(), labels.copy()
        flipped = rng.random(len(frames)) < self.flip
        lit = rng.random(len(frames)) < self.light
        shadowed = rng.random(len(frames)) < self.shadow
        labels[flipped, 0] *= -1
        for number, frame in enumerate(frames):
            if flipped[number]:
                frame[:] = frame[:, ::-1].copy()
            if not lit[number] and not shadowed[number]:
                continue
            table = self._table(rng) if lit[number] else np.arange(256, dtype=np.uint8)
            if shadowed[number]:
                _cast_shadow(frame, table, rng.uniform(self.darkest, 0.9), rng)
            else:
                np.take(table, frame, out=frame)
        return frames, labels

    def _table(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the brightness that each of the 256 becomes."""
        contrast = 1 + rng.uniform(-self.contrast, self.contrast)
        shift = 255 * rng.uniform(-self.brightness, self.brightness)
        table = (np.arange(256) - MID_GREY) * contrast + MID_GREY + shift
        bounded: np.ndarray = np.clip(np.rint(table), 0, 255).astype(np.uint8)
        return bounded


def _cast_shadow(
    frame: np.ndarray, table: np.ndarray, brightness: float, rng: np.random.Generator
) -> None:
    """Darken one side of a slanted line across the frame, in place; `table` does the rest."""
    height, width = frame.shape[:2]
    edge = np.linspace(rng.uniform(0, width), rng.uniform(0, width), height)[:, None]
    columns = np.arange(width)[None, :]
    dark = columns < edge if rng.random() < 0.5 else columns >= edge
    tables = np.concatenate((table, (table * brightness).astype(np.uint8)))
    frame[:] = tables[frame + (256 * dark.astype(np.uint16))[:, :, None]]
