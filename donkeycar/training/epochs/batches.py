"""Shuffled batches of samples; import it only after `keras_backend.import_keras`."""

import keras
import numpy as np

from donkeycar.training.augmentation import Augmentation
from donkeycar.training.epochs.balance import balance_weights, draw
from donkeycar.training.records.samples import Arrays, Samples, as_fed

Array = np.ndarray


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Inputs and targets in batches, in a new order and with new augmentation every epoch.

    Batch `n` of epoch `e` depends only on the seed, `e` and `n`, so the same seed always gives the
    same batches.

    Args:
        samples: The samples.
        rows: The rows to use.
        batch_size: Samples in a batch; the last one may have fewer.
        seed: Seed of the order and the augmentation; ``None`` keeps the order.
        augmentation: Random changes to the frames, ``None`` for none. Frames are not mirrored for
            types whose other inputs would contradict a mirrored frame.
        balance: Strength of the sample weights, 0 to 1; see `balance_weights`. Needs a seed.
    """

    def __init__(
        self,
        samples: Samples,
        rows: Array,
        *,
        batch_size: int,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
        balance: float = 0.0,
    ) -> None:
        super().__init__(workers=1)
        if augmentation is not None and not samples.kind.mirrors:
            augmentation = augmentation.without("FLIP")
        self._samples = samples
        self._rows = rows
        self._batch_size = batch_size
        self._seed = seed
        self._augmentation = augmentation
        self._weights = balance_weights(samples.driven(rows)[:, 0], balance) if balance else None
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        self._epoch = epoch
        self._order = self._rows
        if self._seed is not None:
            rng = np.random.default_rng((self._seed, epoch))
            if self._weights is None:
                self._order = rng.permutation(self._rows)
            else:
                self._order = draw(self._rows, self._weights, rng)

    @property
    def num_rows(self) -> int:
        """Samples in an epoch."""
        return len(self._rows)

    def __len__(self) -> int:
        return -(-len(self._rows) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Array | Arrays, Arrays]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rows = np.sort(chosen)  # in the order on the disk, in case they are there
        frames, labels = self._samples.frames(rows), self._samples.labels(rows)
        if self._augmentation is not None:
            rng = np.random.default_rng((self._seed or 0, self._epoch, index))
            frames, labels = self._augmentation(frames, labels, rng)
        inputs = self._samples.inputs(rows, frames, labels)
        return as_fed(inputs), self._samples.targets(rows, labels, inputs)
