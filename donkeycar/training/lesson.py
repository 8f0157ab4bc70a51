"""One training: the network, what it learns from, and who judges it.

Import it only after `backend.import_keras`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform import Shape
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.backend import bfloat16_pays
from donkeycar.training.batches import Batches
from donkeycar.training.export import MAX_FRAMES
from donkeycar.training.fast_dropout import with_fast_dropout
from donkeycar.training.predict import predict
from donkeycar.training.progress import Progress
from donkeycar.training.quality import agreement
from donkeycar.training.samples import Arrays, Samples
from donkeycar.training.split import Split

# The answers to this many training records are enough to know how well they were learnt, in
# pieces of so many: one that remembers its answers needs some in a row.
MAX_TRAIN_JUDGED = 5000
PIECE = 100
PROBE_FRAMES = 8


@dataclass
class Lesson:
    """What is learnt from.

    Attributes:
        samples: Records as this type of pilot sees them.
        parts: Which rows teach and which judge; all of them usable.
        network: Choices of the network, see `NetworkChoices`.
        network_shape: Height, width and channels of what the network sees of a frame.
        batch_size: Samples in a step.
        seed: For weights, order, dropout and augmentation.
    """

    samples: Samples
    parts: Split
    network: Mapping[str, Any]
    network_shape: Shape
    batch_size: int
    seed: int

    def new_model(self, *, mixed_precision: bool | None = None) -> Any:
        """Build the untrained network.

        Args:
            mixed_precision: Whether to compute in bfloat16 where that is enough; ``None`` where
                this processor is faster with it.

        Raises:
            PilotError: If a choice has no effect on this type.
        """
        mixed = bfloat16_pays() if mixed_precision is None else mixed_precision
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16" if mixed else "float32")
        try:
            model = self._built()
        finally:
            keras.config.set_dtype_policy(before)
        leaves_out = any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)
        if self.network.get("dropout") is not None and not leaves_out:
            raise PilotError(
                f"A pilot of type {self.samples.kind.name} has no dropout, so DROPOUT cannot "
                f"change it. Received: dropout={self.network['dropout']}"
            )
        return with_fast_dropout(model)

    def batches(
        self, augmentation: Augmentation | None, *, balance: float = 0.0
    ) -> tuple[Batches, Batches]:
        """What the network learns from, in a new order every epoch, and what judges it.

        Args:
            augmentation: Random changes to frames, ``None`` for none.
            balance: How far rare steering is shown more often, 0 to 1.
        """
        return (
            self._batches(
                self.parts.train, seed=self.seed, augmentation=augmentation, balance=balance
            ),
            self._batches(self.parts.validation),
        )

    def final_model(self, weights: list[np.ndarray]) -> Any:
        """Build the network that is saved: the same weights, computing in float32."""
        model = self._built()
        model.set_weights(weights)
        return model

    def judge(self, model: Any, progress: Progress) -> tuple[dict[str, Any], np.ndarray]:
        """Compare the pilot's answers with the driver's.

        Returns:
            Agreement on ``train`` and ``validation`` records, and the answers to the latter.
        """
        train, validation = self._some(self.parts.train), self.parts.validation
        with progress.task("judging", len(train) + len(validation)) as advance:
            seen = predict(model, self.samples, train, self.batch_size, advance)
            unseen = predict(model, self.samples, validation, self.batch_size, advance)
        metrics = {
            "train": agreement(self.samples.driven(train), seen),
            "validation": agreement(self.samples.driven(validation), unseen),
        }
        return metrics, unseen

    def examples(self) -> Arrays:
        """What the network gets for some validation records, to convert it by and compare."""
        return self.samples.inputs(self._spread(MAX_FRAMES))

    def probe_rows(self) -> np.ndarray:
        """Some rows from all over the validation records."""
        return self._spread(PROBE_FRAMES)

    def _built(self) -> Any:
        samples = self.samples
        return samples.kind.build(
            self.network_shape, network=self.network, seed=self.seed, **samples.options
        )

    def _some(self, rows: np.ndarray) -> np.ndarray:
        """Enough rows to judge by, ascending."""
        if len(rows) <= MAX_TRAIN_JUDGED:
            return rows
        pieces = np.array_split(rows, -(-len(rows) // PIECE))
        order = np.random.default_rng(self.seed).permutation(len(pieces))
        kept = np.sort(order[: MAX_TRAIN_JUDGED // PIECE])
        return np.concatenate([pieces[number] for number in kept])

    def _spread(self, count: int) -> np.ndarray:
        """At most `count` validation rows, evenly spread."""
        picks = np.linspace(0, len(self.parts.validation) - 1, count).astype(int)
        return np.asarray(self.parts.validation[np.unique(picks)])

    def _batches(
        self,
        rows: np.ndarray,
        *,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
        balance: float = 0.0,
    ) -> Batches:
        return Batches(
            self.samples,
            rows,
            batch_size=self.batch_size,
            seed=seed,
            augmentation=augmentation,
            balance=balance,
        )
