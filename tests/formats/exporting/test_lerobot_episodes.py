"""Episodes: no longer than a reader can tell their times, at even times if asked."""

from collections import Counter
from types import SimpleNamespace

import numpy as np

from donkeycar.formats.exporting.lerobot.episodes import Rhythm, episodes
from donkeycar.formats.exporting.selection import Frame, Row, Tub
from donkeycar.tub.pace import Pace

TUB = Tub("a", SimpleNamespace())


def frames(times_s):
    for index, time_s in enumerate(times_s):
        stamp = None if time_s is None else round(1000 * time_s)
        values = {"_index": index, "_timestamp_ms": stamp}
        yield Frame(Row(TUB, values), values, {})


def cut(times_s, *, fps=20, pause_s=0.5, resample=False):
    """Indexes of the records of each episode."""
    rhythm = Rhythm(fps, {"a": Pace(fps, is_timed=True)}, pause_s, resample)
    left_out = Counter()
    found = [
        [frame.values["_index"] for frame in episode]
        for episode in episodes(frames(times_s), rhythm, left_out)
    ]
    return found, left_out.total()


def test_an_hour_is_cut_so_that_a_reader_can_tell_the_times_apart():
    """What happens else: from 1024 s on, a 32-bit float is off by more than the tolerance."""
    found, _ = cut(np.arange(20 * 3600) / 20)
    assert len(found) == 8
    longest = max(map(len, found))
    stamps = np.float32(np.arange(longest) / 20)
    assert np.abs(np.diff(stamps) - 1 / 20).max() < 1e-4
    starts = np.arange(longest) / 20 + 512  # the latest start in a film
    queried = np.float32(stamps.astype(np.float64) + 512)
    assert np.abs(queried - np.float32(starts)).max() < 1e-4


def test_a_resampled_hour_is_cut_as_well():
    found, _ = cut(np.arange(20 * 3600) / 20, resample=True)
    assert max(map(len, found)) <= 512 * 20 + 1
    assert sum(map(len, found)) >= 20 * 3600 - len(found)


def test_without_a_time_there_is_no_neighbour():
    assert cut([0, 0.05, None, 0.15, 0.2]) == ([[0, 1], [3, 4]], 1)


def test_a_slow_stretch_gets_frames_twice_and_a_fast_one_loses_some():
    slow = [0, 0.05, 0.25, 0.3]
    assert cut(slow, resample=True) == ([[0, 1, 1, 1, 2, 2, 3]], 0)
    fast = [0, 0.02, 0.04, 0.06, 0.08, 0.1]
    assert cut(fast, resample=True) == ([[0, 2, 5]], 0)


def test_nothing_gives_no_episode():
    assert cut([]) == ([], 0)
    assert cut([1.0]) == ([], 1)
