import pytest

from donkeycar.sim.laps import LapCounter


class Walker:
    """Moves a point along the centre line, and tells the counter."""

    def __init__(self, track, s_m, step_s=0.01):
        self.track = track
        self.counter = LapCounter(track)
        self.s_m = s_m
        self.time_s = 0.0
        self.step_s = step_s
        self.look()

    def look(self, right_m=0.0):
        x, y, _ = self.track.point(self.s_m)
        at = self.track.index_at(self.s_m)
        x, y = x - right_m * self.track.left[at, 0], y - right_m * self.track.left[at, 1]
        return self.counter.update(self.time_s, x, y, self.track.locate(x, y))

    def walk(self, metres, speed_mps=2.0, right_m=0.0):
        """Walk on, backwards if `metres` is negative."""
        done = []
        for _ in range(round(abs(metres) / speed_mps / self.step_s)):
            self.s_m += speed_mps * self.step_s * (1 if metres > 0 else -1)
            self.time_s += self.step_s
            done.append(self.look(right_m))
        return [lap for lap in done if lap is not None]


@pytest.fixture
def walker(oval):
    return Walker(oval, oval.file.start_s_m - 0.5)


def test_the_first_crossing_starts_the_clock(walker):
    assert walker.walk(1.0) == []
    assert walker.counter.started_s == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("step_s", [0.01, 0.047])
def test_a_lap_is_timed_between_the_looks(oval, step_s):
    walker = Walker(oval, oval.file.start_s_m - 0.5, step_s)
    laps = walker.walk(3 * oval.length_m)
    assert laps == pytest.approx([oval.length_m / 2.0] * 2, abs=0.002)
    assert walker.counter.lap_times_s == laps


def test_going_to_and_fro_over_the_line_earns_nothing(walker):
    for _ in range(10):
        walker.walk(1.0)
        walker.walk(-1.0)
    assert walker.counter.lap_times_s == []


def test_driving_the_wrong_way_round_earns_nothing(walker, oval):
    walker.walk(1.0)
    assert walker.walk(-3 * oval.length_m) == []


def test_a_short_cut_earns_nothing(walker, oval):
    walker.walk(3.0)
    walker.counter.jump()
    walker.s_m = oval.file.start_s_m - 1.0
    assert walker.walk(2.0) == []


def test_a_lap_after_backing_over_the_line_counts_from_the_new_crossing(walker, oval):
    walker.walk(1.0)
    walker.walk(-1.0)
    laps = walker.walk(oval.length_m + 1.0)
    assert len(laps) == 1


def test_beside_the_line_is_not_across_it(walker, oval):
    assert walker.walk(1.0, right_m=0.45 + 0.35) == []
    assert walker.counter.started_s is None


def test_being_moved_over_the_line_by_hand_is_no_crossing(walker, oval):
    walker.counter.jump()
    walker.s_m = oval.file.start_s_m + 0.5
    walker.look()
    assert walker.counter.started_s is None


def test_a_penalty_makes_the_lap_longer_and_is_paid_once(walker, oval):
    walker.walk(1.0)
    walker.counter.add_penalty(5.0)
    first, second = walker.walk(2 * oval.length_m)
    assert first == pytest.approx(second + 5.0, abs=0.01)
