"""Nobody reads what the car says, and it drives all the same (the short form)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.safety.unread_output import KINDS, RATE_HZ, drive_unread

SECONDS = 2
# Whoever waits for a reader that sleeps waits for ever; a machine that is shared does not.
NOT_FOR_EVER_MS = 1000


@pytest.fixture(scope="module")
def drives():
    with ThreadPoolExecutor(len(KINDS)) as pool:
        yield {kind: pool.submit(drive_unread, kind, SECONDS) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_car_drives_and_stops_with_a_full(drives, kind):
    ticks = drives[kind].result()
    assert max(tick.stopped_ms for tick in ticks) < NOT_FOR_EVER_MS
    assert len(ticks) > 0.5 * SECONDS * RATE_HZ
