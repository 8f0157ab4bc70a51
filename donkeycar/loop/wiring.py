"""Wiring warnings: one sentence at the start for each probable mistake in the wiring of parts.

| warning                                | no warning                                           |
| -------------------------------------- | ---------------------------------------------------- |
| a channel is read, and nobody writes it | the loop or the owner wrote it before the start      |
| two parts write a channel              | the later one reads it first, or runs only at times  |
| nobody reads what a part writes        | the part is one of donkeycar's own                   |
| a part comes after those that would read what it writes | nobody asked for its channels       |
"""

from collections.abc import Callable, Mapping, Sequence

from donkeycar.loop.entry import Entry

# What only the driver's part writes, as it alone knows until when it holds. `user/steering` is its
# name in many cars of other makes.
DRIVERS_WISH = ("user/angle", "user/steering", "user/throttle")
DRIVERS = (*DRIVERS_WISH, "user/mode", "recording")

# What the drive mode writes.
ORDER = ("angle", "throttle", "command")

# The lines of manage.py, by a channel of each part that they add.
LINES = {
    "cam/image_array": "add_camera",
    "cam/age_s": "add_camera",
    "pilot/angle": "add_pilot",
    "user/expires_s": "add_driver",
    "user/mode": "add_driver",
    "web/w1": "add_driver",
    "power/reason": "add_sensors",
    "command": "add_drive_mode",
    "tub/num_records": "add_recorder",
    "drivetrain/state": "add_drivetrain",
    "drivetrain/age_s": "add_drivetrain",
}
# What an add_console adds to a manage.py that was made before there was a line for it.
OF_OLD_CONSOLES = ("add_driver", "add_sensors")

# Channels that are asked for in the template, and what writes them.
WRITERS = {
    **{
        channel: f"{LINES[channel]} does, in manage.py."
        for channel in ("command", "user/expires_s", "user/mode", "cam/image_array")
    },
    "cam/exposed_s": (
        "A camera of your own must write when the frame was taken, at best "
        "car.clock.monotonic(), or nothing is shown and no pilot drives. See docs/cameras.md."
    ),
    "cam/sequence": "A camera of your own must write a number that grows with each frame, or "
    "nothing is shown.",
}


def wiring_warnings(
    entries: Sequence[Entry], *, is_written: Callable[[str], bool], passed_over: Mapping[str, str]
) -> list[str]:
    """Return one or two sentences for each probable mistake.

    Args:
        entries: The parts, in their order.
        is_written: Whether the loop, the owner or a part writes a channel.
        passed_over: Channels that a line of ``manage.py`` needed but did not find, with its name.
    """
    found = [_unwritten(entries, channel) for channel in unwritten(entries, is_written)]
    read = {name for entry in entries for name in (*entry.inputs, *entry.condition) if name}
    for index, entry in enumerate(entries):
        earlier = entries[:index]
        twice = {name: first for name in entry.outputs if (first := _first(entry, name, earlier))}
        if _is_ours(entry):  # beside an owner's part, that is the one that has to move
            twice = {name: first for name, first in twice.items() if _is_ours(first)}
            if any(type(first.part) is type(entry.part) for first in twice.values()):
                again = _again(entry)
                found += [again] if again not in found else []
                twice = {}
        else:
            twice |= _overridden(entry, entries[index + 1 :])
        late = [name for name in entry.outputs if name in passed_over and name not in twice]
        unread = [name for name in entry.outputs if name not in read and name not in late]
        if _is_ours(entry):
            unread = []
        if not _is_ours(entry) and set(DRIVERS_WISH) & {*twice, *unread}:
            found.append(_as_offer(entry))
            continue
        found += [_twice(entry, name, other) for name, other in twice.items()]
        found += [_unread(entry, name, sorted(read)) for name in unread]
        if late:
            found.append(
                f"{entry.name} writes {', '.join(late)}, but {passed_over[late[0]]} came before "
                f"it and so does not read it. Move its line up, before {passed_over[late[0]]}."
            )
    return found


