"""A changed line of the package is found, and no change is no alarm: in processes of their own.

`scripts/bench replay_drive` plants all of them, with more pilots and recordings.
"""

import pytest

from benchmarks.replays.planted import PLANTED, Tree

BY_NAME = {planted.what: planted for planted in PLANTED}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def work(tree, office, linear, defaults, tmp_path_factory):
    """A person and a pilot on a few records, and their stored runs."""
    case = {"tub": str(office), "last": 12}
    cases = [
        {**case, "name": "by-hand", "model": None, "mode": "user"},
        {**case, "name": "pilot", "model": str(linear.path), "type": "linear", "mode": "local"},
    ]
    references = tmp_path_factory.mktemp("references")
    work = {"cases": cases, "references": str(references), "config": str(defaults), "stops": True}
    tree.run({**work, "store": True})
    return work


def test_another_process_raises_no_alarm(tree, work):
    # Its hashes are others, so sets have another order there.
    assert tree.run(work)["different"] == {}


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("pulses are cut instead of rounded", "pulse/"),
        ("the pilot gets the frame before", "angle"),
    ],
)
def test_a_planted_change_is_found_where_it_lies(tree, work, what, where):
    (channels,) = tree.run(work, BY_NAME[what])["different"].values()
    assert channels[0].startswith(where)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.what)
def test_every_change_fits_the_package_of_today(tree, planted):
    text = (tree.folder / "donkeycar" / planted.file).read_text(encoding="utf-8")
    assert text.count(planted.old) == 1
    compile(text.replace(planted.old, planted.new), planted.file, "exec")
