import numpy as np
import pytest

from donkeycar.errors import ConfigError
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.safety.command import Command
from donkeycar.testing import check_part


def test_the_camera_keeps_the_part_contract(world, clock):
    image, exposed_s, sequence = check_part(SimCamera(world, clock=clock), outputs=3)
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
    camera = SimCamera(world, clock=clock)
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


def test_a_frame_shows_the_present_not_the_last_tick(world, clock):
    camera, wheels = SimCamera(world, clock=clock), SimDrivetrain(world, clock=clock)
    camera.run()
    wheels.run(Command(0.0, 0.5, "user", 10.0))
    clock.sleep(0.5)
    image = camera.run()[0]
    assert world.time_s == pytest.approx(0.5)
    assert np.array_equal(image, world.render())


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
