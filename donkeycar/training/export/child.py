"""Lets LiteRT files answer in a process of their own; this is its parent's side, and its own."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.names import Precision
from donkeycar.sandbox.child import Child
from donkeycar.training.export.run import Answers, Questions, Ran, answers_to

# A slow computer may need a second for each of the hundreds of questions.
TIMEOUT_S = 900.0

# What the two hand each other: files in a folder, with arrays of these names, or that begin so.
QUESTIONS = "questions.npz"
FRAMES, VECTORS, PROBE = "frames", "vectors", "probe"
INPUT, OUTPUT = "input ", "output "


def run_in_child(litert: Mapping[Precision, bytes], questions: Questions) -> Ran:
    """Let LiteRT files answer in a process of their own, one after the other.

    Where one of them ends the process, another process goes on with the next.

    Args:
        litert: Their content.
        questions: For each of them.

    Raises:
        OSError: If the disk does not take the questions.
    """
    ran = Ran({}, {})
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder)
        _write(desk, litert, questions)
        about = json.dumps({"type": questions.type, "options": questions.options})
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
            while waiting and (done := desk / f"{waiting[0]}.npz").exists():
                ran.answers[waiting.pop(0)] = _answers(done)
            if waiting:
                ran.refused[waiting.pop(0)] = why
    return ran


def _write(desk: Path, litert: Mapping[Precision, bytes], questions: Questions) -> None:
    """Lay out what the process reads."""
    for precision, content in litert.items():
        (desk / f"{precision}.tflite").write_bytes(content)
    arrays = {INPUT + name: array for name, array in questions.inputs.items()}
    arrays[FRAMES] = questions.frames
    if questions.vectors is not None:
        arrays[VECTORS] = questions.vectors
    np.savez(desk / QUESTIONS, allow_pickle=False, **arrays)


def _answers(path: Path) -> Answers:
    """Read what the process left of one file."""
    with np.load(path, allow_pickle=False) as content:
        outputs = {
            name.removeprefix(OUTPUT): content[name]
            for name in content.files
            if name.startswith(OUTPUT)
        }
        return Answers(outputs, content[PROBE])


def main() -> None:
    """Answer the questions in the folder that is the first word of the command line."""
    folder, about, *precisions = sys.argv[1:]
    desk, pilot = Path(folder), json.loads(about)
    with np.load(desk / QUESTIONS, allow_pickle=False) as content:
        arrays = {name: content[name] for name in content.files}
    inputs = {name.removeprefix(INPUT): arrays[name] for name in arrays if name.startswith(INPUT)}
    questions = Questions(
        pilot["type"], pilot["options"], inputs, arrays[FRAMES], arrays.get(VECTORS)
    )
    found: dict[str, str] = {}
    try:
        for precision in precisions:
            answers = answers_to(questions, (desk / f"{precision}.tflite").read_bytes())
            outputs = {OUTPUT + name: array for name, array in answers.outputs.items()}
            # In one step: half a file is no answer.
            draft = desk / f"{precision}-draft.npz"
            np.savez(draft, allow_pickle=False, **{PROBE: answers.probe}, **outputs)
            draft.rename(desk / f"{precision}.npz")
    except PilotError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
