"""Tables of the training campaign, from the results of its cells."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.training.quality import agreement


def report(results: Path) -> int:
    """Print a table for each tub."""
    for folder in sorted(path for path in results.iterdir() if path.is_dir()):
        print(folder.name)
        print(f"{'candidate':20} seeds   MAE     r       seconds  images/s")
        cells: dict[str, list[dict[str, Any]]] = {}
        for path in sorted(folder.glob("*.json")):
            cell = json.loads(path.read_text())
            cells.setdefault(cell["candidate"], []).append(cell)
        for name, group in cells.items():
            angles = [
                agreement(np.array(cell["driver"]), np.array(cell["answers"]))["angle"]
                for cell in group
            ]
            speed = np.median([s for c in group for s in c["history"].get("images_per_s", [0])])
            print(
                f"{name:20} {len(group):3}    {np.mean([a['mae'] for a in angles]):.4f}  "
                f"{np.mean([a['r'] or 0 for a in angles]):.4f}  "
                f"{np.mean([c['duration_s'] for c in group]):7.0f}  {speed:7.0f}"
            )
    return 0
