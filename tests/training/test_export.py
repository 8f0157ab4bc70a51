"""A trained network becomes three LiteRT files that answer alike, and a sidecar that says so."""

import json
from dataclasses import replace

import numpy as np
import pytest

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots import PilotInfo, load_pilot, read_info
from donkeycar.pilots.files.bundle import PRECISIONS, PilotFiles
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.export.litert import run_in_child

SHAPE = (72, 96, 3)
OPTIONS = {"network": {"activation": "relu"}}
PRECISE = {"float32": 1e-5, "float16": 5e-3, "int8": 0.03}


@pytest.fixture(scope="module")
def frames():
    """A lane that winds from left to right."""
    frames = np.full((24, *SHAPE), 40, np.uint8)
    for row, centre in enumerate(np.linspace(8, 88, len(frames)).astype(int)):
        frames[row, :, centre - 6 : centre + 6] = 220
    return frames


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, frames):
    from donkeycar.keras_backend import import_keras

    import_keras()
    from donkeycar.training.export.save import save_pilot

    model = pilot_type("linear").build(SHAPE, seed=3)
    files = PilotFiles.of(tmp_path_factory.mktemp("models") / "pilot_1.5.keras")
    transforms = Transforms([("CROP", {"top_px": 20})])
    info = save_pilot(
        files,
        PilotInfo("linear", SHAPE, transforms, options=OPTIONS),
        model,
        inputs={"img_in": np.stack([transforms(frame) for frame in frames])},
        frames=frames[::3],
    )
    return files, info, model


def answers(pilot, frames):
    return np.array([pilot.infer(frame) for frame in frames])


def test_the_files_of_a_pilot(bundle):
    files, _, _ = bundle
    assert sorted(path.name for path in files.keras.parent.iterdir()) == [
        "pilot_1.5.fp16.tflite",
        "pilot_1.5.int8.tflite",
        "pilot_1.5.json",
        "pilot_1.5.keras",
        "pilot_1.5.tflite",
    ]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_answers_as_keras_does(bundle, frames, precision):
    files, info, model = bundle
    pilot = load_pilot(files.keras, precision=precision)
    wanted = model.predict_on_batch(np.stack([info.transforms(frame) for frame in frames]))
    wanted = np.concatenate([wanted["angle"], wanted["throttle"]], axis=1)
    distance = np.abs(answers(pilot, frames) - wanted).max()
    assert distance <= PRECISE[precision]
    stated = info.variants[precision].difference
    if precision != "float32":
        assert distance == pytest.approx(
            max(stated[name]["max"] for name in ("angle", "throttle")), abs=1e-4
        )


def test_shorter_numbers_make_smaller_files(bundle):
    files, _, _ = bundle
    sizes = [files.variant(precision).stat().st_size for precision in PRECISIONS]
    assert sizes[1] < 0.55 * sizes[0]
    assert sizes[2] < 0.30 * sizes[0]


def test_every_variant_takes_bytes_and_answers_in_floats(bundle):
    from donkeycar.pilots.inference.interpreter import LiteRTInterpreter

    files, _, _ = bundle
    for precision in PRECISIONS:
        interpreter = LiteRTInterpreter(files.variant(precision))
        assert interpreter.image.dtype == np.uint8
        outputs = interpreter(np.zeros(SHAPE, np.uint8))
        assert {name: value.dtype for name, value in outputs.items()} == {
            "angle": np.float32,
            "throttle": np.float32,
        }


def test_what_the_sidecar_says_comes_back(bundle):
    files, info, _ = bundle
    again = read_info(files.sidecar)
    assert again.options == OPTIONS
    assert again.variants == info.variants
    assert set(again.variants) == set(PRECISIONS)
    np.testing.assert_array_equal(again.probe.frames, info.probe.frames)
    np.testing.assert_allclose(again.probe.answers, info.probe.answers, atol=1e-6)


def test_the_file_that_is_named_drives(bundle, frames):
    files, _, _ = bundle
    named = answers(load_pilot(files.variant("int8")), frames)
    assert (named == answers(load_pilot(files.keras, precision="int8"), frames)).all()
    assert (named != answers(load_pilot(files.keras), frames)).any()
    # a setting does not overrule what somebody says on the command line
    chosen = load_pilot(files.variant("int8"), precision="float16")
    assert (named == answers(chosen, frames)).all()


def changed(files, tmp_path, change):
    """A copy of a pilot with something else in its sidecar."""
    copy = PilotFiles.of(tmp_path / "copy.json")
    for precision in PRECISIONS:
        copy.variant(precision).write_bytes(files.variant(precision).read_bytes())
    content = json.loads(files.sidecar.read_text())
    change(content)
    copy.sidecar.write_text(json.dumps(content))
    return copy


def test_an_old_bundle_without_options_variants_and_probe_drives(bundle, tmp_path, frames):
    files, _, _ = bundle

    def as_before(content):
        for key in ("options", "litert", "probe"):
            del content[key]

    copy = changed(files, tmp_path, as_before)
    pilot = load_pilot(copy.sidecar)
    assert (answers(pilot, frames) == answers(load_pilot(files.keras), frames)).all()
    assert (pilot.info.options, pilot.info.probe) == ({}, None)
    with pytest.raises(PilotError, match="knows no int8 file, only float32. Train the pilot again"):
        load_pilot(copy.sidecar, precision="int8")


