"""The Foxglove WebSocket protocol, as far as a car that only shows itself needs it.

A server tells its name, advertises channels, and sends messages of those that a client subscribes
to. This one has none of the capabilities with which a client could send something to a car.

Source: https://github.com/foxglove/ws-protocol/blob/main/docs/spec.md, version 1. Programs of 2025
and later call it ``foxglove.sdk.v1``, older ones ``foxglove.websocket.v1``.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from donkeycar.foxglove import schemas
from donkeycar.foxglove.topics import (
    AGES,
    AGES_SCHEMA,
    CAMERA,
    COMMAND_SCHEMA,
    LOG,
    SOURCES,
    STATE,
    STATE_SCHEMA,
    control_topic,
)
from donkeycar.json_text import parse_json

SUBPROTOCOLS = ("foxglove.sdk.v1", "foxglove.websocket.v1")

MESSAGE_DATA = 1
INFO, WARNING = 0, 1
# Levels of a ``foxglove.Log``.
LOG_INFO, LOG_WARNING = 2, 3

MAX_SUBSCRIPTIONS = 64
MAX_ID = 2**32 - 1


class Channel(NamedTuple):
    """A stream of messages.

    Attributes:
        topic: Its name.
        encoding: ``"json"`` or ``"protobuf"``.
        schema_name: Name of the schema of its messages.
        schema: The schema itself, as a text.
    """

    topic: str
    encoding: str
    schema_name: str
    schema: str


def _json_channel(topic: str, schema: Mapping[str, Any]) -> Channel:
    return Channel(topic, "json", schema["title"], json.dumps(schema))


# Their ids are their places, from 1.
CHANNELS = (
    Channel(CAMERA, "protobuf", "foxglove.CompressedImage", schemas.COMPRESSED_IMAGE),
    *(_json_channel(control_topic(source), COMMAND_SCHEMA) for source in SOURCES),
    _json_channel(AGES, AGES_SCHEMA),
    _json_channel(STATE, STATE_SCHEMA),
    Channel(LOG, "protobuf", "foxglove.Log", schemas.LOG),
)
CHANNEL_IDS = {channel.topic: number for number, channel in enumerate(CHANNELS, start=1)}


class Wish(NamedTuple):
    """What a client asks for.

    Attributes:
        subscribe: Channel by subscription; both are numbers.
        unsubscribe: Subscriptions that end.
        refused: Why nothing else of its message counts, in a sentence; "" if all does.
    """

    subscribe: Mapping[int, int] = {}
    unsubscribe: Sequence[int] = ()
    refused: str = ""


def server_info(name: str, session_id: str) -> str:
    """The first message of a server. It offers no capability."""
    return json.dumps({
        "op": "serverInfo", "name": name, "capabilities": [], "sessionId": session_id,
    })  # fmt: skip


def advertisement() -> str:
    """The second message: the channels."""
    return json.dumps({
        "op": "advertise",
        "channels": [
            {
                "id": number,
                "topic": channel.topic,
                "encoding": channel.encoding,
                "schemaName": channel.schema_name,
                "schema": channel.schema,
                "schemaEncoding": "jsonschema" if channel.encoding == "json" else "protobuf",
            }
            for number, channel in enumerate(CHANNELS, start=1)
        ],
    })  # fmt: skip


def status(message: str, *, level: int = WARNING) -> str:
    """A sentence for the person in front of the client."""
    return json.dumps({"op": "status", "level": level, "message": message})


def message_data(subscription: int, time_ns: int, payload: bytes) -> bytes:
    """A message of a channel, as the subscriber gets it.

    Args:
        subscription: The number that the client gave to its subscription.
        time_ns: When it was made, in nanoseconds of wall time.
        payload: The message.
    """
    return struct.pack("<BIQ", MESSAGE_DATA, subscription, time_ns) + payload


def parse_wish(message: str | bytes) -> Wish:
    """Read a message of a client; it never raises."""
    if isinstance(message, bytes):
        return Wish(refused="Nothing can be sent to this car here")
    try:
        fields = parse_json(message)
    except ValueError:
        return Wish(refused="A message must be JSON")
    op = fields.get("op") if isinstance(fields, dict) else None
    if op == "subscribe":
        return _subscribe(fields.get("subscriptions"))
    if op == "unsubscribe":
        ids = fields.get("subscriptionIds")
        return Wish(unsubscribe=[one for one in _list(ids) if _is_id(one)])
    return Wish(refused="This car only shows itself: subscribe and unsubscribe are understood")


def _subscribe(wanted: Any) -> Wish:
    found: dict[int, int] = {}
    for one in _list(wanted):
        if not isinstance(one, dict):
            continue
        number: Any = one.get("id")
        channel: Any = one.get("channelId")
        if _is_id(number) and _is_id(channel) and 1 <= channel <= len(CHANNELS):
            found[number] = channel
    is_all = bool(found) and len(found) == len(wanted)
    return Wish(subscribe=found, refused="" if is_all else "There is no such channel")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_ID


def json_payload(message: Mapping[str, Any]) -> bytes:
    """A message of a JSON channel; what is not known is left out."""
    known = {name: value for name, value in message.items() if value is not None}
    return json.dumps(known).encode()


def picture_payload(jpeg: bytes, time_ns: int) -> bytes:
    """A ``foxglove.CompressedImage``; the numbers of its fields are those of its schema."""
    named = _field(3, b"jpeg") + _field(4, b"camera")
    return _field(1, _stamp(time_ns)) + _field(2, jpeg) + named


def log_payload(text: str, time_ns: int, *, level: int) -> bytes:
    """A ``foxglove.Log``."""
    named = _field(3, text.encode("utf-8", "replace")) + _field(4, b"car")
    return _field(1, _stamp(time_ns)) + bytes([2 << 3]) + _varint(level) + named


def _stamp(time_ns: int) -> bytes:
    seconds, nanos = divmod(time_ns, 1_000_000_000)
    return bytes([1 << 3]) + _varint(seconds) + bytes([2 << 3]) + _varint(nanos)


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes: https://protobuf.dev/programming-guides/encoding, wire type 2."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
