"""The page of a LeRobot dataset: what it holds, and how its times came about."""

import json
from typing import Any

from donkeycar.formats.exporting.lerobot.episodes import Rhythm

HEAD = """---
task_categories:
- robotics
tags:
- LeRobot
- donkeycar
configs:
- config_name: default
  data_files: data/*/*.parquet
---

# A drive of a donkeycar
"""


def card(facts: dict[str, Any], rhythm: Rhythm, *, task: str, is_timed: bool) -> str:
    """Text of `README.md`, with the head that the Hugging Face hub reads."""
    lines = [
        HEAD,
        f"{facts['num_records']} frames in {facts['num_episodes']} episodes, {rhythm.fps} a "
        f"second, exported by `donkey tub export --to lerobot`. Task: {json.dumps(task)}",
        "",
        "Angle -1 is left and +1 right, throttle -1 reverse and +1 forward. `action` is what the "
        "driver ordered for a picture, `observation.state` the order before it, which the wheels "
        "followed when the picture was taken.",
        "",
        "Cars record at uneven times. " + _times(rhythm, is_timed),
        "",
    ]
    return "\n".join(lines)


def _times(rhythm: Rhythm, is_timed: bool) -> str:
    ends = f"An episode ends at a pause of more than {rhythm.pause_s:.3g} s."
    if rhythm.resample:
        return f"Each frame is the record that was made next to its even time. {ends}"
    kept = "`tub.timestamp_ms` is when it was really made. " if is_timed else ""
    return f"Each record is one frame, and `timestamp` counts frames. {kept}{ends}"
