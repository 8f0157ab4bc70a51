"""Converts a model to a pilot."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from donkeycar import commands
from donkeycar.conversion.adapt import NetworkOutput, type_of
from donkeycar.conversion.child import CPU_S, MEMORY_BYTES, NAME
from donkeycar.conversion.describe import ConversionRequest, describe_pilot
from donkeycar.conversion.scenes import drawn, network_inputs, recorded
from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo, Precision, read_info, write_bundle
from donkeycar.pilots.files.keras_check import check_archive
from donkeycar.pilots.files.names import beside, ending_of, meant_as
from donkeycar.pilots.files.next_step import TRUSTED
from donkeycar.pilots.files.probe import chosen
from donkeycar.pilots.files.sidecar import has_sidecar
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.load import load_pilot, open_safely
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import PilotType, pilot_type
from donkeycar.sandbox.child import Child
from donkeycar.sandbox.walls import Walls

# Suffixes that are accepted; the first bytes decide what a file really is. The formats in `TRUSTED`
# can contain code. That code is not run here, but it runs when somebody opens the file elsewhere:
# whoever converts such a file should know where it comes from.
READ = ("", ".keras", ".tflite", ".h5", ".hdf5", ".savedmodel")
# Time limit of the child process.
TIMEOUT_S = 1.5 * CPU_S


def convert_model(
    request: ConversionRequest,
    out: Path,
    *,
    trust: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[PilotFiles, PilotInfo]:
    """Convert a model of donkeycar 3 to 5, or any Keras model, to a pilot.

    The model is read in a process with limits. No code in it is run: its description is checked
    against the layers that pilots are made of, and its weights are read as numbers.

    Args:
        request: The model, and what is known about it.
        out: Path of the pilot: any of its files, or the common part of their names.
        trust: Whether the owner says that an ``.h5`` file or a SavedModel folder comes from
            somebody they trust.
        say: Called with a sentence about the confinement in which the model was read.

    Returns:
        The files of the pilot, and the contents of its sidecar.

    Raises:
        PilotError: If the model cannot become a pilot, or there is already one at `out`.
        TrainingError: If the recordings do not suit it.
        OSError: If the files cannot be written.
    """
    files = PilotFiles.of(out)
    there = [place for place in files.every() if place.exists()]
    if there:
        raise PilotError(f"There is {there[0]} already. Choose another name with --out.")
    _check_kind(request.old, trust)
    if meant_as(request.old) == "litert":
        return files, _wrap(request, files)
    files.keras.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files.keras.parent, prefix=".convert-") as folder:
        workdir = Path(folder)
        child = Child(
            "donkeycar.conversion.child",
            request.old,
            arguments=[_request(request, workdir, trust)],
            timeout_s=TIMEOUT_S,
            # Without this limit, each thread of each core reserves memory of its own.
            # A graphics card is opened for writing, which the sandbox of the child refuses.
            environment={
                "TMPDIR": str(workdir.resolve()),
                "MALLOC_ARENA_MAX": "4",
                "CUDA_VISIBLE_DEVICES": "-1",
            },
        )
        answer = child.answer()
        walls = Walls.of(answer.get("walls"))
        say(walls.in_words(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S))
        return files, _take_over(PilotFiles.of(workdir / NAME), files)


def _check_kind(old: Path, trust: bool) -> None:
    """Refuse a file that is not a model, and one that could run code unless it is trusted."""
    if not old.exists():
        raise PilotError(f"There is no model {old}.")
    kind = meant_as(old) if ending_of(old) in READ else ""
    if old.is_dir() != (kind == "saved_model") or not (old.is_dir() or old.is_file()):
        kind = ""
    if not kind:
        raise PilotError(
            "A model to convert is a .tflite, .keras or .h5 file, or the folder of a SavedModel. "
            f"Received: {old}"
        )
    sidecar = beside(old, ".json")
    if kind == "litert" and sidecar.exists():
        raise PilotError(
            f"{old} is a pilot already, with {sidecar} beside it. Next: {commands.drive(old)}; "
            f"or, if {sidecar.name} is damaged, move that away first."
        )
    if kind in TRUSTED and has_sidecar(old):
        raise PilotError(
            f"{old} must be a model without a sidecar. Received: {sidecar}, which describes the "
            ".keras file of that name, and may change what this one sees. Convert that, or, if it "
            f"does not belong to this model, move {sidecar.name} away first."
        )
    if kind in TRUSTED and not trust:
        raise PilotError(
            f"{old} is of a format that can carry code. donkeycar reads layers and weights only, "
            "but add --trust if you know who made it."
        )


def _request(request: ConversionRequest, workdir: Path, trust: bool) -> str:
    return json.dumps(
        {
            "old": str(request.old.resolve()),
            "workdir": str(workdir.resolve()),
            "type": request.type,
            "options": request.options,
            "tubs": [str(tub.resolve()) for tub in request.tubs],
            "comment": request.comment,
            "trust": trust,
            "seen_through": request.seen_through(),
        }
    )


def _take_over(made: PilotFiles, files: PilotFiles) -> PilotInfo:
    """Check the child's files as if a stranger had sent them, then move them to their place."""
    info = read_info(made.sidecar)
    litert: dict[Precision, bytes] = {}
    for precision in info.variants:
        load_pilot(made.variant(precision), precision=precision)
        litert[precision] = made.variant(precision).read_bytes()
    if made.keras.exists():
        check_archive(made.keras)

    def copy(place: Path) -> None:
        shutil.copyfile(made.keras, place)

    write_bundle(files, info, litert=litert, save_keras=copy if made.keras.exists() else None)
    return read_info(files.sidecar)


def _wrap(request: ConversionRequest, files: PilotFiles) -> PilotInfo:
    """Write a sidecar for a bare LiteRT file; the file itself stays as it is."""
    from donkeycar.training.export.litert import CheckInputs, run
    from donkeycar.training.export.measure import measured

    content, interpreter = open_safely(request.old)
    kind = pilot_type(request.type) if request.type else _type_of(interpreter)
    info = describe_pilot(kind, interpreter, request)
    pilot = NetworkPilot(interpreter, kind, info=info)
    frames, vectors = recorded(pilot, request.tubs) if request.tubs else drawn(pilot)
    inputs = network_inputs(pilot, frames, vectors)
    frames, vectors = chosen(frames, vectors)
    ran = run({"float32": content}, CheckInputs.about(info, inputs, frames, vectors))
    if ran.refused:
        raise PilotError(ran.refused["float32"])
    info, _ = measured(info, ran.answers, frames, vectors)
    write_bundle(files, info, litert={"float32": content}, save_keras=None)
    return read_info(files.sidecar)


def _type_of(network: LiteRTInterpreter) -> PilotType:
    """Infer the type of a bare file."""
    outputs = [NetworkOutput(name, shape[1:]) for name, shape in network.output_shapes().items()]
    return type_of(list(network.vectors), network.image.shape[1:], outputs, set())
