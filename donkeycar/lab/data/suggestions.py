"""Suspicious records: in the values at once, in the pictures by a job."""

from pathlib import Path
from typing import Any

from donkeycar.json_text import parse_json
from donkeycar.lab.action import JSON
from donkeycar.lab.data.tubs import index_of, tub_path
from donkeycar.lab.lab import Lab
from donkeycar.tub.browsing.suspicion import KINDS, Suspicion, suspicions
from donkeycar.tub.browsing.tub_index import TubIndex

FOLDER = "logs/suggestions"


def suggest(lab: Lab, *, tub: str) -> JSON:
    """What is suspicious in a tub, a group for each kind.

    Returns:
        ``groups``: ``kind``, ``title``, ``advice`` and ``found``: first and last position, and the
        reason; and ``pictures``: whether the pictures were looked at.
    """
    index = index_of(lab, tub)
    more = _found_in_pictures(index, _file(lab, tub))
    found = suspicions(index, more)
    groups = [
        {
            "kind": kind,
            "title": row.title,
            "advice": row.advice,
            "found": [[one.first, one.last, one.reason] for one in found if one.kind == kind],
        }
        for kind, row in KINDS.items()
    ]
    return {"groups": [one for one in groups if one["found"]], "pictures": more is not None}


def look(lab: Lab, *, tub: str) -> JSON:
    """Start to look at every picture of a tub; `suggest` then knows what was found.

    Returns:
        ``job``: its ID.
    """
    path, file = tub_path(lab, tub), _file(lab, tub)
    file.parent.mkdir(parents=True, exist_ok=True)
    words = ["tub", "suggest", lab.name_of(path), "--pictures", "--out", lab.name_of(file)]
    return {"job": lab.jobs.start(f"Look at the pictures of {tub}", words)}


def _file(lab: Lab, tub: str) -> Path:
    return lab.folder / FOLDER / f"{tub.strip('.').replace('/', '__') or 'tub'}.json"


def _found_in_pictures(index: TubIndex, file: Path) -> list[Suspicion] | None:
    """What was found in pictures of records that are still there; ``None``: nobody has looked."""
    try:
        told: Any = parse_json(file.read_bytes())["tubs"][0]
        places = {int(one): place for place, one in enumerate(index.indexes.tolist())}
        found = [one for one in told["suggestions"] if one["of_pictures"] and one["kind"] in KINDS]
        return [
            Suspicion(one["kind"], places[one["first"]], places[one["last"]], str(one["reason"]))
            for one in found
            if one["first"] in places and one["last"] in places
        ]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None
