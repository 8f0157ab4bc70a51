"""Pilots that want more than one frame are shown, plotted and judged like any other."""

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.evaluation.evaluate import evaluate
from donkeycar.explain.movie import make_movie
from donkeycar.explain.prediction import predict
from donkeycar.explain.reasons import explain
from donkeycar.explain.saliency import SaliencyMaps
from donkeycar.pilots import PILOT_TYPES, PilotInfo, load_pilot
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.keras_file import load_keras
from donkeycar.tub import TubWriter

SHAPE = (16, 20, 3)
OPTIONS = {
    "imu": {"imu_mean": [0.0] * 6, "imu_spread": [1.0] * 6},
    "memory": {"memory_length": 2, "reverse": True},
    "rnn": {"sequence_length": 3},
}


@pytest.fixture(scope="module")
def tub(tmp_path_factory):
    """Twelve records; of the fifth the motion is missing."""
    path = tmp_path_factory.mktemp("moving") / "tub"
    motion = PILOT_TYPES["imu"].vector_channels
    inputs = ["cam/image_array", "user/angle", "user/throttle", *motion]
    with TubWriter(path, inputs, ["image_array", *["float"] * (2 + len(motion))]) as writer:
        for number in range(12):
            frame = np.random.default_rng(number).integers(0, 256, SHAPE, dtype=np.uint8)
            record = dict(zip(inputs, (frame, number / 12, 0.2, *[0.1] * 6), strict=True))
            if number == 4:
                del record[motion[0]]
            writer.append(record)
    return path


@pytest.fixture(scope="module", params=list(OPTIONS))
def files(request, tmp_path_factory):
    """A pilot of a type with the smallest network that has its inputs and outputs."""
    from donkeycar.keras_backend import import_keras
    from donkeycar.training.export.litert import run
    from donkeycar.training.export.save import save_pilot

    keras = import_keras()
    kind = PILOT_TYPES[request.param]
    options = kind.complete(OPTIONS[kind.name])
    length = (options["sequence_length"],) if kind.looks_back else ()
    given = {"img_in": keras.Input((*length, *SHAPE), dtype="uint8", name="img_in")}
    scaled = keras.layers.Rescaling(1 / 255)(given["img_in"])
    seen = [keras.layers.Flatten()(scaled)]
    frames = np.random.default_rng(0).integers(0, 256, (4, *SHAPE), dtype=np.uint8)
    inputs = {"img_in": np.stack([frames] * length[0], axis=1) if length else frames}
    vectors = None
    if kind.vector_input:
        size = kind.vector_size(options)
        beside = keras.Input((size,), name=kind.vector_input)
        given[kind.vector_input] = beside
        seen.append(beside)
        inputs[kind.vector_input] = np.zeros((4, size), np.float32)
        vectors = None if kind.remembers else inputs[kind.vector_input]
    both = keras.layers.Concatenate()(seen) if len(seen) > 1 else seen[0]
    outputs = {
        name: keras.layers.Dense(1, activation="tanh", name=name)(both)
        for name in ("angle", "throttle")
    }
    files = PilotFiles.of(tmp_path_factory.mktemp(kind.name) / f"{kind.name}.keras")
    save_pilot(
        files, PilotInfo(kind.name, SHAPE, options=options), keras.Model(given, outputs),
        inputs=inputs, frames=frames, vectors=vectors, precisions=("float32",), run=run,
    )  # fmt: skip
    return files


def test_it_can_be_watched(files, tub, tmp_path):
    pilot = load_pilot(files.litert)
    movie = make_movie(tub, tmp_path / "m.mp4", pilot=pilot)
    assert movie.frames == 12
    assert movie.unanswered == (1 if pilot.kind.name == "imu" else 0)


def test_it_can_be_plotted(files, tub):
    pilot = load_pilot(files.litert)
    answered = np.isfinite(predict(pilot, [tub]).pilot).all(axis=1)
    assert np.count_nonzero(~answered) == (1 if pilot.kind.name == "imu" else 0)


def test_it_can_be_explained(files, tub):
    pilot, maps = load_pilot(files.litert), SaliencyMaps(load_keras(files.keras))
    reasons = explain(pilot, maps, tub, [3, 11])
    last = predict(pilot, [tub]).pilot[-1]
    assert reasons[1].pilot == pytest.approx(tuple(last), abs=1e-5)
    for where in (reason.maps["angle"] for reason in reasons):
        assert where.shape == SHAPE[:2]
        assert 0 <= where.min() < where.max() <= 1
    if pilot.kind.name == "imu":
        with pytest.raises(PilotError, match="needs imu/acl_x.* Received: record 4"):
            explain(pilot, maps, tub, [4])


def test_it_can_be_judged(files, tub):
    (report,) = evaluate([files.keras], [tub], track="oval", laps=1, speed=False).pilots
    wants_motion = report.type == "imu"
    assert report.agreement.records == (11 if wants_motion else 12)
    assert (report.laps is None) == wants_motion
    if wants_motion:
        assert "no answer to 1 of 12 records" in report.notes[0]
        assert "not driven. The simulator has no imu/acl_x" in report.notes[1]
