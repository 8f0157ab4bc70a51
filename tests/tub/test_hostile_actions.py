"""Fifteen hostile tubs, and every action of `donkey tub` that is for tubs: nothing leads out.

Each ends with an exit code and at most one sentence of error, within a few seconds.
"""

import functools
import io
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter
from tests.tub.content import content

SECRET = b"PRIVATE KEY " * 30
IMAGE = "images/{}_cam_image_array_.jpg"


def replace_line(tub, change, catalog="catalog_1.catalog"):
    lines = (tub / catalog).read_bytes().splitlines(keepends=True)
    lines[2] = change(json.loads(lines[2]))
    (tub / catalog).write_bytes(b"".join(lines))


def with_value(name, value):
    def change(record):
        return (json.dumps({**record, name: value}) + "\n").encode()

    return lambda tub, outside: replace_line(tub, change)


def manifest_line(number, change):
    def make(tub, outside):
        lines = [json.loads(line) for line in (tub / "manifest.json").read_bytes().splitlines()]
        lines[number] = change(lines[number])
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tub / "manifest.json").write_text(text)

    return make


def link(name, target):
    def make(tub, outside):
        if (tub / name).is_dir():
            shutil.rmtree(tub / name)
        (tub / name).unlink(missing_ok=True)
        (tub / name).symlink_to(outside / target)

    return make


def pipes(tub, outside):
    for name in ("catalog_1.catalog", IMAGE.format(3), "catalog_9.catalog", "notes"):
        (tub / name).unlink(missing_ok=True)
        os.mkfifo(tub / name)


@functools.cache
def bomb():
    """16,000 x 16,000 pixels in 40 kB."""
    data = io.BytesIO()
    Image.new("1", (16_000, 16_000)).save(data, "PNG")
    return data.getvalue()


def a_pixel_bomb(tub, outside):
    (tub / IMAGE.format(4)).write_bytes(bomb())


def undo_notes_that_lead_out(tub, outside):
    folder = tub / "recovered" / "repair-0"
    (folder / "before").mkdir(parents=True)
    (folder / "before" / "1").write_bytes(b"evil")
    steps = [
        {"do": "replace", "path": "../outside/secret", "kept": "1", "sha256": ""},
        {"do": "make", "path": "../outside/secret"},
        {"do": "make", "path": IMAGE.format(0)},
        {"do": "move", "path": "manifest.json", "to": "../outside/secret"},
        {"do": "remove", "path": "catalog_0.catalog", "kept": "../../../../outside/secret"},
    ]
    text = "".join(json.dumps(step) + "\n" for step in steps)
    (folder / "steps.jsonl").write_text(text)


def undo_that_is_a_link(tub, outside):
    (tub / "recovered").mkdir()
    (outside / "repair-0" / "before").mkdir(parents=True)
    step = {"do": "make", "path": "manifest.json"}
    (outside / "repair-0" / "steps.jsonl").write_text(json.dumps(step) + "\n")
    (tub / "recovered" / "repair-0").symlink_to(outside / "repair-0")


def deep(depth):
    return json.loads("[" * depth + "]" * depth)


def deep_line(tub, outside):
    replace_line(tub, lambda record: b'{"_index": 7, "x": ' + b"[" * 400 + b"]" * 400 + b"}\n")
    lines = (tub / "manifest.json").read_bytes().splitlines()
    lines[2] = b'{"x": ' + b"[" * 900 + b"]" * 900 + b"}"
    (tub / "manifest.json").write_bytes(b"\n".join(lines) + b"\n")


def huge_line(tub, outside):
    replace_line(tub, lambda record: b'{"_index": 7, "x": "' + b"a" * (3 << 20) + b'"}\n')


def huge_numbers(tub, outside):
    replace_line(
        tub,
        lambda record: (
            b'{"_index": 7, "_timestamp_ms": ' + b"9" * 4000 + b', "user/angle": 1e308, "n": '
            + b"8" * 400 + b"}\n"
        ),
    )  # fmt: skip


