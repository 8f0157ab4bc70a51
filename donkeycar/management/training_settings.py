"""Trains a pilot the way a car's settings say."""

from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.config import Config

if TYPE_CHECKING:
    from donkeycar.pilots.transform import Transforms
    from donkeycar.training import TrainingResult
    from donkeycar.training.split import Validation

# Settings of each transform, and what its arguments are called.
TRANSFORM_SETTINGS = {
    "CROP": {
        "top_px": "ROI_CROP_TOP",
        "bottom_px": "ROI_CROP_BOTTOM",
        "left_px": "ROI_CROP_LEFT",
        "right_px": "ROI_CROP_RIGHT",
    },
    "TRAPEZE": {
        "upper_left_px": "ROI_TRAPEZE_UL",
        "upper_right_px": "ROI_TRAPEZE_UR",
        "lower_left_px": "ROI_TRAPEZE_LL",
        "lower_right_px": "ROI_TRAPEZE_LR",
        "top_px": "ROI_TRAPEZE_MIN_Y",
        "bottom_px": "ROI_TRAPEZE_MAX_Y",
    },
}


def train_car(
    cfg: Config,
    *,
    tubs: list[Path],
    model: Path | None,
    models: Path,
    type: str | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    validation: "Validation" = "blocks",
    augment: bool = True,
    comment: str = "",
) -> "TrainingResult":
    """Train a pilot with the settings of a car.

    Args:
        cfg: The settings.
        tubs: What to learn from.
        model: Where the pilot goes; ``None`` makes up a name in `models`.
        models: Folder of the car's pilots.
        type: Instead of `DEFAULT_MODEL_TYPE`.
        epochs: Instead of `MAX_EPOCHS`.
        seed: For everything that is drawn; ``None`` draws one.
        validation: ``blocks`` or ``last``.
        augment: Whether frames are changed at random.
        comment: Of the owner.
    """
    from donkeycar.training import Bars, Lines, train
    from donkeycar.training.augmentation import Augmentation
    from donkeycar.training.database import next_model_path

    result = train(
        tubs,
        model or next_model_path(models),
        type=type or cfg.DEFAULT_MODEL_TYPE,
        epochs=cfg.MAX_EPOCHS if epochs is None else epochs,
        batch_size=cfg.BATCH_SIZE,
        learning_rate=cfg.LEARNING_RATE,
        learning_rate_decay=cfg.LEARNING_RATE_DECAY,
        optimizer=cfg.OPTIMIZER or "adam",
        patience=cfg.EARLY_STOP_PATIENCE if cfg.USE_EARLY_STOP else None,
        min_delta=cfg.MIN_DELTA,
        train_share=cfg.TRAIN_TEST_SPLIT,
        validation=validation,
        augmentation=Augmentation() if augment else None,
        transforms=transforms_from(cfg),
        record_filter=cfg.TRAIN_FILTER,
        seed=seed,
        comment=comment,
        print_summary=cfg.PRINT_MODEL_SUMMARY,
        progress=Bars() if cfg.VERBOSE_TRAIN else Lines(),
    )
    if cfg.SHOW_PLOT:
        from donkeycar.report.figures import loss_curve

        plot = loss_curve(result.history, best_epoch=result.best_epoch)
        result.files.keras.with_suffix(".png").write_bytes(plot)
    return result


def transforms_from(cfg: Config) -> "Transforms":
    """Put together what `TRANSFORMATIONS` names."""
    from donkeycar.pilots.transform import Transforms

    return Transforms(
        [
            (name, {key: cfg[setting] for key, setting in TRANSFORM_SETTINGS.get(name, {}).items()})
            for name in cfg.TRANSFORMATIONS
        ]
    )
