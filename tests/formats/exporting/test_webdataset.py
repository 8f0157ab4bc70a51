"""WebDataset: the webdataset package reads every record and every image file as it was."""

import json
import tarfile

import pytest
import webdataset

from donkeycar.errors import ConfigError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.tub import TubReader

from .conftest import TUBS

# The package leaves the shards that it has read open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def samples(folder):
    """The samples in shards, as training gets them: undecoded."""
    shards = sorted(str(path) for path in folder.glob("*.tar"))
    return list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False))


@pytest.mark.parametrize("name", TUBS)
def test_a_real_tub_is_read_back_equal(cut, tmp_path, name):
    tub = cut(name)
    export_tubs([tub], "webdataset", tmp_path / "shards")
    reader = TubReader(tub)
    for sample, record in zip(samples(tmp_path / "shards"), reader, strict=True):
        assert sample["__key__"] == f"{name}/{record['_index']:09}"
        assert sample["jpg"] == reader.image_path(record).read_bytes()
        values = json.loads(sample["json"])
        assert values.pop("_origin") == name
        known = {key: value for key, value in values.items() if value is not None}
        assert known == {k: v for k, v in record.items() if k != "cam/image_array"}


def test_every_type_is_read_back_equal(every_type, tmp_path):
    export_tubs([every_type], "webdataset", tmp_path / "shards")
    reader = TubReader(every_type)
    for sample, record in zip(samples(tmp_path / "shards"), reader, strict=True):
        values = json.loads(sample["json"])
        for key in ("my/gear", "my/lights", "imu/accel", "lidar/scan", "my/notes"):
            assert values[key] == record.get(key)
        depth = sample.get("cam_depth_array.png")
        there = "cam/depth_array" in record
        path = reader.image_path(record, "cam/depth_array") if there else None
        assert depth == (path.read_bytes() if path else None)


def test_pictures_and_values_are_decoded_by_the_package(every_type, tmp_path):
    export_tubs([every_type], "webdataset", tmp_path / "shards")
    dataset = webdataset.WebDataset(
        str(tmp_path / "shards/000000.tar"), shardshuffle=False, empty_check=False
    )
    picture, values = next(iter(dataset.decode("rgb8").to_tuple("jpg", "json")))
    assert picture.shape == (12, 16, 3)
    assert values["user/throttle"] == 0.1


def test_a_shard_ends_before_it_is_too_large_and_no_record_is_split(cut, tmp_path):
    tub = cut("renault_office_v2")
    options = {"shard_mb": 0.1}
    exported = export_tubs([tub], "webdataset", tmp_path / "shards", options=options)
    shards = sorted((tmp_path / "shards").iterdir())
    assert exported.facts == {"num_shards": len(shards)}
    assert [path.name for path in shards[:2]] == ["000000.tar", "000001.tar"]
    assert max(path.stat().st_size for path in shards) <= 100_000 + 10_240  # the end of a tar
    assert len(samples(tmp_path / "shards")) == 40
    for path in shards:
        with tarfile.open(path) as shard:
            endings = [name.partition(".")[2] for name in shard.getnames()]
        assert endings == ["jpg", "json"] * (len(endings) // 2)


def test_the_same_records_make_the_same_shards(cut, tmp_path):
    tub = cut("tiny_v1")
    for name in ("a", "b"):
        export_tubs([tub], "webdataset", tmp_path / name)
    assert (tmp_path / "a/000000.tar").read_bytes() == (tmp_path / "b/000000.tar").read_bytes()


def test_a_dot_in_the_name_of_a_tub_does_not_end_the_key(cut, tmp_path):
    tub = cut("tiny_v1").rename(tmp_path / "tub.2018 (old)")
    export_tubs([tub], "webdataset", tmp_path / "shards")
    first = samples(tmp_path / "shards")[0]
    assert first["__key__"] == "tub_2018__old_/000000000"
    assert {"jpg", "json"} < set(first)


def test_a_shard_of_nothing_is_refused(cut, tmp_path):
    with pytest.raises(ConfigError, match="`--shard-mb` must be more than 0. Received: --shard"):
        export_tubs([cut("tiny_v1")], "webdataset", tmp_path / "a", options={"shard_mb": 0.0})
    assert list(tmp_path.iterdir()) == []
