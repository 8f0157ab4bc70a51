"""Every picture can be drawn of what suits it, on axes that do not move."""

import gc
import sys

import av
import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import TrainingError
from donkeycar.replay import Panel, Replay, draw, movie
from donkeycar.replay.panel import PanelFigure
from donkeycar.replay.scenes import SCENES
from tests.replay import toys

EVERYTHING = list(SCENES)
VIOLINS = ["weights", "activations", "outputs", "gradients"]


def ends(figure):
    return [(axes.get_xlim(), axes.get_ylim(), axes.get_position().bounds) for axes in figure.axes]


def words(figure):
    import matplotlib.text

    return " | ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


def test_each_network_shows_what_suits_it(moons_replay, pictures_replay, classes_replay):
    assert moons_replay.shows == EVERYTHING
    assert set(EVERYTHING) - set(pictures_replay.shows) == {"decision_boundary", "probability"}
    assert set(EVERYTHING) - set(classes_replay.shows) == {"loss", "metrics"}


@pytest.mark.parametrize("show", EVERYTHING)
def test_a_picture_alone_keeps_its_axes_while_it_changes(moons_replay, show):
    figure = PanelFigure(moons_replay.panels([show]), moons_replay.epochs)
    first = figure.pixels(0)
    before = ends(figure.figure)
    last = figure.pixels(4)
    assert ends(figure.figure) == before
    assert first.shape == last.shape
    assert (first != last).any(axis=2).mean() > 0.001
    assert np.array_equal(figure.pixels(0), first), "an epoch always looks the same"


@pytest.mark.parametrize("which", ["moons_replay", "pictures_replay"])
def test_all_pictures_fit_on_one_sheet(which, request):
    replay = request.getfixturevalue(which)
    figure = replay.draw(replay.shows)
    assert f"epoch {replay.epochs[-1]} of {replay.epochs[-1]}" in words(figure)
    boxes = [axes.get_position() for axes in figure.axes]
    assert len(boxes) > len(replay.shows)
    assert all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in boxes)


def test_three_classes_have_three_colours(classes_replay):
    figure = classes_replay.draw(["feature_space", "decision_boundary", "probability"])
    text = words(figure)
    assert "before training" in text
    assert "class 0" in text and "class 1" in text and "class 2" in text
    assert [len(axes.collections) for axes in figure.axes[:2]] == [3, 3]


def test_frames_are_shown_with_what_was_right_and_what_was_answered(pictures_replay):
    inputs, targets = toys.pictures()
    figure = pictures_replay.draw(["frames"], epoch=1)
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 6
    study = pictures_replay.study
    total = sum(study.errors(1).values())
    worst = int(np.argmax(total))
    title = shown[0].get_title()
    assert title.startswith(f"row {worst}\n")
    assert (
        f"angle {targets['angle'][worst]:+.2f} → {study.answers(1)['angle'][worst, 0]:+.2f}"
        in title
    )
    assert np.array_equal(shown[0].images[0].get_array(), inputs["img_in"][worst])


def test_other_layers_are_seen_along_their_principal_components(moons_replay):
    figure = PanelFigure(moons_replay.panels(["feature_space"], layer="eight"), moons_replay.epochs)
    assert "feature space of eight" in words(figure.figure)
    [(scene, _)] = figure._scenes
    features = moons_replay.study.features(4, "eight")
    flat = scene.flat(features)
    assert np.corrcoef(flat.T)[0, 1] == pytest.approx(0, abs=1e-4)
    centred = features - features.mean(axis=0)
    share = (flat**2).sum() / (centred**2).sum()
    assert share == pytest.approx(sum(scene._shares), rel=1e-4)
    # The same directions at every epoch: what epoch 0 shows is its own features, projected.
    early = moons_replay.study.features(0, "eight")
    assert scene.flat(early) == pytest.approx(
        (early - features.mean(axis=0)) @ scene._directions, abs=1e-5
    )


def test_a_layer_of_two_units_is_shown_as_it_is(moons_replay):
    figure = PanelFigure(moons_replay.panels(["feature_space"]), [4])
    [(scene, _)] = figure._scenes
    assert scene.direct
    assert np.array_equal(
        scene.flat(moons_replay.study.features(4, "two")), moons_replay.study.features(4, "two")
    )


