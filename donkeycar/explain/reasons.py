"""Saliency of single records: what a pilot answers, and which pixels matter for the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from donkeycar.errors import PilotError, TubError
from donkeycar.explain.footage import INDEX, footage
from donkeycar.explain.overlay import Answer, Overlay
from donkeycar.pilots import LoadedPilot
from donkeycar.pilots.transform import describe
from donkeycar.training.answers import answer_each
from donkeycar.tub import TubReader

# As many as fit on a screen below each other.
NUM_RECORDS = 4
# A pilot with history or memory first gets this many earlier records: more than any pilot's
# history, and a second or two of driving.
BEFORE = 30
GAP_PX, TITLE_PX = 6, 15
PAPER = (246, 248, 250)


class Maps(Protocol):
    """The part of `SaliencyMaps` that is needed here."""

    def __call__(self, inputs: Mapping[str, np.ndarray], output: str = "angle") -> np.ndarray:
        """Return how much each pixel matters, 0 to 1."""


@dataclass(frozen=True)
class Reason:
    """The answer of a pilot to one record, and the reasons for it.

    Attributes:
        index: Index of the record.
        frame: The camera frame, ``uint8`` RGB.
        driver: The driver's commands.
        pilot: The pilot's answer.
        maps: How much each pixel matters, 0 to 1, for ``angle`` and ``throttle``; only for
            ``angle`` if the pilot derives the throttle from it.
        novelty: Novelty of the frame (out-of-distribution score), 1 is the limit of the usual;
            ``None`` if the pilot has no novelty model.
        disagreement: How far the members of an ensemble disagree, 1 is the limit of the
            usual; ``None`` if that limit is not known, or the pilot is not an ensemble.
    """

    index: int
    frame: np.ndarray
    driver: Answer
    pilot: Answer
    maps: dict[str, np.ndarray]
    novelty: float | None
    disagreement: float | None = None

    def in_words(self) -> str:
        """The whole answer in one line."""
        driver = _said("driver", self.driver) if self.driver.given else "no driver"
        known = "".join(
            f", {name} {value:.1f}"
            for name, value in (("novelty", self.novelty), ("disagreement", self.disagreement))
            if value is not None
        )
        return f"record {self.index}: {driver}, {_said('pilot', self.pilot)}{known}"


def explain(
    pilot: LoadedPilot, maps: Maps, tub: str | Path, records: Sequence[int] | None = None
) -> list[Reason]:
    """Explain the answers of a pilot to single records.

    Args:
        pilot: A loaded pilot of any type; its memory is reset afterwards.
        maps: Computes the saliency maps of its network: `SaliencyMaps`.
        tub: Folder of the tub.
        records: Indexes of the records; ``None`` takes four from all over the tub.

    Raises:
        TubError: If there is no such record, or it has no picture.
        PilotError: If the pilot takes frames of another kind, or the record lacks an input.
    """
    held = [record[INDEX] for record in TubReader(tub).records()]
    if not held:
        raise TubError(f"There must be records in {tub}. Received: none")
    if records is None:
        picks = np.unique(np.linspace(0, len(held) - 1, NUM_RECORDS + 2).astype(int))
        records = [held[pick] for pick in picks[1:-1] if len(picks) > 2] or held[:1]
    return [_explained(pilot, maps, tub, index) for index in records]


def draw_reasons(reasons: Sequence[Reason], *, scale: int = 3) -> np.ndarray:
    """Draw one row for each record: the frame, and the saliency of steering and of throttle.

    Args:
        reasons: The result of `explain`, one or more.
        scale: How much larger than the frame, 1 to 16.

    Returns:
        ``uint8`` RGB.
    """
    overlay = Overlay(reasons[0].frame.shape, scale=scale)
    rows = []
    for reason in reasons:
        maps: dict[str, np.ndarray | None] = {f"record {reason.index}": None}
        maps |= {f"for the {name}": where for name, where in reason.maps.items()}
        panels = [
            _titled(
                overlay.draw(
                    reason.frame, driver=reason.driver, pilot=reason.pilot, saliency=where
                ),
                title,
            )
            for title, where in maps.items()
        ]
        rows.append(_joined(panels, axis=1))
    return _joined(rows, axis=0)


def _explained(pilot: LoadedPilot, maps: Maps, tub: str | Path, index: int) -> Reason:
    """Give a pilot the records before a record, then the record itself."""
    # Read this record alone, so that errors are about it and its own frame size applies.
    recordings, pictures, _ = footage(tub, start=index, end=index + 1)
    if pictures.shape[1:3] != pilot.input_shape[:2]:
        raise PilotError(
            f"This pilot drives with frames of {describe(pilot.input_shape)}. Received: "
            f"{describe(pictures.shape[1:])} in {recordings.tubs[0]}"
        )
    shape = pictures.shape[1:]
    recordings, pictures, _ = footage(tub, start=max(0, index - BEFORE), end=index + 1, shape=shape)
    for row, answer in answer_each(pilot, recordings, pictures):
        if row < len(recordings) - 1:
            continue
        if answer is None:
            raise PilotError(
                f"This pilot needs {', '.join(pilot.vector_channels)} beside each frame. "
                f"Received: record {index}, which lacks it"
            )
        asked = ["angle"] if pilot.kind.name == "inferred" else ["angle", "throttle"]
        found = {name: maps(pilot.shown, name) for name in asked}
        reason = Reason(
            index, pictures[row], Answer(*map(float, recordings.labels[row])), Answer(*answer),
            found, pilot.novelty(), pilot.disagreement(),
        )  # fmt: skip
    return reason


def _said(name: str, answer: Answer) -> str:
    return f"{name} steering {answer.angle:+.2f} throttle {answer.throttle:+.2f}"


def _titled(picture: np.ndarray, title: str) -> np.ndarray:
    """Write a title into the upper left corner; in small frames the strip below is too narrow."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(TITLE_PX)
    draw.text((6, 4), title, "white", font, stroke_width=2, stroke_fill="black")
    return np.asarray(image)


def _joined(pictures: Sequence[np.ndarray], *, axis: int) -> np.ndarray:
    """Join pictures side by side or below each other, with a gap between them."""
    shape = list(pictures[0].shape)
    shape[axis] = GAP_PX
    gap = np.full(shape, PAPER, np.uint8)
    pieces = [piece for picture in pictures for piece in (gap, picture)][1:]
    return np.concatenate(pieces, axis=axis)
