"""What is recorded of a training, and what is refused before it begins."""

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.replay import Replay, groups_in
from donkeycar.replay.writer import RecordingWriter, free_group
from tests.replay import toys


def recorder(*args, **options):
    from donkeycar.replay import ReplayRecorder

    return ReplayRecorder(*args, **options)


def train(model, data, callbacks, epochs=1):
    return model.fit(*data, epochs=epochs, verbose=0, callbacks=callbacks).history


def test_every_epoch_is_there_with_what_was_measured(moons_replay):
    assert moons_replay.epochs == (0, 1, 2, 3, 4)
    assert set(moons_replay.history) == {
        "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate",
    }  # fmt: skip
    assert all(len(values) == 4 for values in moons_replay.history.values())
    assert moons_replay.history["learning_rate"] == pytest.approx([0.02] * 4)
    assert moons_replay.history["loss"][-1] < moons_replay.history["loss"][0]


def test_the_network_comes_back_as_it_was(tmp_path):
    import keras

    seen = []
    data = toys.moons()
    model = toys.moon_network()
    spy = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append(model.get_weights()),
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()),
    )
    measured = train(
        model, data, [recorder(tmp_path / "a.h5", "a", *data, precision="float32"), spy], 2
    )
    replay = Replay(tmp_path / "a.h5")
    for epoch, weights in enumerate(seen):
        again = replay.model(epoch).get_weights()
        assert all(map(np.array_equal, again, weights)), epoch
    assert replay.history["loss"] == pytest.approx(measured["loss"])
    answers = replay.study.answers(2)["moon"]
    assert answers == pytest.approx(model.predict(data[0], verbose=0), abs=1e-6)


def test_half_precision_takes_half_the_room_and_changes_little(tmp_path):
    model = toys.block("tanh", "glorot_normal")
    data = toys.ball(20)
    for precision in ("float16", "float32"):
        recorder(tmp_path / precision, "a", *data, precision=precision).record_initial(model)
    halved, full = (Replay(tmp_path / name) for name in ("float16", "float32"))
    for rough, exact in zip(halved.model().get_weights(), full.model().get_weights(), strict=True):
        assert rough == pytest.approx(exact, rel=5e-4, abs=1e-7)
    sizes = [(tmp_path / name).stat().st_size for name in ("float16", "float32")]
    assert sizes[1] - sizes[0] == pytest.approx(2 * 41_600, abs=5000)


def test_a_network_that_was_only_initialised_can_be_recorded(tmp_path):
    model, data = toys.moon_network(), toys.moons()
    recorder(tmp_path / "a.h5", "initial", *data).record_initial(model)
    replay = Replay(tmp_path / "a.h5")
    assert replay.epochs == (0,)
    assert replay.history == {}
    assert "loss" not in replay.shows


def test_a_name_is_never_used_twice(moons_file):
    before = moons_file.read_bytes()
    with pytest.raises(
        TrainingError,
        match=r"never overwritten. Received: group='moons', which .* holds already. Next step:",
    ):
        recorder(moons_file, "moons", *toys.moons())
    assert moons_file.read_bytes() == before
    assert free_group(moons_file, "moons") == "moons-2"
    assert free_group(moons_file, "other") == "other"


def test_a_second_recording_leaves_the_first_as_it_is(moons_file, tmp_path):
    path = tmp_path / "both.h5"
    path.write_bytes(moons_file.read_bytes())
    data = toys.moons()
    train(toys.moon_network(seed=5), data, [recorder(path, "another", *data)])
    assert groups_in(path) == ["moons", "another"]
    old, copy = Replay(moons_file), Replay(path, "moons")
    assert copy.epochs == old.epochs
    assert all(map(np.array_equal, copy.model(3).get_weights(), old.model(3).get_weights()))
    assert copy.history["loss"] == pytest.approx(old.history["loss"])
    with pytest.raises(
        TrainingError, match=r"`group` must be one of \['moons', 'another'\] .* Received: None"
    ):
        Replay(path)


def test_room_that_early_stopping_leaves_is_cut_off(tmp_path):
    import keras

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    data = toys.moons()
    train(toys.moon_network(), data, [recorder(tmp_path / "a.h5", "a", *data), Stop()], 500)
    assert Replay(tmp_path / "a.h5").epochs == (0, 1, 2)
    assert (tmp_path / "a.h5").stat().st_size < 100_000
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"], "nothing is left beside it"


