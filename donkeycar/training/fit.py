"""The loop that teaches a network; import it only after `backend.import_keras`."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from donkeycar.training.augmentation import Augmentation
from donkeycar.training.predict import as_fed
from donkeycar.training.progress import Advance
from donkeycar.training.samples import Arrays, Samples
from donkeycar.training.schedule import Schedule

Array = np.ndarray


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Inputs and targets in batches, in a new order and with new changes every epoch.

    Batch `n` of epoch `e` depends on nothing but the seed, `e` and `n`, whoever asks for it and
    when: the same seed gives the same lesson.

    Args:
        samples: What to show.
        rows: Which of its rows.
        batch_size: Samples in a batch; the last one may have fewer.
        seed: For order and changes; ``None`` keeps the order.
        augmentation: Changes to the frames, ``None`` for none. Frames are not mirrored for types
            to which a mirrored road is another one.
    """

    def __init__(
        self,
        samples: Samples,
        rows: Array,
        *,
        batch_size: int,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
    ) -> None:
        super().__init__(workers=1)
        if augmentation is not None and not samples.kind.mirrors:
            augmentation = augmentation.without("FLIP")
        self._samples = samples
        self._rows = rows
        self._batch_size = batch_size
        self._seed = seed
        self._augmentation = augmentation
        self._epoch = 0
        self._order = self._shuffled()

    def __len__(self) -> int:
        return -(-len(self._rows) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Array | Arrays, Arrays]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rows = np.sort(chosen)  # as they lie on the disk, if that is where they are
        frames, labels = self._samples.frames(rows), self._samples.labels(rows)
        if self._augmentation is not None:
            rng = np.random.default_rng((self._seed or 0, self._epoch, index))
            frames, labels = self._augmentation(frames, labels, rng)
        inputs = self._samples.inputs(rows, frames, labels)
        return as_fed(inputs), self._samples.targets(rows, labels, inputs)

    def on_epoch_end(self) -> None:
        """Deal the cards again."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> Array:
        if self._seed is None:
            return self._rows
        return np.random.default_rng((self._seed, self._epoch)).permutation(self._rows)


class Teacher(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the pace, keeps the best weights, stops in time, and tells the progress.

    Attributes:
        best_weights: Of the epoch with the lowest validation loss; empty before the first.
        best_epoch: That epoch, counted from 1.
        history: What was measured, one value an epoch.
    """

    def __init__(self, schedule: Schedule, steps_per_epoch: int, advance: Advance) -> None:
        super().__init__()
        self.best_weights: list[Array] = []
        self.best_epoch = 0
        self.history: dict[str, list[float]] = {}
        self._schedule = schedule
        self._steps_per_epoch = steps_per_epoch
        self._advance = advance
        self._step = 0
        self._best_loss = float("inf")

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of this step."""
        epoch = self._step / self._steps_per_epoch
        self.model.optimizer.learning_rate = self._schedule.rate(epoch, self._step)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the step."""
        self._step += 1
        self._advance(1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare with the best so far; an epoch without a finite loss ends it all."""
        measured = {name: float(value) for name, value in (logs or {}).items()}
        if not all(map(math.isfinite, measured.values())):
            self.model.stop_training = True
            return
        measured["learning_rate"] = float(self.model.optimizer.learning_rate)
        for name, value in measured.items():
            self.history.setdefault(name, []).append(value)
        loss = measured["val_loss"]
        if loss < self._best_loss:
            self._best_loss = loss
            self.best_epoch = epoch + 1
            self.best_weights = self.model.get_weights()
        if not self._schedule.go_on(epoch + 1, loss):
            self.model.stop_training = True
        self._advance(
            0,
            f"epoch {epoch + 1}: validation loss {loss:.4f}, best {self._best_loss:.4f}",
            total=math.ceil(self._schedule.end) * self._steps_per_epoch,
        )


# What `OPTIMIZER` may name.
OPTIMIZERS: dict[str, Callable[[float], Any]] = {
    "adam": lambda rate: keras.optimizers.Adam(rate),
    "adamw": lambda rate: keras.optimizers.AdamW(rate, weight_decay=1e-3),
    "sgd": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "rmsprop": lambda rate: keras.optimizers.RMSprop(rate),
}
