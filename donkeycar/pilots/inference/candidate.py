"""Checks without LiteRT whether the files of a pilot can drive this car.

This takes milliseconds, so that a car can do it before it starts. Faults that only the network
shows are found when it is opened: see `donkeycar.pilots.inference.load`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import (
    PilotFiles,
    PilotInfo,
    Precision,
    precision_of,
    read_info,
    sha256_of,
)
from donkeycar.pilots.files.folds_file import SUMMARY
from donkeycar.pilots.files.litert_file import read_litert
from donkeycar.pilots.files.names import ending_of, kind_of
from donkeycar.pilots.files.next_step import CONVERTIBLE, next_step
from donkeycar.pilots.inference.frames_fit import check_camera, in_colour, seen_by
from donkeycar.pilots.kinds.registry import PilotType, pilot_type
from donkeycar.pilots.transform import Shape, Transforms


class Candidate(NamedTuple):
    """The files of one pilot, checked as far as possible without opening the network.

    Attributes:
        path: The path as its owner wrote it.
        files: Paths of its files.
        litert: The LiteRT file that will drive.
        precision: Precision of this file.
        content: Content of this file.
        info: Content of its sidecar; ``None`` for a bare file.
        kind: Its type; ``None`` for a bare file whose owner does not name it.
        own_transforms: Transforms in this car's settings; they apply to a bare file.
    """

    path: Path
    files: PilotFiles
    litert: Path
    precision: Precision
    content: bytes
    info: PilotInfo | None
    kind: PilotType | None
    own_transforms: Transforms

    @property
    def options(self) -> dict[str, Any]:
        """Options of its type; empty for a bare file."""
        return (
            {} if self.info is None or self.kind is None else self.kind.settled(self.info.options)
        )

    @property
    def transforms(self) -> Transforms:
        """The transforms of a frame."""
        return self.own_transforms if self.info is None else self.info.transforms

    @property
    def input_shape(self) -> Shape | None:
        """Height, width and channels of the frames it needs; ``None`` for a bare file."""
        return None if self.info is None else self.info.camera_shape

    @property
    def has_novelty(self) -> bool:
        """Whether it has a novelty model."""
        return self.info is not None and self.info.novelty is not None


def check_candidate(
    path: Path,
    *,
    type: str | None = None,
    camera_shape: Shape | None = None,
    precision: Precision | None = None,
    transforms: Transforms | None = None,
) -> Candidate:
    """Refuse files that cannot be a pilot of this car, with one sentence.

    Args:
        path: As in `donkeycar.pilots.inference.load.load_pilot`; not the folder of an ensemble.
        type: As there; the other arguments, too.
        camera_shape: Size of this car's frames; not checked for a bare file, because only its
            network shows its size.
        precision: Precision of the LiteRT file that drives.
        transforms: Transforms in this car's settings.

    Raises:
        PilotError: If a file is missing, too long, not of a pilot, not the one that its sidecar
            describes, or made for other frames than this car's.
    """
    files = PilotFiles.of(path)
    kind_of_file = kind_of(path)
    is_file_of_a_pilot = path.is_dir() or ending_of(path) != "" or kind_of_file == "litert"
    if path.is_dir() and not any(file.exists() for file in files):
        if kind_of_file == "saved_model":
            raise PilotError(
                f"{path} is a SavedModel, which a car does not open. {next_step(path)}"
            )
        raise PilotError(
            f"{path} is a folder without {SUMMARY}, which a training with --folds writes at its "
            "end. Name one of the pilots in it, or go on with that training: --resume."
        )
    if not path.exists() and not (ending_of(path) == "" and any(f.exists() for f in files)):
        raise PilotError(f"There is no model {path}. Run `donkey train` to make one.")
    if path.exists() and not is_file_of_a_pilot:
        raise PilotError(f"{path} is no file of a pilot. {next_step(path)}")
    info = _described(files, type)
    chosen = _chosen(path, precision if info is not None else None)
    bare = info is None and kind_of_file == "litert"
    litert = path if bare else files.variant(chosen)
    if not litert.exists():
        raise _nothing_that_drives(files, litert, path)
    # Not `or`: empty transforms may still contain an alternative for old networks.
    transforms = Transforms() if transforms is None else transforms
    if info is not None:
        if info.transforms.custom:
            info = replace(info, transforms=info.transforms.with_custom(transforms.custom))
        if not is_made_elsewhere(info):
            check_camera(path, info.camera_shape, info.transforms, camera_shape)
        elif info.camera_shape != in_colour(camera_shape):
            done, seen = seen_by(info.network_shape, transforms, camera_shape)
            check_camera(path, seen, done, camera_shape, made_elsewhere=True)
    content = read_litert(litert)
    if info is None:
        kind = None if type is None else pilot_type(type)
    else:
        kind = pilot_type(info.type)
        _check_belongs(files, info, litert, chosen, sha256_of(content))
        kind.settled(info.options)
    return Candidate(path, files, litert, chosen, content, info, kind, transforms)


def is_made_elsewhere(info: PilotInfo) -> bool:
    """Whether only the network's own frame size is known, and not that of its camera."""
    return "converted_from" in info.training and not info.transforms


def _nothing_that_drives(files: PilotFiles, litert: Path, path: Path) -> PilotError:
    """Say why there is no LiteRT file, and how to make one."""
    rule = f"A car drives with {litert.name}, and it is not beside {path}."
    if files.sidecar.exists() or kind_of(path) not in CONVERTIBLE:
        return PilotError(
            f"{rule} Copy it from where the pilot was trained, or run `donkey train` again, which "
            "writes it."
        )
    return PilotError(f"{rule} {next_step(path)}")


def _chosen(path: Path, precision: Precision | None) -> Precision:
    """The precision that the path names, or else the requested one."""
    named = precision_of(path) if ending_of(path) == ".tflite" else None
    return named or precision or "float32"


def _described(files: PilotFiles, type: str | None) -> PilotInfo | None:
    """Read the sidecar; ``None`` if there is none."""
    if not files.sidecar.exists():
        return None
    try:
        info = read_info(files.sidecar)
        kind = pilot_type(info.type)
    except PilotError as error:
        raise PilotError(
            f"{str(error).rstrip('.')}. Copy {files.sidecar.name} again from where the pilot was "
            "trained; or move it away, and add --type."
        ) from error
    if type is not None and pilot_type(type) is not kind:
        raise PilotError(
            f"{files.sidecar} says that this is a pilot of type {kind.name}. Received: "
            f"type={type!r}. Leave --type out."
        )
    return info


def _check_belongs(
    files: PilotFiles, info: PilotInfo, litert: Path, chosen: Precision, sha256: str
) -> None:
    """Refuse a LiteRT file that does not fit its sidecar."""
    known = info.variants.get(chosen)
    if known is None:
        raise PilotError(
            f"{files.sidecar.name} knows no {chosen} file, only {', '.join(info.variants)}. "
            "Train the pilot again, which writes all three, or set PILOT_PRECISION to another."
        )
    if known.sha256 != sha256:
        raise PilotError(
            f"{files.sidecar.name} belongs to another {litert.name} than the one beside it. "
            "Copy both from where the pilot was trained."
        )
