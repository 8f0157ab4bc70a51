"""Runs the epochs of a training; import it only after `backend.import_keras`."""

from collections.abc import Mapping, Sequence
from typing import Any

from donkeycar.errors import TrainingError
from donkeycar.pilots.registry import Loss
from donkeycar.training.epochs.averaging import Average, PutBack
from donkeycar.training.epochs.batches import Batches
from donkeycar.training.epochs.callbacks import Teacher
from donkeycar.training.epochs.checkpoint import Checkpoint, Keeper
from donkeycar.training.epochs.interruption import sigterm_like_ctrl_c
from donkeycar.training.epochs.optimizers import make_optimizer
from donkeycar.training.epochs.resume import CheckpointWriter, restore
from donkeycar.training.epochs.stopwatch import Stopwatch
from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Progress
from donkeycar.training.result import Ended

# How right an answer is, beside its loss: of outputs that are numbers, and of likelihoods.
METRICS = {"mse": "mae", "categorical_crossentropy": "accuracy"}


def compile_model(model: Any, losses: Mapping[str, Loss], options: TrainingOptions) -> None:
    """Say how a network learns."""
    model.compile(
        optimizer=make_optimizer(options.optimizer, options.learning_rate, options.weight_decay),
        loss={name: loss.name for name, loss in losses.items()},
        loss_weights={name: loss.weight for name, loss in losses.items()},
        metrics={name: METRICS[loss.name] for name, loss in losses.items()},
        # Compiling takes half a minute here and makes a step twenty times slower.
        jit_compile=False,
    )


def fit(
    model: Any,
    batches: Batches,
    judges: Batches,
    options: TrainingOptions,
    progress: Progress,
    *,
    keeper: Keeper,
    settings: dict[str, Any],
    checkpoint: Checkpoint | None = None,
    callbacks: Sequence[Any] = (),
) -> tuple[Ended, Teacher]:
    """Run the epochs, until they are over, nothing is gained any more, or Ctrl-C.

    Args:
        model: A compiled network.
        batches: What it learns from.
        judges: What it is judged by.
        options: How to train.
        progress: Is told about every step.
        keeper: Keeps a checkpoint of every epoch.
        settings: Written into the checkpoint; who resumes must have the same.
        checkpoint: Where to go on, ``None`` to begin.
        callbacks: Others that want to know about every epoch.

    Returns:
        How it ended, and the teacher, who has the best weights.

    Raises:
        KeyboardInterrupt: If Ctrl-C came before the first epoch was done.
        TrainingError: If the loss or a weight became infinite.
    """
    schedule = options.new_schedule()
    ended: Ended = "finished"
    with progress.task("training", options.epochs * len(batches)) as advance:
        teacher = Teacher(schedule, batches, advance)
        average = Average(len(batches)) if options.average_weights else None
        if checkpoint is not None:
            restore(model, teacher, checkpoint, average)
        seconds = teacher.history.get("seconds", [0.0])[-1]
        try:
            with sigterm_like_ctrl_c():
                if teacher.going_on:
                    model.fit(
                        batches,
                        initial_epoch=teacher.epochs_done,
                        epochs=options.epochs,
                        validation_data=judges,
                        callbacks=[
                            Stopwatch(batches.num_rows, seconds),
                            *(() if average is None else (average,)),
                            teacher,
                            *callbacks,
                            *(() if average is None else (PutBack(average),)),
                            CheckpointWriter(keeper, teacher, settings, average),
                        ],
                        verbose=0,
                        shuffle=False,  # `Batches` does it, whole batches are not enough
                    )
        except KeyboardInterrupt:
            ended = "interrupted"
            for callback in callbacks:
                callback.on_train_end()  # Keras does not say it then
    if not teacher.best_weights:
        if ended == "interrupted":
            raise KeyboardInterrupt("stopped before the first epoch was done; nothing was written")
        raise TrainingError(
            "The loss or a weight became infinite. Try a lower LEARNING_RATE, or "
            "MIXED_PRECISION=False."
        )
    if ended == "finished" and schedule.stopped_early:
        ended = "early"
    return ended, teacher