def overruled(entries: Sequence[Entry]) -> str:
    """Say which part changes an order where the wheels do not see it; "" if none does.

    After the drive mode, ``angle`` and ``throttle`` only show the order, and ``command`` is the
    order. A limit for the throttle that changes what is shown would limit nothing.
    """
    mode = next((e for e in entries if _is_ours(e) and set(ORDER) <= {*e.outputs}), None)
    has_wheels = any(
        _is_ours(e) and "command" in e.inputs and "command" not in e.outputs for e in entries
    )
    if mode is None or not has_wheels:
        return ""
    for entry in entries[entries.index(mode) + 1 :]:
        shown = [name for name in entry.outputs if name in ("angle", "throttle")]
        if shown and "command" not in entry.outputs and not _is_ours(entry):
            return (
                f"A part after add_drive_mode must not write {' or '.join(shown)}: the wheels obey "
                f"`command`. Received: {entry.name} with outputs={list(entry.outputs)}. "
                "To limit the throttle, let it read and write user/max_throttle, between "
                "add_driver and add_drive_mode; to change orders in another way, let it read "
                "and write command. See docs/parts.md."
            )
    return ""


def unwritten(entries: Sequence[Entry], is_written: Callable[[str], bool]) -> list[str]:
    """Channels that a part reads although no part writes them, mostly because of a typo."""
    read = {name for entry in entries for name in (*entry.inputs, *entry.condition)}
    return sorted(name for name in read if name and not is_written(name))


def _unwritten(entries: Sequence[Entry], channel: str) -> str:
    readers = [e.name for e in entries if channel in (*e.inputs, *e.condition)]
    advice = f" {WRITERS[channel]}" if channel in WRITERS else ""
    if not advice:
        advice = _meant(channel, sorted({name for e in entries for name in e.outputs}))
    return f"{channel!r} is read, but nothing writes it ({', '.join(readers)}).{advice}"


def _first(entry: Entry, channel: str, earlier: Sequence[Entry]) -> Entry | None:
    """The part that writes `channel` before `entry`, unless `entry` means to change it."""
    if channel in entry.inputs or entry.run_condition is not None:
        return None
    return next((one for one in earlier if channel in one.outputs), None)


def _overridden(entry: Entry, later: Sequence[Entry]) -> dict[str, Entry]:
    """Channels that one of our own parts writes after `entry` without reading them first."""
    return {
        name: ours
        for ours in later
        if _is_ours(ours)
        for name in entry.outputs
        if name in ours.outputs and name not in ours.inputs
    }


def _twice(entry: Entry, channel: str, other: Entry) -> str:
    return (
        f"{entry.name} writes {channel}, which {other.name} writes too: the later one counts. Let "
        "the later one read the channel if it means to change it, or write another channel."
    )


def _again(entry: Entry) -> str:
    line = next((LINES[name] for name in entry.outputs if name in LINES), "")
    who = f"manage.py calls {line} twice" if line else f"manage.py adds {entry.name} twice"
    if line in OF_OLD_CONSOLES:
        who += " (add_console without a cockpit calls it, too)"
    return f"{who}, and what the first one writes is lost: delete one of the two lines."


def _unread(entry: Entry, channel: str, read: list[str]) -> str:
    return f"Nothing reads {channel}, which {entry.name} writes.{_meant(channel, read)}"


def _as_offer(entry: Entry) -> str:
    writes = ", ".join(name for name in entry.outputs if name in DRIVERS)
    return (
        f"{entry.name} writes {writes}, but that alone moves nothing, because nobody says until "
        "when it is valid. Let it make an offer, before add_driver (in an older manage.py, "
        "add_console): "
        f"car.add(AsOffer({entry.name}(...), {list(entry.outputs)}), "
        f"inputs={list(entry.inputs)}, outputs=['gamepad/offer'], "
        f"threaded={entry.thread is not None}), after: from donkeycar.parts.controller.as_offer "
        "import AsOffer."
    )


def _meant(channel: str, known: list[str]) -> str:
    from difflib import get_close_matches  # few cars have a slip, and all of them start

    near = get_close_matches(channel, known, n=1, cutoff=0.7)
    return f" Did you mean {near[0]}?" if near else ""


def _is_ours(entry: Entry) -> bool:
    """Whether donkeycar wired the part, and so knows what it writes for whom."""
    return type(entry.part).__module__.partition(".")[0] == "donkeycar"
