"""The log for TensorBoard, read back as TensorBoard does."""

import struct

import pytest

from donkeycar.keras_backend import import_keras


@pytest.fixture
def event_log():
    import_keras()
    from donkeycar.training.epochs import event_log

    return event_log


def points(folder):
    """Every point in the event files of a folder: tag, step, value, and what draws it."""
    import tensorflow as tf

    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                [number] = struct.unpack("<f", value.tensor.tensor_content)
                drawn_by = value.metadata.plugin_data.plugin_name
                found.append((value.tag, event.step, number, drawn_by))
    return found


def test_each_epoch_is_a_point_of_two_curves(tmp_path, event_log):
    log = event_log.EventLog(tmp_path / "run", print)
    for epoch in range(2):
        log.on_epoch_end(epoch, {"loss": 0.5 - epoch / 4, "val_loss": 0.75})
    log.on_train_end()
    assert points(tmp_path / "run" / "train") == [
        ("epoch_loss", 1, 0.5, "scalars"),
        ("epoch_loss", 2, 0.25, "scalars"),
    ]
    assert [point[:3] for point in points(tmp_path / "run" / "validation")] == [
        ("epoch_loss", 1, 0.75),
        ("epoch_loss", 2, 0.75),
    ]


def test_an_epoch_can_be_seen_at_once(tmp_path, event_log):
    log = event_log.EventLog(tmp_path, print)
    log.on_epoch_end(0, {"loss": 0.5})
    assert points(tmp_path / "train") == [("epoch_loss", 1, 0.5, "scalars")]


def test_no_two_trainings_share_a_folder(tmp_path, event_log):
    first = event_log.new_log_folder(tmp_path / "mypilot.keras")
    first.mkdir(parents=True)
    second = event_log.new_log_folder(tmp_path / "mypilot.keras")
    assert first.parent == second.parent == tmp_path / "tensorboard"
    assert first.name.startswith("mypilot_")
    assert first != second


def test_a_place_nobody_can_write_to_is_said_once(tmp_path, event_log):
    (tmp_path / "file").touch()
    said = []
    log = event_log.EventLog(tmp_path / "file", said.append)
    for epoch in range(2):
        log.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.5})
    log.on_train_end()
    [text] = said
    assert "cannot be written" in text
