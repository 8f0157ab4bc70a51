"""One training: the network, what it learns from, and who judges it.

Import it only after `backend.import_keras`.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.registry import PilotType
from donkeycar.pilots.transform import Shape, Transforms
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.backend import bfloat16_pays
from donkeycar.training.export import MAX_FRAMES
from donkeycar.training.fit import OPTIMIZERS, Batches, Teacher, predict
from donkeycar.training.progress import Progress
from donkeycar.training.quality import agreement
from donkeycar.training.result import Ended
from donkeycar.training.schedule import Schedule
from donkeycar.training.split import Split

# The answers to this many training records are enough to know how well they were learnt.
MAX_TRAIN_JUDGED = 5000
PROBE_FRAMES = 8


@dataclass
class Lesson:
    """What is learnt from.

    Attributes:
        kind: Type of the pilot.
        frames: All frames, ``uint8``, ``(rows, height, width, 3)``.
        labels: All labels, ``(rows, 2)``.
        parts: Which rows teach and which judge.
        transforms: Applied to each frame, as on the car.
        batch_size: Frames in a step.
        seed: For weights, order, dropout and augmentation.
    """

    kind: PilotType
    frames: np.ndarray
    labels: np.ndarray
    parts: Split
    transforms: Transforms
    batch_size: int
    seed: int

    @property
    def network_shape(self) -> Shape:
        """Shape of what the network sees of a frame."""
        return self.transforms.output_shape(self.frames.shape[1:])

    def new_model(self) -> Any:
        """Build the untrained network, in the format this processor computes fastest."""
        before = keras.config.dtype_policy()
        if bfloat16_pays():
            keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            return self.kind.build(self.network_shape, seed=self.seed)
        finally:
            keras.config.set_dtype_policy(before)

    def teach(
        self,
        model: Any,
        schedule: Schedule,
        optimizer: str,
        augmentation: Augmentation | None,
        progress: Progress,
    ) -> tuple[Ended, Teacher]:
        """Run the epochs, until they are over, nothing is gained any more, or Ctrl-C.

        Raises:
            TrainingError: If Ctrl-C came before the first epoch was done, or the loss is lost.
        """
        batches = self._batches(self.parts.train, seed=self.seed, augmentation=augmentation)
        judges = self._batches(self.parts.validation)
        model.compile(
            optimizer=OPTIMIZERS[optimizer](schedule.learning_rate),
            loss={"angle": "mse", "throttle": "mse"},
            metrics={"angle": "mae", "throttle": "mae"},
            # Compiling takes half a minute here and makes a step twenty times slower.
            jit_compile=False,
        )
        epochs = int(schedule.end)
        ended: Ended = "finished"
        with progress.task("training", epochs * len(batches)) as advance:
            teacher = Teacher(schedule, len(batches), advance)
            try:
                model.fit(
                    batches,
                    epochs=epochs,
                    validation_data=judges,
                    callbacks=[teacher],
                    verbose=0,
                    shuffle=False,  # `Batches` does it, whole batches are not enough
                )
            except KeyboardInterrupt:
                ended = "interrupted"
        if not teacher.best_weights:
            raise TrainingError(
                "Training was interrupted before the first epoch was done. Nothing was written."
                if ended == "interrupted"
                else "The loss became infinite. Try a lower LEARNING_RATE."
            )
        if ended == "finished" and schedule.stopped_early:
            ended = "early"
        return ended, teacher

    def final_model(self, weights: list[np.ndarray]) -> Any:
        """Build the network that is saved: the same weights, computing in float32."""
        model = self.kind.build(self.network_shape, seed=self.seed)
        model.set_weights(weights)
        return model

    def judge(self, model: Any, progress: Progress) -> tuple[dict[str, Any], np.ndarray]:
        """Compare the pilot's answers with the driver's.

        Returns:
            Agreement on ``train`` and ``validation`` records, and the answers to the latter.
        """
        train = self.parts.train
        if len(train) > MAX_TRAIN_JUDGED:
            train = np.random.default_rng(self.seed).choice(train, MAX_TRAIN_JUDGED, replace=False)
            train.sort()
        with progress.task("judging", len(train) + len(self.parts.validation)) as advance:
            seen = predict(model, self._batches(train), advance)
            unseen = predict(model, self._batches(self.parts.validation), advance)
        metrics = {
            "train": agreement(self.labels[train], seen),
            "validation": agreement(self.labels[self.parts.validation], unseen),
        }
        return metrics, unseen

    def examples(self) -> dict[str, np.ndarray]:
        """What the network gets for some validation records, to convert it by and compare."""
        rows = self._spread(MAX_FRAMES)
        return {"img_in": np.stack([self.transforms(frame) for frame in self.frames[rows]])}

    def probe_frames(self) -> np.ndarray:
        """Some frames as the camera gave them, from all over the validation records."""
        return np.asarray(self.frames[self._spread(PROBE_FRAMES)])

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
    ) -> Batches:
        return Batches(
            self.frames,
            self.labels,
            rows,
            transforms=self.transforms,
            batch_size=self.batch_size,
            seed=seed,
            augmentation=augmentation,
        )
