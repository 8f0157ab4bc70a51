"""Child process that converts one network in a sandbox; its only argument is a JSON request."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from donkeycar.errors import DonkeyError, PilotError
from donkeycar.sandbox.confinement import forbid
from donkeycar.sandbox.walls import Walls, confine

# TensorFlow reserves 2.3 GB to convert a pilot on two cores, and more on more cores.
MEMORY_BYTES = 8_000_000_000
CPU_S = 900
FILE_BYTES = 1_000_000_000

NO_WALL = (
    "A model from somebody else must be read in a process that the kernel confines, and this "
    "system cannot confine one. Received: {path}. Convert it on a Linux of version 5.19 or newer, "
    "or add --trust if you know who made it."
)

# Name of the pilot in the folder in which the parent looks for it.
NAME = "pilot.keras"


def main() -> None:
    """Confine this process, convert, and report the result."""
    # Libraries print too, so the answer gets a stream that they do not use.
    answer = os.dup(1)
    os.dup2(2, 1)
    task = json.loads(sys.argv[1])
    workdir = Path(task["workdir"])
    # Before Keras is imported, because a thread that already runs would not be confined.
    walls = confine(workdir, memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES)
    from donkeycar.keras_backend import import_keras

    found: dict[str, Any]
    try:
        check_walls(walls, task)
        import_keras()
        forbid(workdir)
        found = {**convert(task, workdir), "walls": walls.names}
    except DonkeyError as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"refused": "it needs too much memory."}
    os.write(answer, json.dumps(found).encode())


def check_walls(walls: Walls, task: dict[str, Any]) -> None:
    """Refuse to read a model if this system confines nothing, unless the model is trusted.

    Raises:
        PilotError: If no wall stands.
    """
    if not (walls.any or task["trust"]):
        raise PilotError(NO_WALL.format(path=task["old"]))


def convert(task: dict[str, Any], workdir: Path) -> dict[str, Any]:
    """Read a network, and write the files of a pilot.

    Args:
        task: The request as JSON, as `donkeycar.conversion.convert` sends it.
        workdir: Folder for the files.

    Returns:
        The name of its type.

    Raises:
        PilotError: If the network cannot become a pilot.
        TrainingError: If the recordings do not suit it, or LiteRT and Keras answer differently.
    """
    import keras

    from donkeycar.conversion.adapt import as_pilot
    from donkeycar.conversion.describe import (
        ConversionRequest,
        describe_pilot,
        known_pilot,
        transforms_of,
    )
    from donkeycar.conversion.legacy import as_legacy_pilot
    from donkeycar.conversion.read import read_network
    from donkeycar.conversion.scenes import drawn, network_inputs, recorded
    from donkeycar.pilots.files.bundle import PRECISIONS, PilotFiles
    from donkeycar.pilots.files.keras_file import WHY_NO_KERAS
    from donkeycar.pilots.files.litert_file import check_length
    from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
    from donkeycar.pilots.inference.pilot import NetworkPilot
    from donkeycar.training.export.litert import run
    from donkeycar.training.export.save import convert, save_pilot

    transforms, camera_shape = transforms_of(task["seen_through"])
    request = ConversionRequest(
        old=Path(task["old"]),
        type=task["type"],
        options=task["options"],
        tubs=[Path(tub) for tub in task["tubs"]],
        comment=task["comment"],
        transforms=transforms,
        camera_shape=camera_shape,
    )
    old = read_network(request.old, workdir)
    legacy = not isinstance(old.model, keras.Model)
    known = known_pilot(request.old)
    type_name = request.type or (known.type if known else None)
    model, kind = (as_legacy_pilot if legacy else as_pilot)(old.model, type_name)
    first = convert(model, {}, workdir / "first", ("float32",))["float32"]
    check_length(len(first), request.old)
    interpreter = LiteRTInterpreter(request.old, content=first)
    info = describe_pilot(kind, interpreter, request)
    if legacy:
        info = replace(info, training={**info.training, WHY_NO_KERAS: old.why_old})
    pilot = NetworkPilot(interpreter, kind, info=info)
    frames, vectors = recorded(pilot, request.tubs) if request.tubs else drawn(pilot)
    save_pilot(
        PilotFiles.of(workdir / NAME),
        info,
        model,
        inputs=network_inputs(pilot, frames, vectors),
        frames=frames,
        vectors=vectors,
        precisions=PRECISIONS if request.tubs else ("float32", "float16"),
        keep_keras=not legacy,
        run=run,
    )
    return {"type": kind.name}


if __name__ == "__main__":
    main()
