"""The split of a dataset: which records are for training, and which for validation.

Frames that follow each other look alike. If every tenth frame were used for validation, a pilot
would only have to remember the frame next to it. Therefore whole blocks of records are used for
validation, and a gap is left between them and the training records.
"""

from typing import Literal, NamedTuple

import numpy as np

from donkeycar.errors import TrainingError

Validation = Literal["blocks", "last"]
VALIDATION_MODES: tuple[Validation, ...] = ("blocks", "last")

# Ten seconds at 20 Hz: a bend and the approach to it.
MAX_BLOCK = 200
# At most a tenth of the records, so that validation has several blocks from different places.
MIN_BLOCKS = 10
# Half a second at 20 Hz lies between training and validation records.
MAX_GAP = 10


class Split(NamedTuple):
    """Row numbers, ascending.

    Attributes:
        train: Rows for training.
        validation: Rows for validation.
        num_gap: Number of rows that are left out between the two.
    """

    train: np.ndarray
    validation: np.ndarray
    num_gap: int


def train_validation_split(
    sessions: np.ndarray,
    *,
    train_share: float = 0.8,
    validation: Validation = "blocks",
    seed: int = 0,
) -> Split:
    """Split records into training and validation.

    Args:
        sessions: Number of the session of each row, in the order of driving.
        train_share: Share of the records for training, greater than 0 and less than 1.
        validation: ``"blocks"`` takes random blocks from the whole recording; ``"last"`` takes the
            end of the recording as one block.
        seed: Seed of the random choice.

    Raises:
        TrainingError: If an argument is out of range, or there are too few records.

    Example:
        >>> train, validation, num_gap = train_validation_split(
        ...     np.zeros(1000), train_share=0.8, validation="last"
        ... )
        >>> train[-1], validation[0], num_gap
        (np.int64(789), np.int64(800), 10)
    """
    if not 0 < train_share < 1:
        raise TrainingError(
            f"`train_share` must be more than 0 and less than 1. Received: {train_share}"
        )
    if validation not in VALIDATION_MODES:
        raise TrainingError(
            f"`validation` must be one of {list(VALIDATION_MODES)}. Received: {validation!r}"
        )
    num_rows = len(sessions)
    num_validation = max(1, round(num_rows * (1 - train_share)))
    is_validation = np.zeros(num_rows, bool)
    if validation == "last":
        is_validation[num_rows - num_validation :] = True
        gap = min(MAX_GAP, num_rows // 20)
    else:
        length = min(MAX_BLOCK, max(1, num_rows // MIN_BLOCKS))
        blocks = _blocks(sessions, length)
        order = np.random.default_rng(seed).permutation(len(blocks))
        for block in (blocks[number] for number in order):
            missing = num_validation - int(is_validation.sum())
            if missing <= 0:
                break
            is_validation[block[:missing]] = True
        gap = min(MAX_GAP, length // 4)
    return _with_gap(is_validation, sessions, gap)


def k_fold_split(sessions: np.ndarray, k: int, *, seed: int = 0) -> list[Split]:
    """Split records `k` times, so that each is used for validation once (k-fold cross-validation).

    Args:
        sessions: Number of the session of each row, in the order of driving.
        k: Number of folds, 2 or more.
        seed: Seed of the random distribution of blocks to folds.

    Returns:
        `k` splits; in each, about one record in `k` is for validation.

    Raises:
        TrainingError: If `k` is less than 2, or there are too few records.

    Example:
        >>> splits = k_fold_split(np.zeros(1000), 5)
        >>> [len(split.validation) for split in splits]
        [200, 200, 200, 200, 200]
    """
    if k < 2:
        raise TrainingError(f"`k` must be 2 or more. Received: k={k}")
    num_rows = len(sessions)
    length = min(MAX_BLOCK, max(1, num_rows // max(MIN_BLOCKS, 2 * k)))
    blocks = _blocks(sessions, length)
    if len(blocks) < k:
        raise TrainingError(
            f"{k} folds need at least {k} records. Received: {num_rows} usable records. Record "
            "more laps."
        )
    fold_of = np.full(num_rows, -1)
    sizes = [0] * k
    for number in np.random.default_rng(seed).permutation(len(blocks)):
        fold = sizes.index(min(sizes))
        fold_of[blocks[number]] = fold
        sizes[fold] += len(blocks[number])
    gap = min(MAX_GAP, length // 4)
    return [_with_gap(fold_of == fold, sessions, gap) for fold in range(k)]


def _with_gap(is_validation: np.ndarray, sessions: np.ndarray, gap: int) -> Split:
    """Leave a gap around the validation rows, and use the rest for training."""
    near = _near(is_validation, sessions, gap)
    train = np.flatnonzero(~is_validation & ~near)
    if not train.size or not is_validation.any():
        raise TrainingError(
            "There must be records for training and records for validation. "
            f"Received: {len(sessions)} usable records. Record more laps."
        )
    return Split(train, np.flatnonzero(is_validation), int(near.sum()))


def _blocks(sessions: np.ndarray, length: int) -> list[np.ndarray]:
    """Divide every session into blocks of about `length` rows."""
    edges = np.flatnonzero(np.diff(sessions)) + 1
    blocks: list[np.ndarray] = []
    for rows in np.split(np.arange(len(sessions)), edges):
        blocks += np.array_split(rows, max(1, round(len(rows) / length)))
    return blocks


def _near(is_validation: np.ndarray, sessions: np.ndarray, gap: int) -> np.ndarray:
    """Mark the rows within `gap` rows of a validation row in the same session."""
    near = np.zeros(len(is_validation), bool)
    for distance in range(1, gap + 1):
        same = sessions[distance:] == sessions[:-distance]
        near[distance:] |= is_validation[:-distance] & same
        near[:-distance] |= is_validation[distance:] & same
    near &= ~is_validation
    return near
