"""The picture of two drives."""

from matplotlib.figure import Figure

from donkeycar.replay_drive.picture import write_picture
from donkeycar.replay_drive.trace import Place, Trace


def test_the_legend_hides_no_curve(tmp_path, monkeypatch):
    """It used to lie in the upper right corner, over the curves of a car that steers right."""
    figures = []
    save = Figure.savefig

    def watched(figure, *words, **options):
        figures.append(figure)
        save(figure, *words, **options)

    monkeypatch.setattr(Figure, "savefig", watched)
    trace = Trace({})
    for number in range(50):
        trace.add(Place("tub", number), {"angle": 1.0, "throttle": 0.9})
    write_picture(tmp_path / "a.png", trace, trace, ("pilot", "person"))
    (figure,) = figures
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["pilot", "person"]
    boxes = [axes.get_window_extent() for axes in figure.axes]
    assert not any(legend.get_window_extent().overlaps(box) for box in boxes)
    assert not any(axes.get_legend() for axes in figure.axes)
