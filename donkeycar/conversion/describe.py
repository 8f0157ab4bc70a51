"""The sidecar of a converted pilot, and the request to convert it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import donkeycar
from donkeycar.errors import PilotError
from donkeycar.pilots.files.names import beside, kind_of
from donkeycar.pilots.files.sidecar import PilotInfo, has_sidecar, read_info
from donkeycar.pilots.inference.frames_fit import seen_by
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import bare_options
from donkeycar.pilots.kinds.registry import PilotType
from donkeycar.pilots.transform import Shape, Transforms

# Outputs whose size determines an option.
SHOWN = {
    "angle_bins": "angle_bins",
    "angle_out": "angle_bins",
    "throttle_bins": "throttle_bins",
    "throttle_out": "throttle_bins",
    "loc": "num_locations",
    "zloc": "num_locations",
}


class ConversionRequest(NamedTuple):
    """A conversion request: the model to convert, and how.

    Attributes:
        old: The model.
        type: Type of the pilot; ``None`` to infer it.
        options: Options of the pilot that differ from those of donkeycar 5.x.
        tubs: Recordings to compare the files on; without any, no int8 file is written.
        comment: A comment to store in the pilot's files.
        transforms: What changed a frame before the model saw it, in its training. A pilot of
            donkeycar 6 says so itself.
        camera_shape: Height, width and channels of the frames before that; ``None`` if they are
            what the model takes.
    """

    old: Path
    type: str | None = None
    options: dict[str, Any] = {}
    tubs: Sequence[Path] = ()
    comment: str = ""
    transforms: Transforms = Transforms()
    camera_shape: Shape | None = None

    def seen_through(self) -> dict[str, Any]:
        """The transforms and the shape as JSON, for the process that converts.

        Raises:
            PilotError: If one of the transforms is code of the owner's, which is not run there.
        """
        instead = self.transforms.instead
        custom = {**self.transforms.custom, **(instead.transforms.custom if instead else {})}
        if custom:
            raise PilotError(
                "A model whose frames are changed by code of your own cannot be converted, because "
                f"no such code is run there. Received: {', '.join(custom)}. Its .tflite file "
                "drives with --type and the settings of the car"
            )
        return {
            "transforms": self.transforms.to_json(),
            "camera_shape": self.camera_shape,
            "instead": None if instead is None else instead.transforms.to_json(),
            "instead_shape": None if instead is None else instead.camera_shape,
        }


def transforms_of(said: dict[str, Any]) -> tuple[Transforms, Shape | None]:
    """Read the JSON of `ConversionRequest.seen_through`."""
    transforms = Transforms.from_json(said["transforms"])
    if said["instead"] is not None:
        older = Transforms.from_json(said["instead"])
        transforms = transforms.or_else(older, tuple(said["instead_shape"]))
    shape = said["camera_shape"]
    return transforms, None if shape is None else tuple(shape)


def known_pilot(old: Path) -> PilotInfo | None:
    """The sidecar of a pilot of donkeycar 6; ``None`` for any other model.

    Raises:
        PilotError: If there is a sidecar that cannot be read.
    """
    if kind_of(old) != "keras" or not has_sidecar(old):
        return None
    return read_info(beside(old, ".json"))


def describe_pilot(
    kind: PilotType, network: LiteRTInterpreter, request: ConversionRequest
) -> PilotInfo:
    """Build the contents of the sidecar.

    Raises:
        PilotError: If this type cannot have one of the options, or the transforms do not make the
            frames that the network takes.
    """
    known = known_pilot(request.old)
    if known is not None:
        options = {**known.options, **request.options}
        return replace(
            known,
            options={**options, **kind.complete(options)},
            variants={},
            comment=request.comment or known.comment,
        )
    sizes = {name: shape[-1] for name, shape in network.output_shapes().items()}
    shown = {
        option: sizes[name]
        for name, option in SHOWN.items()
        if name in sizes and option in kind.options
    }
    done, seen = seen_by(network.input_shape, request.transforms, request.camera_shape)
    return PilotInfo(
        type=kind.name,
        camera_shape=seen,
        transforms=done,
        options=bare_options(kind, network, {**shown, **request.options}),
        training={"converted_from": request.old.name},
        data={"tubs": [str(tub.resolve()) for tub in request.tubs]},
        versions={"donkeycar": donkeycar.__version__},
        created_at=time.time(),
        comment=request.comment,
    )
