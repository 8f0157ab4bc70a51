"""What must hold after any damage to a tub: the advice of `check` is followed, and judged."""

import json
import math
import os
import re
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.tub.damage import IMAGE, SECRET, manifest_of
from donkeycar import commands
from donkeycar.errors import DeviceError, TubError
from donkeycar.tub import TubReader, TubReport, check, repair, undo_repair
from donkeycar.tub.bad_record import LABELS
from donkeycar.tub.catalog import catalogs_in


def content(tub: Path) -> dict[str, object]:
    """Everything in a tub: what each name is, and what is in it."""
    return {
        str(file.relative_to(tub)): os.readlink(file)
        if file.is_symlink()
        else file.read_bytes()
        if file.is_file()
        else "folder"
        if file.is_dir()
        else "else"
        for file in tub.rglob("*")
    }


def usable(tub: Path) -> dict[int, dict[str, Any]]:
    """Records whose line parses, whose image decodes, and that nobody deleted; by its own reading.

    It knows nothing of `TubReader`: it reads lines as JSON, and images with Pillow.
    """
    deleted: set[int] = set()
    try:
        data = manifest_of(tub)
        # What was deleted stays so, also if its line is no JSON any more.
        rest = data.rpartition(b'"deleted_indexes": [')[2]
        deleted = {int(number) for number in re.findall(rb"\d{1,10}", rest)}
        manifest = data.split(b"\n")
        deleted = {i for i in json.loads(manifest[4])["deleted_indexes"] if type(i) is int}
    except (OSError, ValueError, IndexError, KeyError, TypeError, RecursionError):
        pass
    found: dict[int, dict[str, Any]] = {}
    for name in catalogs_in(tub):
        file = tub / name
        if file.is_symlink() or not file.is_file():
            continue
        for line in file.read_bytes().split(b"\n"):
            if line.count(b"[") > 100:
                continue  # nested more deeply than any reader of a tub follows
            try:
                record = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
                index = record["_index"]
            except (ValueError, TypeError, KeyError, RecursionError):
                continue
            if type(index) is int and 0 <= index <= 10**9:
                found.pop(index, None)
                found[index] = record
    return {i: r for i, r in found.items() if i not in deleted and _is_whole(tub, r)}


def _is_whole(tub: Path, record: dict[str, Any]) -> bool:
    for name in LABELS:
        value = record.get(name)
        if isinstance(value, int | float) and not math.isfinite(value):
            return False
    name = record.get(IMAGE)
    if name is None:
        return IMAGE not in record
    image = tub / "images" / str(name)
    if not isinstance(name, str) or "/" in name or image.is_symlink() or not image.is_file():
        return False
    try:
        with Image.open(image) as opened:
            opened.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def judge(tub: Path) -> list[str]:
    """Do as `check` says, and find what is wrong with that.

    Returns:
        What went wrong, one sentence each; empty if all is as it must be.
    """
    wrong = []
    before, whole = content(tub), usable(tub)
    report = _checked(tub)
    if content(tub) != before:
        wrong.append("check changed the tub")
    command = commands.donkey("tub", "repair", tub)
    is_advised = report is not None and report.next_steps == [command]
    try:
        notes = repair(tub)
    except (TubError, DeviceError) as error:
        if is_advised:
            wrong.append(f"an advised repair was refused: {error}")
        if content(tub) != before:
            wrong.append("a refused repair changed the tub")
        if report is not None and report.version == 2 and not report.next_steps:
            wrong.append(f"a tub without advice was refused: {error}")
        return wrong
    wrong += _after(tub, before, whole, notes, is_advised)
    if notes:
        repaired = content(tub)
        undo_repair(tub)
        if content(tub) != before:
            wrong.append(f"undo left other bytes: {_differ(before, content(tub))}")
        repair(tub)
        if content(tub).keys() != repaired.keys():
            wrong.append("the same repair again does something else")
    return wrong


def _after(
    tub: Path,
    before: dict[str, object],
    whole: dict[int, dict[str, Any]],
    notes: list[str],
    is_advised: bool,
) -> list[str]:
    wrong = []
    repaired = content(tub)
    if bool(notes) != (repaired != before):
        wrong.append(f"said {notes}, changed {_differ(before, repaired)}")
    if is_advised and not notes:
        wrong.append("an advised repair changed nothing")
    after = _checked(tub)
    if after is None or any(fault.kind.mend.value == "repair" for fault in after.faults):
        wrong.append(f"after the repair: {after and after.problems}")
    if repair(tub) or content(tub) != repaired:
        wrong.append("a second repair changed something")
    wrong += [f"record {index} was lost" for index in _lost(tub, whole)]
    if any(isinstance(data, bytes) and SECRET in data for data in repaired.values()):
        wrong.append("a file from outside was copied")
    if (tub.parent / "outside" / "secret").read_bytes() != SECRET:
        wrong.append("a file outside was written")
    return wrong


def _lost(tub: Path, whole: dict[int, dict[str, Any]]) -> list[int]:
    """Usable records that the reader does not return as they were, with their image."""
    reader = TubReader(tub)
    now = {record["_index"]: record for record in reader}
    lost = []
    for index, record in whole.items():
        try:
            if repr(now[index]) != repr({**record}) and now[index] != record:
                lost.append(index)
            elif IMAGE in record:
                reader.image(now[index])
        except (KeyError, TubError):
            lost.append(index)
    return lost


def _checked(tub: Path) -> TubReport | None:
    try:
        return check(tub)
    except TubError:
        return None  # one sentence: the tub leads out of itself, or holds nothing


def _differ(one: dict[str, object], other: dict[str, object]) -> list[str]:
    names = one.keys() | other.keys()
    return sorted(name for name in names if one.get(name) != other.get(name))[:5]
