"""The sidecar of a pilot: a JSON file that describes its other files, read with checks."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number
from donkeycar.pilots.files.json_file import read_object
from donkeycar.pilots.files.names import Precision, beside
from donkeycar.pilots.files.novelty import NoveltyModel
from donkeycar.pilots.files.probe import Probe
from donkeycar.pilots.transform import Shape, Transforms

FORMAT = "donkeycar-pilot/1"
MAX_SIDECAR_BYTES = 5_000_000
# A larger tolerance would accept any answer.
MAX_TOLERANCE = 0.5

# Number formats of LiteRT files: see `donkeycar.training.export.save`.
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")


@dataclass(frozen=True)
class Variant:
    """Data on one LiteRT file of a pilot.

    Attributes:
        sha256: Fingerprint of the file, in hexadecimal.
        tolerance: Largest difference between its answers to the probe and those in the probe.
        difference: Difference between its answers and those of the float32 file, ``max`` and
            ``mean`` for ``angle`` and ``throttle``, measured on ``frames`` validation frames; empty
            if it was not measured.
    """

    sha256: str
    tolerance: float = MAX_TOLERANCE
    difference: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PilotInfo:
    """The content of the sidecar of a pilot.

    Attributes:
        type: Name of the pilot's type, such as ``linear``.
        camera_shape: Height, width and channels of the frames that it needs from the camera, before
            any transform.
        transforms: The changes to a frame before the network sees it.
        options: Options of its type: bins, throttle range, length of a sequence.
        variants: Data on each of its LiteRT files.
        probe: Frames with the right answers; ``None`` if it has none.
        novelty: The novelty model; ``None`` if it has none (``familiar`` in the file).
        training: How it was trained: settings, seed, history.
        data: What it was trained on: tubs, sessions, counts.
        metrics: Its errors on training and validation records.
        versions: Versions of donkeycar and of the libraries that made it.
        created_at: Time of its creation, in seconds since 1970.
        comment: The owner's comment.
    """

    type: str
    camera_shape: Shape
    transforms: Transforms = field(default_factory=Transforms)
    options: dict[str, Any] = field(default_factory=dict)
    variants: dict[Precision, Variant] = field(default_factory=dict)
    probe: Probe | None = None
    novelty: NoveltyModel | None = None
    training: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    created_at: float = 0.0
    comment: str = ""

    @property
    def network_shape(self) -> Shape:
        """Height, width and channels of the frames that the network sees."""
        return self.transforms.output_shape(self.camera_shape)


def has_sidecar(model: Path) -> bool:
    """Whether the JSON file beside a model is a sidecar of this format; Keras once wrote others."""
    try:
        with beside(model, ".json").open("rb") as file:
            return FORMAT.encode() in file.read(len(FORMAT) + 100)
    except OSError:
        return False


def read_info(path: Path) -> PilotInfo:
    """Read a sidecar, trusting nothing in it.

    It also reads sidecars from versions of donkeycar 6.0 without options, variants, probes and
    `familiar`.

    Raises:
        PilotError: If it is not a sidecar of this format.
    """
    content = read_object(
        path, "the sidecar of a pilot", format=FORMAT, max_bytes=MAX_SIDECAR_BYTES
    )
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
    content.setdefault("options", {})
    for key in ("options", "training", "data", "metrics", "versions"):
        if not _is_object(content, key):
            raise PilotError(f"{path}: {key} must be an object. Received: {content.get(key)!r:.60}")
    if not is_number(content.get("created_at")):
        raise PilotError(
            f"{path}: created_at must be a number. Received: {content.get('created_at')!r:.60}"
        )
    camera_shape = (shape[0], shape[1], shape[2])
    return PilotInfo(
        type=content["type"],
        camera_shape=camera_shape,
        transforms=Transforms.from_json(content.get("transforms")),
        options=content["options"],
        variants=_read_variants(path, content),
        probe=Probe.from_json(content["probe"], camera_shape) if content.get("probe") else None,
        novelty=NoveltyModel.from_json(content["familiar"]) if content.get("familiar") else None,
        training=content["training"],
        data=content["data"],
        metrics=content["metrics"],
        versions=content["versions"],
        created_at=float(content["created_at"]),
        comment=content["comment"],
    )


def sidecar_text(info: PilotInfo) -> str:
    """Format the sidecar as text, with the fields that people read first and the probe last.

    Args:
        info: The content, with a float32 file among its `variants`.
    """
    height, width, channels = info.network_shape
    content = {
        "format": FORMAT,
        "type": info.type,
        "created_at": info.created_at,
        "comment": info.comment,
        "camera": {"shape": list(info.camera_shape), "colour": "RGB", "range": [0, 255]},
        "transforms": info.transforms.to_json(),
        "options": info.options,
        "network": {"input": "img_in", "shape": [height, width, channels], "dtype": "uint8"},
        "outputs": {"angle": [-1.0, 1.0], "throttle": [-1.0, 1.0]},
        "litert_sha256": info.variants["float32"].sha256,
        "litert": {name: vars(variant) for name, variant in info.variants.items()},
        "training": info.training,
        "data": info.data,
        "metrics": info.metrics,
        "versions": info.versions,
        "familiar": None if info.novelty is None else info.novelty.to_json(),
        "probe": None if info.probe is None else info.probe.to_json(),
    }
    return json.dumps(content, indent=2) + "\n"


def _read_variants(path: Path, content: dict[str, Any]) -> dict[Precision, Variant]:
    """Read the data on each LiteRT file; an old sidecar has only the fingerprint of one."""
    said = content.get("litert", {"float32": {"sha256": content["litert_sha256"]}})
    if not isinstance(said, dict) or "float32" not in said:
        raise PilotError(f"{path}: litert must describe the float32 file. Received: {said!r:.60}")
    variants: dict[Precision, Variant] = {}
    for precision in PRECISIONS:
        if precision not in said:
            continue
        entry = said[precision]
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("sha256"), str)
            or not isinstance(entry.get("difference", {}), dict)
            or not is_number(entry.get("tolerance", MAX_TOLERANCE))
            or not 0 <= entry.get("tolerance", MAX_TOLERANCE) <= MAX_TOLERANCE
        ):
            raise PilotError(
                f"{path}: litert.{precision} must have sha256, difference and a tolerance of 0 to "
                f"{MAX_TOLERANCE}. Received: {entry!r:.100}"
            )
        variants[precision] = Variant(
            entry["sha256"], entry.get("tolerance", MAX_TOLERANCE), entry.get("difference", {})
        )
    return variants


def _is_object(content: dict[str, Any], key: str) -> bool:
    return isinstance(content.get(key), dict)
