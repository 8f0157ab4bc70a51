"""Converts one network, in a process with limits: run with a request as its only argument."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from donkeycar.errors import DonkeyError, PilotError
from donkeycar.sandbox.confinement import forbid
from donkeycar.sandbox.walls import Walls, confine

# TensorFlow reserves 2.3 GB to convert a pilot on two cores, and more with more of them.
MEMORY_BYTES = 8_000_000_000
CPU_S = 900
FILE_BYTES = 1_000_000_000

NO_WALL = (
    "A stranger's model is read behind walls that the kernel keeps, and this system has none of "
    "them. Received: {path}. Convert it on a Linux of version 5.19 or newer, or say --trust if "
    "you know who made it."
)

# Name of the pilot in the folder where the parent finds it.
NAME = "pilot.keras"


def main() -> None:
    """Confine this process, convert, and say what came of it."""
    # Libraries print; the answer goes where nobody else writes.
    answer = os.dup(1)
    os.dup2(2, 1)
    request = json.loads(sys.argv[1])
    desk = Path(request["desk"])
    # Before Keras is imported: a thread that is there already would stay outside.
    walls = confine(desk, memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES)
    from donkeycar.keras_backend import import_keras

    found: dict[str, Any]
    try:
        check_walls(walls, request)
        import_keras()
        forbid(desk)
        found = {**convert(request, desk), "walls": walls.names}
    except DonkeyError as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"refused": "it needs too much memory."}
    os.write(answer, json.dumps(found).encode())


def check_walls(walls: Walls, request: dict[str, Any]) -> None:
    """Refuse to read a model where nothing keeps it from doing harm, unless it is trusted.

    Raises:
        PilotError: If no wall stands.
    """
    if not (walls.any or request["trust"]):
        raise PilotError(NO_WALL.format(path=request["old"]))


def convert(request: dict[str, Any], desk: Path) -> dict[str, Any]:
    """Read a network, and write the files of a pilot.

    Args:
        request: What `donkeycar.conversion.convert` asks for.
        desk: Where the files go.

    Returns:
        Name of its type.

    Raises:
        PilotError: If it cannot be a pilot.
        TrainingError: If the recordings do not suit it, or LiteRT answers otherwise than Keras.
    """
    import keras

    from donkeycar.conversion.adapt import as_pilot
    from donkeycar.conversion.describe import Wish, describe_pilot, known_pilot
    from donkeycar.conversion.legacy import as_legacy_pilot
    from donkeycar.conversion.read import read_network
    from donkeycar.conversion.scenes import drawn, network_inputs, recorded
    from donkeycar.pilots.bundle import PRECISIONS, PilotFiles
    from donkeycar.pilots.interpreter import LiteRTInterpreter, check_length
    from donkeycar.pilots.keras_file import WHY_NO_KERAS
    from donkeycar.pilots.pilot import Pilot
    from donkeycar.training.export.litert import run
    from donkeycar.training.export.save import convert, save_pilot

    wish = Wish(
        old=Path(request["old"]),
        type=request["type"],
        options=request["options"],
        tubs=[Path(tub) for tub in request["tubs"]],
        comment=request["comment"],
    )
    old = read_network(wish.old, desk)
    legacy = not isinstance(old.model, keras.Model)
    known = known_pilot(wish.old)
    type_name = wish.type or (known.type if known else None)
    model, kind = (as_legacy_pilot if legacy else as_pilot)(old.model, type_name)
    first = convert(model, {}, desk / "first", ("float32",))["float32"]
    check_length(len(first), wish.old)
    interpreter = LiteRTInterpreter(wish.old, content=first)
    info = describe_pilot(kind, interpreter, wish)
    if legacy:
        info = replace(info, training={**info.training, WHY_NO_KERAS: old.why_old})
    pilot = Pilot(interpreter, kind, info=info)
    frames, vectors = recorded(pilot, wish.tubs) if wish.tubs else drawn(pilot)
    save_pilot(
        PilotFiles.of(desk / NAME),
        info,
        model,
        inputs=network_inputs(pilot, frames, vectors),
        frames=frames,
        vectors=vectors,
        precisions=PRECISIONS if wish.tubs else ("float32", "float16"),
        keep_keras=not legacy,
        run=run,
    )
    return {"type": kind.name}


if __name__ == "__main__":
    main()
