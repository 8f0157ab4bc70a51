import math

import numpy as np
import pytest

from donkeycar.sim.atlas import Atlas, pack, unpack
from donkeycar.sim.camera import CameraModel, RayTable
from donkeycar.sim.ground import GroundPainter
from donkeycar.sim.render import Renderer
from donkeycar.sim.surface import Surface
from donkeycar.sim.track import load_track

YELLOW_LINE_ROWS = slice(70, 110)


@pytest.fixture(scope="module")
def circuit():
    """A track with an unbroken yellow centre line."""
    return load_track("circuit_launch")


def yellow_column(image):
    """Mean column of what is yellow near the car."""
    near = image[YELLOW_LINE_ROWS].astype(int)
    yellow = (near[..., 0] > 150) & (near[..., 1] > 130) & (near[..., 2] < 110)
    return np.nonzero(yellow)[1].mean()


def beside(track, s_m, right_m):
    x, y, yaw = track.point(s_m)
    return x + right_m * math.sin(yaw), y - right_m * math.cos(yaw), yaw


def test_a_frame_is_rgb_and_a_new_array_every_time(circuit):
    renderer = Renderer(circuit, CameraModel())
    first = renderer.render(*circuit.point(2))
    kept = first.copy()
    second = renderer.render(*circuit.point(9))
    assert first.shape == (120, 160, 3)
    assert first.dtype == np.uint8
    assert first.flags.c_contiguous
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(("width_px", "height_px"), [(16, 16), (64, 48), (320, 240), (161, 121)])
def test_any_size_of_frame(circuit, width_px, height_px):
    camera = CameraModel(width_px=width_px, height_px=height_px)
    image = Renderer(circuit, camera).render(*circuit.point(2))
    assert image.shape == (height_px, width_px, 3)
    assert image.std() > 10


def test_the_centre_line_is_in_the_middle_when_the_car_is_on_it(circuit):
    image = Renderer(circuit, CameraModel()).render(*beside(circuit, 2.0, 0.0))
    assert yellow_column(image) == pytest.approx(79.5, abs=4)


def test_the_centre_line_is_on_the_left_when_the_car_is_on_its_right(circuit):
    renderer = Renderer(circuit, CameraModel())
    assert yellow_column(renderer.render(*beside(circuit, 2.0, 0.2))) < 60
    assert yellow_column(renderer.render(*beside(circuit, 2.0, -0.2))) > 100


def test_a_wall_hides_what_is_behind_it(circuit):
    x, y = circuit.room[1] - 0.4
    image = Renderer(circuit, CameraModel()).render(float(x), float(y), 0.0)
    wall = np.array(circuit.file.wall_colour, float)
    middle = image[30:60, 60:100].reshape(-1, 3).astype(float)
    hue = middle / middle.sum(axis=1, keepdims=True)
    assert hue == pytest.approx(np.broadcast_to(wall / wall.sum(), hue.shape), abs=0.02)


def orange_pixels(image):
    red, green, blue = np.moveaxis(image.astype(int), -1, 0)
    return int(((red > 180) & (green < 120) & (blue < 60)).sum())


@pytest.mark.parametrize(("walls", "visible"), [([], True), ([[[1.5, 2.0], [1.5, 3.2]]], False)])
def test_a_cone_is_seen_unless_a_wall_is_before_it(track_file, walls, visible):
    walls = [{"points": points} for points in walls]
    track = load_track(track_file(cones=[[2.5, 2.6]], walls=walls))
    image = Renderer(track, CameraModel()).render(1.3, 2.6, 0.0)
    assert (orange_pixels(image) > 30) == visible


def test_a_near_cone_stands_before_a_far_one(track_file):
    both = load_track(track_file(cones=[[2.3, 2.6], [2.9, 2.6]]))
    near = load_track(track_file(cones=[[2.3, 2.6]]))
    frames = [Renderer(track, CameraModel()).render(1.9, 2.6, 0.0) for track in (both, near)]
    lower_half = [frame[60:] for frame in frames]
    assert np.array_equal(*lower_half)


def test_the_same_place_looks_the_same_after_other_frames(circuit):
    renderer = Renderer(circuit, CameraModel())
    first = renderer.render(*circuit.point(2))
    for s_m in range(3, 30):
        renderer.render(*circuit.point(s_m))
    assert np.array_equal(renderer.render(*circuit.point(2)), first)


def test_nothing_of_the_frame_before_shows_where_there_is_no_wall(circuit):
    """A camera outside of the room kept the pixels of the last frame above the floor."""
    outside = (float(circuit.low[0]) - 1.0, float(circuit.low[1]) - 1.0, 0.3)
    renderer = Renderer(circuit, CameraModel())
    first = renderer.render(*outside)
    renderer.render(*circuit.point(0.0))
    assert np.array_equal(renderer.render(*outside), first)


def test_packing_loses_nothing():
    image = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    assert np.array_equal(unpack(pack(image)), image)


def test_ground_of_one_colour_keeps_that_colour_however_it_is_interpolated():
    pixels = np.full((200, 200, 3), (250, 7, 131), np.uint8)
    atlas = Atlas(Surface(pixels, 20.0, np.array([-5.0, -5.0])))
    camera = CameraModel(vfov_deg=60, pitch_deg=60)
    painter = GroundPainter(atlas, RayTable(camera))
    frame = np.zeros((120, 160), np.uint32)
    painter.paint(frame, 0.1, 0.2, 0.3)
    assert np.unique(unpack(frame).reshape(-1, 3), axis=0) == pytest.approx(
        np.array([[250, 7, 131]]), abs=1
    )


def test_interpolated_ground_has_its_colours_where_they_are():
    """Half a texel of error would shift every line by a centimetre."""
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[:, 100:] = 255  # everything right of x = 0 is white
    atlas = Atlas(Surface(pixels, 20.0, np.array([-5.0, -5.0])))
    camera = CameraModel(vfov_deg=60, pitch_deg=60, barrel=0.0)
    rays = RayTable(camera)
    frame = np.zeros((120, 160), np.uint32)
    GroundPainter(atlas, rays).paint(frame, 0.0, 0.0, math.pi / 2)
    # Looking along +y, x = 0 is the middle of the picture.
    row = unpack(frame)[100, :, 0].astype(int)
    assert row[0] == 0
    assert row[-1] >= 254
    assert row[79] + row[80] == pytest.approx(255, abs=24)
