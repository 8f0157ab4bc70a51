"""Reports: one file, everything inside, nothing half-written."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from donkeycar.report import figures
from donkeycar.report.movie import camera_movie
from donkeycar.report.page import SVG, Picture, Table, write_page
from donkeycar.report.svg import PHONE_IN, as_svg, legend_above, plain_axes, series_colour


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


def test_a_table_shows_small_what_follows_a_line_break_and_escapes_it(tmp_path):
    table = Table("Errors", "Lower is better.", ("pilot", "<mean>"), [("a & b", "0.1\n[0, 1]")])
    page = write_page(tmp_path / "p.html", title="T", lead="", tables=[table]).read_text()
    assert "<th>pilot</th><th>&lt;mean&gt;</th>" in page
    assert "<tr><th>a &amp; b</th><td>0.1<small>[0, 1]</small></td></tr>" in page


def test_what_must_not_be_overlooked_stands_above_everything(tmp_path):
    page = write_page(
        tmp_path / "p.html", title="T", lead="", notes=["It saw <all> of it."], rows=[("a", "b")]
    ).read_text()
    assert page.index("It saw &lt;all&gt; of it.") < page.index("<td>b</td>")


def two_lines():
    figure, axes = plain_axes(PHONE_IN, 2)
    for number, name in enumerate(("one <b>", "two")):
        axes.plot([0, 1], [0, number], color=series_colour(number), label=name)
    legend_above(figure, axes)
    return as_svg(figure)


def test_a_plot_has_the_colours_and_the_letters_of_the_page(tmp_path):
    svg = two_lines()
    ElementTree.fromstring(svg)
    text = svg.decode()
    assert "var(--series-0)" in text and "var(--series-1)" in text and "var(--soft)" in text
    assert "#0b6bcb" not in text and "#ffffff" not in text
    assert "one &lt;b&gt;" in text
    page = write_page(
        tmp_path / "p.html", title="T", lead="", pictures=[Picture("P", "c", svg, kind=SVG)] * 2
    ).read_text()
    assert page.count("<svg") == 2
    assert "prefers-color-scheme: dark" in page


def test_the_same_figures_give_the_same_plot():
    assert two_lines() == two_lines()
