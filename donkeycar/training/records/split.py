"""Which records are learnt from, and which judge the result.

Frames that follow each other look alike. A pilot judged on neighbours of what it learnt from
is praised for its memory; therefore records are dealt out in blocks, and a gap is left between.
"""

from typing import Literal, NamedTuple

import numpy as np

from donkeycar.errors import TrainingError

Validation = Literal["blocks", "last"]
VALIDATION_MODES: tuple[Validation, ...] = ("blocks", "last")

# Ten seconds at 20 Hz: a bend and what leads to it.
MAX_BLOCK = 200
# A tenth of the records at most, so that validation has several blocks from different places.
MIN_BLOCKS = 10
# Half a second at 20 Hz lies between what is learnt from and what judges.
MAX_GAP = 10


class Split(NamedTuple):
    """Row numbers, ascending.

    Attributes:
        train: Rows to learn from.
        validation: Rows to judge by.
        num_gap: Rows left out between the two.
    """

    train: np.ndarray
    validation: np.ndarray
    num_gap: int


def split(
    sessions: np.ndarray,
    *,
    train_share: float = 0.8,
    validation: Validation = "blocks",
    seed: int = 0,
) -> Split:
    """Deal the records out.

    Args:
        sessions: Number of the session of each row, in the order they were driven.
        train_share: Share of records to learn from, greater than 0 and less than 1.
        validation: ``"blocks"`` takes blocks from everywhere at random; ``"last"`` takes the end
            of the recording as one block.
        seed: For the random choice.

    Raises:
        TrainingError: If an argument is out of range, or there are too few records.

    Example:
        >>> train, validation, num_gap = split(np.zeros(1000), train_share=0.8, validation="last")
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
    judges = np.zeros(num_rows, bool)
    if validation == "last":
        judges[num_rows - num_validation :] = True
        gap = min(MAX_GAP, num_rows // 20)
    else:
        length = min(MAX_BLOCK, max(1, num_rows // MIN_BLOCKS))
        blocks = _blocks(sessions, length)
        order = np.random.default_rng(seed).permutation(len(blocks))
        for block in (blocks[number] for number in order):
            missing = num_validation - int(judges.sum())
            if missing <= 0:
                break
            judges[block[:missing]] = True
        gap = min(MAX_GAP, length // 4)
    return _parted(judges, sessions, gap)


def folds(sessions: np.ndarray, k: int, *, seed: int = 0) -> list[Split]:
    """Deal the records out `k` times, so that each of them judges once.

    Args:
        sessions: Number of the session of each row, in the order they were driven.
        k: How often, 2 or more.
        seed: For which blocks judge together.

    Returns:
        `k` ways to split the records, in each about one in `k` judging.

    Raises:
        TrainingError: If `k` is less than 2, or there are too few records.

    Example:
        >>> parts = folds(np.zeros(1000), 5)
        >>> [len(part.validation) for part in parts]
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
    judged = np.full(num_rows, -1)
    sizes = [0] * k
    for number in np.random.default_rng(seed).permutation(len(blocks)):
        fold = sizes.index(min(sizes))
        judged[blocks[number]] = fold
        sizes[fold] += len(blocks[number])
    gap = min(MAX_GAP, length // 4)
    return [_parted(judged == fold, sessions, gap) for fold in range(k)]


def _parted(judges: np.ndarray, sessions: np.ndarray, gap: int) -> Split:
    """Leave a gap around the judging rows, and learn from the rest."""
    near = _near(judges, sessions, gap)
    train = np.flatnonzero(~judges & ~near)
    if not train.size or not judges.any():
        raise TrainingError(
            "There must be records to learn from and records to judge by. "
            f"Received: {len(sessions)} usable records. Record more laps."
        )
    return Split(train, np.flatnonzero(judges), int(near.sum()))


def _blocks(sessions: np.ndarray, length: int) -> list[np.ndarray]:
    """Cut every session into blocks of about `length` rows."""
    edges = np.flatnonzero(np.diff(sessions)) + 1
    blocks: list[np.ndarray] = []
    for rows in np.split(np.arange(len(sessions)), edges):
        blocks += np.array_split(rows, max(1, round(len(rows) / length)))
    return blocks


def _near(judges: np.ndarray, sessions: np.ndarray, gap: int) -> np.ndarray:
    """Mark the rows within `gap` rows of a judging one in the same session."""
    near = np.zeros(len(judges), bool)
    for distance in range(1, gap + 1):
        same = sessions[distance:] == sessions[:-distance]
        near[distance:] |= judges[:-distance] & same
        near[:-distance] |= judges[distance:] & same
    near &= ~judges
    return near
