"""Trains a pilot the way a car's settings say."""

from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config
from donkeycar.management.augmentation_settings import augmentation_from

if TYPE_CHECKING:
    from donkeycar.training import TrainingResult
    from donkeycar.training.split import Validation


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
        augmentation=augmentation_from(cfg) if augment else None,
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
