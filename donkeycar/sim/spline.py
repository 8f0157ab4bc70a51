"""Periodic cubic spline: a smooth closed line through a few points."""

import numpy as np

from donkeycar.sim.arrays import Floats

# Length of the straight pieces that replace the curve while its length is measured, in metres.
DENSE_STEP_M = 0.01


def closed_spline(points: Floats, widths: Floats, step_m: float) -> tuple[Floats, Floats, float]:
    """Run a periodic cubic spline through `points` and sample it evenly.

    The parameter is the chord length, so that unevenly spaced points make no loops; position,
    direction and curvature are continuous all the way round. Widths are interpolated linearly,
    because a cubic would overshoot between a wide and a narrow place.

    Args:
        points: Control points in metres, shape ``(n, 2)``, n >= 3, no two neighbours equal.
        widths: One row of quantities for each point, shape ``(n, k)``.
        step_m: Desired distance between samples; it is adjusted so that all gaps are equal.

    Returns:
        Samples of shape ``(m, 2)``, widths of shape ``(m, k)`` and the length in metres.
    """
    following = np.roll(points, -1, axis=0)
    chord = np.hypot(*(following - points).T)
    bend = _second_derivatives(points, chord)
    pieces, piece_widths = [], []
    for i in range(len(points)):
        j = (i + 1) % len(points)
        count = max(4, int(chord[i] / DENSE_STEP_M))
        t = np.arange(count)[:, None] * (chord[i] / count)
        slope = (points[j] - points[i]) / chord[i] - chord[i] * (2 * bend[i] + bend[j]) / 6
        cubic = (bend[j] - bend[i]) / (6 * chord[i])
        pieces.append(points[i] + slope * t + bend[i] / 2 * t**2 + cubic * t**3)
        piece_widths.append(widths[i] + (widths[j] - widths[i]) * (t / chord[i]))
    return _resample(np.concatenate(pieces), np.concatenate(piece_widths), step_m)


def _second_derivatives(points: Floats, chord: Floats) -> Floats:
    """Solve the cyclic tridiagonal system that makes the pieces meet smoothly."""
    count = len(points)
    matrix = np.zeros((count, count))
    right = np.zeros((count, 2))
    for i in range(count):
        j = (i + 1) % count
        matrix[i, i - 1] += chord[i - 1]
        matrix[i, i] += 2 * (chord[i - 1] + chord[i])
        matrix[i, j] += chord[i]
        right[i] = 6 * (
            (points[j] - points[i]) / chord[i] - (points[i] - points[i - 1]) / chord[i - 1]
        )
    return np.asarray(np.linalg.solve(matrix, right), np.float64)


def _resample(curve: Floats, widths: Floats, step_m: float) -> tuple[Floats, Floats, float]:
    closed = np.concatenate([curve, curve[:1]])
    closed_widths = np.concatenate([widths, widths[:1]])
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    length_m = float(travelled[-1])
    count = max(8, round(length_m / step_m))
    at = np.arange(count) * (length_m / count)
    samples = np.stack([np.interp(at, travelled, column) for column in closed.T], axis=1)
    sampled_widths = np.stack(
        [np.interp(at, travelled, column) for column in closed_widths.T], axis=1
    )
    return samples, sampled_widths, length_m
