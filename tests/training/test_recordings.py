import json
import math

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.records.recordings import gather
from donkeycar.tub import TubWriter


def test_records_of_several_tubs_come_in_the_order_given(record_tub):
    first = record_tub("first", [(0.1, 0.5), (0.2, 0.5)])
    second = record_tub("second", [(0.3, 0.5)])
    recordings = gather([second, first])
    np.testing.assert_allclose(recordings.labels[:, 0], [0.3, 0.1, 0.2], rtol=1e-6)
    assert list(recordings.sessions) == [0, 1, 1]
    assert recordings.session_names[0].startswith("second/")


def test_what_cannot_be_learnt_from_is_counted_by_reason(record_tub):
    labels = [(0.1, 0.5), (15.0, 0.5), (0.2, -5.6), (0.3, 0.2)]
    tub = record_tub("tub", labels)
    catalog = next(tub.glob("*.catalog"))
    lines = catalog.read_text().splitlines()
    record = json.loads(lines[3])
    record["user/angle"] = None
    lines[3] = json.dumps(record)
    catalog.write_text("\n".join(lines) + "\n")
    recordings = gather([tub])
    assert len(recordings) == 1
    assert recordings.dropped == {
        "with user/angle beyond -1 to +1": 1,
        "with user/throttle beyond -1 to +1": 1,
        "without user/angle": 1,
    }


def test_whole_numbers_are_numbers_too(record_tub):
    assert list(gather([record_tub("tub", [(1, 0)])]).labels[0]) == [1.0, 0.0]


def test_the_owner_may_filter_in_the_way_of_5x(record_tub):
    tub = record_tub("tub", [(0.1, 0.5), (0.2, 0.0)])
    recordings = gather([tub], record_filter=lambda r: r.underlying["user/throttle"] > 0.1)
    assert len(recordings) == 1
    assert recordings.dropped_in_words() == "1 filtered out by TRAIN_FILTER"


def test_deleted_records_are_not_learnt_from(record_tub):
    tub = record_tub("tub", [(0.1, 0.5), (0.2, 0.5), (0.3, 0.5)])
    with TubWriter(tub, ["user/angle"], ["float"]) as writer:
        writer.delete([1])
    np.testing.assert_allclose(gather([tub]).labels[:, 0], [0.1, 0.3], rtol=1e-6)


def test_a_tub_with_everything_deleted_is_refused(record_tub):
    tub = record_tub("tub", [(0.1, 0.5), (0.2, 0.5)])
    with TubWriter(tub, ["user/angle"], ["float"]) as writer:
        writer.delete([0, 1])
    with pytest.raises(TrainingError, match="All 2 records of .*tub are deleted. Restore some"):
        gather([tub])


def test_an_empty_tub_is_refused(record_tub):
    with pytest.raises(TrainingError, match="tub holds no records. Next step: record some"):
        gather([record_tub("tub", [])])


def test_no_tub_at_all_is_refused():
    with pytest.raises(TrainingError, match="Training needs at least one tub. Add --tub PATH"):
        gather([])


def test_a_folder_that_is_no_tub_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="nowhere"):
        gather([tmp_path / "nowhere"])


def test_other_columns_are_named(tmp_path):
    with TubWriter(tmp_path / "tub", ["user/steering"], ["float"]) as tub:
        tub.append({"user/steering": 0.5})
    with pytest.raises(TrainingError, match="1 without a picture. Each needs cam/image_array"):
        gather([tmp_path / "tub"])


def test_real_recordings_are_usable(shared_data):
    recordings = gather([shared_data / "renault_office_v2"])
    assert len(recordings) == 3541
    assert not recordings.dropped
    assert math.isclose(float(np.abs(recordings.labels).max()), 1.0)


def test_deleted_records_of_a_real_tub_are_left_out(shared_data):
    assert len(gather([shared_data / "usi_track2_v2"])) == 4000 - 1028
