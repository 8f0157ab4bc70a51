"""The files of one pilot: weights, the LiteRT file that drives, and a sidecar that describes both.

``pilot.keras`` is for training on, ``pilot.tflite`` for driving, and ``pilot.json`` says what
the two are: without it nobody can know the type, the colours or the transforms of a model.
The sidecar is data only; it is read with checks and nothing in it is ever run.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import PilotError
from donkeycar.pilots.transform import Shape, Transforms

FORMAT = "donkeycar-pilot/1"
MAX_SIDECAR_BYTES = 5_000_000
SUFFIXES = (".keras", ".tflite", ".json")


class PilotFiles(NamedTuple):
    """Where the three files of a pilot are, or will be."""

    keras: Path
    litert: Path
    sidecar: Path

    @classmethod
    def of(cls, path: Path) -> "PilotFiles":
        """Find the others from any one of them, or from what their names have in common.

        Raises:
            PilotError: If `path` has another suffix than the three.
        """
        if path.suffix not in ("", *SUFFIXES):
            raise PilotError(f"A model must end in one of {', '.join(SUFFIXES)}. Received: {path}")
        return cls(*(path.with_suffix(suffix) for suffix in SUFFIXES))


@dataclass(frozen=True)
class PilotInfo:
    """What the sidecar of a pilot says.

    Attributes:
        type: Name of the pilot's type, such as ``linear``.
        camera_shape: Height, width and channels of the frames it wants from the camera,
            before any transform.
        transforms: What is done to a frame before the network sees it.
        training: How it was trained: settings, seed, history.
        data: What it was trained on: tubs, sessions, counts.
        metrics: How well it does on training and validation records.
        versions: Of donkeycar and of the libraries that made it.
        created_at: When, as seconds since 1970.
        comment: What its owner wants to remember.
    """

    type: str
    camera_shape: Shape
    transforms: Transforms = field(default_factory=Transforms)
    training: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    created_at: float = 0.0
    comment: str = ""

    @property
    def network_shape(self) -> Shape:
        """Height, width and channels of what the network sees."""
        return self.transforms.output_shape(self.camera_shape)


def read_info(path: Path) -> tuple[PilotInfo, str]:
    """Read a sidecar, trusting nothing in it.

    Returns:
        What it says, and the SHA-256 of the LiteRT file that it belongs to.

    Raises:
        PilotError: If it is not a sidecar of this format.
    """
    try:
        if path.stat().st_size > MAX_SIDECAR_BYTES:
            raise PilotError(f"{path} is too long for the sidecar of a pilot.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PilotError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise PilotError(f"{path} is not the sidecar of a pilot: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise PilotError(f'{path} is not the sidecar of a pilot: it must say "format": "{FORMAT}".')
    shape = content.get("camera", {}).get("shape") if _is_object(content, "camera") else None
    if (
        not isinstance(shape, list)
        or len(shape) != 3
        or not all(type(side) is int and 0 < side <= 4096 for side in shape)
    ):
        raise PilotError(
            f"{path}: camera.shape must be height, width and channels. Received: {shape!r:.60}"
        )
    for key in ("type", "litert_sha256", "comment"):
        if not isinstance(content.get(key), str):
            raise PilotError(f"{path}: {key} must be text. Received: {content.get(key)!r:.60}")
    for key in ("training", "data", "metrics", "versions"):
        if not _is_object(content, key):
            raise PilotError(f"{path}: {key} must be an object. Received: {content.get(key)!r:.60}")
    created_at = content.get("created_at")
    if not isinstance(created_at, int | float):
        raise PilotError(f"{path}: created_at must be a number. Received: {created_at!r:.60}")
    info = PilotInfo(
        type=content["type"],
        camera_shape=(shape[0], shape[1], shape[2]),
        transforms=Transforms.from_json(content.get("transforms")),
        training=content["training"],
        data=content["data"],
        metrics=content["metrics"],
        versions=content["versions"],
        created_at=float(created_at),
        comment=content["comment"],
    )
    return info, content["litert_sha256"]


def write_bundle(
    files: PilotFiles, info: PilotInfo, *, litert: bytes, save_keras: Callable[[Path], None]
) -> None:
    """Write a pilot so that nobody ever finds half of one.

    All three files are complete on the disk, in a folder beside their places, before the first of
    them takes its place; the sidecar comes last and names the LiteRT file it belongs to.

    Args:
        files: Where the pilot goes; its folder is made. An older pilot there is replaced.
        info: What the sidecar will say.
        litert: Content of the ``.tflite`` file.
        save_keras: Writes the ``.keras`` file to the path it is given.

    Raises:
        OSError: If the disk does not take it; what was there before is still there.
    """
    folder = files.keras.parent
    folder.mkdir(parents=True, exist_ok=True)
    desk = Path(tempfile.mkdtemp(prefix=f".{files.keras.stem}-", dir=folder))
    try:
        drafts = PilotFiles.of(desk / files.keras.name)
        save_keras(drafts.keras)
        drafts.litert.write_bytes(litert)
        drafts.sidecar.write_text(_sidecar(info, litert), encoding="utf-8")
        for draft in drafts:
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
        for draft, place in zip(drafts, files, strict=True):
            draft.replace(place)
    finally:
        shutil.rmtree(desk, ignore_errors=True)


def litert_sha256(path: Path) -> str:
    """Fingerprint of a LiteRT file, as its sidecar holds it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sidecar(info: PilotInfo, litert: bytes) -> str:
    """Lay the sidecar out as text."""
    height, width, channels = info.network_shape
    content = {
        "format": FORMAT,
        "type": info.type,
        "created_at": info.created_at,
        "comment": info.comment,
        "camera": {"shape": list(info.camera_shape), "colour": "RGB", "range": [0, 255]},
        "transforms": info.transforms.to_json(),
        "network": {"input": "img_in", "shape": [height, width, channels], "dtype": "uint8"},
        "outputs": {"angle": [-1.0, 1.0], "throttle": [-1.0, 1.0]},
        "litert_sha256": hashlib.sha256(litert).hexdigest(),
        "training": info.training,
        "data": info.data,
        "metrics": info.metrics,
        "versions": info.versions,
    }
    return json.dumps(content, indent=2) + "\n"


def _is_object(content: dict[str, Any], key: str) -> bool:
    return isinstance(content.get(key), dict)
