"""A process that records until it is killed: ``python killed_child.py FILE [keras]``.

Without ``keras`` no network is trained: numbers of each epoch are written as fast as they can.
"""

import sys

import numpy as np

from donkeycar.replay.probe_data import ProbeData
from donkeycar.replay.writer import RecordingWriter
from tests.replay import toys

SHAPES = [(300, 100), (100,)]


def weights_of(epoch):
    return [np.full(shape, epoch % 1000, np.float32) for shape in SHAPES]


def train(path):
    from donkeycar.replay import ReplayRecorder

    data, model = toys.moons(), toys.moon_network()
    model.fit(*data, epochs=10_000, verbose=0, callbacks=[ReplayRecorder(path, "a", *data)])


def write(path):
    from pathlib import Path

    writer = RecordingWriter(
        Path(path), "a", about={}, probe=ProbeData({"x": np.ones(1)}, {"y": np.ones(1)}),
        weights=weights_of(0), rows=50_000, half=True,
    )  # fmt: skip
    for epoch in range(50_000):
        writer.append(epoch, weights_of(epoch), {"loss": 1 / (1 + epoch)})


if __name__ == "__main__":
    (train if "keras" in sys.argv[2:] else write)(sys.argv[1])
