"""Files are replaced as a whole: readers, crashes and full disks see the old one or the new one."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from donkeycar import files
from donkeycar.files import atomic_path, write_atomically

ROOT = Path(__file__).parents[1]


def test_a_new_file_can_be_read_by_everybody(tmp_path):
    write_atomically(tmp_path / "report.html", "\u00e9\r\n")
    assert (tmp_path / "report.html").read_bytes() == "\u00e9\r\n".encode()
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["report.html"]


def test_the_permissions_of_the_old_file_stay_unless_others_are_named(tmp_path):
    path = tmp_path / "myconfig.py"
    path.write_text("old")
    path.chmod(0o600)
    write_atomically(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600
    write_atomically(path, b"new", mode=0o755)
    assert path.stat().st_mode & 0o777 == 0o755


def test_a_link_is_followed_and_stays(tmp_path):
    real, link = tmp_path / "dotfiles", tmp_path / "myconfig.py"
    real.mkdir()
    (real / "car.py").write_text("old")
    link.symlink_to(real / "car.py")
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (real / "car.py").read_text() == "new"


def test_a_device_is_never_replaced(tmp_path):
    # A unit that its owner masked is a link to /dev/null; root could put a file in its place.
    link = tmp_path / "donkeycar.service"
    link.symlink_to("/dev/null")
    with pytest.raises(OSError, match="not a regular file"):
        write_atomically(link, "new")
    assert Path("/dev/null").is_char_device()


def test_a_link_to_itself_is_replaced(tmp_path):
    link = tmp_path / "loop"
    link.symlink_to(link)
    write_atomically(link, "new")
    assert link.read_text() == "new"


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "movie.mp4"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_path(path) as draft:
        assert draft.suffix == ".mp4"
        draft.write_text("half")
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == ["movie.mp4"]
    assert path.read_text() == "old"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "database.json"
    path.write_text("old")

    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    # The system names no file, and not how little room there was.
    usage = files.shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda folder: usage)
    room = f"No space left on device: 1.00 MB in {tmp_path} were not enough: '{path}'"
    with pytest.raises(OSError, match=room):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["database.json"]


WRITES = """
import sys
from pathlib import Path
from donkeycar.files import write_atomically
print("begins", flush=True)
for number in range(10**9):
    write_atomically(Path(sys.argv[1]), f"{number}\\n" * 5000)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path):
    path = tmp_path / "state"
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITES, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        writer.stdout.readline()
        while not path.exists():
            assert writer.poll() is None
        for _ in range(50):
            numbers = set(path.read_text().split())
            assert len(numbers) == 1
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        lines = path.read_text().split()
        assert len(lines) == 5000
        assert len(set(lines)) == 1


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_asked_for(tmp_path):
    # What used to happen: "No such file or directory: '/nowhere/.movie-4i7nx_ev.mp4'".
    path = tmp_path / "nowhere" / "movie.mp4"
    with pytest.raises(FileNotFoundError) as caught:
        write_atomically(path, "new")
    assert caught.value.filename == str(path)
