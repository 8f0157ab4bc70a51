"""Bad LiteRT files: each is refused in one sentence, or is a pilot; nothing else happens."""

import json
import os
import shutil
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots import load_pilot
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.sandbox.child import Child

SHAPE = (16, 24, 3)
# Constants of the good file that can be found among its bytes, and exchanged.
ANGLE, THROTTLE = 0.12345, -0.54321


@pytest.fixture(scope="module")
def litert(keras):
    """Turn a function of TensorFlow into a LiteRT file: quicker than a Keras model."""
    import tensorflow as tf

    from donkeycar.keras_backend import muffled

    def litert(function, *shapes, dtype="float32", names=("img_in", "imu_in")):
        specs = [
            tf.TensorSpec((1, *shape), dtype, name)
            for shape, name in zip(shapes or (SHAPE,), names, strict=False)
        ]
        concrete = tf.function(function, input_signature=specs).get_concrete_function()
        with muffled():
            return tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()

    return litert


@pytest.fixture(scope="module")
def good(litert):
    """A network that answers with two constants, and a little of what it sees."""
    import tensorflow as tf

    def drive(image):
        seen = tf.reduce_mean(image, axis=(1, 2, 3))[:, None] * 0.001
        return {"angle": seen + ANGLE, "throttle": seen + THROTTLE}

    return litert(drive)


@pytest.fixture
def refusals(tmp_path):
    """Load files as a car would, and say of each why it may not drive, ``None`` if it may."""

    def refusals(contents):
        folder = tmp_path / "models"
        folder.mkdir()
        for name, content in contents.items():
            (folder / f"{name}.tflite").write_bytes(content)
        before = sorted(path.name for path in tmp_path.rglob("*"))
        said = {}
        for name in contents:
            try:
                load_pilot(folder / f"{name}.tflite", type="linear")
                said[name] = None
            except PilotError as error:
                said[name] = str(error)
        assert sorted(path.name for path in tmp_path.rglob("*")) == before
        return said

    return refusals


def test_the_file_the_bad_ones_are_made_of_is_good(good, tmp_path):
    path = tmp_path / "good.tflite"
    path.write_bytes(good)
    answer = load_pilot(path, type="linear").infer(np.zeros(SHAPE, np.uint8))
    assert answer == pytest.approx((ANGLE, THROTTLE), abs=1e-6)


def with_angle(content, value):
    """Exchange the constant that is the angle."""
    old = struct.pack("<f", ANGLE)
    assert content.count(old) >= 1
    return content.replace(old, struct.pack("<f", value))


def test_answers_that_are_no_steering_are_refused(good, refusals):
    said = refusals(
        {
            name: with_angle(good, value)
            for name, value in {
                "nan": np.nan, "inf": np.inf, "minus_inf": -np.inf, "huge": 1e9, "minus": -1e9,
            }.items()
        }
    )  # fmt: skip
    for name, sentence in said.items():
        assert "must answer with numbers within 100. Received: angle=" in sentence, name


def test_networks_that_are_no_pilots_are_refused(litert, refusals):
    import tensorflow as tf

    def one(x):
        return {"angle": tf.reshape(tf.reduce_mean(tf.cast(x, tf.float32)), (1, 1))}

    def two(x):
        return {**one(x), "throttle": one(x)["angle"]}

    contents = {
        "one output": litert(one),
        "three outputs": litert(lambda x: {"a": one(x)["angle"], "b": x[:, 0, 0], "c": x}),
        "whole numbers out": litert(
            lambda x: {n: tf.cast(v * 9, tf.int32) for n, v in two(x).items()}
        ),
        "too many numbers": litert(lambda x: {"angle": x[:, 0, 0], "throttle": x[:, 1, 0]}),
        "five channels": litert(two, (16, 24, 5)),
        "a sound": litert(two, (16000,)),
        "two images": litert(lambda a, b: two(a + b), SHAPE, SHAPE),
        "a row beside it": litert(lambda a, b: two(tf.reduce_mean(a) + b), SHAPE, (6,)),
        "whole numbers in": litert(two, dtype="int32"),
    }
    said = refusals(contents)
    for name, sentence in said.items():
        assert sentence and "Received: " in sentence, name
        assert "\n" not in sentence


def test_files_that_are_not_whole(good, refusals):
    halves = {f"cut at {share}": good[: int(len(good) * share)] for share in (0.1, 0.5, 0.9)}
    zeros = {"zeros": good[:8] + bytes(len(good) - 8), "only a head": b"\x1c\0\0\0TFL3"}
    ends = {"offset": b"\xff\xff\xff\x7fTFL3" + good[8:], "negative": b"\xff" * 4 + good[4:]}
    for name, sentence in refusals({**halves, **zeros, **ends}).items():
        assert sentence and " cannot be opened: " in sentence, name
        assert "\n" not in sentence


def test_flipped_bits_end_in_a_sentence_or_in_a_pilot(good, tmp_path):
    """Children are started together: what this costs is LiteRT being imported."""
    rng = np.random.default_rng(7)
    children = []
    for number in range(16):
        broken = np.frombuffer(good, np.uint8).copy()
        # The structure of the file, not its few weights, is most of this one.
        places = rng.integers(8, len(broken), 4)
        broken[places] ^= np.uint8(1) << rng.integers(0, 8, 4).astype(np.uint8)
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(broken.tobytes())
        children.append(
            Child("donkeycar.sandbox.litert", path, stdin=path, arguments=["5"], timeout_s=60)
        )
    outcomes = []
    for child in children:
        try:
            assert "sha256" in child.answer()
            outcomes.append("opened")
        except PilotError as error:
            assert "\n" not in str(error)
            outcomes.append("refused")
    assert {"opened", "refused"} >= set(outcomes)
    assert "refused" in outcomes