def test_a_training_that_is_interrupted_is_closed_by_its_with_block(tmp_path):
    import keras

    def interrupt(epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    data = toys.moons()
    ctrl_c = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
    with (
        pytest.raises(KeyboardInterrupt),
        recorder(tmp_path / "a.h5", "a", *data) as recording,
    ):
        train(toys.moon_network(), data, [ctrl_c, recording], 500)
    assert Replay(tmp_path / "a.h5").epochs == (0, 1, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]


def test_training_that_goes_on_keeps_its_numbers(tmp_path):
    data = toys.moons()
    toys.moon_network().fit(
        *data, initial_epoch=7, epochs=9, verbose=0,
        callbacks=[recorder(tmp_path / "a.h5", "a", *data)],
    )  # fmt: skip
    assert Replay(tmp_path / "a.h5").epochs == (7, 8, 9)


def test_two_trainings_at_once_do_not_share_a_file(tmp_path):
    data = toys.moons()
    first, second = (recorder(tmp_path / "a.h5", name, *data) for name in ("one", "two"))
    first.set_model(toys.moon_network())
    first.on_train_begin()
    second.set_model(toys.moon_network())
    with pytest.raises(TrainingError, match="Another training is recording into the same replay"):
        second.on_train_begin()
    first.close()
    second.on_train_begin()
    second.close()


def test_one_recorder_records_one_training(tmp_path):
    data, model = toys.moons(), toys.moon_network()
    used = recorder(tmp_path / "a.h5", "a", *data)
    train(model, data, [used])
    with pytest.raises(TrainingError, match="records one training. Received: a second one for 'a'"):
        train(model, data, [used])


def test_a_sequential_without_the_shape_of_its_input(tmp_path):
    import keras

    data = toys.moons()
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    recorder(tmp_path / "a.h5", "a", *data).record_initial(model)
    assert Replay(tmp_path / "a.h5").model().count_params() == 3


def own_layer():
    import keras

    class Mine(keras.layers.Layer):
        def call(self, given):
            return given

    return keras.Sequential([keras.Input((2,)), Mine(), keras.layers.Dense(1)])


def own_model():
    import keras

    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, given):
            return self.dense(given)

    return Mine()


def with_lambda():
    import keras

    return keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda given: given * 2)])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (own_layer, "only parts of Keras that run none. Received: Mine of"),
        (own_model, "Only Sequential and functional models can be recorded"),
        (with_lambda, "only parts of Keras that run none. Received: Lambda of keras.layers"),
    ],
)
def test_what_needs_its_authors_code_is_refused(tmp_path, build, message):
    data = toys.moons()
    with pytest.raises(TrainingError, match=message):
        recorder(tmp_path / "a.h5", "a", *data).record_initial(build())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("group", "inputs", "targets", "message"),
    [
        ("a/b", 10, 10, "`group` must be a name without slashes. Received: group='a/b'"),
        ("", 10, 10, "`group` must be a name"),
        ("a", 10, 9, "equally many rows, at least one. Received: rows="),
        ("a", 0, 0, "equally many rows, at least one"),
        ("a", 10, {"moan": np.zeros(10)}, r"must have the names \['moon'\]. Received: \['moan'\]"),
        ("a", 10, np.array(["no"] * 10), "must be numbers in rows. Received: moon of type <U2"),
    ],
)
def test_a_bad_probe_is_refused(tmp_path, group, inputs, targets, message):
    points, labels = toys.moons()
    inputs = points[:inputs]
    targets = labels[:targets] if isinstance(targets, int) else targets
    with pytest.raises(TrainingError, match=message):
        recorder(tmp_path / "a.h5", group, inputs, targets).record_initial(toys.moon_network())
    assert list(tmp_path.iterdir()) == []


def test_a_precision_that_does_not_exist(tmp_path):
    with pytest.raises(TrainingError, match="`precision` must be one of .* Received: 'int8'"):
        recorder(tmp_path / "a.h5", "a", *toys.moons(), precision="int8")


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((TrainingError, OSError), match="file"):
        recorder(tmp_path / "file" / "a.h5", "a", *toys.moons()).record_initial(toys.moon_network())


def test_a_disk_that_gets_full_ends_the_recording_and_not_the_training(tmp_path, monkeypatch):
    def full(self, *args):
        raise OSError(28, "No space left on device")

    data, model = toys.moons(), toys.moon_network()
    mine = recorder(tmp_path / "a.h5", "a", *data)
    mine.set_model(model)
    mine.set_params({"epochs": 3})
    mine.on_train_begin()
    mine.on_epoch_begin(0)
    mine.on_epoch_end(0, {"loss": 1.0})
    # /dev/full takes nothing: every write fails as on a full disk.
    mine._writer._file.close()
    mine._writer._file = open("/dev/full", "r+b")  # noqa: SIM115
    with pytest.warns(UserWarning, match="The replay ends before epoch 2: .*No space left"):
        mine.on_epoch_end(1, {"loss": 0.5})
    mine.on_epoch_end(2, {"loss": 0.4})
    mine.on_train_end()
    assert Replay(tmp_path / "a.h5").epochs == (0, 1)


def test_weights_that_float16_does_not_hold_become_infinite_without_a_fuss(tmp_path):
    model, data = toys.moon_network(), toys.moons()
    weights = model.get_weights()
    weights[0][0, 0], weights[1][0] = 1e6, 1e6
    model.set_weights(weights)
    recorder(tmp_path / "a.h5", "a", *data).record_initial(model)
    kernel, bias, *_ = Replay(tmp_path / "a.h5").model().get_weights()
    assert kernel[0, 0] == np.inf
    assert bias[0] == 1e6, "vectors keep their range"


def test_more_values_than_there_is_room_for_are_left_out(tmp_path):
    from donkeycar.replay.probe_data import ProbeData

    writer = RecordingWriter(
        tmp_path / "a.h5", "a", about={}, probe=ProbeData({"x": np.ones(1)}, {"y": np.ones(1)}),
        weights=[], rows=1, half=False,
    )  # fmt: skip
    writer.append(0, [], {f"metric {number}": 0.0 for number in range(300)})
    with pytest.raises(OSError, match="there is room for 0 epochs only"):
        writer.append(1, [], {})
    writer.close()
