"""Opens LeRobot datasets with lerobot itself; `exports` asks it, in another environment.

For each path that it is given it prints one line of JSON: tub, number, angle and throttle of every
frame, as `LeRobotDataset` has them, or the error.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

EVERY = 20


def read(path: str) -> list[list[Any]]:
    """The labels of every frame; one in `EVERY` as a policy asks for it, with its picture."""
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    steps = json.loads(Path(path, "meta/info.json").read_text(encoding="utf-8"))["fps"]
    times = {"action": [0.0, 1 / steps, 2 / steps]}
    # torchcodec needs the FFmpeg of the system; PyAV brings its own.
    dataset = LeRobotDataset("local/drive", root=path, delta_timestamps=times, video_backend="pyav")
    names = ["tub.origin", "tub.index", "action"]
    labels = dataset.hf_dataset.with_format(None).select_columns(names)
    rows = [[row[names[0]], row[names[1]], *row[names[2]]] for row in labels]
    for number in range(0, len(dataset), EVERY):
        item = dataset[number]
        picture = item["observation.images.front"]
        if tuple(picture.shape)[0] != 3 or not 0 <= float(picture.mean()) <= 1:
            raise ValueError(f"frame {number} has a strange picture: {picture.shape}")
        if item["action"][0].tolist() != rows[number][2:]:
            raise ValueError(f"frame {number} has another action")
    return rows


def main(paths: list[str]) -> None:
    """Print what each dataset holds."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    for path in paths:
        try:
            answer: Any = {"rows": read(path)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {str(error)[:500]}"}
        print("answer " + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
