"""A repair that was interrupted anywhere can be undone, and so can an undo that was."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from benchmarks.tub.tub_faults import BEFORE, BROKEN, FULL, HALF, Crash, FaultyFileSystem
from donkeycar.errors import DeviceError, TubError
from donkeycar.tub import TubReader, check, repair, undo_repair
from donkeycar.tub.keeping import Keeping
from tests.tub.content import content


@pytest.fixture
def damaged(make_tub):
    """A tub whose repair replaces, makes, moves and removes files."""
    tub = make_tub(12)
    for name, data in (("catalog_1.catalog", b"{torn\n"), ("catalog_2.catalog", b'{"_index')):
        with (tub / name).open("ab") as file:
            file.write(data)
    (tub / "images" / "3_cam_image_array_.jpg").write_bytes(b"")
    (tub / ".manifest.json.tmp").write_bytes(b"left behind")
    (tub / "catalog_0.catalog_manifest").unlink()
    (tub / "catalog_7.catalog").mkdir()
    (tub / "catalog_7.catalog" / "inside").write_bytes(b"x")
    (tub / "manifest.json").rename(tub / "moved")
    (tub / "manifest.json").symlink_to("moved")
    return tub


def test_every_kind_of_step_is_undone(damaged):
    before = content(damaged)
    repair(damaged)
    text = (damaged / "recovered" / "repair-0" / "steps.jsonl").read_text()
    steps = {json.loads(line)["do"] for line in text.splitlines()}
    assert steps == {"begin", "folder", "make", "replace", "move", "remove", "end"}
    assert check(damaged).problems == []
    undo_repair(damaged)
    assert content(damaged) == before


@pytest.mark.parametrize("mode", [BEFORE, HALF, BROKEN, FULL])
def test_a_repair_interrupted_at_any_step_is_undone(damaged, folder, mode):
    before = content(damaged)
    at = 0
    while True:
        tub = shutil.copytree(damaged, folder / "copy", symlinks=True)
        fs = FaultyFileSystem(at, mode)
        is_refused = False
        try:
            repair(tub, fs=fs)
        except (Crash, DeviceError):
            is_refused = True
        fs.end_program()
        if fs.num_operations <= at:
            break
        if mode == BROKEN and is_refused:  # the repair took itself back; it used to stay half done
            assert content(tub) == before, at
        with contextlib.suppress(TubError):  # it had not begun
            undo_repair(tub)
        assert content(tub) == before, at
        shutil.rmtree(tub)
        at += 1 if mode == BEFORE else 3
    assert at > 30


LITTLE_ROOM = """
import resource, sys
from donkeycar.management.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("room", [40, 300, 600])
def test_a_repair_that_the_disk_refuses_leaves_the_tub_as_it_was(damaged, room):
    """Temporary files used to stay, and the tub was repaired by half."""
    before = content(damaged)
    words = [sys.executable, "-c", LITTLE_ROOM, str(room), "tub", "repair", str(damaged)]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 1, ended
    (line,) = ended.stderr.splitlines()
    assert "cannot be repaired: File too large. Everything is as it was" in line
    assert content(damaged) == before


def test_an_undo_interrupted_at_any_step_is_continued(damaged, folder):
    before = content(damaged)
    at = 0
    while True:
        tub = shutil.copytree(damaged, folder / "copy", symlinks=True)
        repair(tub)
        fs = FaultyFileSystem(at, BEFORE)
        with contextlib.suppress(Crash):
            undo_repair(tub, fs=fs)
        fs.end_program()
        if fs.num_operations <= at:
            break
        with contextlib.suppress(TubError):  # it had come to its end
            undo_repair(tub)
        assert content(tub) == before, at
        shutil.rmtree(tub)
        at += 1
    assert at > 10


def test_a_repair_that_goes_on_after_an_interruption_is_undone_in_turn(damaged):
    before = content(damaged)
    fs = FaultyFileSystem(30, BEFORE)
    with pytest.raises(Crash):
        repair(damaged, fs=fs)
    fs.end_program()
    repair(damaged)
    assert check(damaged).problems == []
    assert len(TubReader(damaged)) == 11
    undo_repair(damaged)
    undo_repair(damaged)
    assert content(damaged) == before


def test_a_disk_without_second_names_keeps_copies(damaged, monkeypatch):
    """FAT and exFAT, on which cards and sticks are formatted, know no hard links."""

    def refused(*args, **kwargs):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    before = content(damaged)
    repair(damaged)
    undo_repair(damaged)
    assert content(damaged) == before


def test_the_notes_are_closed_twice_without_harm(make_tub):
    keeping = Keeping(FaultyFileSystem(), make_tub(1))
    keeping.end()
    keeping.end()


DIES = """
import os, signal, sys
from benchmarks.tub.tub_faults import FaultyFileSystem
from donkeycar.tub import undo_repair

class Killed(FaultyFileSystem):
    def _do(self, operation, **more):
        if self.num_operations == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._do(operation, **more)

undo_repair(sys.argv[1], fs=Killed())
"""


def test_an_undo_that_is_killed_again_and_again_comes_to_its_end(damaged):
    """`kill -9` once in each run, each time some operations further on."""
    before = content(damaged)
    repair(damaged)
    deaths, at = 0, 3
    while deaths < 40:
        run = subprocess.run(
            [sys.executable, "-c", DIES, damaged, str(at)], capture_output=True, check=False
        )
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stderr
        deaths += 1
        at = 3 + deaths % 4
    assert deaths > 3
    assert content(damaged) == before
