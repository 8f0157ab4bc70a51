"""One short training, looked at from all sides, and what is refused before it begins."""

import errno
import json
import os
import signal

import numpy as np
import pytest

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots import load_pilot
from donkeycar.training import train
from tests.training.conftest import SETTINGS


@pytest.fixture
def result(trained):
    return trained[0]


@pytest.fixture
def tub(lane_tub):
    return lane_tub


def test_it_learns_to_steer(result):
    assert result.metrics["validation"]["angle"]["r"] > 0.9
    assert result.metrics["validation"]["records"] == 40


def test_what_was_trained_drives_the_same(result, tub):
    from donkeycar.tub import TubReader

    pilot = load_pilot(result.files.litert, camera_shape=(64, 80, 3))
    reader = TubReader(tub)
    angles = {round(float(r["user/angle"]), 6): r for r in reader}
    record = angles[round(float(result.validation_driver[0, 0]), 6)]
    assert pilot.infer(reader.image(record)) == pytest.approx(
        tuple(result.validation_pilot[0]), abs=1e-3
    )


def test_the_sidecar_tells_where_the_pilot_comes_from(result, tub):
    content = json.loads(result.files.sidecar.read_text())
    assert content["type"] == "linear"
    assert content["comment"] == "dry floor"
    assert content["camera"] == {"shape": [64, 80, 3], "colour": "RGB", "range": [0, 255]}
    assert content["transforms"][0] == {
        "name": "CROP", "top_px": 3, "bottom_px": 0, "left_px": 0, "right_px": 0,
    }  # fmt: skip
    assert content["data"]["tubs"] == [str(tub)]
    assert content["data"]["train"] + content["data"]["validation"] + content["data"]["gap"] == 200
    assert content["training"]["seed"] == 7
    assert content["metrics"] == result.metrics
    assert {"keras", "numpy", "python"} <= set(content["versions"])


def test_the_best_weights_are_kept(result):
    losses = result.history["val_loss"]
    assert result.best_epoch == losses.index(min(losses)) + 1
    error = result.validation_pilot - result.validation_driver
    assert float((error**2).mean(axis=0).sum()) == pytest.approx(min(losses), rel=0.1)


def test_the_rate_is_the_one_asked_for_and_sinks_at_the_end(result):
    rates = result.history["learning_rate"]
    assert rates[0] == pytest.approx(1e-3)
    assert rates[-1] < 1e-4


def test_it_is_in_the_list_of_pilots(result):
    [entry] = json.loads((result.files.keras.parent / "database.json").read_text())
    assert (entry["Name"], entry["Type"], entry["Comment"]) == ("mypilot", "linear", "dry floor")
    assert entry["History"]["val_loss"] == result.history["val_loss"]


def test_times_are_taken(result):
    seconds, speeds = result.history["seconds"], result.history["images_per_s"]
    assert 0 < seconds[0] < seconds[-1] <= result.duration_s
    assert len(speeds) == 6
    assert min(speeds) > 1


def test_whoever_watches_gets_every_epoch(result):
    from donkeycar.replay import Replay, groups_in

    models = result.files.keras.parent
    [run] = (models / "tensorboard").iterdir()
    assert sorted(path.name for path in run.iterdir()) == ["train", "validation"]
    [group] = groups_in(models / "mypilot.replay.h5")
    replay = Replay(models / "mypilot.replay.h5", group)
    assert len(replay.epochs) == 7
    assert replay.history["val_loss"] == pytest.approx(result.history["val_loss"])


def test_the_keras_file_opens_and_agrees(result):
    from donkeycar.keras_backend import import_keras

    model = import_keras().models.load_model(result.files.keras)
    frame = np.full((64, 80, 3), 99, np.uint8)
    frame[:3] = 0
    wanted = load_pilot(result.files.keras).infer(frame)
    answer = model.predict_on_batch(frame[None])
    assert (answer["angle"].item(), answer["throttle"].item()) == pytest.approx(wanted, abs=1e-3)


def test_one_seed_trains_one_pilot_whether_or_not_it_can_be_kept_meanwhile(
    trained, tub, tmp_path, monkeypatch, striking
):
    savez = np.savez

    def full_for_checkpoints(file, **arrays):
        if "state" in arrays:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        savez(file, **arrays)

    result, settings = trained
    monkeypatch.setattr(np, "savez", full_for_checkpoints)
    progress = striking()
    again = train([tub], tmp_path / "again.keras", progress=progress, **settings)
    assert again.files.litert.read_bytes() == result.files.litert.read_bytes()
    assert sum("No space left on device. Training goes on" in said for said in progress.said) == 1
    assert not list(tmp_path.glob(".*"))


