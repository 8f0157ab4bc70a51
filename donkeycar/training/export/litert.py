"""Runs the LiteRT files of a pilot, here or in a child process, to get their answers.

LiteRT is native code: when it crashes, it ends its whole process. It crashes on some int8 files: of
a network with a layer that always answers 0, or with a weight that is NaN. Therefore `run_in_child`
runs them in a process of their own. This module does not import the libraries for training.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.files.names import Precision
from donkeycar.pilots.files.probe import answers_of
from donkeycar.pilots.files.sidecar import PilotInfo
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.sandbox.child import Child

Inputs = Mapping[str, np.ndarray]


class CheckInputs(NamedTuple):
    """The inputs that the files of a pilot are tested with.

    Attributes:
        type: Type of the pilot.
        options: Options of the pilot, as in its sidecar.
        inputs: Inputs of the network for some records, by name, with equal numbers of rows.
        frames: Frames as the network sees them, ``uint8``, ``(count, height, width, channels)``, in
            order.
        vectors: Second input for each of `frames`, ``None`` if the pilot takes only frames.
    """

    type: str
    options: dict[str, Any]
    inputs: Inputs
    frames: np.ndarray
    vectors: np.ndarray | None

    @classmethod
    def about(
        cls, info: PilotInfo, inputs: Inputs, frames: np.ndarray, vectors: np.ndarray | None
    ) -> "CheckInputs":
        """Make the check inputs of a pilot; `frames` come from the camera."""
        seen = np.stack([info.transforms(frame) for frame in frames])
        return cls(info.type, info.options, inputs, seen, vectors)


class CheckOutputs(NamedTuple):
    """The outputs of one LiteRT file for the check inputs.

    Attributes:
        outputs: Outputs of the network by name, a row for each row of the inputs.
        probe: Angle and throttle of the pilot for each frame, ``(count, 2)``.
    """

    outputs: dict[str, np.ndarray]
    probe: np.ndarray


class CheckRun(NamedTuple):
    """The outputs of some LiteRT files, and which of them do not run.

    Attributes:
        answers: Outputs of each file that runs.
        refused: The reason for each other file, in a sentence.
    """

    answers: dict[Precision, CheckOutputs]
    refused: dict[Precision, str]


def run(litert: Mapping[Precision, bytes], check_inputs: CheckInputs) -> CheckRun:
    """Open LiteRT files, and run them.

    Args:
        litert: Their content.
        check_inputs: The inputs for each of them.
    """
    ran = CheckRun({}, {})
    for precision, content in litert.items():
        try:
            ran.answers[precision] = run_one(check_inputs, content)
        except PilotError as error:
            ran.refused[precision] = str(error)
    return ran


def run_one(check_inputs: CheckInputs, content: bytes) -> CheckOutputs:
    """Open one LiteRT file, and run it.

    Raises:
        PilotError: If it does not open, is of another type, or does not answer with numbers.
    """
    kind = pilot_type(check_inputs.type)
    info = PilotInfo(kind.name, check_inputs.frames.shape[1:], options=check_inputs.options)
    interpreter = LiteRTInterpreter(Path("the converted network"), content=content)
    rows = [interpreter.run(row) for row in rows_of(check_inputs.inputs)]
    outputs = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    pilot = NetworkPilot(interpreter, kind, info=info)
    return CheckOutputs(outputs, answers_of(pilot, check_inputs.frames, check_inputs.vectors))


def rows_of(inputs: Inputs) -> Iterator[dict[str, np.ndarray]]:
    """Yield one row of each array at a time, with the batch of 1 in front."""
    for row in range(len(next(iter(inputs.values())))):
        yield {name: array[row : row + 1] for name, array in inputs.items()}


# A slow computer may need a second for each of the hundreds of inputs.
TIMEOUT_S = 900.0

# Files that both processes use: in a folder, with arrays of these names or prefixes.
CHECK_INPUTS = "inputs.npz"
FRAMES, VECTORS, PROBE = "frames", "vectors", "probe"
INPUT, OUTPUT = "input ", "output "


def run_in_child(litert: Mapping[Precision, bytes], check_inputs: CheckInputs) -> CheckRun:
    """Run LiteRT files in a process of their own, one after the other.

    If one of them ends the process, another process continues with the next.

    Args:
        litert: Their content.
        check_inputs: The inputs for each of them.

    Raises:
        OSError: If the disk does not take the check inputs.
    """
    ran = CheckRun({}, {})
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        _write(workdir, litert, check_inputs)
        about = json.dumps({"type": check_inputs.type, "options": check_inputs.options})
        waiting = list(litert)
        while waiting and "float32" not in ran.refused:
            child = Child(
                __name__,
                "the converted network",
                arguments=[folder, about, *waiting],
                timeout_s=TIMEOUT_S,
            )
            why = "it did not answer."
            try:
                child.answer()
            except PilotError as error:
                why = str(error)
            while waiting and (done := workdir / f"{waiting[0]}.npz").exists():
                ran.answers[waiting.pop(0)] = _answers(done)
            if waiting:
                ran.refused[waiting.pop(0)] = why
    return ran


def _write(workdir: Path, litert: Mapping[Precision, bytes], check_inputs: CheckInputs) -> None:
    """Write the files for the process."""
    for precision, content in litert.items():
        (workdir / f"{precision}.tflite").write_bytes(content)
    arrays = {INPUT + name: array for name, array in check_inputs.inputs.items()}
    arrays[FRAMES] = check_inputs.frames
    if check_inputs.vectors is not None:
        arrays[VECTORS] = check_inputs.vectors
    np.savez(workdir / CHECK_INPUTS, allow_pickle=False, **arrays)


def _answers(path: Path) -> CheckOutputs:
    """Read the result of the process for one file."""
    with np.load(path, allow_pickle=False) as content:
        outputs = {
            name.removeprefix(OUTPUT): content[name]
            for name in content.files
            if name.startswith(OUTPUT)
        }
        return CheckOutputs(outputs, content[PROBE])


def main() -> None:
    """Run the check inputs in the folder that is the first word of the command line."""
    folder, about, *precisions = sys.argv[1:]
    workdir, pilot = Path(folder), json.loads(about)
    with np.load(workdir / CHECK_INPUTS, allow_pickle=False) as content:
        arrays = {name: content[name] for name in content.files}
    inputs = {name.removeprefix(INPUT): arrays[name] for name in arrays if name.startswith(INPUT)}
    check_inputs = CheckInputs(
        pilot["type"], pilot["options"], inputs, arrays[FRAMES], arrays.get(VECTORS)
    )
    found: dict[str, str] = {}
    try:
        for precision in precisions:
            answers = run_one(check_inputs, (workdir / f"{precision}.tflite").read_bytes())
            outputs = {OUTPUT + name: array for name, array in answers.outputs.items()}
            # Atomically, so that the parent never reads half a file.
            draft = workdir / f"{precision}-draft.npz"
            np.savez(draft, allow_pickle=False, **{PROBE: answers.probe}, **outputs)
            draft.rename(workdir / f"{precision}.npz")
    except PilotError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
