"""Checks that the camera of this car gives the frames that a network was trained on."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from donkeycar.errors import PilotError
from donkeycar.pilots.transform import Shape, Transforms, describe


def seen_by(
    network_shape: Shape, transforms: Transforms, camera_shape: Shape | None
) -> tuple[Transforms, Shape]:
    """Find the camera frames that become the input of a bare network by this car's transforms.

    Args:
        network_shape: Shape that the network takes.
        transforms: Transforms of this car; those of an older donkeycar are used if only they fit.
        camera_shape: Shape of this car's frames; ``None`` if it is not known.

        Returns: The transforms to use, and the shape of the camera frames.

    Raises:
        PilotError: If there are none.
    """
    instead = transforms.instead
    usual = instead.camera_shape if camera_shape is None and instead else camera_shape
    if not _makes(transforms, usual, network_shape) and instead is not None:
        shape = instead.suits(network_shape, camera_shape)
        if shape is not None:
            return instead.transforms, shape
    height, width, channels = network_shape
    candidates: list[Shape] = [(height, width, channels), (height, width, 3)]
    if camera_shape is not None:
        candidates.insert(0, (*camera_shape[:2], 3))
    for shape in candidates:
        if _makes(transforms, shape, network_shape):
            return transforms, shape
    if not transforms:
        return transforms, network_shape
    names = ", ".join(step["name"] for step in transforms.to_json())
    raise PilotError(
        f"The network takes frames of {describe(network_shape)}, which is not what the transforms "
        f"of this car make of its frames. Received: {names}. Change TRANSFORMATIONS in myconfig.py "
        "to what the pilot was trained with."
    )


def check_camera(
    path: Path,
    wanted: Shape,
    transforms: Transforms,
    given: Shape | None,
    *,
    made_elsewhere: bool = False,
) -> None:
    """Refuse a camera whose frames the pilot was not trained on.

    Frames of a grey camera have three channels, too, but no colours: only a pilot whose first
    transform removes the colours knows such frames.

    Args:
        path: Path of the pilot.
        wanted: Shape of the frames that it needs.
        transforms: Its transforms.
        given: Shape of the camera's frames; ``None`` if it is not known.
        made_elsewhere: Whether the shape is known only from the network; its frames may have been
            cut out of larger ones.

    Raises:
        PilotError: If they differ.
    """
    if given is None or (given[:2] == wanted[:2] and (given[2] == 3 or transforms.begin_grey)):
        return
    depth = 1 if transforms.begin_grey else wanted[2]
    rule = (
        f"{path} drives with frames of {describe((*wanted[:2], depth))}, but this car's camera "
        f"gives {describe(given)}."
    )
    rows = given[0] - wanted[0]
    if made_elsewhere and given[1] == wanted[1] and rows > 0:
        raise PilotError(
            f"{rule} It was probably trained on frames cut by ROI_CROP_TOP and ROI_CROP_BOTTOM. "
            f"Set them in myconfig.py to their values of then, {rows} rows together, and frames "
            "are cut here as well. (Another IMAGE_H would squeeze the picture.)"
        )
    raise PilotError(
        f"{rule} Set IMAGE_W={wanted[1]}, IMAGE_H={wanted[0]} and "
        f"IMAGE_DEPTH={depth} in myconfig.py, or train on frames of this camera."
    )


def cut_in_words(steps: Sequence[dict[str, object]]) -> str:
    """Say what the transforms cut off, ``""`` if nothing."""
    cut = next((step for step in steps if step["name"] == "CUT"), None)
    if cut is None:
        return ""
    sides = {side: cut[f"{side}_px"] for side in ("top", "bottom", "left", "right")}
    return ", ".join(f"ROI_CROP_{side.upper()}={px}" for side, px in sides.items() if px)


def in_colour(camera_shape: Shape | None) -> Shape | None:
    """Shape of the frames that a pilot gets; those of a grey camera have three channels, too."""
    return None if camera_shape is None else (*camera_shape[:2], 3)


def _makes(transforms: Transforms, shape: Shape | None, network_shape: Shape) -> bool:
    """Whether the transforms turn frames of a shape into the input of a network."""
    if shape is None:
        return False
    for channels in (3, shape[2]):
        with suppress(PilotError):
            if transforms.output_shape((*shape[:2], channels)) == network_shape:
                return True
    return False
