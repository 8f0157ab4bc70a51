"""All pictures, by the names that `--show` takes."""

from collections.abc import Sequence

from donkeycar.errors import TrainingError
from donkeycar.replay.curves import LossCurve, MetricCurves
from donkeycar.replay.feature_space import FeatureSpace
from donkeycar.replay.frame_errors import FrameErrors
from donkeycar.replay.histograms import LossHistogram, Probability
from donkeycar.replay.plane import DecisionBoundary
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study
from donkeycar.replay.violins import Activations, Gradients, OutputViolins, Weights

SCENES: dict[str, type[Scene]] = {
    "feature_space": FeatureSpace,
    "decision_boundary": DecisionBoundary,
    "probability": Probability,
    "loss_histogram": LossHistogram,
    "loss": LossCurve,
    "metrics": MetricCurves,
    "weights": Weights,
    "activations": Activations,
    "outputs": OutputViolins,
    "gradients": Gradients,
    "frames": FrameErrors,
}
# Drawn by default, as far as the network allows; the violins are left out because they take long.
USUAL = (
    "feature_space", "decision_boundary", "probability", "loss_histogram", "loss", "metrics",
    "frames",
)  # fmt: skip


def possible(study: Study) -> list[str]:
    """Names of the pictures that can be drawn for a recording."""
    return [name for name, scene in SCENES.items() if not scene.obstacle(study)]


def chosen(study: Study, names: Sequence[str] | None) -> list[str]:
    """Check the names of pictures, or choose the usual pictures.

    Raises:
        TrainingError: If there is no such picture, or it cannot be drawn for this recording.
    """
    if names is None:
        return [name for name in USUAL if not SCENES[name].obstacle(study)]
    for name in names:
        if name not in SCENES:
            raise TrainingError(f"`show` must be some of {list(SCENES)}. Received: {name!r}")
        obstacle = SCENES[name].obstacle(study)
        if obstacle:
            raise TrainingError(
                f"{name!r} {obstacle}. Received: the recording {study.recording.name!r}. "
                f"Next step: choose from {possible(study)}"
            )
    if not names:
        raise TrainingError(f"`show` must be some of {list(SCENES)}. Received: nothing")
    return list(names)
