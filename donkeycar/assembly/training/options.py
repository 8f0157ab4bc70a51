"""Training options from the settings of a car."""

from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.assembly.training.augmentation import augmentation_from
from donkeycar.assembly.training.pilot import changed_by_owner, pilot_options_from
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config

if TYPE_CHECKING:
    from donkeycar.cleaning import Cleaning
    from donkeycar.training import Progress, TrainingOptions
    from donkeycar.training.records.split import Validation


def options_from(
    cfg: Config,
    *,
    type: str | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    validation: "Validation" = "blocks",
    augment: bool = True,
    transfer: Path | None = None,
    cleaning: "Cleaning | None" = None,
    tensorboard: bool = False,
    replay: bool = False,
    comment: str = "",
) -> tuple["TrainingOptions", list[str]]:
    """Make the training options.

    Args:
        cfg: Settings of the car.
        type: Instead of `DEFAULT_MODEL_TYPE`.
        epochs: Instead of `MAX_EPOCHS`.
        seed: Random seed; ``None`` draws one.
        validation: ``blocks`` or ``last``.
        augment: Whether frames are changed at random.
        transfer: Pilot to begin with.
        cleaning: What `donkey tub fit` wrote.
        tensorboard: Write a log for TensorBoard even if `TENSORBOARD` is off.
        replay: Record every epoch for `donkey replay`.
        comment: Comment of the owner.

    Returns:
        The options, and a sentence for each setting of the owner that has no effect.
    """
    from donkeycar.pilots.kinds.registry import pilot_type
    from donkeycar.training import TrainingOptions

    kind = pilot_type(type or cfg.DEFAULT_MODEL_TYPE)
    pilot_options, useless = pilot_options_from(cfg, kind)
    if changed_by_owner(cfg, "FREEZE_LAYERS") and transfer is None:
        useless.append("FREEZE_LAYERS has no effect without --transfer")
    options = TrainingOptions(
        type=kind.name,
        pilot_options=pilot_options,
        epochs=cfg.MAX_EPOCHS if epochs is None else epochs,
        batch_size=cfg.BATCH_SIZE,
        optimizer=cfg.OPTIMIZER or "adam",
        weight_decay=cfg.WEIGHT_DECAY,
        learning_rate=cfg.LEARNING_RATE,
        schedule=cfg.LEARNING_RATE_SCHEDULE,
        learning_rate_decay=cfg.LEARNING_RATE_DECAY,
        learning_rate_drop=cfg.LEARNING_RATE_DROP,
        epochs_per_drop=cfg.EPOCHS_PER_DROP,
        warmup_epochs=cfg.WARMUP_EPOCHS,
        patience=cfg.EARLY_STOP_PATIENCE if cfg.USE_EARLY_STOP else None,
        min_delta=cfg.MIN_DELTA,
        train_share=cfg.TRAIN_TEST_SPLIT,
        validation=validation,
        label_shift=cfg.LABEL_SHIFT,
        label_window=cfg.LABEL_WINDOW,
        augmentation=augmentation_from(cfg) if augment else None,
        average_weights=cfg.AVERAGE_WEIGHTS,
        balance=cfg.BALANCE_STEERING,
        transforms=transforms_from(cfg),
        record_filter=cfg.TRAIN_FILTER,
        cleaning=cleaning,
        transfer=transfer,
        layers_to_train=cfg.NUM_LAST_LAYERS_TO_TRAIN if transfer and cfg.FREEZE_LAYERS else None,
        mixed_precision=cfg.MIXED_PRECISION,
        seed=seed,
        comment=comment,
        print_summary=cfg.PRINT_MODEL_SUMMARY,
        tensorboard=tensorboard or cfg.TENSORBOARD,
        replay=replay,
    )
    return options, useless


def progress_for(cfg: Config) -> "Progress":
    """Show progress bars or lines, according to the settings."""
    from donkeycar.training import Bars, Lines

    return Bars() if cfg.VERBOSE_TRAIN else Lines()
