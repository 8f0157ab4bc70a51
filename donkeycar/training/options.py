"""The options of a training, and their defaults."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from donkeycar.errors import TrainingError
from donkeycar.pilots.kinds.registry import NETWORK, pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.epochs.optimizers import check_optimizer
from donkeycar.training.epochs.schedule import Schedule
from donkeycar.training.records.frames import MEMORY_BUDGET_BYTES
from donkeycar.training.records.labels import check_labels
from donkeycar.training.records.split import VALIDATION_MODES, Validation

# In the sidecar under another key, or without influence on the weights.
NOT_SETTINGS = {
    "type", "pilot_options", "transforms", "record_filter", "comment", "print_summary",
    "tensorboard", "replay", "memory_budget_bytes",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a pilot is trained.

    Attributes:
        type: Type of the pilot.
        pilot_options: What its type leaves open, such as ``sequence_length``; and as ``network``
            what `NetworkChoices` holds.
        epochs: How often to go through all records at most.
        batch_size: Frames in a training step.
        optimizer: One of `optimizers.OPTIMIZER_NAMES`.
        weight_decay: Share of each weight, times the learning rate, that is lost in a step;
            ``None`` is what is usual for the optimizer.
        learning_rate: Of the optimizer, before the schedule changes it.
        schedule: One of `schedule.SHAPES`: how the rate goes on.
        learning_rate_decay: How much the rate shrinks per step taken, on top of the schedule.
        learning_rate_drop: What ``exponential`` and ``step`` multiply the rate by.
        epochs_per_drop: How often they do.
        warmup_epochs: The rate rises for so long.
        patience: Early stopping: epochs without a lower validation loss before the end begins;
            ``None`` for never.
        min_delta: Smallest fall of the validation loss that counts as better.
        train_share: Share of the records that is for training; the rest is the validation split.
        validation: ``blocks`` from everywhere, or the ``last`` part in one block.
        label_shift: Learn the label of so many records later.
        label_window: Learn the mean of so many labels; odd, 1 for the label itself.
        augmentation: Random changes to frames, ``None`` for none.
        average_weights: Validate and keep the running mean of the weights instead of the last ones.
        balance: How far bends are shown more often than they were recorded: 0 not at all, 1 until
            every range of steering is shown alike.
        transforms: What the pilot does to every frame, in training and on the car.
        record_filter: Says of a record whether to learn from it.
        transfer: Fine-tuning: the pilot whose weights are the first ones; ``None`` to begin with
            random ones.
        layers_to_train: Freeze all but so many of the last layers; ``None`` trains all of them.
        mixed_precision: Whether to compute in bfloat16 where that is enough; ``None`` where this
            processor is faster with it.
        seed: The same seed trains the same pilot on the same machine; ``None`` draws one.
        comment: To remember in the pilot's files.
        print_summary: Show the layers of the network.
        tensorboard: Write a log that TensorBoard shows.
        replay: Record every epoch for `donkey replay`.
        memory_budget_bytes: What decoded frames may take of memory; more goes to the disk.

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
    transfer: Path | None = None
    layers_to_train: int | None = None
    mixed_precision: bool | None = None
    seed: int | None = None
    comment: str = ""
    print_summary: bool = False
    tensorboard: bool = False
    replay: bool = False
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
        """Chosen hyper-parameters of the network, by name: see `NetworkChoices`."""
        return dict(self.pilot_options.get(NETWORK, {}))

    def new_schedule(self) -> Schedule:
        """Begin the learning rate anew."""
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
        """Return the same with a seed: its own, or one that is drawn now."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(31))

    def changes_in_words(self) -> str:
        """Say in one line what is done to frames: always, and at random in training."""
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
        """Return what has an influence on the weights, for the pilot's sidecar."""
        values = {
            row.name: getattr(self, row.name)
            for row in fields(self)
            if row.name not in NOT_SETTINGS
        }
        values["augmentation"] = self.augmentation and self.augmentation.to_json()
        values["transfer"] = self.transfer and str(self.transfer)
        return values
