"""`donkey tub merge`: many tubs as one new tub."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.building import Built, Progress, Source, build, new_for, origin_of
from donkeycar.tub.columns import columns_of
from donkeycar.tub.info import first_size
from donkeycar.tub.manifest import ORIGIN
from donkeycar.tub.schema import image_keys
from donkeycar.tub.selection import Selection
from donkeycar.tub.sources import open_sources
from donkeycar.words import count_are, did_you_mean, shown


def merge(
    tubs: Sequence[str | Path],
    out: str | Path,
    *,
    drop: Collection[str] = (),
    live_only: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Make one new tub of several, which stay as they are.

    The records come in the given order and get new indexes; values, times and session ids stay.
    Deleted records stay deleted. The metadata say from which tub which records are (``origin``).

    Args:
        tubs: Folders of tubs, format v2; at least one.
        out: Folder of the new tub; it must not exist.
        drop: Columns to leave out.
        live_only: Whether deleted records are left out.
        progress: Called now and then with the number of records that are done, and of all.

    Returns:
        The new tub; its notes explain how the columns of the tubs differ.

    Raises:
        TubError: If a column has different types in two tubs, a tub is damaged or recorded into,
            `out` exists, or what was written differs.
        DeviceError: If a disk refuses. No new tub is left then.
    """
    if not tubs:
        raise TubError("A merge needs at least one tub. Received: none")
    with (
        open_sources(tubs, Selection(live_only=live_only)) as (sources, notes),
        new_for(sources, out, notes) as draft,
    ):
        _check_columns(drop, sources)
        metadata, told = _metadata(sources)
        built = build(
            draft, Path(out).expanduser(), sources, metadata=metadata, drop=drop, progress=progress
        )
    built.notes += [*told, *_several_sizes(sources), *_shared_sessions(sources), *notes]
    return built


def _check_columns(names: Collection[str], sources: Sequence[Source]) -> None:
    known = {name for each in sources for name in columns_of(each.tub.manifest, each.records)}
    for name in names:
        if name not in known:
            raise TubError(
                f"`--drop` must name columns of the tubs: {shown(', '.join(sorted(known)))}. "
                f"Received: --drop {name}{did_you_mean(name, known)}"
            )


def _metadata(sources: Sequence[Source]) -> tuple[dict[str, Any], list[str]]:
    """The owner's notes that all tubs have, and where each record comes from."""
    olds = [source.tub.manifest.metadata for source in sources]
    common = {
        key: value
        for key, value in olds[0].items()
        if key != ORIGIN and all(key in old and old[key] == value for old in olds)
    }
    other = {key for old in olds for key in old} - common.keys() - {ORIGIN}
    origin, first = [], 0
    for source in sources:
        origin.append(origin_of(source, first))
        first += len(source.records)
    told = []
    if other:
        told.append(
            f"{count_are(len(other), 'note')} not the same in all tubs, so each is under "
            f"{ORIGIN!r} in the metadata: {', '.join(sorted(other))[:100]}"
        )
    return {**common, ORIGIN: origin}, told


def _several_sizes(sources: Sequence[Source]) -> list[str]:
    """Columns whose images have other sizes in other tubs."""
    told = []
    names = {key for each in sources for key in image_keys(each.tub.manifest.input_types)}
    for name in sorted(names):
        sizes: dict[tuple[int, int], str] = {}
        for each in sources:
            size = first_size(each.tub, each.records, name)
            if size is not None:
                sizes.setdefault(size, each.name)
        if len(sizes) > 1:
            each_size = (f"{width}x{height} in {tub}" for (width, height), tub in sizes.items())
            told.append(
                f"{name} has images of {', '.join(each_size)}: each keeps its size; "
                "donkey tub convert --size changes it"
            )
    return told


def _shared_sessions(sources: Sequence[Source]) -> list[str]:
    """Sessions that two tubs have: for every command they are one."""
    seen: dict[str, str] = {}
    told = []
    for source in sources:
        for session in source.tub.sessions:
            first = seen.setdefault(session, source.name)
            if first != source.name:
                told.append(
                    f"session {session} is in {first} and in {source.name}: it counts as one now; "
                    f"{ORIGIN!r} in the metadata tells them apart"
                )
    return told
