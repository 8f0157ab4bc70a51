import numpy as np
import pytest

from donkeycar.driving.command import Command
from donkeycar.errors import ConfigError
from donkeycar.parts.camera.latency import Latency
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.track import load_track
from donkeycar.sim.world import World
from donkeycar.testing import FakeClock, check_part

AT_ONCE = Latency(0.0, jitter_s=0.0)


def test_the_camera_keeps_the_part_contract(world, clock):
    image, exposed_s, sequence = check_part(
        SimCamera(world, latency=AT_ONCE, clock=clock), outputs=3
    )
    assert image.shape == (120, 160, 3)
    assert (exposed_s, sequence) == (0.0, 1)


def test_a_grey_camera_has_three_equal_channels(world, clock):
    image, _, _ = SimCamera(world, grey=True, clock=clock).run()
    assert image.shape == (120, 160, 3)
    assert image.std() > 10
    assert (image == image[:, :, :1]).all()


def test_the_drivetrain_keeps_the_part_contract(world, clock):
    check_part(SimDrivetrain(world, clock=clock), Command(0.0, 0.3, "user", 1.0))
    clock.sleep(0.5)
    world.advance(0.5)
    assert world.car.speed_mps == 0, "shut down, it stands"


def test_no_new_frame_before_time_has_passed(world, clock):
    camera = SimCamera(world, latency=AT_ONCE, clock=clock)
    assert camera.run()[2] == 1
    assert camera.run() is None
    clock.sleep(0.05)
    assert camera.run()[1:] == (0.05, 2)


def test_the_frame_rate_is_kept(world, clock):
    camera = SimCamera(world, framerate_hz=20, clock=clock)
    frames = 0
    for _ in range(100):
        frames += camera.run() is not None
        clock.sleep(0.01)
    assert frames == 20


def test_without_latency_a_frame_shows_the_present_not_the_last_tick(world, clock):
    camera = SimCamera(world, latency=AT_ONCE, clock=clock)
    wheels = SimDrivetrain(world, clock=clock)
    camera.run()
    wheels.run(Command(0.0, 0.5, "user", 10.0))
    clock.sleep(0.5)
    image = camera.run()[0]
    assert world.time_s == pytest.approx(0.5)
    assert np.array_equal(image, world.render())


def test_a_frame_shows_what_was_to_be_seen_when_it_was_exposed(world, clock):
    """Frames were exposed in the tick that took them: no real camera can do that."""
    camera = SimCamera(world, latency=Latency(0.06, jitter_s=0.0), clock=clock)
    wheels = SimDrivetrain(world, clock=clock)
    at_rest, exposed_s, _ = camera.run()
    assert exposed_s == pytest.approx(clock.monotonic() - 0.06)
    assert np.array_equal(at_rest, world.render()), "before the start the car stood there"
    wheels.run(Command(0.3, 0.5, "user", clock.monotonic() + 10.0))
    clock.sleep(1.0)
    world.follow(clock.monotonic())
    past = world.render()
    clock.sleep(0.06)
    image, exposed_s, _ = camera.run()
    assert exposed_s == pytest.approx(clock.monotonic() - 0.06)
    assert np.array_equal(image, past)
    assert not np.array_equal(image, world.render())


@pytest.mark.parametrize("rate_hz", [20, 60])
def test_the_jitter_of_a_simulated_camera_follows_the_seed_and_keeps_the_order(rate_hz):
    def ages(seed):
        world = World(load_track("oval"), seed=seed, camera=CameraModel(32, 24))
        clock = FakeClock()
        camera = SimCamera(world, clock=clock)
        stamps = []
        for _ in range(200):
            stamps.append(camera.run()[1])
            clock.sleep(1 / rate_hz)
        assert stamps == sorted(set(stamps)), "no frame overtakes another"
        return [number / rate_hz - stamp for number, stamp in enumerate(stamps)]

    assert ages(1) == ages(1)
    assert ages(1) != ages(2)
    assert np.mean(ages(1)) == pytest.approx(0.06, abs=0.01)
    assert 0.025 < min(ages(1)) < max(ages(1)) < 0.095


@pytest.mark.parametrize("order", [None, Command(0.0, 0.5, "user", 0.0)])
def test_no_order_and_an_expired_one_do_not_move_the_car(world, clock, order):
    wheels = SimDrivetrain(world, clock=clock)
    clock.sleep(0.1)
    for _ in range(20):
        wheels.run(order)
        clock.sleep(0.05)
    assert world.car.speed_mps == 0


def test_a_loop_that_hangs_leaves_a_car_that_coasts(world, clock):
    wheels = SimDrivetrain(world, clock=clock)
    for _ in range(20):
        wheels.run(Command(0.0, 0.3, "user", clock.monotonic() + 0.25))
        clock.sleep(0.05)
    assert world.car.speed_mps > 1.5
    for _ in range(4):
        clock.sleep(0.9)
        world.follow(clock.monotonic())
    assert world.car.speed_mps == 0


def test_an_impossible_frame_rate_is_refused(world):
    with pytest.raises(ConfigError, match="`framerate_hz` must be greater than 0"):
        SimCamera(world, framerate_hz=0)
