"""The options of a training, and their defaults."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from donkeycar.cleaning import Cleaning
from donkeycar.errors import TrainingError
from donkeycar.pilots.kinds.registry import NETWORK, pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.epochs.optimizers import check_optimizer
from donkeycar.training.epochs.schedule import Schedule
from donkeycar.training.records.frames import MEMORY_BUDGET_BYTES
from donkeycar.training.records.labels import check_labels
from donkeycar.training.records.split import VALIDATION_MODES, Validation

# Options that have another key in the sidecar, or do not influence the weights.
NOT_SETTINGS = {
    "type", "pilot_options", "transforms", "record_filter", "cleaning", "comment", "print_summary",
    "tensorboard", "replay", "memory_budget_bytes", "progress_file",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of a training.

    Attributes:
        type: Type of the pilot.
        pilot_options: Options of its type, such as ``sequence_length``; and under ``network`` its
            `NetworkChoices`.
        epochs: Maximum number of epochs.
        batch_size: Frames in a training step.
        optimizer: One of `optimizers.OPTIMIZER_NAMES`.
        weight_decay: Share of each weight, times the learning rate, that a step removes; ``None``
            is the default of the optimizer.
        learning_rate: Learning rate of the optimizer, before the schedule changes it.
        schedule: Learning rate schedule, one of `schedule.SHAPES`.
        learning_rate_decay: Decay of the rate per step, in addition to the schedule.
        learning_rate_drop: Factor of ``exponential`` and ``step`` on the rate.
        epochs_per_drop: Epochs from one drop to the next.
        warmup_epochs: Epochs in which the rate rises.
        patience: Early stopping: epochs without a lower validation loss before the end begins;
            ``None`` for never.
        min_delta: Smallest fall of the validation loss that counts as better.
        train_share: Share of the records for training; the rest is the validation split.
        validation: ``blocks`` from the whole recording, or the ``last`` part in one block.
        label_shift: Learn the label of the record that comes this many records later.
        label_window: Learn the mean of this many labels; odd, 1 for the label itself.
        augmentation: Random changes to frames, ``None`` for none.
        average_weights: Validate and keep the running mean of the weights instead of the last ones.
        balance: Strength of the sample weights for bends: 0 shows records as recorded, 1 shows
            every range of steering equally often.
        transforms: The transforms of every frame, in training and on the car.
        record_filter: Function of a record that says whether to train on it.
        cleaning: Fills and clips values of records, and leaves records out; ``None`` takes them as
            they were recorded.
        transfer: Fine-tuning: the pilot whose weights to begin with; ``None`` begins with random
            weights.
        layers_to_train: Freeze all but this many of the last layers; ``None`` trains all layers.
        mixed_precision: Whether to compute in bfloat16 where that is exact enough; ``None`` does so
            if it is faster on this processor.
        seed: Random seed: the same seed trains the same pilot on the same machine; ``None`` draws
            one.
        comment: Comment in the pilot's files.
        print_summary: Print the layers of the network.
        tensorboard: Write a log for TensorBoard.
        replay: Record every epoch for `donkey replay`.
        progress_file: JSON file that says how far the training is; ``None`` for none.
        memory_budget_bytes: Most memory for decoded frames; the others go to the disk.

    Raises:
        TrainingError: If a number is out of range, or a name unknown.
    """

    type: str = "linear"
    pilot_options: Mapping[str, Any] = field(default_factory=dict)
    epochs: int = 100
    batch_size: int = 64
    optimizer: str = "adam"
    weight_decay: float | None = None
    learning_rate: float = 1e-3
    schedule: str = "constant"
    learning_rate_decay: float = 0.0
    learning_rate_drop: float = 0.5
    epochs_per_drop: float = 10.0
    warmup_epochs: float = 0.0
    patience: int | None = 5
    min_delta: float = 0.0005
    train_share: float = 0.8
    validation: Validation = "blocks"
    label_shift: int = 0
    label_window: int = 1
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    average_weights: bool = True
    balance: float = 0.0
    transforms: Transforms = field(default_factory=Transforms)
    record_filter: Callable[[Any], bool] | None = None
    cleaning: Cleaning | None = None
    transfer: Path | None = None
    layers_to_train: int | None = None
    mixed_precision: bool | None = None
    seed: int | None = None
    comment: str = ""
    print_summary: bool = False
    tensorboard: bool = False
    replay: bool = False
    progress_file: Path | None = None
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES

    def __post_init__(self) -> None:
        self.new_schedule()
        check_optimizer(self.optimizer, self.weight_decay)
        check_labels(self.label_shift, self.label_window)
        layers = self.layers_to_train
        for name, good, rule in (
            ("batch_size", self.batch_size >= 1, "1 or more"),
            ("train_share", 0 < self.train_share < 1, "more than 0 and less than 1"),
            ("validation", self.validation in VALIDATION_MODES, f"one of {list(VALIDATION_MODES)}"),
            ("balance", 0 <= self.balance <= 1, "0 to 1"),
            ("layers_to_train", layers is None or layers >= 1, "1 or more, or None"),
            ("seed", self.seed is None or 0 <= self.seed < 2**63, "0 or more, or None"),
        ):
            if not good:
                raise TrainingError(f"`{name}` must be {rule}. Received: {getattr(self, name)!r}")
        if layers is not None and self.transfer is None:
            raise TrainingError(
                "`layers_to_train` keeps the layers before as they are, which makes sense only "
                "with `transfer`. Received: no transfer"
            )

    @property
    def network_choices(self) -> dict[str, Any]:
        """The hyper-parameters of the network, by name: see `NetworkChoices`."""
        return dict(self.pilot_options.get(NETWORK, {}))

    def new_schedule(self) -> Schedule:
        """Make a new learning rate schedule."""
        return Schedule(
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            shape=self.schedule,
            drop=self.learning_rate_drop,
            epochs_per_drop=self.epochs_per_drop,
            warmup_epochs=self.warmup_epochs,
            decay=self.learning_rate_decay,
            patience=self.patience,
            min_delta=self.min_delta,
        )

    def with_seed(self) -> "TrainingOptions":
        """Return the same options with a seed: their own, or a new one."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(31))

    def changes_in_words(self) -> str:
        """Say in one line which transforms and random changes are applied to frames."""
        steps = [step["name"] for step in self.transforms.to_json()]
        kind = pilot_type(self.type)
        changes = self.augmentation
        left_out = ""
        if changes is not None and not kind.mirrors and "FLIP" in changes.names:
            changes = changes.without("FLIP")
            left_out = f"; no FLIP, which would be wrong for a pilot of type {kind.name}"
        random = (changes.in_words() if changes is not None else "") or "none"
        always = f"; transforms of every frame: {', '.join(steps)}" if steps else ""
        return f"random changes: {random}{left_out}{always}"

    def to_json(self) -> dict[str, Any]:
        """Return the options that influence the weights, for the pilot's sidecar."""
        values = {
            row.name: getattr(self, row.name)
            for row in fields(self)
            if row.name not in NOT_SETTINGS
        }
        values["augmentation"] = self.augmentation and self.augmentation.to_json()
        values["cleaning"] = self.cleaning and self.cleaning.fingerprint
        values["transfer"] = self.transfer and str(self.transfer)
        return values
