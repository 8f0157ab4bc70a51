"""Choosing records, and deleting, restoring, tagging and exporting them."""

import shlex
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError, TubError
from donkeycar.lab.action import JSON
from donkeycar.lab.data.tubs import index_of, tub_path
from donkeycar.lab.lab import Lab
from donkeycar.tub import delete, restore
from donkeycar.tub.browsing.syntax import FilterError
from donkeycar.tub.browsing.tags import ranges_in, tag
from donkeycar.tub.browsing.where import where
from donkeycar.tub.lock import TubInUse
from donkeycar.tub.selection import Indexes, parse_indexes

# Ranges that a page can name; a filter with more is sent as a filter.
MOST_WORDS = 2000
RECORDING = (
    "A program records into this tub, so it is not changed now. Stop the recording and close the "
    "program, or record into a new tub (AUTO_CREATE_NEW_TUB)"
)
EXPORTS = ("csv", "mp4", "parquet")


def choose(
    lab: Lab, *, tub: str, first: int | None = None, last: int | None = None,
    condition: str | None = None,
) -> JSON:  # fmt: skip
    """Records between two positions, or that fulfil a filter, or both.

    Returns:
        ``records`` and ``deleted`` (how many), ``runs`` (first and last position of each), and
        ``words`` (their indexes, as `donkey tub delete --records` takes them). For a filter that
        cannot be read: ``error`` and ``position``.
    """
    index = index_of(lab, tub)
    chosen = np.ones(len(index), bool)
    if first is not None or last is not None:
        chosen[:] = False
        chosen[max(first or 0, 0) : len(index) if last is None else last + 1] = True
    try:
        if condition is not None:
            chosen &= where(index, condition)
    except FilterError as error:
        return {"error": str(error), "position": error.position}
    runs = _runs(chosen)
    return {
        "records": int(chosen.sum()),
        "deleted": int((chosen & index.deleted).sum()),
        "runs": runs[:MOST_WORDS],
        "words": index.words_of(chosen),
    }


def _runs(chosen: Any) -> list[list[int]]:
    positions = np.flatnonzero(chosen)
    return [
        [int(first), int(last)]
        for first, _, last in (word.partition("-") for word in ranges_in(positions))
        for last in (last or first,)
    ]


def delete_records(lab: Lab, *, tub: str, words: list[str]) -> JSON:
    """Mark records as deleted.

    Returns:
        ``changed``: the words of those that are deleted now and were not before.
    """
    path = tub_path(lab, tub)
    return _changed(lab, tub, lambda indexes: delete(path, indexes).indexes, words)


def restore_records(lab: Lab, *, tub: str, words: list[str]) -> JSON:
    """Restore deleted records; ``why`` says which stay deleted for want of a picture or number."""
    path = tub_path(lab, tub)
    why = []

    def change(indexes: Indexes) -> list[int]:
        restored = restore(path, indexes=indexes)
        if restored.bad:
            why.append(f"{len(restored.bad)} stay deleted: {restored.why}. {restored.step}")
        return restored.indexes

    return _changed(lab, tub, change, words) | {"why": "".join(why)}


def tag_records(lab: Lab, *, tub: str, name: str, words: list[str], remove: bool = False) -> JSON:
    """Give records a tag, or take it from them."""
    path = tub_path(lab, tub)
    return _changed(lab, tub, lambda found: tag(path, name, found, remove=remove), words)


def _changed(lab: Lab, tub: str, change: Any, words: list[str]) -> JSON:
    try:
        indexes = change(parse_indexes(words))
    except TubInUse as error:
        raise TubError(RECORDING) from error
    after = index_of(lab, tub)
    return {
        "changed": ranges_in(indexes),
        "records": len(indexes),
        "deleted": int(after.deleted.sum()),
        "dead": _runs(after.deleted),
        "tags": {name: int(after.tagged(name).sum()) for name in after.tags},
    }


def export(lab: Lab, *, tub: str, to: str, words: list[str] | None = None) -> JSON:
    """Start to write records in another format, into the folder ``exports``.

    Returns:
        ``job``: its ID, and ``out``: where the file will be.
    """
    if to not in EXPORTS:
        raise ConfigError(f"`to` must be one of {', '.join(EXPORTS)}. Received: to={to[:40]!r}")
    path = tub_path(lab, tub)
    out = _free(lab.folder / "exports", path.name or "tub", to)
    out.parent.mkdir(exist_ok=True)
    command = ["tub", "export", lab.name_of(path), "--to", to, "--out", lab.name_of(out)]
    command += ["--records", *words] if words else []
    job = lab.jobs.start(f"Export {tub} as {to}", command)
    return {"job": job, "out": lab.name_of(out), "command": shlex.join(["donkey", *command])}


def _free(folder: Path, name: str, ending: str) -> Path:
    number = 1
    while (path := folder / f"{name}_{number}.{ending}").exists():
        number += 1
    return path


def job(lab: Lab, *, job: str) -> JSON:
    """How a job of this page is doing."""
    return lab.jobs.state(job)
