"""Estimates how many records a label comes before or after its picture.

When a car steers to the right, it turns to the right, and the picture slides to the left. This
module measures the slide from each record to the next, and finds the lag with the best
cross-correlation of steering and slide. The lag is not 0, because a servo, a car and a camera need
time to react: the picture slides 2 to 6 records after the steering was recorded.

On recordings of three real cars (16 and 20 Hz), steering and slide have a correlation of 0.84 to
0.93 at a lag of 3 or 4 records, and shifting the labels by some records shifts the estimate by
exactly as many. The estimate cannot tell a slow servo from a late picture. It finds nothing if the
car hardly turns, or if the picture shows no upright objects.
"""

from dataclasses import dataclass

import numpy as np

# The slide is measured on the brightness of this many columns, in the rows around the horizon:
# objects there are far away, and slide only when the car turns.
COLUMNS = 160
ROWS = slice(1 / 6, 1 / 2)
# A car that turns faster than this from one record to the next is measured wrongly: 13 degrees.
MAX_SLIDE = 12
# The lag is searched within this many seconds before and after, and this many records at most.
MAX_LAG_S = 0.5
MAX_LAG = 60
# With a slow loop, 0.5 s are only two records, while camera and servo take as long as always.
MIN_REACH = 6
# With less agreement than this, or fewer pairs of records, the result means nothing.
MIN_AGREEMENT = 0.4
MIN_PAIRS = 200


@dataclass(frozen=True)
class Lag:
    """The delay between steering and picture.

    Attributes:
        records: Number of records from the label to the slide of the picture.
        agreement: Correlation of steering and slide at this lag, 0 to 1.
        mirrored: Whether the picture slides to the wrong side.
    """

    records: int
    agreement: float
    mirrored: bool


def profile(image: np.ndarray) -> np.ndarray:
    """Brightness of the columns of a picture.

    Args:
        image: ``uint8``, ``(height, width, channels)``.

    Returns:
        float32, ``(COLUMNS,)``, 0 on average.
    """
    height, width = image.shape[:2]
    band = image[int(height * ROWS.start) : max(1, int(height * ROWS.stop))]
    columns = band.mean(axis=(0, 2), dtype=np.float32)
    places = np.linspace(0, width - 1, COLUMNS)
    resized = np.interp(places, np.arange(width), columns)
    level: np.ndarray = (resized - resized.mean()).astype(np.float32)
    return level


def slides(profiles: np.ndarray) -> np.ndarray:
    """Slide of the picture from each row to the next.

    Args:
        profiles: Results of `profile`, ``(rows, COLUMNS)``.

    Returns:
        Columns to the right, -12 to 12, ``(rows - 1,)``.
    """
    before = profiles[:-1, MAX_SLIDE:-MAX_SLIDE]
    length = before.shape[1]
    steps = range(-MAX_SLIDE, MAX_SLIDE + 1)
    errors = np.stack(
        [
            np.square(before - profiles[1:, MAX_SLIDE + step :][:, :length]).mean(axis=1)
            for step in steps
        ]
    )
    best = errors.argmin(axis=0)
    far: np.ndarray = (best + _between(errors, best) - MAX_SLIDE).astype(np.float32)
    return far


def estimate(
    angles: np.ndarray, slid: np.ndarray, joined: np.ndarray, *, interval_s: float = 0.05
) -> Lag | None:
    """Find the lag at which steering and slide agree best.

    Args:
        angles: Steering of the rows, -1 to +1.
        slid: Result of `slides`, one less.
        joined: Whether each row is followed by the next one without a gap, one less.
        interval_s: Time from one record to the next.

    Returns:
        The lag, or ``None`` if there is too little data.
    """
    reach = min(MAX_LAG, max(MIN_REACH, round(MAX_LAG_S / interval_s)))
    agreements = {
        lag: _agreement(angles[:-1], slid, joined, lag) for lag in range(-reach, reach + 1)
    }
    # With many gaps only small lags could be tried, and the best one may be larger.
    known = {lag: agreement for lag, agreement in agreements.items() if agreement is not None}
    lag = max(known, key=lambda lag: abs(known[lag]), default=0)
    if len(known) < len(agreements) or abs(known[lag]) < MIN_AGREEMENT:
        return None
    agreement = known[lag]
    return Lag(lag, abs(agreement), mirrored=agreement > 0)


def _agreement(angles: np.ndarray, slid: np.ndarray, joined: np.ndarray, lag: int) -> float | None:
    """Correlation of the steering of each row with the slide `lag` rows later, if there is one."""
    rows = np.arange(max(0, -lag), len(slid) - max(0, lag))
    first, last = np.minimum(rows, rows + lag), np.maximum(rows, rows + lag)
    gaps = np.concatenate(([0], np.cumsum(~joined)))
    rows = rows[gaps[first] == gaps[last + 1]]
    one, other = angles[rows], slid[rows + lag]
    if len(rows) < MIN_PAIRS or one.std() == 0 or other.std() == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _between(errors: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Distance from the best step to the minimum of the parabola through its neighbours."""
    inner = np.clip(best, 1, len(errors) - 2)
    columns = np.arange(errors.shape[1])
    left, middle, right = (errors[inner + step, columns] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    part = np.where(bend > 0, (left - right) / (2 * np.maximum(bend, 1e-9)), 0)
    return np.where(inner == best, np.clip(part, -0.5, 0.5), 0)
