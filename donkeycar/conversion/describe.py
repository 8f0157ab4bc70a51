"""The sidecar of a converted pilot, and the request to convert it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import donkeycar
from donkeycar.pilots.files.names import beside, kind_of
from donkeycar.pilots.files.sidecar import FORMAT, PilotInfo, read_info
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import bare_options
from donkeycar.pilots.kinds.registry import PilotType

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
    """

    old: Path
    type: str | None = None
    options: dict[str, Any] = {}
    tubs: Sequence[Path] = ()
    comment: str = ""


def known_pilot(old: Path) -> PilotInfo | None:
    """The sidecar of a pilot of donkeycar 6; ``None`` for any other model.

    Raises:
        PilotError: If there is a sidecar that cannot be read.
    """
    sidecar = beside(old, ".json")
    if kind_of(old) != "keras" or not sidecar.is_file():
        return None
    with sidecar.open("rb") as file:
        if FORMAT.encode() not in file.read(len(FORMAT) + 100):
            return None  # Keras once wrote such files
    return read_info(sidecar)


def describe_pilot(
    kind: PilotType, network: LiteRTInterpreter, request: ConversionRequest
) -> PilotInfo:
    """Build the contents of the sidecar.

    Raises:
        PilotError: If this type cannot have one of the options.
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
    return PilotInfo(
        type=kind.name,
        camera_shape=network.input_shape,
        options=bare_options(kind, network, {**shown, **request.options}),
        training={"converted_from": request.old.name},
        data={"tubs": [str(tub.resolve()) for tub in request.tubs]},
        versions={"donkeycar": donkeycar.__version__},
        created_at=time.time(),
        comment=request.comment,
    )
