"""How well a pilot's answers agree with what its driver did."""

from typing import Any

import numpy as np


def agreement(driver: np.ndarray, pilot: np.ndarray) -> dict[str, Any]:
    """Measure the agreement.

    Args:
        driver: Recorded angle and throttle, ``(rows, 2)``.
        pilot: The pilot's answers to the same frames, ``(rows, 2)``.

    Returns:
        ``records``, and for ``angle`` and ``throttle`` the mean absolute error ``mae`` and the
        correlation ``r``; ``r`` is ``None`` where one of the two never changes.
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