def test_it_begins_with_another_pilot_and_keeps_its_first_layers(result, tub, tmp_path):
    from donkeycar.pilots.files.keras_file import load_keras

    options = {**SETTINGS, "epochs": 1, "transfer": result.files.keras, "layers_to_train": 7}
    begun = train([tub], tmp_path / "begun.keras", **options)
    before, after = load_keras(result.files.keras), load_keras(begun.files.keras)
    kept = {"conv2d_1", "conv2d_5"}
    for name in (*kept, "dense_1", "n_outputs0"):
        same = (before.get_layer(name).kernel.numpy() == after.get_layer(name).kernel.numpy()).all()
        assert same == (name in kept)
    [entry] = json.loads((tmp_path / "database.json").read_text())
    assert entry["Transfer"] == "mypilot"
    assert begun.info.training["transfer"] == str(result.files.keras)


def test_sigterm_keeps_the_best_so_far(tub, tmp_path, striking):
    """As Ctrl-C does: see the test of the command."""
    before = signal.getsignal(signal.SIGTERM)
    # 160 records in batches of 16: the 15th step is in the second epoch.
    progress = striking(15, lambda: os.kill(os.getpid(), signal.SIGTERM))
    result = train([tub], tmp_path / "a.keras", progress=progress, **SETTINGS)
    assert result.ended == "interrupted"
    assert len(result.history["loss"]) == result.best_epoch == 1
    assert load_pilot(result.files.keras).info.training["ended"] == "interrupted"
    assert progress.said[-1].endswith("a.checkpoint keeps what --resume needs to go on")
    assert (tmp_path / "a.checkpoint").exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_ctrl_c_before_anything_was_learnt_writes_nothing(tub, tmp_path, striking):
    progress = striking(2, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(
        KeyboardInterrupt, match="before the first epoch was done; nothing was written"
    ):
        train([tub], tmp_path / "a.keras", progress=progress, **SETTINGS)
    assert list(tmp_path.iterdir()) == []


def test_a_rate_that_destroys_the_network_is_said(tub, tmp_path):
    with pytest.raises(TrainingError, match="Try a lower LEARNING_RATE"):
        train([tub], tmp_path / "a.keras", **{**SETTINGS, "optimizer": "sgd", "learning_rate": 1e9})


def test_a_weight_that_is_no_number_is_not_kept_whatever_the_loss(result):
    """A ReLU makes 0 of it: whole layers of 3d pilots were lost, and nobody saw it."""
    from donkeycar.pilots.files.keras_file import load_keras
    from donkeycar.training.epochs.callbacks import EpochCallback
    from donkeycar.training.epochs.schedule import Schedule

    model = load_keras(result.files.keras)
    layer = model.get_layer("conv2d_1")
    layer.kernel.assign(np.full(layer.kernel.shape, np.nan))
    epochs = EpochCallback(Schedule(epochs=9, learning_rate=1e-3), [None], lambda *words: None)
    epochs.set_model(model)
    epochs.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.5})
    assert (epochs.best_weights, epochs.going_on) == ([], False)


def test_a_type_that_loses_its_weights_in_bfloat16_is_not_taught_in_it(tub, tmp_path):
    with pytest.raises(PilotError, match="type 3d learns in float32 only.*MIXED_PRECISION=None"):
        train([tub], tmp_path / "a.keras", type="3d", mixed_precision=True, seed=1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "adma"}, r"`optimizer` must be one of \['adam', .* Received: 'adma'"),
        ({"batch_size": 0}, "`batch_size` must be 1 or more. Received: 0"),
        ({"epochs": 0}, "`epochs` must be 1 or more"),
        ({"validation": "random"}, "`validation` must be one of"),
    ],
)
def test_impossible_settings_are_refused_before_anything_is_read(tub, tmp_path, wrong, message):
    with pytest.raises(TrainingError, match=message):
        train([tub], tmp_path / "a.keras", **{**SETTINGS, **wrong})
    assert list(tmp_path.iterdir()) == []


def test_an_old_suffix_is_answered_with_the_new_one(tub, tmp_path):
    with pytest.raises(
        TrainingError, match=r"must end in .* Received: .*a.h5. Use --model .*a.keras"
    ):
        train([tub], tmp_path / "a.h5")
