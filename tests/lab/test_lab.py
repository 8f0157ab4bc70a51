"""Names that a browser sends never lead out of the folder of the lab."""

import pytest

from donkeycar.errors import ConfigError
from donkeycar.lab.lab import Lab


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "car" / "data").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    return Lab(tmp_path / "car")


@pytest.mark.parametrize("name", ["data", "data/tub_1", ".", "data/../data"[8:], "né w.x"])
def test_a_name_below_the_folder_is_a_path(lab, name):
    assert lab.path(name) == lab.folder / name
    assert lab.name_of(lab.path(name)) == ("." if name == "." else name)


@pytest.mark.parametrize(
    "name",
    ["", "/", "/etc/passwd", "..", "../elsewhere", "data/../../elsewhere", "data/..", "a\0b",
     "..\\elsewhere"],
)  # fmt: skip
def test_a_name_that_climbs_out_is_refused(lab, name):
    with pytest.raises(ConfigError, match="must be a path below its folder"):
        lab.path(name)


def test_a_link_that_leads_out_is_refused(lab, tmp_path):
    (lab.folder / "out").symlink_to(tmp_path / "elsewhere")
    (lab.folder / "beside").symlink_to(tmp_path / "car_2")
    for name in ("out", "out/tub", "beside"):
        with pytest.raises(ConfigError, match="must stay in its folder, .* a link to"):
            lab.path(name)


def test_a_link_within_the_folder_is_followed(lab):
    (lab.folder / "tub").symlink_to(lab.folder / "data")
    assert lab.path("tub/images") == lab.folder / "data" / "images"


def test_the_folder_itself_may_be_a_link(lab, tmp_path):
    (tmp_path / "link").symlink_to(lab.folder)
    assert Lab(tmp_path / "link").path("data") == lab.folder / "data"


def test_a_lab_needs_a_folder(tmp_path):
    with pytest.raises(ConfigError, match="needs a folder of tubs and pilots. Received: .*nowhere"):
        Lab(tmp_path / "nowhere")
