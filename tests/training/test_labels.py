"""Labels of a later record, and labels that are smoothed."""

from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.records.labels import relabel
from donkeycar.training.records.recordings import Recordings


def recorded(angles, *, sessions=None, indexes=None):
    indexes = range(len(angles)) if indexes is None else indexes
    return Recordings(
        tubs=[Path("tub")],
        sources=[(None, {"_index": index}) for index in indexes],
        labels=np.array([(angle, 0.5) for angle in angles], np.float32),
        sessions=np.array([0] * len(angles) if sessions is None else sessions),
        session_names=["tub/a", "tub/b"],
    )


def taught(recordings):
    return [
        (record["_index"], round(float(angle), 3))
        for (_, record), (angle, _) in zip(recordings.sources, recordings.labels, strict=True)
    ]


def test_by_default_a_record_teaches_its_own_label():
    recordings = recorded([0.1, 0.2, 0.3])
    assert relabel(recordings) is recordings


def test_one_step_ahead():
    shifted = relabel(recorded([0.1, 0.2, 0.3, 0.4]), shift=1)
    assert taught(shifted) == [(0, 0.2), (1, 0.3), (2, 0.4)]
    assert shifted.dropped == {"without a label so many records later": 1}


def test_a_label_of_another_session_teaches_nothing():
    shifted = relabel(recorded([0.1, 0.2, 0.3, 0.4], sessions=[0, 0, 1, 1]), shift=1)
    assert taught(shifted) == [(0, 0.2), (2, 0.4)]


def test_no_label_is_taken_from_beyond_deleted_records():
    shifted = relabel(recorded([0.1, 0.2, 0.3, 0.4], indexes=[0, 1, 5, 6]), shift=1)
    assert taught(shifted) == [(0, 0.2), (5, 0.4)]


def test_a_window_smooths_within_a_session():
    smoothed = relabel(recorded([0.0, 0.3, 0.6, -1.0], sessions=[0, 0, 0, 1]), window=3)
    assert taught(smoothed) == [(0, 0.15), (1, 0.3), (2, 0.45), (3, -1.0)]
    assert smoothed.dropped == {}


def test_a_window_longer_than_the_session_takes_what_there_is():
    assert taught(relabel(recorded([0.0, 0.5]), window=101)) == [(0, 0.25), (1, 0.25)]


def test_smoothed_first_then_shifted():
    both = relabel(recorded([0.0, 0.3, 0.6, 0.9]), window=3, shift=2)
    assert taught(both) == [(0, 0.6), (1, 0.75)]


def test_the_recordings_themselves_stay():
    recordings = recorded([0.1, 0.2])
    relabel(recordings, shift=1, window=3)
    assert taught(recordings) == [(0, 0.1), (1, 0.2)]
    assert recordings.dropped == {}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shift": -1}, "`label_shift` must be 0 to 100 records. Received: -1"),
        ({"window": 4}, "`label_window` must be an odd number of records, 1 to 101. Received: 4"),
        ({"window": 0}, "`label_window` must be"),
        ({"shift": 3}, "must leave records to learn from"),
    ],
)
def test_impossible_numbers_are_refused(wrong, message):
    with pytest.raises(TrainingError, match=message):
        relabel(recorded([0.1, 0.2, 0.3]), **wrong)
