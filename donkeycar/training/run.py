"""One training: the network, what it learns from, and who judges it.

Import it only after `backend.import_keras`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from donkeycar.errors import PilotError
from donkeycar.keras_backend import bfloat16_pays
from donkeycar.pilots.familiar import Familiar, features
from donkeycar.pilots.registry import NETWORK, pilot_type
from donkeycar.pilots.transform import Shape
from donkeycar.training.dataset import Material
from donkeycar.training.epochs.batches import Batches
from donkeycar.training.epochs.fast_dropout import with_fast_dropout
from donkeycar.training.epochs.predict import predict
from donkeycar.training.export.save import MAX_FRAMES
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.records.found import found_options, network_of
from donkeycar.training.records.samples import Arrays, Samples
from donkeycar.training.records.split import Split
from donkeycar.training.validation import agreement

# The answers to this many training records are enough to know how well they were learnt, in
# pieces of so many: one that remembers its answers needs some in a row.
MAX_TRAIN_JUDGED = 5000
PIECE = 100
PROBE_FRAMES = 8
# So many frames say what is usual; more of them say the same.
MAX_FAMILIAR = 2000


@dataclass
class Lesson:
    """What is learnt from.

    Attributes:
        samples: Records as this type of pilot sees them.
        parts: Which rows teach and which judge; all of them usable.
        network: Choices of the network, see `NetworkChoices`.
        network_shape: Height, width and channels of what the network sees of a frame.
        options: How it is taught; they have a seed.
    """

    samples: Samples
    parts: Split
    network: Mapping[str, Any]
    network_shape: Shape
    options: TrainingOptions

    @classmethod
    def of(cls, material: Material, parts: Split, options: TrainingOptions) -> "Lesson":
        """Look at the material as the type of pilot does.

        Raises:
            TrainingError: If it can use none of the records.
            PilotError: If an option of the pilot is not possible.
        """
        kind = pilot_type(options.type)
        pilot_options = found_options(kind, options.pilot_options, material.recordings)
        samples = Samples(
            kind,
            pilot_options,
            material.recordings,
            material.frames,
            options.transforms.after(material.camera_shape),
        )
        return cls(
            samples,
            samples.usable(parts),
            network_of(options.pilot_options),
            options.transforms.output_shape(material.camera_shape),
            options,
        )

    @property
    def pilot_options(self) -> dict[str, Any]:
        """What the pilot drives with, and choices of its network, for its sidecar."""
        return {**self.samples.options, NETWORK: dict(self.network)}

    def new_model(self) -> Any:
        """Build the untrained network, in the precision that the options ask for.

        Raises:
            PilotError: If a choice has no effect on this type, or does it harm.
        """
        wanted = self.options.mixed_precision
        kind = self.samples.kind
        if wanted and not kind.learns_in_bfloat16:
            raise PilotError(
                f"A pilot of type {kind.name} learns in float32 only. Received: "
                "mixed_precision=True. Set MIXED_PRECISION=None"
            )
        mixed = kind.learns_in_bfloat16 and (bfloat16_pays() if wanted is None else wanted)
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16" if mixed else "float32")
        try:
            model = self.plain_model()
        finally:
            keras.config.set_dtype_policy(before)
        leaves_out = any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)
        if self.network.get("dropout") is not None and not leaves_out:
            raise PilotError(
                f"A pilot of type {self.samples.kind.name} has no dropout, so DROPOUT cannot "
                f"change it. Received: dropout={self.network['dropout']}"
            )
        return with_fast_dropout(model)

    def batches(self) -> tuple[Batches, Batches]:
        """What the network learns from, in a new order every epoch, and what judges it."""
        options = self.options
        return (
            Batches(
                self.samples,
                self.parts.train,
                batch_size=options.batch_size,
                seed=options.seed,
                augmentation=options.augmentation,
                balance=options.balance,
            ),
            Batches(self.samples, self.parts.validation, batch_size=options.batch_size),
        )

    def plain_model(self) -> Any:
        """Build the untrained network, of layers of Keras only, computing in float32."""
        samples = self.samples
        return samples.kind.build(
            self.network_shape, network=self.network, seed=self.options.seed, **samples.options
        )

    def final_model(self, weights: list[np.ndarray]) -> Any:
        """Build the network that is saved: the same weights, computing in float32."""
        model = self.plain_model()
        model.set_weights(weights)
        return model

    def judge(self, model: Any, progress: Progress) -> tuple[dict[str, Any], np.ndarray]:
        """Compare the pilot's answers with the driver's.

        Returns:
            Agreement on ``train`` and ``validation`` records, and the answers to the latter.
        """
        train, validation = self._some(self.parts.train), self.parts.validation
        with progress.task("judging", len(train) + len(validation)) as advance:
            seen = predict(model, self.samples, train, self.options.batch_size, advance)
            unseen = predict(model, self.samples, validation, self.options.batch_size, advance)
        metrics = {
            "train": agreement(self.samples.driven(train), seen),
            "validation": agreement(self.samples.driven(validation), unseen),
        }
        return metrics, unseen

    def examples(self) -> Arrays:
        """What the network gets for some validation records, to convert it by and compare."""
        return self.samples.inputs(self.some_validation_rows(MAX_FRAMES))

    def probe_rows(self) -> np.ndarray:
        """Some rows from all over the validation records."""
        return self.some_validation_rows(PROBE_FRAMES)

    def familiar(self) -> Familiar | None:
        """What the frames usually look like; ``None`` if there are too few to know."""
        teach, judge = (self._features(rows) for rows in (self.parts.train, self.parts.validation))
        return Familiar.learn(teach, judge)

    def _features(self, rows: np.ndarray) -> np.ndarray:
        """Features of some of the rows, from all over them."""
        picks = np.unique(np.linspace(0, len(rows) - 1, MAX_FAMILIAR).astype(int))
        found = []
        for chosen in np.array_split(rows[picks], -(-len(picks) // PIECE)):
            images = self.samples.inputs(chosen)["img_in"]
            newest = images if images.ndim == 4 else images[:, -1]
            found += [features(frame) for frame in newest]
        return np.stack(found)

    def _some(self, rows: np.ndarray) -> np.ndarray:
        """Enough rows to judge by, ascending."""
        if len(rows) <= MAX_TRAIN_JUDGED:
            return rows
        pieces = np.array_split(rows, -(-len(rows) // PIECE))
        order = np.random.default_rng(self.options.seed).permutation(len(pieces))
        kept = np.sort(order[: MAX_TRAIN_JUDGED // PIECE])
        return np.concatenate([pieces[number] for number in kept])

    def some_validation_rows(self, count: int) -> np.ndarray:
        """At most `count` rows that judge, evenly spread."""
        picks = np.linspace(0, len(self.parts.validation) - 1, count).astype(int)
        return np.asarray(self.parts.validation[np.unique(picks)])
