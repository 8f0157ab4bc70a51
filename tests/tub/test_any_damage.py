"""Whatever is damaged in a tub: what is advised helps, loses nothing, and can be undone."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.tub.damage import DAMAGES, apply, make_tub
from benchmarks.tub.damage_judge import judge
from benchmarks.tub.tub_crash import fast_folder

NUMBER = st.integers(0, 10_000)
DAMAGE = st.tuples(st.sampled_from(sorted(DAMAGES)), NUMBER, NUMBER)


@pytest.fixture(scope="module")
def whole_tub(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "tub"
    make_tub(path)
    return path


def judged(whole_tub, damages):
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        tub = Path(shutil.copytree(whole_tub, Path(folder) / "tub"))
        done = apply(tub, damages)
        return done, judge(tub)


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(damages=st.lists(DAMAGE, min_size=1, max_size=4))
def test_repair_then_check_is_a_fixed_point(whole_tub, damages):
    """And nothing readable is lost, a second repair changes nothing, undo restores every byte."""
    assert judged(whole_tub, damages)[1] == []


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_by_itself(whole_tub, name):
    """Each takes effect on a whole tub."""
    for number in range(3):
        done, wrong = judged(whole_tub, [(name, 37 * number + 1, 101 * number + 5)])
        assert wrong == []
    assert done == [name]
