"""Short forms of the benchmarks `tub_crash` and `tub_kill`."""

import sys

import pytest

from benchmarks.tub.tub_crash import failures
from benchmarks.tub.tub_faults import FULL, HALF, MODES


@pytest.mark.parametrize("mode", MODES)
def test_a_disk_failing_at_any_operation_spoils_nothing(folder, peer, mode):
    results = list(failures(folder, peer, mode, num_records=4))
    assert len(results) > 50
    assert [result for result in results if result] == []


@pytest.mark.parametrize("mode", [HALF, FULL])
def test_a_disk_failing_while_a_crashed_tub_is_repaired_spoils_nothing(folder, peer, mode):
    results = list(failures(folder, peer, mode, num_records=1, crashed=True))
    assert len(results) > 50
    assert [result for result in results if result] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_killing_the_recorder_at_random_moments_spoils_nothing(folder, peer):
    from benchmarks.tub.tub_kill import deaths

    results = list(deaths(folder, peer, num_deaths=15, seed=7))
    assert sum(num_safe for num_safe, _ in results) > 100, "the processes recorded something"
    assert [texts for _, texts in results if texts] == []
