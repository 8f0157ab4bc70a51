"""What a network says to records it was or was not taught with, before it is converted."""

from typing import Any

import numpy as np

from donkeycar.training.progress import Advance
from donkeycar.training.records.samples import Arrays, Samples

# One that remembers its answers starts afresh after so many, so that several can go on at once.
MAX_RUN = 400


def as_fed(inputs: Arrays) -> np.ndarray | Arrays:
    """Inputs as Keras wants them: the only one bare, several by name."""
    return next(iter(inputs.values())) if len(inputs) == 1 else inputs


def predict(
    model: Any, samples: Samples, rows: np.ndarray, batch_size: int, advance: Advance
) -> np.ndarray:
    """Answers of a network to some rows.

    One that remembers its answers gets its own, one after the other, as when it drives: with the
    driver's, it would be praised for repeating them.

    Args:
        model: The network.
        samples: What it is shown.
        rows: Which usable rows, ascending.
        batch_size: Samples at once.
        advance: Told about every row.

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
    """Answers of a network that remembers them, all runs of rows side by side."""
    runs = [
        part for run in samples.runs(rows) for part in np.array_split(run, -(-len(run) // MAX_RUN))
    ]
    length = samples.options["memory_length"]
    memory = np.zeros((len(runs), length, 2), np.float32)
    answers = np.empty((len(rows), 2), np.float32)
    starts = np.cumsum([0, *map(len, runs)])
    for step in range(max(map(len, runs))):
        # Runs that are over show their last row again, so that the batch keeps its size.
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
