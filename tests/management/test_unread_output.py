"""Nobody reads what the car says, and it drives all the same (the short form)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.unread_output import KINDS, MAX_PERIOD_S, RATE_HZ, drive_unread

SECONDS = 2
# For a machine that is shared.
SHARED = 1.5


@pytest.fixture(scope="module")
def drives():
    with ThreadPoolExecutor(len(KINDS)) as pool:
        yield {kind: pool.submit(drive_unread, kind, SECONDS) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_car_drives_and_stops_with_a_full(drives, kind):
    drive = drives[kind].result()
    assert drive.ticks > 0.8 * SECONDS * RATE_HZ
    assert drive.violations(SHARED * MAX_PERIOD_S) == 0, drive
