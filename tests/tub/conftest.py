"""What the tests of tubs share."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peer import Peer
from benchmarks.tub.tub_crash import fast_folder
from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.tub import TubWriter


@pytest.fixture
def folder():
    """An empty folder, in memory where there is a disk in memory."""
    with tempfile.TemporaryDirectory(dir=fast_folder()) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def peer():
    """The tub reader of an earlier donkeycar: 5.4, or 5.3 below Python 3.12."""
    with Peer() as process:
        yield process


@pytest.fixture
def record():
    """Makes a record of `INPUTS`."""

    def make(number=0, **changes):
        values = {
            "cam/image_array": np.full((12, 16, 3), number % 256, np.uint8),
            "user/angle": number / 100,
            "user/throttle": 0.5,
            "user/mode": "user",
        }
        return {**values, **changes}

    return make


@pytest.fixture
def make_tub(folder, record):
    """Makes a tub of `count` records in catalogs of 5 and returns its folder."""

    def make(count=12, *, path=None):
        path = path or folder / "tub"
        with TubWriter(path, INPUTS, TYPES, max_len=5) as writer:
            for number in range(count):
                writer.append(record(number))
        return path

    return make
