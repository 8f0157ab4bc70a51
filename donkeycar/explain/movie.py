"""Movie of a tub: the frames, the driver's commands and the answers of a pilot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from donkeycar.errors import ConfigError, PilotError, TubError
from donkeycar.explain.footage import INDEX, Pictures, footage, rate_of
from donkeycar.explain.overlay import Answer, Overlay
from donkeycar.files import atomic_path
from donkeycar.pilots import LoadedPilot
from donkeycar.pilots.transform import describe
from donkeycar.training.answers import answer_each
from donkeycar.training.progress import Advance, Progress, Silent
from donkeycar.training.records.pace import pace_of
from donkeycar.training.records.recordings import Recordings
from donkeycar.tub.sizes import counted, have, size_in_words
from donkeycar.video import write_video

# Turns the pilot's last inputs into a saliency map of the frame, 0 to 1.
Saliency = Callable[[LoadedPilot], np.ndarray]


@dataclass(frozen=True)
class Movie:
    """A movie that was written.

    Attributes:
        path: The file.
        frames: How many pictures it has.
        rate_hz: Pictures per second.
        left_out: Number of records without a picture that could be shown.
        unanswered: Number of records that lack an input of the pilot.
        sizes: A sentence about pictures of another size than most, or "".
        is_timed: Whether the records say how fast they were made; if not, the rate is a guess.
    """

    path: Path
    frames: int
    rate_hz: float
    left_out: int
    unanswered: int
    sizes: str = ""
    is_timed: bool = True


def make_movie(
    tub: str | Path,
    out: str | Path,
    *,
    pilot: LoadedPilot | None = None,
    saliency: Saliency | None = None,
    start: int = 0,
    end: int | None = None,
    scale: int = 2,
    draw_driver: bool = True,
    rate_hz: float | None = None,
    progress: Progress | None = None,
) -> Movie:
    """Write a tub as an MP4 that every browser plays.

    Args:
        tub: Folder of the tub.
        out: The file, ``.mp4``; its folder is made.
        pilot: The pilot whose answers are drawn too; ``None`` for no pilot.
        saliency: Computes the saliency maps; ``None`` leaves them out.
        start: Index of the first record.
        end: Index after the last record; ``None`` or a negative number means the end of the tub.
        scale: How much larger than the frame, 1 to 16.
        draw_driver: Whether the driver's commands are drawn.
        rate_hz: Pictures per second; ``None`` takes the rate of the recording.
        progress: Called with the progress.

    Raises:
        TubError: If there is no tub, or that range has fewer than two pictures.
        ConfigError: If an argument is out of range.
        PilotError: If the pilot takes frames of another kind.
        DeviceError: If PyAV is missing or the file cannot be written.
    """
    out = Path(out).expanduser()
    if out.suffix.lower() != ".mp4":
        raise ConfigError(f"A movie must end in .mp4. Received: {out}")
    if rate_hz is not None and not 0 < rate_hz <= 1000:
        raise ConfigError(f"`rate_hz` must be more than 0, at most 1000. Received: {rate_hz:g}")
    if saliency is not None and pilot is None:
        raise ConfigError("Saliency needs a pilot. Add --model.")
    recordings, pictures, left_out = footage(tub, start=start, end=end)
    if len(recordings) < 2:
        raise TubError(
            f"A movie needs two pictures or more. Received: 1 in {recordings.tubs[0]}, and "
            f"{left_out} records without one that can be shown. Next step: donkey tub check, or "
            "another --start and --end"
        )
    if pilot is not None and pictures.shape[1:3] != pilot.input_shape[:2]:
        raise PilotError(
            f"This pilot drives with frames of {describe(pilot.input_shape)}. Received: "
            f"{describe(pictures.shape[1:])} in {recordings.tubs[0]}"
        )
    overlay = Overlay(pictures.shape[1:], scale=scale)
    is_timed = rate_hz is not None or pace_of(recordings).is_timed
    rate_hz = rate_of(recordings) if rate_hz is None else rate_hz
    out.parent.mkdir(parents=True, exist_ok=True)
    watched = _Watched(pilot, saliency)
    with (progress or Silent()).task("making movie", len(recordings)) as advance:
        shown = _drawn(recordings, pictures, overlay, watched, draw_driver, advance)
        # Half a movie cannot be played: the file gets its name only when it is complete.
        with atomic_path(out) as draft:
            count = write_video(draft, shown, rate_hz=rate_hz)
    sizes = _told_sizes(pictures, asked=pilot is not None)
    return Movie(out, count, rate_hz, left_out, watched.unanswered, sizes, is_timed)


def _told_sizes(pictures: Pictures, *, asked: bool) -> str:
    """Say what was done with pictures of another size than most."""
    others = pictures.others
    if not others:
        return ""
    text = (
        f"{others.total()} of {len(pictures)} pictures {have(others.total())} another size "
        f"({counted(others)}), shown within {size_in_words(pictures.shape[1:])}"
    )
    return f"{text}; the pilot was not asked about that" if asked else text


class _Watched:
    """A pilot that answers record after record, or no pilot at all."""

    def __init__(self, pilot: LoadedPilot | None, saliency: Saliency | None) -> None:
        self.present = pilot is not None
        self.unanswered = 0
        self._pilot = pilot
        self._saliency = saliency

    def answers(
        self, recordings: Recordings, pictures: Pictures
    ) -> Iterator[tuple[int, Answer | None, np.ndarray | None]]:
        """Each row, the answer to it, and the saliency map."""
        if self._pilot is None:
            yield from ((row, None, None) for row in range(len(recordings)))
            return
        for row, answer in answer_each(self._pilot, recordings, pictures):
            if not pictures.fits(row):
                yield row, None, None
                continue
            if answer is None:
                self.unanswered += 1
                yield row, None, None
                continue
            where = None if self._saliency is None else self._saliency(self._pilot)
            yield row, Answer(*answer), where


def _drawn(
    recordings: Recordings,
    pictures: Pictures,
    overlay: Overlay,
    watched: _Watched,
    draw_driver: bool,
    advance: Advance,
) -> Iterator[np.ndarray]:
    """The pictures of the movie, one after the other."""
    nothing = Answer(float("nan"), float("nan"))
    for row, answer, where in watched.answers(recordings, pictures):
        record = recordings.sources[row][1]
        driver = Answer(*map(float, recordings.labels[row]))
        yield overlay.draw(
            pictures[row],
            driver=driver if draw_driver else None,
            # A row without an answer keeps its place, because all pictures must have one size.
            pilot=(answer or nothing) if watched.present else None,
            saliency=where,
            title=str(record[INDEX]),
        )
        advance(1)
