"""Runs the LiteRT files of a pilot, here or in a child process, to see what they answer.

LiteRT is native code: when it crashes, it ends its whole process. It does so with some int8 files:
of a network with a layer that says nothing but 0, or with a weight that is not a number. Therefore
`run_in_child` runs them in a process of their own. Nothing that is needed to train with is imported
here.
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
        type: Of the pilot.
        options: Of the pilot, as its sidecar has them.
        inputs: What the network gets for some records, by name, as many rows in each.
        frames: What the network sees of some frames, ``uint8``, ``(count, height, width,
            channels)``, in order.
        vectors: What the pilot gets beside each of `frames`, ``None`` if it only looks.
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
        """Ask about a pilot; `frames` are as the camera gives them."""
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
        answers: Of each that runs.
        refused: Why another does not, in a sentence.
    """

    answers: dict[Precision, CheckOutputs]
    refused: dict[Precision, str]


def run(litert: Mapping[Precision, bytes], check_inputs: CheckInputs) -> CheckRun:
    """Open LiteRT files, and let them answer.

    Args:
        litert: Their content.
        check_inputs: For each of them.
    """
    ran = CheckRun({}, {})
    for precision, content in litert.items():
        try:
            ran.answers[precision] = run_one(check_inputs, content)
        except PilotError as error:
            ran.refused[precision] = str(error)
    return ran


def run_one(check_inputs: CheckInputs, content: bytes) -> CheckOutputs:
    """Open one LiteRT file, and let it answer.

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
    """Take arrays apart: one row of each, with the batch of 1 in front, at a time."""
    for row in range(len(next(iter(inputs.values())))):
        yield {name: array[row : row + 1] for name, array in inputs.items()}


# A slow computer may need a second for each of the hundreds of inputs.
TIMEOUT_S = 900.0

# What the two hand each other: files in a folder, with arrays of these names, or that begin so.
CHECK_INPUTS = "inputs.npz"
FRAMES, VECTORS, PROBE = "frames", "vectors", "probe"
INPUT, OUTPUT = "input ", "output "


def run_in_child(litert: Mapping[Precision, bytes], check_inputs: CheckInputs) -> CheckRun:
    """Let LiteRT files answer in a process of their own, one after the other.

    Where one of them ends the process, another process goes on with the next.

    Args:
        litert: Their content.
        check_inputs: For each of them.

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
    """Lay out what the process reads."""
    for precision, content in litert.items():
        (workdir / f"{precision}.tflite").write_bytes(content)
    arrays = {INPUT + name: array for name, array in check_inputs.inputs.items()}
    arrays[FRAMES] = check_inputs.frames
    if check_inputs.vectors is not None:
        arrays[VECTORS] = check_inputs.vectors
    np.savez(workdir / CHECK_INPUTS, allow_pickle=False, **arrays)


def _answers(path: Path) -> CheckOutputs:
    """Read what the process left of one file."""
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
            # In one step, so that the parent never reads half a file.
            draft = workdir / f"{precision}-draft.npz"
            np.savez(draft, allow_pickle=False, **{PROBE: answers.probe}, **outputs)
            draft.rename(workdir / f"{precision}.npz")
    except PilotError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