def test_a_pilot_that_answers_otherwise_than_where_it_was_trained_may_not_drive(bundle, tmp_path):
    files, _, _ = bundle

    def other_transforms(content):
        content["transforms"] = [{"name": "RGB2BGR"}, {"name": "CROP", "bottom_px": 40}]

    def swapped(content):
        content["probe"]["answers"] = [pair[::-1] for pair in content["probe"]["answers"]]

    for change in (other_transforms, swapped):
        copy = changed(files, tmp_path, change)
        with pytest.raises(PilotError, match=r"not answer here as .* of 8 test frames got a wrong"):
            load_pilot(copy.sidecar)


def test_one_frame_that_falls_the_other_way_does_not_stop_a_pilot(bundle, tmp_path):
    files, _, _ = bundle

    def one_other(content):
        content["probe"]["answers"][2] = [0.9, -0.9]

    load_pilot(changed(files, tmp_path, one_other).sidecar)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(probe=[1]), "probe of a pilot cannot be read: it must be an object"),
        (lambda c: c["probe"].update(frames=["?"] * 8), "must be base64"),
        (lambda c: c["probe"].update(frames=["eJw="] * 8), "cannot be read"),
        (lambda c: c["probe"].update(frames=c["probe"]["frames"] * 9), "list of 1 to 32"),
        (lambda c: c["probe"].update(answers=[[0, 0]]), "as many as frames"),
        (lambda c: c["probe"].update(answers=[[0, 0, 0]] * 8), "angle and throttle"),
        (lambda c: c["probe"].update(answers=[["x", 0]] * 8), "cannot be read"),
        (lambda c: c["probe"].update(answers=[[10**400, 0]] * 8), "cannot be read"),
        (lambda c: c["probe"].update(vectors=[[]] * 8), "lists of numbers"),
        (lambda c: c.update(options=3), "options must be an object"),
        (lambda c: c.update(litert=[]), "litert must describe the float32 file"),
        (lambda c: c["litert"]["float32"].update(tolerance=7), "tolerance of 0 to 0.5"),
        (lambda c: c["litert"]["float32"].update(tolerance=None), "tolerance of 0 to 0.5"),
        (lambda c: c["litert"]["float32"].update(sha256=None), "must have sha256"),
        (lambda c: c["litert"]["float32"].update(sha256="0"), "belongs to another copy.tflite"),
        (lambda c: c.update(created_at=10**400), "created_at must be a number"),
    ],
)
def test_nonsense_in_a_sidecar_is_refused(bundle, tmp_path, change, message):
    with pytest.raises(PilotError, match=message):
        load_pilot(changed(bundle[0], tmp_path, change).sidecar)


def test_a_bomb_in_a_probe_is_not_unpacked(bundle, tmp_path):
    import base64
    import tracemalloc
    import zlib

    bomb = base64.b64encode(zlib.compress(bytes(200_000_000), 9)).decode()
    copy = changed(bundle[0], tmp_path, lambda c: c["probe"].update(frames=[bomb] * 8))
    tracemalloc.start()
    with pytest.raises(PilotError, match="must have 20736 bytes"):
        read_info(copy.sidecar)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_an_older_variant_does_not_stay_beside_a_newer_pilot(bundle, tmp_path, frames):
    from donkeycar.training.export.save import save_pilot

    _, info, model = bundle
    files = PilotFiles.of(tmp_path / "pilot.keras")
    files.variant("int8").write_bytes(b"of yesterday")
    bare = replace(info, variants={}, probe=None, transforms=Transforms())
    save_pilot(
        files, bare, model, inputs={"img_in": frames}, frames=frames, precisions=("float32",)
    )
    assert not files.variant("int8").exists()


def test_a_network_that_was_mixed_up_on_the_way_is_not_written(bundle, tmp_path, frames):
    from donkeycar.training.export.save import save_pilot

    def runs_another(litert, check_inputs):
        return run_in_child({"float32": bundle[0].litert.read_bytes()}, check_inputs)

    files = PilotFiles.of(tmp_path / "pilot.keras")
    with pytest.raises(TrainingError, match="must answer as the trained one does. .* differs by"):
        save_pilot(
            files,
            PilotInfo("linear", SHAPE),
            pilot_type("linear").build(SHAPE, seed=4),
            inputs={"img_in": frames[:2]},
            frames=frames,
            precisions=("float32",),
            run=runs_another,
        )
    assert list(tmp_path.iterdir()) == []


def test_an_int8_file_that_crashes_litert_is_left_out(tmp_path, caplog):
    """Trainings used to end with a segmentation fault; a layer that only says 0 is enough."""
    from donkeycar.training.export.save import save_pilot

    shape = (77, 82, 3)
    model = pilot_type("3d").build(shape, seed=5, sequence_length=2)
    kernel, bias = model.get_layer("conv3d_2").get_weights()
    model.get_layer("conv3d_2").set_weights([kernel, bias - 100])
    frames = np.random.default_rng(1).integers(0, 256, (4, *shape), dtype=np.uint8)
    info = save_pilot(
        PilotFiles.of(tmp_path / "pilot"),
        PilotInfo("3d", shape, options={"sequence_length": 2}),
        model,
        inputs={"img_in": frames[:, None].repeat(2, axis=1)},
        frames=frames,
    )
    assert list(info.variants) == ["float32", "float16"]
    assert "No int8 file: the converted network cannot be opened: it crashes" in caplog.text
    load_pilot(tmp_path / "pilot.keras")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pilot.int8.keras", "must not end in .fp16 or .int8"),
        ("pilot.fp16.json", "must not end in .fp16 or .int8"),
        ("pilot.h5", "must end in one of .keras, .tflite, .json"),
    ],
)
def test_names_that_would_be_taken_for_something_else(tmp_path, name, message):
    with pytest.raises(PilotError, match=message):
        PilotFiles.of(tmp_path / name)
