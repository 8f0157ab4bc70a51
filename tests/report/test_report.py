"""Reports: one file, everything inside, nothing half-written."""

import io

import numpy as np
import pytest
from PIL import Image

from donkeycar.report import figures
from donkeycar.report.movie import camera_movie
from donkeycar.report.page import Picture, write_page


def size(png):
    return Image.open(io.BytesIO(png)).size


def test_the_page_holds_its_figures_and_pictures_and_escapes_them(tmp_path):
    path = write_page(
        tmp_path / "report.html",
        title="A <car>",
        lead="It drove.",
        rows=[("laps", "3"), ("off track", "0")],
        pictures=[Picture("Line", "Where it went.", b"\x89PNG data")],
        commands=["python manage.py drive --model models/pilot.keras"],
    )
    page = path.read_text()
    assert "A &lt;car&gt;" in page
    assert "<td>3</td>" in page
    assert "data:image/png;base64,iVBORyBkYXRh" in page
    assert "http" not in page.replace("http-equiv", "")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_movie_has_a_picture_for_every_frame():
    frames = [np.full((12, 16, 3), 20 * step, np.uint8) for step in range(5)]
    movie = camera_movie(frames, [0.5] * 5, [-0.2] * 5, scale=4)
    opened = Image.open(io.BytesIO(movie))
    assert (opened.n_frames, opened.size) == (5, (64, 48))


def test_the_movie_draws_the_steering():
    frame = np.zeros((60, 80, 3), np.uint8)
    left, right = (
        np.asarray(Image.open(io.BytesIO(camera_movie([frame], [angle], [0.0]))).convert("RGB"))
        for angle in (-1.0, 1.0)
    )
    blue = [int(picture[-12:, :80, 2].sum()) for picture in (left, right)]
    assert blue[0] > 1.5 * blue[1]


def test_a_movie_of_nothing_is_empty():
    assert camera_movie([], [], []) == b""


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.loss_curve({"loss": [1, 0.5], "val_loss": [1, 0.7]}, best_epoch=2),
        lambda: figures.prediction_over_time([0, 0.5, -1], [0.1, 0.4, -0.8]),
        lambda: figures.prediction_scatter([0, 0.5, -1], [0.1, 0.4, -0.8]),
        lambda: figures.driven_line(
            np.zeros((30, 40, 3), np.uint8), (0, 4, 0, 3), np.ones((9, 2)), np.arange(9) > 6
        ),
    ],
    ids=["loss", "time", "scatter", "line"],
)
def test_every_plot_is_a_picture(draw):
    assert min(size(draw())) > 400
