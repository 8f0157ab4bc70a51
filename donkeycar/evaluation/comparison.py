"""Paired comparison of two pilots: which one is better, and whether chance may explain it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from donkeycar.evaluation.bootstrap import Blocks, Interval


@dataclass(frozen=True)
class Difference:
    """Two pilots, compared on the same records.

    Frames that are hard for one pilot are hard for the other too. So the mean of the differences,
    record by record, is far more certain than either error.

    Attributes:
        first: Name of one pilot.
        second: Name of the other.
        quantity: ``steering`` or ``throttle``.
        gain: Mean absolute error of `first` minus that of `second`: above 0, `second` is better.
    """

    first: str
    second: str
    quantity: str
    gain: Interval


def compare(
    driver: np.ndarray, answers: Mapping[str, np.ndarray], blocks: Blocks
) -> list[Difference]:
    """Compare every pilot with every other pilot.

    Args:
        driver: Recorded angle and throttle, ``(rows, 2)``.
        answers: Answers of each pilot to the same rows, ``(rows, 2)``, by the pilot's name.
        blocks: Blocks of the same rows.
    """
    errors = {name: np.abs(given.astype(float) - driver) for name, given in answers.items()}
    return [
        Difference(
            first,
            second,
            quantity,
            blocks.mean(errors[first][:, column] - errors[second][:, column]),
        )
        for first, second in combinations(answers, 2)
        for column, quantity in enumerate(("steering", "throttle"))
    ]
