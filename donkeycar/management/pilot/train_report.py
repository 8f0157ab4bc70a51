"""Report that `donkey train` prints at the end."""

import math
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

from donkeycar import commands
from donkeycar.config import Config
from donkeycar.words import count

if TYPE_CHECKING:
    from donkeycar.training import TrainingResult
    from donkeycar.training.folds import FoldsResult

HOW_IT_ENDED = {
    "finished": "",
    "early": ", then stopped early, because the validation loss no longer fell",
    "interrupted": ", interrupted",
}


def tell(result: "TrainingResult", cfg: Config, *, in_car: bool) -> None:
    """Print the result of a training, and what to do next.

    Args:
        result: The result.
        cfg: Settings of the car.
        in_car: Whether the folder is a car's, with a camera.
    """
    from donkeycar.pilots.transform import describe

    speed = median(result.history["images_per_s"])
    print(
        f"{count(len(result.history['loss']), 'epoch')} in {result.duration_s:.0f} s, "
        f"{speed:.0f} pictures "
        f"a second{HOW_IT_ENDED[result.ended]}; kept epoch {result.best_epoch}"
    )
    for name, title in (("train", "training"), ("validation", "validation")):
        angle, throttle = result.metrics[name]["angle"], result.metrics[name]["throttle"]
        print(
            f"{title:10}  steering error {angle['mae']:.3f}, correlation {_number(angle['r'])};  "
            f"throttle error {throttle['mae']:.3f}, correlation {_number(throttle['r'])}"
        )
    for path in result.files:
        print(f"wrote {path}")
    shape = (cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH)
    if in_car and result.info.camera_shape[:2] != shape[:2]:
        print(
            f"note: this pilot drives with frames of {describe(result.info.camera_shape)}; "
            f"this car's camera is set to {describe(shape)}."
        )
    go_on = "the same command with --resume continues; or " if result.ended == "interrupted" else ""
    print(f"Next: {go_on}{commands.drive(result.files.keras)}")


def tell_folds(result: "FoldsResult") -> None:
    """Print the results of k-fold cross-validation, with their spread."""
    print("fold   validated by   steering error   correlation   throttle error   epochs")
    rows = zip(
        result.pilots,
        result.values("angle", "mae"),
        result.values("angle", "r"),
        result.values("throttle", "mae"),
        strict=True,
    )
    for number, (info, error, r, throttle) in enumerate(rows, start=1):
        print(
            f"{number:4}   {info.data['validation']:12}   {error:14.3f}   {_number(r):>11}   "
            f"{throttle:14.3f}   {len(info.training['history']['loss']):6}"
        )
    if not result.ended:
        print("interrupted; the same command with --resume continues")
        return
    for name, word in (("angle", "steering"), ("throttle", "throttle")):
        errors = result.values(name, "mae")
        print(f"{word} error {fmean(errors):.3f}, spread {stdev(errors):.3f} from fold to fold")
    found = result.disagreement
    if found is not None and found.disputed_error is not None and found.other_error is not None:
        print(
            "In the tenth of the records where the other pilots disagree most, the steering error "
            f"of a pilot that was not trained on them is {found.disputed_error:.3f}; in the rest "
            f"it is {found.other_error:.3f}"
        )
    print(f"wrote {result.folder} in {result.duration_s:.0f} s")
    print(
        f"Next: {commands.drive(result.folder)}, with all {len(result.pilots)} at "
        "once; or train one pilot on all records, without --folds"
    )


def _number(value: float | None) -> str:
    return "none" if value is None or math.isnan(value) else f"{value:.3f}"
