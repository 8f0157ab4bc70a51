"""What each LiteRT file of a pilot answers.

LiteRT is native code: where it crashes, it takes its whole process along. It does so with some
int8 files: of a network with a layer that says nothing but 0, or with a weight that is no number.
Therefore `child.run_in_child` does this in a process of its own; nothing that is needed to train
with is imported here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.interpreter import LiteRTInterpreter
from donkeycar.pilots.names import Precision
from donkeycar.pilots.pilot import Pilot
from donkeycar.pilots.probe import answers_of
from donkeycar.pilots.registry import pilot_type
from donkeycar.pilots.sidecar import PilotInfo

Inputs = Mapping[str, np.ndarray]


class Questions(NamedTuple):
    """What a network is asked.

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
    ) -> "Questions":
        """Ask about a pilot; `frames` are as the camera gives them."""
        seen = np.stack([info.transforms(frame) for frame in frames])
        return cls(info.type, info.options, inputs, seen, vectors)


class Answers(NamedTuple):
    """What one LiteRT file answers.

    Attributes:
        outputs: Outputs of the network by name, a row for each row of the inputs.
        probe: Angle and throttle of the pilot for each frame, ``(count, 2)``.
    """

    outputs: dict[str, np.ndarray]
    probe: np.ndarray


class Ran(NamedTuple):
    """What came of running some LiteRT files.

    Attributes:
        answers: Of each that runs.
        refused: Why another does not, in a sentence.
    """

    answers: dict[Precision, Answers]
    refused: dict[Precision, str]


def run(litert: Mapping[Precision, bytes], questions: Questions) -> Ran:
    """Open LiteRT files, and let them answer.

    Args:
        litert: Their content.
        questions: For each of them.
    """
    ran = Ran({}, {})
    for precision, content in litert.items():
        try:
            ran.answers[precision] = answers_to(questions, content)
        except PilotError as error:
            ran.refused[precision] = str(error)
    return ran


def answers_to(questions: Questions, content: bytes) -> Answers:
    """Open one LiteRT file, and let it answer.

    Raises:
        PilotError: If it does not open, is of another type, or does not answer with numbers.
    """
    kind = pilot_type(questions.type)
    info = PilotInfo(kind.name, questions.frames.shape[1:], options=questions.options)
    interpreter = LiteRTInterpreter(Path("the converted network"), content=content)
    rows = [interpreter.run(row) for row in rows_of(questions.inputs)]
    outputs = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    pilot = Pilot(interpreter, kind, info=info)
    return Answers(outputs, answers_of(pilot, questions.frames, questions.vectors))


def rows_of(inputs: Inputs) -> Iterator[dict[str, np.ndarray]]:
    """Take arrays apart: one row of each, with the batch of 1 in front, at a time."""
    for row in range(len(next(iter(inputs.values())))):
        yield {name: array[row : row + 1] for name, array in inputs.items()}
