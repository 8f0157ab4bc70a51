"""Validation: how well a network agrees with the driver, in mean absolute error and correlation."""

from typing import Any

import numpy as np

from donkeycar.training.progress import Advance, Progress
from donkeycar.training.records.samples import Arrays, Samples, as_fed
from donkeycar.training.records.split import Split

# This many training records are enough to measure the training error. They come in pieces of this
# many, because a network that remembers its answers needs some records in a row.
MAX_TRAIN_ROWS = 5000
PIECE = 100


def validate(
    model: Any, samples: Samples, split: Split, *, batch_size: int, seed: int, progress: Progress
) -> tuple[dict[str, Any], np.ndarray]:
    """Compare a network's answers with the driver's, on training and on validation records.

    Args:
        model: The network.
        samples: Its records.
        split: Training and validation split.
        batch_size: Samples at once.
        seed: Seed for the choice of training records if there are many.
        progress: Called for every record.

    Returns:
        `agreement` on ``train`` and ``validation`` records, and the answers to the latter.
    """
    train, validation = some_in_pieces(split.train, seed), split.validation
    with progress.task("validating", len(train) + len(validation)) as advance:
        seen = predict(model, samples, train, batch_size, advance)
        unseen = predict(model, samples, validation, batch_size, advance)
    metrics = {
        "train": agreement(samples.driven(train), seen),
        "validation": agreement(samples.driven(validation), unseen),
    }
    return metrics, unseen


def agreement(driver: np.ndarray, pilot: np.ndarray) -> dict[str, Any]:
    """Measure the agreement of a pilot with the driver.

    Args:
        driver: Recorded angle and throttle, ``(rows, 2)``.
        pilot: The pilot's answers to the same frames, ``(rows, 2)``.

    Returns:
        ``records``, and for ``angle`` and ``throttle`` the mean absolute error ``mae`` and the
        correlation ``r``; ``r`` is ``None`` if one of the two never changes.
    """
    report: dict[str, Any] = {"records": len(driver)}
    for column, name in enumerate(("angle", "throttle")):
        wanted, got = driver[:, column].astype(float), pilot[:, column].astype(float)
        report[name] = {
            "mae": float(np.abs(got - wanted).mean()),
            "r": correlation(wanted, got),
        }
    return report


def correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Pearson's correlation, -1 to +1; ``None`` if either never changes.

    Example:
        >>> correlation(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
        1.0
    """
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return None if scale < 1e-12 else round(float((a * b).sum()) / scale, 9)


def some_in_pieces(rows: np.ndarray, seed: int) -> np.ndarray:
    """At most `MAX_TRAIN_ROWS` of the rows, ascending, in pieces of `PIECE` chosen at random."""
    if len(rows) <= MAX_TRAIN_ROWS:
        return rows
    pieces = np.array_split(rows, -(-len(rows) // PIECE))
    order = np.random.default_rng(seed).permutation(len(pieces))
    kept = np.sort(order[: MAX_TRAIN_ROWS // PIECE])
    return np.concatenate([pieces[number] for number in kept])


def evenly_spread(rows: np.ndarray, count: int) -> np.ndarray:
    """At most `count` of the rows, at even distances.

    Example:
        >>> evenly_spread(np.arange(9), 3).tolist()
        [0, 4, 8]
    """
    picks = np.linspace(0, len(rows) - 1, count).astype(int)
    return np.asarray(rows[np.unique(picks)])


# A network that remembers its answers is reset after this many, so that several runs can go in
# parallel.
MAX_RUN = 400


def predict(
    model: Any, samples: Samples, rows: np.ndarray, batch_size: int, advance: Advance
) -> np.ndarray:
    """Answers of a network to some rows.

    A network that remembers its answers gets its own, one after the other, as when it drives. With
    the driver's values it would seem better than it is, because it could repeat them.

    Args:
        model: The network.
        samples: Its samples.
        rows: Some of the usable rows, ascending.
        batch_size: Samples at once.
        advance: Called for every row.

    Returns:
        Angle and throttle, float32, ``(rows, 2)``.
    """
    if samples.kind.remembers:
        return _one_by_one(model, samples, rows, advance)
    answers = np.empty((len(rows), 2), np.float32)
    for start in range(0, len(rows), batch_size):
        chosen = rows[start : start + batch_size]
        outputs = model.predict_on_batch(as_fed(samples.inputs(chosen)))
        answers[start : start + len(chosen)] = _read(samples, outputs, len(chosen))
        advance(len(chosen))
    return answers


def _one_by_one(model: Any, samples: Samples, rows: np.ndarray, advance: Advance) -> np.ndarray:
    """Answers of a network that remembers them, with all runs of rows in parallel."""
    runs = [
        part for run in samples.runs(rows) for part in np.array_split(run, -(-len(run) // MAX_RUN))
    ]
    length = samples.options["memory_length"]
    memory = np.zeros((len(runs), length, 2), np.float32)
    answers = np.empty((len(rows), 2), np.float32)
    starts = np.cumsum([0, *map(len, runs)])
    for step in range(max(map(len, runs))):
        # Finished runs repeat their last row, so that the batch keeps its size.
        steps = [min(step, len(run) - 1) for run in runs]
        shown = np.array([run[at] for run, at in zip(runs, steps, strict=True)])
        inputs = samples.inputs(shown)
        inputs[samples.kind.vector_input] = memory.reshape(len(runs), -1)
        said = _read(samples, model.predict_on_batch(inputs), len(runs))
        memory = np.concatenate((memory[:, 1:], np.clip(said, -1, 1)[:, None]), axis=1)
        for number, run in enumerate(runs):
            if step < len(run):
                answers[starts[number] + step] = said[number]
                advance(1)
    return answers


def _read(samples: Samples, outputs: Arrays, count: int) -> np.ndarray:
    """Angle and throttle of each row of a batch."""
    arrays = {name: np.asarray(value) for name, value in outputs.items()}
    pairs = [
        samples.kind.head({name: value[row] for name, value in arrays.items()}, samples.options)
        for row in range(count)
    ]
    return np.array(pairs, np.float32)