def test_the_boundary_lies_where_the_network_is_undecided(moons_replay):
    figure = moons_replay.draw(["decision_boundary"])
    [axes] = figure.axes
    [line] = [found for found in axes.collections if "ContourSet" in type(found).__name__]
    points = np.concatenate([path.vertices for path in line.get_paths()]).astype(np.float32)
    answers = moons_replay.study.answers_to(4, {"input": points})["moon"]
    assert answers == pytest.approx(np.full_like(answers, 0.5), abs=0.02)


def test_the_mean_of_the_losses_is_written_down(moons_replay):
    figure = moons_replay.draw(["loss_histogram"], epoch=2)
    assert f"mean {moons_replay.study.losses(2).mean():.4f}" in words(figure)


def test_a_gif_shows_every_epoch(moons_replay, tmp_path):
    path = moons_replay.animate(tmp_path / "a.gif", ["decision_boundary", "loss"], rate_hz=4)
    with Image.open(path) as picture:
        assert picture.n_frames == 5
        assert picture.size == (800, 334)
        assert picture.info["duration"] == 250
        picture.seek(4)
        assert picture.info["duration"] == 2000, "the end stays a while"
    assert [found.name for found in tmp_path.iterdir()] == ["a.gif"]


def test_an_mp4_shows_every_epoch(moons_replay, tmp_path):
    path = moons_replay.animate(tmp_path / "a.mp4", ["probability"])
    with av.open(str(path)) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
        assert file.streams.video[0].average_rate == 5
    assert len(frames) == 5
    figure = PanelFigure(moons_replay.panels(["probability"]), moons_replay.epochs)
    assert np.abs(frames[4].astype(int) - figure.pixels(4)).mean() < 3


def test_two_recordings_side_by_side_show_the_same_epoch(moons_replay, classes_replay, tmp_path):
    panels = [Panel(moons_replay, "weights"), Panel(classes_replay, "weights", title="untrained")]
    text = words(draw(panels, epoch=2))
    assert "moons: weights" in text
    assert "untrained" in text
    assert "epoch 2 of 4" in text
    movie(panels, tmp_path / "both.gif")
    with Image.open(tmp_path / "both.gif") as picture:
        assert picture.n_frames == 5


def test_hundreds_of_frames_leave_nothing_behind(moons_replay):
    from matplotlib.artist import Artist

    figure = PanelFigure(moons_replay.panels(["loss", "weights"]), moons_replay.epochs)

    def artists():
        gc.collect()
        return sum(isinstance(thing, Artist) for thing in gc.get_objects())

    for turn in range(10):
        figure.draw(turn % 5)
    before = artists()
    for turn in range(100):
        figure.draw(turn % 5)
    assert artists() <= before + 20
    assert (
        "matplotlib.pyplot" not in sys.modules
        or sys.modules["matplotlib.pyplot"].get_fignums() == []
    )


def test_a_network_that_has_exploded_can_still_be_looked_at(tmp_path):
    model, data = toys.moon_network(), toys.moons()
    weights = model.get_weights()
    weights[0][:] = np.nan
    model.set_weights(weights)
    replay = Replay.from_model(model, *data)
    figure = replay.draw(replay.shows)
    figure.savefig(tmp_path / "nan.png")
    assert "not finite" in words(figure)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: r.draw(["violin"]), "`show` must be some of .* Received: 'violin'"),
        (lambda r: r.draw([]), "`show` must be some of .* Received: nothing"),
        (lambda r: r.draw(["probability"]), "'probability' needs an output of classes"),
        (lambda r: r.draw(["decision_boundary"]), "needs one input of two numbers"),
        (lambda r: r.draw(epoch=9), "one that was recorded, 0 to 2. Received: epoch=9"),
        (lambda r: r.model(9), "`epoch` must be one that was recorded, 0 to 2. Received: epoch=9"),
        (lambda r: r.draw(["feature_space"], layer="flat"), r"`layer` must .* layer='flat'"),
        (lambda r: r.animate("a.avi"), r"An animation must end in .gif or .mp4. Received: a.avi"),
        (lambda r: r.animate("a.gif", rate_hz=0), "`rate_hz` must be more than 0 and at most 50"),
        (lambda r: r.animate("/proc/a.gif", ["loss"]), "cannot be written to /proc/a.gif"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said(pictures_replay, call, message):
    with pytest.raises(TrainingError, match=message):
        call(pictures_replay)
