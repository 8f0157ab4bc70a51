"""A loop in the rhythm of a camera: a tick for each frame, and one without a frame in time."""

import threading
import time

import pytest

from donkeycar import Vehicle
from donkeycar.errors import PartError, PartFailed
from donkeycar.guardian.guardian import DEADLINE_S
from donkeycar.loop.news_pace import MAX_WAIT_S


class Bell:
    """A threaded part that has news when a test says so."""

    def __init__(self, value="frame"):
        self.wake = lambda: None
        self.value = value
        self.stopping = threading.Event()

    def update(self):
        self.stopping.wait()

    def run_threaded(self, *inputs):
        return self.value

    def shutdown(self):
        self.stopping.set()


class Notes:
    """Notes when it runs; does something in some of its runs."""

    def __init__(self, clock, *, does=()):
        self.clock = clock
        self.at_s = []
        self.does = dict(does)

    def run(self, *inputs):
        self.at_s.append(round(self.clock.monotonic(), 4))
        self.does.get(len(self.at_s), lambda: None)()


def paced(clock):
    """A car that its camera paces."""
    car, camera = Vehicle(clock=clock), Bell()
    car.add(camera, outputs=["frame"], threaded=True, prompt=True)
    car.pace_by(camera)
    return car, camera


def test_a_frame_begins_a_tick_at_once(clock):
    car, camera = paced(clock)
    notes = Notes(clock, does={1: lambda: camera.wake(), 2: lambda: camera.wake()})
    car.add(notes, inputs=["frame"])
    car.start(rate_hz=20, max_loop_count=3)
    assert notes.at_s == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("rate_hz", "wait_s"), [(20, 0.075), (60, 0.025), (10, 0.1), (1, 0.1)])
def test_a_dead_camera_cannot_stop_the_loop(clock, rate_hz, wait_s):
    car, _ = paced(clock)
    notes = Notes(clock)
    car.add(notes, inputs=["frame"])
    car.start(rate_hz=rate_hz, max_loop_count=4)
    assert notes.at_s == pytest.approx([0, wait_s, 2 * wait_s, 3 * wait_s])
    assert wait_s < DEADLINE_S, "the guardian stops a motor whose loop is silent"
    assert MAX_WAIT_S < DEADLINE_S


def test_an_answer_goes_out_between_two_ticks_and_begins_none(clock):
    car, camera = paced(clock)
    pilot, motor = Bell(0.3), Notes(clock)
    notes = Notes(clock, does={1: lambda: pilot.wake()})
    car.add(pilot, inputs=["frame"], outputs=["answer"], threaded=True, prompt=True)
    car.add(motor, inputs=["answer"], prompt=True)
    car.add(notes, inputs=["frame"])
    car.start(rate_hz=20, max_loop_count=2)
    assert motor.at_s == [0.0, 0.0, 0.075]
    assert notes.at_s == [0.0, 0.075]


def test_where_a_part_changes_orders_an_answer_begins_a_tick(clock):
    """So the part sees every order, and no order waits for the next frame."""
    car, camera = paced(clock)
    pilot = Bell(0.9)

    class Limit:
        def run(self, throttle):
            return min(throttle, 0.2)

    seen = []

    class Motor:
        def run(self, throttle):
            seen.append((round(clock.monotonic(), 3), throttle))

    car.add(pilot, inputs=["frame"], outputs=["throttle"], threaded=True, prompt=True)
    car.add(Limit(), inputs=["throttle"], outputs=["throttle"])
    car.add(Motor(), inputs=["throttle"], prompt=True)
    car.add(Notes(clock, does={1: lambda: pilot.wake()}))
    car.start(rate_hz=20, max_loop_count=3)
    assert seen == [(0.0, 0.2), (0.0, 0.2), (0.075, 0.2)]


def test_a_tick_that_begins_long_after_its_frame_is_late(clock):
    car, camera = paced(clock)

    def dawdle():
        camera.wake()
        clock.sleep(0.04)

    car.add(Notes(clock, does={1: dawdle, 2: lambda: camera.wake()}), inputs=["frame"])
    car.add(Bell(), inputs=["loop/late_ticks"], outputs=["x"], threaded=True)
    car.start(rate_hz=20, max_loop_count=30)
    assert car.mem["loop/late_ticks"] == 1


def test_a_camera_that_ends_stops_the_car_by_name(clock):
    car, camera = paced(clock)
    camera.update = lambda: None
    # On a clock that a test moves, thirty ticks could be over before the thread is.
    car.add(Notes(clock, does={2: lambda: car.entries[0].thread.join(60)}), inputs=["frame"])
    with pytest.raises(PartFailed, match="Bell failed: its update"):
        car.start(rate_hz=20, max_loop_count=30)


@pytest.mark.parametrize(
    "how", [{"threaded": False}, {"threaded": True}, {"threaded": True, "prompt": True}]
)
def test_only_a_prompt_part_with_a_thread_that_wakes_the_loop_can_pace_it(clock, how):
    class Silent:
        run = run_threaded = update = lambda self: None

    car, silent = Vehicle(clock=clock), Silent()
    car.add(silent, **how)
    with pytest.raises(PartError, match=r"must be added first, with threaded=True and prompt=True"):
        car.pace_by(silent)
    with pytest.raises(PartError, match="Received: <"):
        car.pace_by(Bell())


def test_in_real_time_each_frame_gets_its_tick():
    """What used to happen: at equal rates, a third of jittery frames shared a tick with another."""

    class Camera(Bell):
        num_frames = 0

        def update(self):
            for interval_s in [0.03, 0.01] * 15:
                time.sleep(interval_s)
                self.num_frames += 1
                self.wake()
            self.stopping.wait()

        def run_threaded(self):
            return self.num_frames

    car, camera = Vehicle(), Camera()
    seen = []

    class Reader:
        def run(self, number):
            seen.append(number)
            if number == 30:
                car.on = False

    car.add(camera, outputs=["frame"], threaded=True, prompt=True)
    car.add(Reader(), inputs=["frame"])
    car.pace_by(camera)
    car.start(rate_hz=20, max_loop_count=200)
    # On a busy computer a few may still share one.
    assert len({*seen} - {0}) >= 25
