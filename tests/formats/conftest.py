"""What the tests of foreign formats share."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from donkeycar.management.cli import main


@pytest.fixture
def imported(tmp_path):
    """Import by the command; return the lines of the tub's catalogs, read by hand."""

    def run(source, *words, out="out", action="import"):
        assert main(["tub", action, str(source), "--out", str(tmp_path / out), *words]) == 0
        return lines_of(tmp_path / out)

    return run


@pytest.fixture
def refused(tmp_path, capsys):
    """Import by the command; return the one sentence with which it was refused."""

    def run(source, *words, out="refused", action="import"):
        before = sorted(path.name for path in tmp_path.iterdir())
        capsys.readouterr()
        assert main(["tub", action, str(source), "--out", str(tmp_path / out), *words]) == 1
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        return error

    return run


def lines_of(tub):
    """The records of a tub, by `json` alone."""
    *_, catalogs = [json.loads(line) for line in (tub / "manifest.json").read_text().splitlines()]
    return [
        json.loads(line)
        for name in catalogs["paths"]
        for line in (tub / name).read_text().splitlines()
    ]


@pytest.fixture
def picture():
    """Makes an image file."""
    return image_file


@pytest.fixture
def v1_tub(tmp_path):
    """Makes a tub of format v1 of records; one that says ``None`` is a gap."""

    def make(records, *, name="old", meta=None, exclude=None):
        tub = tmp_path / name
        tub.mkdir()
        for number, record in enumerate(records):
            if record is None:
                continue
            file = f"{number}_cam-image_array_.jpg"
            (tub / file).write_bytes(image_file(number))
            values = {"cam/image_array": file, **record}
            (tub / f"record_{number}.json").write_text(json.dumps(values))
        if meta is not None:
            (tub / "meta.json").write_text(json.dumps(meta))
        if exclude is not None:
            (tub / "exclude.json").write_text(json.dumps(exclude))
        return tub

    return make


def image_file(grey=100, *, size=(16, 12), mode="RGB", kind="JPEG"):
    buffer = io.BytesIO()
    array = np.full((size[1], size[0], 3), grey, np.uint8)
    Image.fromarray(array).convert(mode).save(buffer, kind)
    return buffer.getvalue()
