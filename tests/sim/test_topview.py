import numpy as np
import pytest

from donkeycar.sim.topview import CONE_COLOUR, draw_topview
from donkeycar.sim.track import load_track


@pytest.fixture(scope="module")
def circuit():
    return load_track("circuit_launch")


def test_places_of_the_world_are_found_in_the_picture(circuit):
    view = draw_topview(circuit, width_px=900)
    columns, rows = view.pixel(circuit.centre).round().astype(int).T
    red, green, blue = view.pixels[rows, columns].astype(int).T
    yellow = (red > 150) & (green > 130) & (blue < 130)
    assert yellow.mean() > 0.95, "the centre line is yellow"


def test_up_in_the_picture_is_y(circuit):
    view = draw_topview(circuit, width_px=300)
    (_, lower), (_, higher) = view.pixel(np.array([[2.0, 1.0], [2.0, 3.0]]))
    assert higher < lower
    assert view.pixel(circuit.low) == pytest.approx([0, len(view.pixels)])


def test_cones_are_drawn(circuit):
    view = draw_topview(circuit, width_px=900)
    for column, row in view.pixel(circuit.cones).round().astype(int):
        assert tuple(view.pixels[row, column]) == CONE_COLOUR


def test_asking_where_does_not_change_the_points(circuit):
    points = np.array([[1.0, 2.0]])
    draw_topview(circuit, width_px=100).pixel(points)
    assert points.tolist() == [[1.0, 2.0]]