def what_becomes_of(content):
    """Open and run a file as a car does, in a process of its own: LiteRT may crash on it."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            network = LiteRTInterpreter(Path("theirs"), content=content)
            network.output_shapes()
            NetworkPilot(network, pilot_type("linear"))
            said = "drives"
        except PilotError as error:
            said = f"PilotError: {error}"
        except BaseException as error:
            said = f"traceback: {error!r}"
        os.write(writing, said.encode()[:1000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    os.waitpid(pid, 0)
    return said or "crashed"


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_numbers_of_tensors_that_are_not_there_are_no_traceback(linear_litert):
    """LiteRT opens some such files, runs them, and only then says: Invalid tensor index."""
    from ai_edge_litert.interpreter import Interpreter

    good = linear_litert
    network = Interpreter(model_content=good)
    numbers = {detail["index"] for detail in network.get_output_details()}
    # What the outputs of its signature are is said at the beginning of the file.
    places = [at for at in range(0, 2000, 4) if struct.unpack_from("<I", good, at)[0] in numbers]
    said = [
        what_becomes_of(good[:at] + struct.pack("<I", value) + good[at + 4 :])
        for at in places
        for value in (80, 2**24 + 9)
    ]
    assert not [one for one in said if one.startswith("traceback")]
    assert any("LiteRT cannot run the network: Invalid tensor index" in one for one in said)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps these limits")
def test_a_network_that_fills_memory_or_never_ends_is_stopped(litert, tmp_path):
    import tensorflow as tf

    def fills(x):
        big = tf.broadcast_to(tf.reduce_mean(x), (20_000, 20_000)) + tf.random.uniform(())
        return {"angle": tf.reshape(tf.reduce_max(tf.sort(big)), (1, 1))}

    def never_ends(x):
        last = tf.while_loop(lambda n: n > -1.0, lambda n: [n + 1.0], [tf.reduce_mean(x)])[0]
        return {"angle": tf.reshape(last, (1, 1))}

    said = []
    for name, function in (("fills", fills), ("never ends", never_ends)):
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(litert(function))
        with pytest.raises(PilotError) as error:
            Child(
                "donkeycar.sandbox.litert", path, stdin=path, arguments=["2"], timeout_s=30
            ).answer()
        said.append(str(error.value))
    assert "cannot be opened: " in said[0]
    assert "keeps the processor busy for too long" in said[1]


def test_what_is_no_file_is_refused_unopened(good, tmp_path):
    folder = tmp_path / "folder.tflite"
    folder.mkdir()
    loop = tmp_path / "loop.tflite"
    loop.symlink_to(loop)
    gone = tmp_path / "gone.tflite"
    gone.symlink_to(tmp_path / "nowhere")
    pipe = tmp_path / "pipe.tflite"
    os.mkfifo(pipe)
    for path, message in (
        (folder, "is not a file"),
        (loop, "There is no model"),
        (gone, "There is no model"),
        (pipe, "is not a file"),
    ):
        with pytest.raises(PilotError, match=message):
            load_pilot(path, type="linear")


def test_a_sidecar_that_never_ends_is_not_read(good, tmp_path):
    (tmp_path / "pilot.tflite").write_bytes(good)
    os.mkfifo(tmp_path / "pilot.json")
    with pytest.raises(PilotError, match="pilot.json is not a file"):
        load_pilot(tmp_path / "pilot.tflite")


@pytest.mark.parametrize(
    "text",
    [
        '{"format": ' * 50_000,
        '{"format": "donkeycar-pilot/1", "probe": ' + "[" * 200_000,
        json.dumps({"format": "donkeycar-pilot/1", "camera": {"shape": [10**30] * 3}}),
        '{"format": "donkeycar-pilot/1", "created_at": ' + "9" * 5000 + "}",
        '{"format": "donkeycar-pilot/1", "camera": {"shape": [NaN, Infinity, 1]}}',
        '{"format": "\\ud800"}',
    ],
    ids=["deep", "deep probe", "huge shape", "long number", "no numbers", "half a character"],
)
def test_hostile_sidecars_are_refused(good, tmp_path, text):
    (tmp_path / "pilot.tflite").write_bytes(good)
    (tmp_path / "pilot.json").write_text(text)
    with pytest.raises(PilotError, match=r"pilot.json(:| is not the sidecar)"):
        load_pilot(tmp_path / "pilot.tflite")


def test_a_file_that_was_exchanged_while_it_was_looked_at_is_noticed(good, tmp_path, monkeypatch):
    from donkeycar.pilots.inference import candidate

    path = tmp_path / "pilot.tflite"
    path.write_bytes(with_angle(good, 0.25))
    other = tmp_path / "other.tflite"
    other.write_bytes(good)
    read = candidate.read_litert

    def exchange(litert):
        content = read(litert)
        shutil.copyfile(other, path)
        return content

    monkeypatch.setattr(candidate, "read_litert", exchange)
    with pytest.raises(PilotError, match="changed while it was being opened"):
        load_pilot(path, type="linear")
