"""Replays cases with whatever donkeycar Python finds, and compares them with stored runs.

It reads one JSON document: `cases` (see `run`), `references` (a folder), `store` (whether to write
the references), `config` (settings), `stops` (whether to end at the first case that differs),
`repeats` (how often each case is driven). Its last line is a JSON document: `different` (name of a
case: a few channels that differ), and `seconds`.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from donkeycar.errors import DonkeyError
from donkeycar.replay_drive.compare import compare
from donkeycar.replay_drive.pilot import Pilot
from donkeycar.replay_drive.reference import load_reference, save_reference
from donkeycar.replay_drive.run import replay
from donkeycar.replay_drive.settings import settings_for

SHOWN = 4


def main() -> None:
    """Do the work."""
    work = json.load(sys.stdin)
    different: dict[str, list[str]] = {}
    began_s = time.perf_counter()
    for case in work["cases"] * work.get("repeats", 1):
        try:
            changed = run(case, work)
        except DonkeyError as error:
            changed = [f"refused: {error}"]
        if changed:
            different[case["name"]] = changed
            if work.get("stops"):
                break
    seconds = time.perf_counter() - began_s
    print(json.dumps({"different": different, "seconds": seconds}))


def run(case: dict[str, Any], work: dict[str, Any]) -> list[str]:
    """Replay one case; return channels that differ."""
    pilot = None if case["model"] is None else Pilot(Path(case["model"]), case.get("type"))
    cfg = settings_for(Path(work["config"]), pilot, fits=True, changes=case.get("changes", ()))
    trace = replay([case["tub"]], cfg, pilot, mode=case["mode"], last=case.get("last"))
    stored = Path(work["references"]) / f"{case['name']}.jsonl"
    if work.get("store"):
        save_reference(stored, trace)
        return []
    found = compare(trace, load_reference(stored))
    return [] if found.is_same else [one.channel for one in found.changed[:SHOWN]] or ["records"]


if __name__ == "__main__":
    main()
