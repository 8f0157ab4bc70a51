"""The augmentation of a batch: a list of random changes, one after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.training.augmentation.blur import Blur
from donkeycar.training.augmentation.change import Change
from donkeycar.training.augmentation.light import Light, Shadow
from donkeycar.training.augmentation.noise import Cutout, Jpeg, Noise
from donkeycar.training.augmentation.shift import Flip, Rotate, Shift

# The names for `AUGMENTATIONS`.
AUGMENTATIONS: dict[str, Change] = {
    "FLIP": Flip(),
    "SHIFT": Shift(),
    "ROTATE": Rotate(),
    "BRIGHTNESS": Light(),
    "CONTRAST": Light(share=0.5, brightness=(0.0, 0.0), contrast=(-0.4, 0.4)),
    "SHADOW": Shadow(),
    "BLUR": Blur(),
    "NOISE": Noise(),
    "JPEG": Jpeg(),
    "CUTOUT": Cutout(),
}

# The default.
USUAL = ("FLIP", "BRIGHTNESS", "SHADOW")


class Augmentation:
    """Random changes to frames, and to labels if the changed frame needs another answer.

    Args:
        names: Names from `AUGMENTATIONS`, in the order in which they are applied.
        changes: Changes by name that replace those in the table.

    Raises:
        TrainingError: If there is no change of this name.

    Example:
        >>> from donkeycar.training.augmentation.shift import Flip
        >>> always = Augmentation(["FLIP"], changes={"FLIP": Flip(share=1.0)})
        >>> frames = np.zeros((1, 2, 2, 3), np.uint8)
        >>> frames[0, 0, 0] = 255
        >>> seen, labels = always(frames, np.array([[0.5, 0.2]]), np.random.default_rng(0))
        >>> seen[0, 0, :, 0].tolist(), labels.tolist()
        ([0, 255], [[-0.5, 0.2]])
    """

    def __init__(
        self, names: Iterable[str] = USUAL, *, changes: Mapping[str, Change] | None = None
    ) -> None:
        table = {**AUGMENTATIONS, **(changes or {})}
        self._changes: dict[str, Change] = {}
        for name in names:
            if name not in table:
                raise TrainingError(
                    f"An augmentation must be one of {sorted(table)}. Received: name={name!r}"
                )
            self._changes[name] = table[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the changes, in order."""
        return tuple(self._changes)

    def without(self, *names: str) -> "Augmentation":
        """Return the same without some of the changes; it ignores names that it does not have."""
        left = [name for name in self._changes if name not in names]
        return Augmentation(left, changes=self._changes)

    def in_words(self) -> str:
        """Name the changes, and the share of frames for each.

        Example:
            >>> Augmentation(["FLIP", "BRIGHTNESS"]).in_words()
            'FLIP (50 % of the frames), BRIGHTNESS (80 %)'
        """
        shares = [f"{name} ({change.share:.0%}" for name, change in self._changes.items()]
        words = [share.replace("%", " %") for share in shares]
        return ", ".join(
            f"{text} of the frames)" if place == 0 else f"{text})"
            for place, text in enumerate(words)
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Describe the changes for the sidecar of the pilot."""
        return [{"name": name, **asdict(change)} for name, change in self._changes.items()]

    def __call__(
        self, frames: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Change a batch.

        Args:
            frames: ``uint8``, ``(batch, height, width, channels)``, or
                ``(batch, sequence, height, width, channels)``: all frames of a sequence get the
                same changes. Not modified.
            labels: Angle and throttle, ``(batch, 2)``, or ``(batch, steps, 2)``: the last step is
                the label, the others are the values driven before. Mirroring changes all of them; a
                shift or rotation corrects only the label. Not modified.
            rng: Draws the changes of each record.

        Returns:
            New frames and labels of the same shapes; angles stay within -1 to +1.
        """
        changed, answers = np.empty_like(frames), labels.copy()
        shape = frames.shape[-3:]
        for row, record in enumerate(frames):
            sequence = list(record.reshape(-1, *shape))
            for change in self._changes.values():
                if rng.random() >= change.share:
                    continue
                effect = change.draw(shape, rng)
                sequence = [effect.paint(frame) for frame in sequence]
                if effect.mirrored:
                    answers[row, ..., 0] *= -1
                if effect.steering:
                    answer = answers[row].reshape(-1, 2)[-1]
                    answer[0] = min(max(answer[0] + effect.steering, -1.0), 1.0)
            for number, frame in enumerate(sequence):
                changed[row].reshape(-1, *shape)[number] = frame
        return changed, answers
