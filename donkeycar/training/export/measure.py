"""Measures the difference between the converted networks and the trained one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.pilots.files.bundle import PilotInfo, Precision, Variant
from donkeycar.pilots.files.probe import MAX_WRONG_SHARE, Probe
from donkeycar.pilots.files.sidecar import MAX_TOLERANCE
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.training.export.litert import CheckOutputs, rows_of

# Both compute in float32; the order of additions differs.
MAX_DIFFERENCE = 1e-3
# Another processor may add this to the difference measured here.
MARGIN: dict[Precision, float] = {"float32": 2e-3, "float16": 1e-2, "int8": 3e-2}


def compare(wanted: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]) -> None:
    """Check that a converted network answers as the trained one does.

    Args:
        wanted: Outputs of the trained network, by name, a row for each input.
        given: Outputs of the converted network, which may have fewer.

    Raises:
        TrainingError: If it does not.
    """
    for name, values in given.items():
        for value, right in zip(values, np.asarray(wanted[name]), strict=True):
            difference = float(np.abs(value - right).max())
            if not difference <= MAX_DIFFERENCE * max(1.0, float(np.abs(right).max())):
                raise TrainingError(
                    "The converted pilot must answer as the trained one does. Received: "
                    f"{name} differs by {difference:.3g}"
                )


def measured(
    info: PilotInfo,
    answers: Mapping[Precision, CheckOutputs],
    frames: np.ndarray,
    vectors: np.ndarray | None,
) -> tuple[PilotInfo, list[Precision]]:
    """Measure the difference of each variant from float32, and make the probe.

    Args:
        info: The sidecar so far.
        answers: Answers of each variant, including ``float32``.
        frames: Frames of the probe, from the camera.
        vectors: Second input for each of them, ``None`` if the pilot takes only frames.

    Returns:
        The sidecar with `probe` and `variants`, and the variants that differ too much.
    """
    kind = pilot_type(info.type)
    options = kind.settled(info.options)

    def driven(precision: Precision) -> np.ndarray:
        """Angle and throttle for each row, ``(rows, 2)``."""
        return np.array([kind.head(row, options) for row in rows_of(answers[precision].outputs)])

    right = driven("float32")
    probe = Probe(frames, vectors, answers["float32"].probe)
    variants: dict[Precision, Variant] = {}
    left_out: list[Precision] = []
    for precision, given in answers.items():
        distance = np.abs(given.probe - probe.answers)
        # As in the check, the worst few are not counted.
        worst = np.sort(np.nan_to_num(distance).max(axis=1))
        counted = worst[: len(worst) - int(MAX_WRONG_SHARE * len(worst))]
        tolerance = MARGIN[precision] + 2 * float(counted[-1])
        if tolerance > MAX_TOLERANCE and precision != "float32":
            left_out.append(precision)
            continue
        difference: dict[str, Any] = {}
        if precision != "float32":
            difference = _in_words(np.abs(driven(precision) - right))
        variants[precision] = Variant("", round(min(tolerance, MAX_TOLERANCE), 6), difference)
    return replace(info, probe=probe, variants=variants), left_out


def _in_words(distance: np.ndarray) -> dict[str, Any]:
    """Largest and mean difference, for angle and throttle."""
    return {
        "frames": len(distance),
        **{
            name: {
                "max": round(float(distance[:, column].max()), 6),
                "mean": round(float(distance[:, column].mean()), 6),
            }
            for column, name in enumerate(("angle", "throttle"))
        },
    }
