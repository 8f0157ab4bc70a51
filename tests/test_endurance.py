"""What the endurance benchmark calls growth, and what it calls a late tick."""

import os
import subprocess
import sys

import pytest

from benchmarks.loop.endurance import growth, late_ticks, loop_verdict
from benchmarks.loop.resources import Sample, sample, slope_a_hour
from benchmarks.loop.tick import median_ms
from donkeycar.loop.profiler import Stopwatch, report


def samples(mb_a_hour=0.0, *, minutes=110, threads=8, fds=10, noise_mb=0.0):
    """A sample every 10 s."""
    return [
        Sample(
            at_s,
            80 + mb_a_hour * at_s / 3600 + noise_mb * (index % 7 == 0),
            fds + (index % 5),
            threads,
            0.2 * at_s,
        )
        for index, at_s in enumerate(range(0, 60 * minutes, 10))
    ]


def test_a_leak_of_more_than_a_megabyte_an_hour_is_found():
    line, missed = growth("vehicle", samples(1.2))
    assert missed == ["vehicle: memory grows by 1.20 MB an hour"]
    assert "20.0% of a core" in line


def test_memory_that_jumps_up_and_down_does_not_grow():
    assert growth("vehicle", samples(0.4, noise_mb=5.0))[1] == []
    assert slope_a_hour(samples(0.4, noise_mb=5.0)) == pytest.approx(0.4, abs=0.1)


def test_a_short_run_allows_the_noise_of_an_allocator():
    assert growth("vehicle", samples(40.0, minutes=7))[1] == []
    assert growth("vehicle", samples(60.0, minutes=7))[1] != []


def test_a_thread_for_every_connection_is_found():
    later = [one._replace(at_s=one.at_s + 6600, threads=11) for one in samples()]
    assert growth("vehicle", samples() + later)[1] == ["vehicle: +3 threads"]


def test_a_process_that_ended_is_a_fault():
    assert growth("vehicle", samples()[:2])[1] == ["vehicle did not run to the end"]


def row(at_s, ticks, late=(), records=0):
    return {"at_s": at_s, "ticks": ticks, "late": list(late), "longest_s": 0.02,
            "records": records, "status": "", "answered": True}  # fmt: skip


def test_a_late_tick_is_excused_only_if_the_computer_stood_still_as_well():
    rows = [row(0.0, 0), row(100.0, 6000, [[50.0, 50.2], [70.0, 70.2]], records=5990)]
    still = [[50.02, 50.19], [70.0, 70.05]]
    assert late_ticks(rows, still) == ([[70.0, 70.2]], [[50.0, 50.2]])
    lines, missed = loop_verdict(rows, still, 60)
    assert missed == ["1 ticks were later than 150 ms"]
    assert "1 above 150 ms, 1 more while the computer stood still" in lines[0]


def test_a_run_in_which_nothing_was_recorded_proves_nothing():
    assert loop_verdict([row(0.0, 0), row(100.0, 6000)], [], 60)[1] == [
        "only 0 records of 6000 ticks"
    ]


def test_a_busy_disk_is_told_and_a_recording_that_stopped_is_a_fault():
    busy = "120 records lost: the disk does not keep up."
    rows = [row(0.0, 0), {**row(100.0, 6000, records=5800), "status": busy}]
    lines, missed = loop_verdict(rows, [], 60)
    assert missed == []
    assert busy in lines[1]
    full = "Recording stopped. The disk is almost full: 1 MB."
    assert loop_verdict([*rows, {**rows[1], "status": full}], [], 60)[1] == [full]


def test_a_process_is_measured_from_outside():
    script = "import sys; kept = bytearray(50_000_000); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        found = sample(child.pid, 1.0)
        child.stdin.close()
    own = sample(os.getpid(), 1.0)
    assert 50 < found.rss_mb < 90
    assert found.threads == 1
    assert 3 <= found.fds < 20
    assert own.cpu_s > 0


def test_the_medians_of_all_parts_are_a_tick():
    watches = [Stopwatch("Camera"), Stopwatch("Two words that are long")]
    for watch in watches:
        for duration_s in (0.001, 0.002, 0.050):
            watch.add(duration_s)
    assert median_ms(report(watches)) == pytest.approx(4.0)
