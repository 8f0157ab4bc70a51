"""Runs inside an earlier donkeycar (5.3, 5.4): executes orders on tubs, one JSON line per order.

python -I peer_worker.py
"""

import json
import logging
import os
import sys

logging.disable()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from donkeycar.parts.tub_v2 import Tub  # noqa: E402


def read(path, images):
    """Everything that it sees in a tub."""
    tub = Tub(path, read_only=True)
    try:
        records = list(tub)
        return {
            "records": records,
            "length": len(tub),
            "bad_images": bad_images(path, records) if images else [],
        }
    finally:
        tub.close()


def bad_images(path, records):
    """Names of images that do not decode."""
    bad = []
    for record in records:
        name = record.get("cam/image_array")
        if name is None:
            continue
        try:
            with Image.open(os.path.join(path, "images", name)) as image:
                image.load()
        except OSError:
            bad.append(name)
    return bad


def append(path, inputs, types, count):
    """Record a few records."""
    values = {
        "image_array": np.full((12, 16, 3), 90, np.uint8),
        "float": 0.75,
        "str": "user",
        "int": 3,
        "boolean": True,
        "vector": [0.5, 9.81, -0.25],
    }
    tub = Tub(path, inputs=inputs, types=types)
    for _ in range(count):
        tub.write_record({name: values[kind] for name, kind in zip(inputs, types, strict=True)})
    tub.close()
    return {}


def delete(path, indexes):
    """Mark records as deleted."""
    tub = Tub(path)
    tub.delete_records(set(indexes))
    tub.close()
    return {}


ORDERS = {"read": read, "append": append, "delete": delete}

for line in sys.stdin:
    arguments = json.loads(line)
    try:
        answer = {"error": "", **ORDERS[arguments.pop("order")](**arguments)}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}", "records": [], "bad_images": []}
    print(json.dumps(answer), flush=True)
