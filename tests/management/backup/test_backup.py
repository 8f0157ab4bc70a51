"""A backup gives back the car that was backed up, or nothing."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from donkeycar.errors import ConfigError, DonkeyError, TubError
from donkeycar.formats.archive.member_name import parts_of
from donkeycar.management.backup.archive import INFO, SUMS, Info, sums_text
from donkeycar.management.backup.backup import back_up
from donkeycar.management.backup.reader import read_backup
from donkeycar.management.backup.restore import restore
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.doctor import probes
from donkeycar.tub import TubWriter


def record(folder, count):
    with TubWriter(folder, ["user/angle"], ["float"]) as tub:
        for number in range(count):
            tub.append({"user/angle": number / 100})


@pytest.fixture
def car(tmp_path):
    folder = tmp_path / "my car"
    create_car(folder)
    record(folder / "data", 12)
    record(folder / "data" / "tub_1", 3)
    (folder / "models" / "pilot.tflite").write_bytes(bytes(range(256)) * 2000)
    (folder / "myparts.py").write_text("# größer\n", encoding="utf-8")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "myparts.pyc").write_bytes(b"x")
    (folder / "env").mkdir()
    (folder / "env" / "pyvenv.cfg").write_text("")
    return folder


@pytest.fixture
def archive(car, tmp_path):
    out = tmp_path / "car.tar"
    back_up(car, out)
    return out


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o755)
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", "env"} & set(path.parts)
    }


def never(target, kept):
    raise AssertionError("nothing is there to be replaced")


def restored(archive, path):
    with archive.open("rb") as file:
        return restore(file, path, never)


def test_a_restored_car_is_the_one_that_was_backed_up(car, archive, tmp_path):
    result = restored(archive, tmp_path / "again")
    assert files_of(result.folder) == files_of(car)
    assert (result.folder / "logs").is_dir(), "an empty folder, too"
    assert not (result.folder / "env").exists()
    assert int((result.folder / "myparts.py").stat().st_mtime) == int(
        (car / "myparts.py").stat().st_mtime
    )
    assert result.unpacked.num_files == len(files_of(car))


def test_only_its_owner_may_read_it(archive):
    assert archive.stat().st_mode & 0o777 == 0o600


def test_other_programs_can_unpack_and_check_it(archive, tmp_path):
    with tarfile.open(archive) as tar:
        assert tar.getnames()[0] == INFO and tar.getnames()[-1] == SUMS
        tar.extractall(tmp_path / "by hand", filter="data")
    check = ["sha256sum", "--quiet", "-c", SUMS]
    done = subprocess.run(check, cwd=tmp_path / "by hand", capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_not_in_it_is_said(car, tmp_path, capsys):
    (car / "more data").symlink_to("/media/usb")
    assert main(["backup", "--path", str(car), "--out", str(tmp_path / "a.tar")]) == 0
    said = capsys.readouterr()
    assert "note: not in it: env: an environment of Python" in said.err
    assert "note: not in it: more data: a link to /media/usb" in said.err
    assert "restored car is paired anew" in said.out
    assert main(["restore", str(tmp_path / "a.tar"), "--check"]) == 0
    assert "not in it: more data" in capsys.readouterr().out


def test_recordings_and_pilots_can_be_left_out(car, tmp_path):
    out = tmp_path / "settings.tar"
    back_up(car, out, tubs=False, models=False)
    names = set(files_of(restored(out, tmp_path / "again").folder))
    template = ".donkeycar/template/manage.py"  # the next update merges with it
    assert names == {"manage.py", "config.py", "myconfig.py", "myparts.py", template}


def start_restore(archive, target):
    """A restore that has begun to unpack, and waits for the rest of the archive."""
    words = ["-m", "donkeycar.management.cli", "restore", "-", "--path", str(target)]
    program = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE)
    program.stdin.write(archive.read_bytes()[:200_000])
    program.stdin.flush()
    end_s = time.monotonic() + 20
    while not drafts_in(target.parent):
        assert time.monotonic() < end_s, "it never began"
        time.sleep(0.02)
    return program


def drafts_in(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_what_a_killed_restore_left_is_removed_by_the_next(car, archive, tmp_path, capsys):
    """A folder of a name that nobody knew used to stay for good, with a whole car in it."""
    target = tmp_path / "again"
    first = start_restore(archive, target)
    [draft] = drafts_in(tmp_path)
    assert main(["restore", str(archive), "--path", str(target)]) == 0
    assert "removed" not in capsys.readouterr().err, "the first one still runs"
    assert drafts_in(tmp_path) == [draft]
    first.kill()
    first.wait()
    first.stdin.close()
    [found] = probes.leftovers(target)
    assert (found.state, found.step) == ("warning", f"nothing needs them: rm -r {tmp_path / draft}")
    assert main(["restore", str(archive), "--path", str(target), "--overwrite"]) == 0
    said = f"note: removed {tmp_path / draft}, which a run that was killed had left"
    assert said in capsys.readouterr().err
    assert drafts_in(tmp_path) == [] == list(probes.leftovers(target))


def test_what_a_killed_backup_or_update_left_is_removed_by_the_next(car, tmp_path, capsys):
    left = [tmp_path / ".my car.backup-ab12_xyz.tar", car / ".manage.draft-ab12_xyz.py"]
    others = [
        tmp_path / ".my car.backup-mine.tar",
        car / ".manage-original.py",
        car / ".my.draft-ab12_xyz.py",
    ]
    for path in (*left, *others):
        path.write_text("half")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    [found] = probes.leftovers(car)
    assert found.found == "2 drafts of a command that was killed"
    assert main(["backup", "--path", str(car), "--out", str(tmp_path / "a.tar")]) == 0
    assert main(["update", "--path", str(car)]) == 0
    said = capsys.readouterr().err
    assert [f"removed {path}," in said for path in left] == [True, True]
    assert [path.exists() for path in (*left, *others)] == [False, False, True, True, True]


def test_it_goes_through_a_pipe(car, tmp_path):
    donkey = [sys.executable, "-m", "donkeycar.management.cli"]
    wrote = subprocess.run(
        [*donkey, "backup", "--path", str(car), "--out", "-"], capture_output=True, check=True
    )
    assert b"wrote the output" in wrote.stderr
    read = subprocess.run(
        [*donkey, "restore", "-", "--path", str(tmp_path / "again")],
        input=wrote.stdout, capture_output=True,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    assert files_of(tmp_path / "again") == files_of(car)


def test_a_compressed_one_is_read_too(car, archive, tmp_path):
    small = tmp_path / "car.tar.gz"
    small.write_bytes(gzip.compress(archive.read_bytes(), 1))
    assert files_of(restored(small, tmp_path / "again").folder) == files_of(car)


# What is there stays.


def test_a_car_that_is_there_is_kept_whole_if_its_owner_agrees(car, archive, tmp_path):
    (car / "myconfig.py").write_text("NEWER = 1\n")
    asked = []

    def may_replace(target, kept):
        asked.append((target, kept))
        return True

    with archive.open("rb") as file:
        result = restore(file, car, may_replace)
    assert asked == [(car, result.kept)]
    assert result.kept.name == "my car.before-restore1"
    assert (result.kept / "myconfig.py").read_text() == "NEWER = 1\n"
    assert (result.kept / "env").is_dir()
    assert (car / "myconfig.py").read_text() != "NEWER = 1\n"


def test_without_a_yes_nothing_changes(car, archive, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    before = files_of(car)
    assert main(["restore", str(archive)]) == 1
    assert "must not replace another one unasked" in capsys.readouterr().err
    assert files_of(car) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["car.tar", "my car"]


def test_a_backup_does_not_replace_a_file(car, archive):
    with pytest.raises(ConfigError, match="`--out` must be a new file"):
        back_up(car, archive)


def test_a_backup_inside_of_the_car_is_refused(car):
    with pytest.raises(ConfigError, match="must be outside of the car's folder"):
        back_up(car, car / "models" / "a.tar")


# A live tub, and files that change.


def test_a_tub_that_is_being_recorded_is_neither_backed_up_nor_replaced(car, archive, tmp_path):
    with TubWriter(car / "data", ["user/angle"], ["float"]):
        with pytest.raises(TubError, match=r"a tub that nobody is recording into. Received: "):
            back_up(car, tmp_path / "b.tar")
        with archive.open("rb") as file, pytest.raises(TubError, match="must not drive while"):
            restore(file, car, lambda target, kept: True)
        back_up(car, tmp_path / "c.tar", tubs=False)
    assert not (tmp_path / "b.tar").exists()


def test_a_drive_that_begins_during_the_restore_is_not_torn_apart(car, archive, tmp_path):
    """The folder of the tub was moved away under the program that recorded into it."""
    recorder = []

    class PressesRecord(io.BytesIO):
        def read(self, size=-1, /):
            if not recorder and self.tell() > 20_000:
                recorder.append(TubWriter(car / "data", ["user/angle"], ["float"]))
            return super().read(size)

    before = sorted(path.name for path in tmp_path.iterdir())
    try:
        with pytest.raises(TubError, match="must not drive while it is replaced"):
            restore(PressesRecord(archive.read_bytes()), car, lambda target, kept: True)
    finally:
        for tub in recorder:
            tub.close()
    assert recorder
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_file_that_changes_while_it_is_read_leaves_no_backup(car, tmp_path):
    grows = car / "grows.bin"
    grows.write_bytes(bytes(40_000_000))
    out, stop = tmp_path / "b.tar", threading.Event()

    def write_on():
        while not stop.is_set():
            os.utime(grows)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        with pytest.raises(ConfigError, match=r"Received: grows.bin, which a program wrote to"):
            back_up(car, out)
    finally:
        stop.set()
        thread.join()
    assert list(tmp_path.glob("*.tar")) == []


def test_a_disk_that_is_full_is_said_before_anything_is_written(car, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5e6))
    with pytest.raises(DonkeyError, match=r"MB free. Received: 5 MB"):
        back_up(car, tmp_path / "b.tar")
    assert list(tmp_path.iterdir()) == [car]


# Archives that are damaged, or meant to do harm.


def refused(content, tmp_path, match):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match=match):
        restore(io.BytesIO(content), tmp_path / "again", never)
    assert sorted(tmp_path.rglob("*")) == before, "nothing is left"


def test_no_archive_that_is_cut_off_is_taken(archive, tmp_path):
    content = archive.read_bytes()
    for end in (0, 1, 300, 512, 1024, 5000, len(content) // 2, len(content) - 12_000):
        refused(content[:end], tmp_path, r"must be (complete|one that)")


def test_no_archive_with_a_changed_byte_is_taken(archive, tmp_path):
    content = bytearray(archive.read_bytes())
    place = content.index(bytes(range(256))) + 1000
    content[place] ^= 1
    refused(bytes(content), tmp_path, r"'my car/models/pilot.tflite', whose content has changed")


@pytest.mark.parametrize(
    "content", [b"", b"x" * 5000, b"PK\x03\x04" + bytes(600), gzip.compress(b"no tar"), b"\x1f\x8b"]
)
def test_other_files_are_refused(content, tmp_path):
    refused(content, tmp_path, r"must be (complete|one that `donkey backup` wrote)")


def archive_of(*members, info=None, sums=None):
    """An archive with these members: TarInfo and content, between a good beginning and end."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        text = (info or Info("mycar", "today", "6.0.0").text()).encode()
        for member, content in [
            (tarfile.TarInfo(INFO), text), *members,
            (tarfile.TarInfo(SUMS), sums_text(sums or {}).encode()),
        ]:  # fmt: skip
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def member(name, kind=tarfile.REGTYPE, linkname=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, linkname
    return made


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/cron.d/evil", "mycar/../../evil", "mycar/./a", "mycar//a", "mycar\\a",
     "mycar/..", "other/a", "mycar/a\nb", "mycar/C:/a", "."],
)  # fmt: skip
def test_names_that_lead_out_are_refused(name, tmp_path):
    refused(archive_of((member(name), b"x")), tmp_path, r"must (stay inside|hold only)")


