"""Transforms: the changes to every frame before the pilot sees it, from the settings of a car."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.config import Config
from donkeycar.errors import ConfigError, PilotError

if TYPE_CHECKING:
    from donkeycar.pilots.transform import Transforms
    from donkeycar.pilots.transform.custom import Custom

TRAPEZE = {
    "upper_left_px": "ROI_TRAPEZE_UL",
    "upper_right_px": "ROI_TRAPEZE_UR",
    "lower_left_px": "ROI_TRAPEZE_LL",
    "lower_right_px": "ROI_TRAPEZE_LR",
    "top_px": "ROI_TRAPEZE_MIN_Y",
    "bottom_px": "ROI_TRAPEZE_MAX_Y",
}

# Settings of each transform, and the names of its arguments; other transforms have none.
TRANSFORM_SETTINGS = {
    "CROP": {
        "top_px": "ROI_CROP_TOP",
        "bottom_px": "ROI_CROP_BOTTOM",
        "left_px": "ROI_CROP_LEFT",
        "right_px": "ROI_CROP_RIGHT",
    },
    "CUT": {
        "top_px": "ROI_CROP_TOP",
        "bottom_px": "ROI_CROP_BOTTOM",
        "left_px": "ROI_CROP_LEFT",
        "right_px": "ROI_CROP_RIGHT",
    },
    "TRAPEZE": TRAPEZE,
    "TRAPEZE_EDGE": TRAPEZE,
    "CANNY": {
        "low": "CANNY_LOW_THRESHOLD",
        "high": "CANNY_HIGH_THRESHOLD",
        "aperture_px": "CANNY_APERTURE",
    },
    "BLUR": {
        "kernel_px": "BLUR_KERNEL",
        "kernel_y_px": "BLUR_KERNEL_Y",
        "gaussian": "BLUR_GAUSSIAN",
    },
    "RESIZE": {"width_px": "RESIZE_WIDTH", "height_px": "RESIZE_HEIGHT"},
    "SCALE": {"width_factor": "SCALE_WIDTH", "height_factor": "SCALE_HEIGHT"},
}

# The step that removes the colour of a frame with three channels, for a car with IMAGE_DEPTH = 1.
GREY_FIRST = "RGB2GRAY"


def transforms_from(cfg: Config) -> "Transforms":
    """Make the transforms of `TRANSFORMATIONS` and `POST_TRANSFORMATIONS`.

    A grey camera (`IMAGE_DEPTH` 1) still gives frames with three equal channels; the first step
    makes them one channel. donkeycar 3 cut off the rows of `ROI_CROP_*`; for a network that takes
    exactly the remaining rows, they are cut off here, too.

    Raises:
        ConfigError: If a setting does not fit its transform, or the owner's own code fails.
    """
    from donkeycar.pilots.transform import Transforms

    own = {name: _own(name, cfg) for name in _names(cfg) if name.startswith("CUSTOM")}
    steps = [_step(name, cfg, own) for name in cfg.TRANSFORMATIONS]
    if cfg.IMAGE_DEPTH == 1:
        steps.insert(0, (GREY_FIRST, {}))
    post = [_step(name, cfg, own) for name in cfg.POST_TRANSFORMATIONS]
    made = Transforms(steps, post=post).with_custom(own)
    cut = _step("CUT", cfg, own)
    if not any(cut[1].values()):
        return made
    others = [step for step in steps if step[0] not in ("CROP", "CUT", GREY_FIRST)]
    grey = [step for step in steps if step[0] == GREY_FIRST]
    older = Transforms([*grey, cut, *others], post=post).with_custom(own)
    return made.or_else(older, (cfg.IMAGE_H, cfg.IMAGE_W, cfg.IMAGE_DEPTH))


def _names(cfg: Config) -> tuple[str, ...]:
    return (*cfg.TRANSFORMATIONS, *cfg.POST_TRANSFORMATIONS)


def _step(name: str, cfg: Config, own: "dict[str, Custom]") -> tuple[str, dict[str, Any]]:
    """Return the name of a step and its arguments, as `Transforms` wants them."""
    from donkeycar.pilots.transform.table import make_step

    if name in own:
        custom = own[name]
        return name, {
            "module": custom.module, "class_name": custom.class_name, "sha256": custom.sha256,
        }  # fmt: skip
    names = TRANSFORM_SETTINGS.get(name, {})
    arguments = {key: cfg[setting] for key, setting in names.items()}
    try:
        make_step(name, arguments)
    except PilotError as error:
        raise ConfigError(f"{', '.join(names.values())}: {error}") from error
    return name, arguments


def _own(name: str, cfg: Config) -> "Custom":
    """Make a transform of the owner's code; the file is looked for in the car's folder."""
    from donkeycar.pilots.transform.custom import load_custom

    file, class_name = (cfg.get(f"{name}_{what}") for what in ("MODULE", "CLASS"))
    if not isinstance(file, str) or not isinstance(class_name, str):
        raise ConfigError(
            f"{name} needs {name}_MODULE, the file of its code, and {name}_CLASS, the class in "
            f"it, in myconfig.py. Received: {name}_MODULE={file!r}, {name}_CLASS={class_name!r}"
        )
    try:
        path = Path(cfg.CAR_PATH) / Path(file).expanduser()
        return load_custom(path, class_name, cfg, module=file)
    except PilotError as error:
        raise ConfigError(f"{name}: {error}") from error
