"""MCAP, for Foxglove: pictures as they lie in the tub, commands, ages, states and events.

Source of the container: https://mcap.dev/spec. Messages of a car are JSON with a schema; pictures
and events are Foxglove's own messages, https://docs.foxglove.dev/docs/sdk/schemas. A picture keeps
its bytes: nothing is decoded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from donkeycar.formats.drive_commands import NOTHING, Answers, Command
from donkeycar.formats.drive_events import ERROR, INFO, WARNING, Event
from donkeycar.formats.drive_times import NS
from donkeycar.formats.drive_view import DriveView, Written, drive_views
from donkeycar.formats.exporting.selection import Progress, Selection
from donkeycar.foxglove.topics import (
    AGES,
    AGES_SCHEMA,
    CAMERA,
    COMMAND_SCHEMA,
    LAYOUT,
    LOG,
    SOURCES,
    STATE,
    STATE_SCHEMA,
    column_schema,
    column_topic,
    control_topic,
    pilot_topic,
)
from donkeycar.tub.format import IMAGE_KEY

# Topic, schema, and the message of each record; `None` where it has none.
Stream = tuple[str, dict[str, Any], list[bytes | None]]

# What of a state is a number, and another one in each record.
NUMBERS = ("record", "recorded_ms")
# Progress is told after each of this many records.
TOLD_EVERY = 200


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
    import foxglove
    from foxglove.mcap import MCAPCompression, MCAPWriteOptions

    written = Written()
    context = foxglove.Context()
    # JPEGs do not get smaller; with this one they cost least (measured beside zstd and none).
    options = MCAPWriteOptions(compression=MCAPCompression.Lz4)
    try:
        with foxglove.open_mcap(
            out, allow_overwrite=True, context=context, writer_options=options
        ) as file:
            channels = _Channels(context)
            for view in drive_views((row.tub.reader, row.record) for row in selection.rows):
                file.write_metadata("donkeycar tub", view.facts())
                streams = [*_commands(view, model), *_states(view), *_columns(view, written)]
                for done in _write(view, channels, streams, written):
                    if progress is not None:
                        progress(done, len(selection.rows))
    except RuntimeError as error:  # all that the library says of a disk that takes no more
        if "MCAP error" not in str(error):
            raise
        raise OSError(f"the disk took only a part of it ({error})") from error
    return written.facts() | {"layout": str(LAYOUT)}


class _Channels:
    """The channels of a file; each is made when its first message comes."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._known: dict[str, Any] = {}

    def json(self, topic: str, schema: dict[str, Any]) -> Any:
        """A channel of JSON messages."""
        import foxglove

        if topic not in self._known:
            self._known[topic] = foxglove.Channel(
                topic, schema=schema, message_encoding="json", context=self._context
            )
        return self._known[topic]

    def pictures(self, column: str) -> Any:
        """The channel of a column of images."""
        from foxglove.channels import CompressedImageChannel

        topic = CAMERA if column == IMAGE_KEY else column_topic(column)
        if topic not in self._known:
            self._known[topic] = CompressedImageChannel(topic, context=self._context)
        return self._known[topic]

    def log(self) -> Any:
        """The channel of events."""
        from foxglove.channels import LogChannel

        if LOG not in self._known:
            self._known[LOG] = LogChannel(LOG, context=self._context)
        return self._known[LOG]


def _write(
    view: DriveView, channels: _Channels, streams: Sequence[Stream], written: Written
) -> Iterator[int]:
    """Write everything of a record before anything of the next: players read in order of time."""
    from foxglove.messages import CompressedImage, Log, LogLevel, Timestamp

    levels = {INFO: LogLevel.Info, WARNING: LogLevel.Warning, ERROR: LogLevel.Error}
    events: dict[int, list[Event]] = {}
    for event in view.events:
        events.setdefault(event.place, []).append(event)
    ready = [
        (channels.json(topic, schema), messages)
        for topic, schema, messages in streams
        if any(message is not None for message in messages)
    ]
    for place, (record, time_ns) in enumerate(
        zip(view.records, view.times_ns.tolist(), strict=True)
    ):
        stamp = Timestamp(sec=time_ns // NS, nsec=time_ns % NS)
        for event in events.get(place, ()):
            channels.log().log(
                Log(timestamp=stamp, level=levels[event.level], message=event.text, name="tub"),
                log_time=time_ns,
            )
        for column in view.pictures:
            picture = view.picture(record, column)
            written.count_picture(picture, named=column in record)
            if picture is not None:
                image = CompressedImage(
                    timestamp=stamp, frame_id=column, data=picture.data, format=picture.format
                )
                channels.pictures(column).log(image, log_time=time_ns)
        for channel, messages in ready:
            message = messages[place]
            if message is not None:
                channel.log(message, log_time=time_ns)
        written.num_records += 1
        if written.num_records % TOLD_EVERY == 0:
            yield written.num_records
    yield written.num_records


def _commands(view: DriveView, answers: Sequence[Answers]) -> Iterator[Stream]:
    for source in SOURCES:
        yield control_topic(source), COMMAND_SCHEMA, _encoded(view.commands(source), source)
    for place, each in enumerate(answers, start=1):
        yield pilot_topic(place), COMMAND_SCHEMA, _encoded(view.answers(each), each.name)


def _encoded(commands: Iterable[Command], name: str) -> list[bytes | None]:
    return [
        None
        if command == NOTHING
        else _message({"angle": command.angle, "throttle": command.throttle}, ("name", name))
        for command in commands
    ]


def _states(view: DriveView) -> Iterator[Stream]:
    states = []
    for state in view.states():
        numbers = {name: state.pop(name) for name in NUMBERS}
        states.append(_message(numbers, *state.items()))
    yield STATE, STATE_SCHEMA, list(states)
    yield AGES, AGES_SCHEMA, [_message(ages) if ages else None for ages in view.ages()]


def _columns(view: DriveView, written: Written) -> Iterator[Stream]:
    for column in view.columns(written):
        messages = [
            None if value is None else json.dumps({"value": value}).encode()
            for value in column.values
        ]
        yield column_topic(column.name), column_schema(column.kind), messages


def _message(numbers: Mapping[str, float | None], *words: tuple[str, Any]) -> bytes:
    """A message in JSON; numbers that are not known are left out.

    Finite numbers look in Python as they do in JSON. To call the encoder of JSON for each message
    would take a quarter of the time of an export.
    """
    parts = [f'"{name}":{value!r}' for name, value in numbers.items() if value is not None]
    return f"{{{','.join([*parts, *([_members(words)] if words else ())])}}}".encode()


@lru_cache(maxsize=256)
def _members(words: tuple[tuple[str, Any], ...]) -> str:
    """Members of an object, without its braces; they are the same in many messages."""
    return json.dumps(dict(words))[1:-1]
