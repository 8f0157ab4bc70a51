"""Every command counts the same records in a tub, whatever is damaged in it."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.tub.damage import DAMAGES, apply, make_tub
from benchmarks.tub.tub_crash import fast_folder
from donkeycar.analysis import TubFrame
from donkeycar.errors import TrainingError, TubError
from donkeycar.formats.exporting.export import export_tubs
from donkeycar.training.records.recordings import DAMAGED, gather
from donkeycar.tub import TubReader, check, tub_info

NUMBER = st.integers(0, 10_000)
DAMAGE = st.tuples(st.sampled_from(sorted(DAMAGES)), NUMBER, NUMBER)


@pytest.fixture(scope="module")
def whole_tub(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "tub"
    make_tub(path)
    return path


def counted_by_statistics(tub, *, deleted):
    with TubFrame(tub, deleted=deleted) as frame:
        return frame.count()


def counted_by_training(tub):
    """Records that a trainer looked at, used or not; ``None`` if it can use none."""
    try:
        found = gather([tub])
    except TrainingError:
        return None
    return len(found) + sum(found.dropped.values()) - found.dropped[DAMAGED]


def exported(tub):
    """Records that an export wrote or left out; ``None`` if it is refused."""
    try:
        done = export_tubs([tub], "csv", tub.parent / "table.csv", overwrite=True)
    except TubError:
        return None
    return done.num_records + sum(done.left_out.values())


def assert_counts_agree(tub):
    try:
        reader = TubReader(tub)
    except TubError:
        for refused in (check, tub_info, TubFrame):
            with pytest.raises(TubError):
                refused(tub)
        return
    alive, every = len(reader), len(reader.records(include_deleted=True))
    report, info = check(tub), tub_info(tub)
    assert (report.num_records, report.num_records - report.num_deleted) == (every, alive)
    assert (info.num_records, info.num_records - info.num_deleted) == (every, alive)
    assert counted_by_statistics(tub, deleted=True) == every
    assert counted_by_statistics(tub, deleted=False) == alive
    assert counted_by_training(tub) in (alive, None)
    assert exported(tub) in (alive, None)


@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(damages=st.lists(DAMAGE, min_size=1, max_size=3))
def test_all_commands_count_the_same_records(whole_tub, damages):
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        tub = Path(shutil.copytree(whole_tub, Path(folder) / "tub"))
        apply(tub, damages)
        assert_counts_agree(tub)


@pytest.mark.parametrize("name", DAMAGES)
def test_after_each_damage_by_itself(whole_tub, tmp_path, name):
    """Lines that nest too deeply, and numbers of 5,000 digits, counted for statistics only."""
    tub = Path(shutil.copytree(whole_tub, tmp_path / "tub"))
    apply(tub, [(name, 38, 106)])
    assert_counts_agree(tub)