@pytest.mark.parametrize(
    ("kind", "linkname"),
    [(tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "mycar/a"), (tarfile.FIFOTYPE, ""),
     (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, "")],
)  # fmt: skip
def test_anything_but_files_and_folders_is_refused(kind, linkname, tmp_path):
    bad = archive_of((member("mycar/link", kind, linkname), b""))
    refused(bad, tmp_path, "must hold only files and folders of mycar")


def test_a_link_cannot_be_written_through(tmp_path):
    (tmp_path / "outside").mkdir()
    bad = archive_of(
        (member("mycar/d", tarfile.SYMTYPE, str(tmp_path / "outside")), b""),
        (member("mycar/d/evil"), b"x"),
    )
    refused(bad, tmp_path, "Received: a link")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("car", ["..", "/etc", "a/b", "", "a\nb"])
def test_a_car_with_a_name_that_leads_out_is_refused(car, tmp_path):
    refused(archive_of(info=Info(car, "today", "6").text()), tmp_path, "must")


@pytest.mark.parametrize("time", ["nan", "inf", "-inf", "1e30"])
def test_a_time_that_cannot_be_loses_no_car(time, tmp_path):
    """It was a traceback."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in (
            (INFO, Info("mycar", "today", "6.0.0").text()), ("mycar/a", "x"),
            (SUMS, sums_text({"mycar/a": hashlib.sha256(b"x").hexdigest()})),
        ):  # fmt: skip
            made = member(name)
            made.size = len(text)
            if name == "mycar/a":
                made.pax_headers = {"mtime": time}
            tar.addfile(made, io.BytesIO(text.encode()))
    restore(io.BytesIO(out.getvalue()), tmp_path / "again", never)
    assert (tmp_path / "again" / "a").read_text() == "x"


def test_a_file_that_is_in_it_twice_is_refused(tmp_path):
    twice = archive_of((member("mycar/a"), b"1"), (member("mycar/a"), b"2"))
    refused(twice, tmp_path, "is in it twice")


def test_a_newer_format_says_what_to_do(tmp_path):
    newer = Info("mycar", "today", "9.0").text().replace('"format": 1', '"format": 2')
    refused(archive_of(info=newer), tmp_path, "written by donkeycar '9.0'. Update donkeycar")


def test_a_file_that_is_not_in_the_sums_is_refused(tmp_path):
    refused(archive_of((member("mycar/a"), b"1")), tmp_path, "'mycar/a', whose content has changed")


def test_a_file_that_is_only_in_the_sums_is_missed(tmp_path):
    refused(archive_of(sums={"mycar/a": "0" * 64}), tmp_path, "one without 'mycar/a'")


def test_rights_of_others_are_not_taken_over(tmp_path):
    bad = member("mycar/a")
    bad.mode = 0o4777
    content = archive_of((bad, b"1"), sums={"mycar/a": hashlib.sha256(b"1").hexdigest()})
    result = restore(io.BytesIO(content), tmp_path / "again", never)
    assert (result.folder / "a").stat().st_mode & 0o7777 == 0o755


def test_plain_names_pass():
    assert parts_of("my car/data/images/1_cam_.jpg")[-1] == "1_cam_.jpg"


def test_a_check_writes_nothing(archive, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    with archive.open("rb") as file:
        assert read_backup(file, lambda info: None).num_files > 5
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_is_no_car_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="which has no manage.py"):
        back_up(tmp_path, Path("a.tar"))


def test_a_folder_that_is_not_there_may_be_a_disk_that_is_not_plugged_in(car, tmp_path):
    """The folder was made, on the card, and the backup with it."""
    with pytest.raises(ConfigError, match="Plug its disk in, or make the folder: mkdir -p"):
        back_up(car, tmp_path / "usb" / "car.tar")
    assert not (tmp_path / "usb").exists()


@pytest.mark.parametrize("name", ["", "data", "data/car.tar", "new/car.tar"])
def test_a_place_in_the_car_is_refused_with_one_that_works(car, name):
    """Of the car's own folder, another file in it was advised."""
    with pytest.raises(ConfigError, match="must be outside of the car's folder"):
        back_up(car, car / name)


def test_an_archive_that_is_not_there_is_named_with_its_folder(tmp_path, capsys):
    """It said: No such file or directory."""
    assert main(["restore", str(tmp_path / "nope.tar")]) == 1
    assert "must be a file that is there. Received: " in capsys.readouterr().err


@pytest.mark.parametrize("place", ["file/inside/x.tar", "/proc/nowhere/x.tar", "folder.tar"])
def test_a_place_that_takes_no_file_is_refused(place, car, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder.tar").mkdir()
    assert main(["backup", "--path", str(car), "--out", place]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("donkey: error: `--out` must be ")
    assert place in line
    assert (tmp_path / "file").read_text() == "mine"
    assert list((tmp_path / "folder.tar").iterdir()) == []