HOSTILE = {
    "a catalog leads out": link("catalog_1.catalog", "secret"),
    "the manifest leads out": link("manifest.json", "secret"),
    "images lead out": link("images", "."),
    "an image leads out": link(IMAGE.format(3), "secret"),
    "recovered leads out": link("recovered", "."),
    "pipes": pipes,
    "a line of 3 MB": huge_line,
    "deep JSON": deep_line,
    "huge numbers": huge_numbers,
    "an image bomb": a_pixel_bomb,
    "an image name leads out": with_value("cam/image_array", "../../outside/secret"),
    "an image name has a line end": with_value("cam/image_array", "0_cam\n_image_array_.jpg"),
    "a session leads out": with_value("_session_id", "../../outside/\x1b[2J\n"),
    "a column leads out": manifest_line(0, lambda line: ["../../outside/x\n", *line[1:]]),
    "the manifest lists a file outside": manifest_line(
        4, lambda line: {**line, "paths": ["../outside/secret", "/etc/passwd", *line["paths"]]}
    ),
    "the manifest lies": manifest_line(
        4, lambda line: {**line, "current_index": 10**9, "max_len": -5, "deleted_indexes": [[]] * 9}
    ),
    "notes are nonsense": manifest_line(
        2, lambda line: {"origin": [{"first_index": "x", "metadata": {"origin": [[1]]}}, 7]}
    ),
    "notes of an undo lead out": undo_notes_that_lead_out,
    "an undo is a link": undo_that_is_a_link,
}

ACTIONS = {
    "info": [], "check": [], "check --fast": ["--fast"], "info --json": ["--json"],
    "delete": ["--records", "0-999999999"], "delete --where": ["--where", "angle < 2"],
    "tag": ["--name", "odd", "--where", "angle < 2"], "suggest": [],
    "suggest --pictures": ["--pictures"], "suggest --json": ["--json"],
    "restore": [], "repair": [], "undo": ["--undo"],
    "repair --accept-loss": ["--accept-loss"],
    "copy": ["--out"], "copy --live": ["--live", "--out"], "split": ["--out"],
    "split --every": ["--every", "1", "--out"], "merge": ["--out"],
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "tub"
    with TubWriter(path, INPUTS, TYPES, max_len=5) as writer:
        for number in range(12):
            frame = np.full((12, 16, 3), number, np.uint8)
            row = dict(zip(INPUTS, (frame, 0.1, 0.2, "user"), strict=True))
            writer.append(row)
        writer.flush()
        writer.delete([1])
    return path


def outside_of(folder):
    inside = {"tub", "new"}
    return {
        name: data for name, data in content(folder).items() if name.split("/")[0] not in inside
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_every_action_stays_inside_and_ends_in_a_sentence(whole, folder, name, capsys):
    outside = folder / "outside"
    outside.mkdir()
    for action, words in ACTIONS.items():
        tub, out = folder / "tub", folder / "new"
        shutil.copytree(whole, tub)
        (outside / "secret").write_bytes(SECRET)
        HOSTILE[name](tub, outside)
        before, source = outside_of(folder), content(tub)
        word = "repair" if action == "undo" else action.split()[0]
        more = [str(out)] if words[-1:] == ["--out"] else []
        code = main(["tub", word, str(tub), *words, *more])
        said = capsys.readouterr()
        assert code in (0, 1), (action, code)
        if code and (not said.out or "--json" in action):
            assert said.err.startswith("donkey: error: "), (action, said)
        assert said.err.count("\n") <= 1, (action, said.err)
        assert "Traceback" not in said.err
        assert "PRIVATE KEY" not in said.out + said.err
        assert "\x1b" not in said.out, action
        if action == "info" and not code:
            # No name begins a line of its own.
            assert all(line.startswith((f"{tub}: ", "  ")) for line in said.out.splitlines())
        assert outside_of(folder) == before, action
        if word in ("info", "check", "copy", "split", "merge", "suggest"):
            assert content(tub) == source, action
        for place in (tub, out):
            if place.exists():
                bytes_of = (v for v in content(place).values() if isinstance(v, bytes))
                assert not any(b"PRIVATE KEY" in data for data in bytes_of), action
        shutil.rmtree(tub)
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(outside)
        outside.mkdir()


def test_copies_of_hostile_tubs_are_whole_tubs(whole, folder):
    """What is chosen of it is read like any other tub."""
    from donkeycar.tub import copy
    from donkeycar.tub.selection import Selection

    for name in ("a session leads out", "a column leads out", "notes are nonsense"):
        tub = shutil.copytree(whole, folder / "tub")
        HOSTILE[name](tub, folder)
        copy(tub, folder / "new", selection=Selection(live_only=True))
        assert len(TubReader(folder / "new")) == 11
        shutil.rmtree(folder / "tub")
        shutil.rmtree(folder / "new")
