"""The car that recorded a tub."""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

# Folders that hold tubs, and are not called after a car.
PASSED_OVER = ("data", "tubs", "tub")


def car_of(label: str, metadata: dict[str, Any]) -> str:
    """The name of a tub's car: `car` in its metadata, else the folder that holds its tubs.

    Example:
        >>> car_of("/home/pi/mycar/data/tub_3_26-11-30", {})
        'mycar'
        >>> car_of("s3://club/blue/data", {}), car_of("x/tub_1", {"car": "red"})
        ('blue', 'red')
    """
    named = metadata.get("car")
    if isinstance(named, str) and named:
        return named
    whole = label if "://" in label else Path(os.path.abspath(label)).as_posix()
    parts = PurePosixPath(re.sub(r"^\w+://", "", whole)).parts
    above = [part for part in parts[:-1] if part not in PASSED_OVER and part != "/"]
    return above[-1] if above else parts[-1] if parts else whole
