"""Rerun recordings: pictures as they lie in the tub, commands, ages, states and events.

Each has two time lines: ``record`` counts the records of the file from 0, ``time`` is the wall
time of `donkeycar.formats.drive_times`. A blueprint in the file lays the views out.

Source: https://rerun.io/docs/reference/types. A picture keeps its bytes: nothing is decoded.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from donkeycar.formats.drive_commands import Answers, Command
from donkeycar.formats.drive_events import ERROR, INFO, WARNING
from donkeycar.formats.drive_view import DriveView, Written, drive_views
from donkeycar.formats.exporting.pipe import piped
from donkeycar.formats.exporting.selection import Progress, Selection
from donkeycar.foxglove.topics import SOURCES
from donkeycar.tub.format import IMAGE_KEY

# So many pictures are in memory at a time: 8 MB of usual ones.
BATCH = 250
# A file that was written to its end has these letters there (rerun-sdk 0.41).
END = b"RRF2FOOT"
MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
LEVELS = {INFO: "INFO", WARNING: "WARN", ERROR: "ERROR"}
CAMERA = "camera"
QUANTITIES = ("angle", "throttle")
# State -> the column of `DriveView.states` that it shows.
STATES = ("mode", "stop_reason", "deleted", "session", "tub")

Times = npt.NDArray[np.int64]


def write(
    selection: Selection,
    out: Path,
    progress: Progress | None = None,
    *,
    model: Sequence[Answers] = (),
) -> dict[str, Any]:
    """Write drives into one file, one after the other on one time line.

    Args:
        selection: The records; deleted ones are shown as deleted.
        out: The file.
        progress: Called with the progress.
        model: What pilots answer to the records now.

    Raises:
        OSError: If the disk does not take it.
    """
    import rerun as rr

    written = Written()
    recording = rr.RecordingStream("donkeycar", make_default=False)
    # The thread of the library that writes ends when a disk is full; whoever then waits for it
    # waits for ever. The other end of a pipe always takes what it writes.
    with piped(out, end=END) as pipe:
        try:
            recording.save(str(pipe.path), default_blueprint=_blueprint())
            pipe.start()
            for view in drive_views((row.tub.reader, row.record) for row in selection.rows):
                for done in _write(recording, view, model, written):
                    pipe.check()
                    if progress is not None:
                        progress(done, len(selection.rows))
        finally:
            pipe.finish(recording.disconnect)
    return written.facts()


def _blueprint() -> Any:
    import rerun.blueprint as rrb

    return rrb.Blueprint(
        rrb.Horizontal(
            rrb.Vertical(
                rrb.Spatial2DView(origin=f"/{CAMERA}", name="Camera"),
                rrb.TextLogView(origin="/events", name="What happened"),
                row_shares=[3, 2],
            ),
            rrb.Vertical(
                rrb.TimeSeriesView(origin="/control/angle", name="Steering, -1 left to +1 right"),
                rrb.TimeSeriesView(origin="/control/throttle", name="Throttle"),
                rrb.TimeSeriesView(
                    origin="/ages", name="Ages in seconds",
                    contents=["/ages/camera_to_wheel_s", "/ages/frame_interval_s"],
                ),
                rrb.StateTimelineView(origin="/state", name="Mode, stops, deleted, sessions"),
                row_shares=[3, 3, 2, 2],
            ),
            column_shares=[2, 3],
        ),
        rrb.TimePanel(timeline="time", state="expanded"),
        collapse_panels=True,
    )  # fmt: skip


def _write(
    recording: Any, view: DriveView, answers: Sequence[Answers], written: Written
) -> Iterator[int]:
    first = written.num_records
    for path, values in _numbers(view, answers, written):
        _send_numbers(recording, path, values, view.times_ns, first)
    _send_states(recording, view, first)
    _send_texts(recording, view, written, first)
    for begin in range(0, len(view.records), BATCH):
        end = min(begin + BATCH, len(view.records))
        for column in view.pictures:
            _send_pictures(recording, view, column, range(begin, end), first, written)
        written.num_records += end - begin
        yield written.num_records


def _numbers(
    view: DriveView, answers: Sequence[Answers], written: Written
) -> Iterator[tuple[str, list[float | None]]]:
    """Path and values of everything that is drawn as a curve."""
    curves: list[tuple[str, list[Command]]] = [
        (source, view.commands(source)) for source in SOURCES
    ]
    curves += [(_part(each.name), view.answers(each)) for each in answers]
    for name, commands in curves:
        for place, quantity in enumerate(QUANTITIES):
            yield f"control/{quantity}/{name}", [command[place] for command in commands]
    ages = list(view.ages())
    for name in dict.fromkeys(name for each in ages for name in each):
        yield f"ages/{name}", [each.get(name) for each in ages]
    yield "state/recorded_ms", [state["recorded_ms"] for state in view.states()]
    for column in view.columns(written):
        if column.kind in ("number", "boolean"):
            yield f"columns/{_parts(column.name)}", column.values


def _send_numbers(
    recording: Any, path: str, values: Sequence[float | None], times_ns: Times, first: int
) -> None:
    import rerun as rr

    there = [place for place, value in enumerate(values) if value is not None]
    if there:
        given = np.array([values[place] for place in there], np.float64)
        recording.send_columns(
            path, _indexes(times_ns, there, first), rr.Scalars.columns(scalars=given)
        )


def _send_states(recording: Any, view: DriveView, first: int) -> None:
    """Each state where it changes."""
    import rerun as rr

    states = list(view.states())
    for name in STATES:
        words = [_word(state[name]) for state in states]
        there = [
            place for place, word in enumerate(words) if place == 0 or word != words[place - 1]
        ]
        if any(words):
            recording.send_columns(
                f"state/{name}",
                _indexes(view.times_ns, there, first),
                rr.StateChange.columns(state=[words[place] or "-" for place in there]),
            )


def _send_texts(recording: Any, view: DriveView, written: Written, first: int) -> None:
    import rerun as rr

    if view.events:
        places = [event.place for event in view.events]
        columns = rr.TextLog.columns(
            text=[_text(event.text) for event in view.events],
            level=[LEVELS[event.level] for event in view.events],
        )
        recording.send_columns("events", _indexes(view.times_ns, places, first), columns)
    for column in view.columns(written):
        there = [place for place, value in enumerate(column.values) if value is not None]
        path, indexes = f"columns/{_parts(column.name)}", _indexes(view.times_ns, there, first)
        given = [column.values[place] for place in there]
        if column.kind == "string":
            recording.send_columns(path, indexes, rr.TextLog.columns(text=list(map(_text, given))))
        elif column.kind == "array":
            sizes = [len(value) for value in given]
            flat = np.array([number for value in given for number in value], np.float64)
            columns = rr.Scalars.columns(scalars=flat).partition(lengths=sizes)
            recording.send_columns(path, indexes, columns)


def _send_pictures(
    recording: Any, view: DriveView, column: str, places: range, first: int, written: Written
) -> None:
    import rerun as rr

    blobs, types, there = [], [], []
    for place in places:
        record = view.records[place]
        picture = view.picture(record, column)
        written.count_picture(picture, named=column in record)
        if picture is not None:
            blobs.append(picture.data)
            types.append(MEDIA_TYPES[picture.format])
            there.append(place)
    if there:
        path = CAMERA if column == IMAGE_KEY else f"columns/{_parts(column)}"
        columns = rr.EncodedImage.columns(blob=blobs, media_type=types)
        recording.send_columns(path, _indexes(view.times_ns, there, first), columns)


def _indexes(times_ns: Times, places: Sequence[int], first: int) -> list[Any]:
    import rerun as rr

    chosen = np.asarray(places, np.int64)
    return [
        rr.TimeColumn("record", sequence=chosen + first),
        rr.TimeColumn("time", timestamp=times_ns[chosen].astype("datetime64[ns]")),
    ]


def _word(value: Any) -> str:
    return ("deleted" if value else "") if isinstance(value, bool) else _text(str(value))


def _text(value: str) -> str:
    """A text in UTF-8: half a letter, as JSON may hold it, becomes a question mark."""
    return value.encode("utf-8", "replace").decode()


def _part(name: str) -> str:
    """A name as one part of a path of Rerun, where it needs no marks."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)


def _parts(name: str) -> str:
    return "/".join(_part(each) or "_" for each in name.split("/"))
