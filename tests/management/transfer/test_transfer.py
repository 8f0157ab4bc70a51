"""Recordings and pilots go between two folders through a real rsync; ssh is a small stand-in.

The stand-in runs the command in the folder that is the car's home, as sshd does after it let
somebody in (ssh(1), sshd(8)).
"""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.transfer.remote import parse_address
from donkeycar.management.transfer.tubs import safe_path
from donkeycar.tub import TubReader, TubWriter

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it goes through ssh and rsync of a Unix")

SSH = r"""#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -o) echo "$2" >> "$FAR/options"; shift 2;;
    -l) shift 2;;
    -O) exit 0;;
    --) shift; break;;
    *) break;;
  esac
done
echo "$1" >> "$FAR/hosts"; shift
if [ -e "$FAR/error" ]; then cat "$FAR/error" >&2; exit 255; fi
case "$*" in rsync*) echo >> "$FAR/copies";; esac
if [ -e "$FAR/stop" ] && [ "$(wc -l < "$FAR/copies")" = 2 ]; then
  echo "Connection to car closed by remote host." >&2; exit 255
fi
if [ -e "$FAR/silent" ] && expr "$*" : "$(cat "$FAR/silent")" >/dev/null; then sleep 20; fi
cd "$FAR"; HOME=$FAR; export HOME
exec sh -c "$*"
"""


def recorder(folder):
    return TubWriter(folder, ["cam/image_array", "user/angle"], ["image_array", "float"])


def record(folder, start, count):
    with recorder(folder) as tub:
        for number in range(start, start + count):
            image = np.full((8, 8, 3), number % 256, np.uint8)
            tub.append({"cam/image_array": image, "user/angle": number / 1000})


def angles(folder):
    return [record["user/angle"] for record in TubReader(folder)]


@pytest.fixture
def far(tmp_path, monkeypatch):
    """The car's home; this computer's folder is the current one."""
    far, here, programs = tmp_path / "far", tmp_path / "my pc", tmp_path / "bin"
    for folder in (far, here, programs):
        folder.mkdir()
    (programs / "ssh").write_text(SSH)
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAR", str(far))
    (far / "copies").touch()
    create_car(far / "mycar")
    record(far / "mycar" / "data", 0, 30)
    monkeypatch.chdir(here)
    return far


def stop_at_pictures(far):
    """The connection is lost at the second rsync: the first fetches catalogs and manifest."""
    (far / "stop").touch()
    (far / "copies").write_text("")


def donkey(*words):
    return main(list(words))


def test_recordings_come_here(far, tmp_path, capsys):
    record(far / "mycar" / "data" / "tub_1", 0, 5)
    assert donkey("pull", "mycar.local") == 0
    here = tmp_path / "my pc"
    assert angles(here / "data") == [number / 1000 for number in range(30)]
    assert len(TubReader(here / "data" / "tub_1")) == 5
    said = capsys.readouterr().out
    assert "data: 30 records" in said and "tub_1: 5 records" in said
    assert sorted(path.name for path in here.iterdir()) == ["data"], "nothing is left over"


def test_a_tub_that_grew_is_brought_up_to_date(far, tmp_path):
    donkey("pull", "mycar.local")
    record(far / "mycar" / "data", 30, 12)
    assert donkey("pull", "kim@mycar.local") == 0
    assert angles(tmp_path / "my pc" / "data")[-1] == 0.041


def test_records_that_were_sorted_out_here_stay_sorted_out(far, tmp_path):
    donkey("pull", "mycar.local")
    with recorder(tmp_path / "my pc" / "data") as tub:
        tub.delete([3, 4])
    record(far / "mycar" / "data", 30, 2)
    assert donkey("pull", "mycar.local") == 0
    assert [angle for angle in angles(tmp_path / "my pc" / "data") if angle < 0.006] == [
        0.0, 0.001, 0.002, 0.005,
    ]  # fmt: skip


def test_a_tub_that_is_being_recorded_arrives_whole(far, tmp_path, capsys):
    with recorder(far / "mycar" / "data") as tub:
        assert donkey("pull", "mycar.local") == 0
        assert tub.next_index == 30
    assert len(angles(tmp_path / "my pc" / "data")) == 30
    assert "the car is recording into it" in capsys.readouterr().out


def test_an_interrupted_pull_leaves_the_tub_that_was_here_and_continues(far, tmp_path, capsys):
    donkey("pull", "mycar.local")
    record(far / "mycar" / "data", 30, 12)
    stop_at_pictures(far)
    assert donkey("pull", "mycar.local") == 1
    assert "Run the same again: it continues" in capsys.readouterr().err
    assert len(angles(tmp_path / "my pc" / "data")) == 30
    (far / "stop").unlink()
    assert donkey("pull", "mycar.local") == 0
    assert len(angles(tmp_path / "my pc" / "data")) == 42


def test_an_interrupted_first_pull_is_no_tub_yet(far, tmp_path):
    stop_at_pictures(far)
    assert donkey("pull", "mycar.local") == 1
    assert not (tmp_path / "my pc" / "data" / "manifest.json").exists()


def test_another_recording_of_the_same_name_is_not_mixed_in(far, tmp_path, capsys):
    donkey("pull", "mycar.local")
    before = angles(tmp_path / "my pc" / "data")
    shutil.rmtree(far / "mycar" / "data")
    record(far / "mycar" / "data", 500, 40)
    assert donkey("pull", "mycar.local") == 1
    assert "must not be mixed with another one" in capsys.readouterr().err
    assert angles(tmp_path / "my pc" / "data") == before


def fork(far):
    """The card was copied: the tub of both cars begins alike, and each recorded on."""
    copied = far / "blue"
    shutil.copytree(far / "mycar", copied)
    record(far / "mycar" / "data", 30, 5)
    record(copied / "data", 100, 9)


def test_the_same_tub_of_a_copied_card_does_not_replace_what_came_from_the_first(
    far, tmp_path, capsys
):
    """The records of the first car were overwritten here, because both tubs began alike."""
    fork(far)
    assert donkey("pull", "mycar.local") == 0
    before = angles(tmp_path / "my pc" / "data")
    assert donkey("pull", "blue.local:blue") == 1
    assert "they differ from record 30 on" in capsys.readouterr().err
    assert angles(tmp_path / "my pc" / "data") == before
    assert donkey("pull", "blue.local:blue", "--to", str(tmp_path)) == 0


def test_a_tub_does_not_replace_that_of_a_copied_card(far, tmp_path, capsys):
    """What the car had recorded was overwritten."""
    fork(far)
    donkey("pull", "blue.local:blue")
    before = angles(far / "mycar" / "data")
    assert donkey("push", "mycar.local", "data") == 1
    said = capsys.readouterr().err
    assert "differ from record 30 on" in said and "Move data of the car away" in said
    assert angles(far / "mycar" / "data") == before


def test_a_catalog_that_was_emptied_on_the_car_does_not_empty_the_one_here(far, tmp_path, capsys):
    """A worn card took the good copy with it."""
    donkey("pull", "mycar.local")
    (far / "mycar" / "data" / "catalog_0.catalog").write_bytes(b"")
    assert donkey("pull", "mycar.local") == 1
    assert "lacks record 0" in capsys.readouterr().err
    assert len(angles(tmp_path / "my pc" / "data")) == 30


def test_a_tub_on_the_car_is_brought_up_to_date(far, tmp_path):
    donkey("pull", "mycar.local")
    record(tmp_path / "my pc" / "data", 30, 7)
    assert donkey("push", "mycar.local", "data") == 0
    assert angles(far / "mycar" / "data")[-1] == 0.036


def test_the_licence_of_a_tub_travels_with_it(far, tmp_path):
    """Everything in a tub but pictures, catalogs and manifest was left behind in silence."""
    (far / "mycar" / "data" / "LICENSE.txt").write_text("CC BY 4.0")
    (far / "mycar" / "data" / "notes").mkdir()
    assert donkey("pull", "mycar.local") == 0
    here = tmp_path / "my pc" / "data"
    assert (here / "LICENSE.txt").read_text() == "CC BY 4.0"
    assert not (here / "notes").exists()
    (here / "LICENSE.txt").write_text("CC0")
    assert donkey("pull", "mycar.local", "--verify") == 0
    assert (here / "LICENSE.txt.before-pull").read_text() == "CC0"
    (here / "notes.txt").write_text("rain")
    assert donkey("push", "mycar.local", "data") == 0
    assert (far / "mycar" / "data" / "notes.txt").read_text() == "rain"


def test_what_a_killed_copy_had_begun_is_removed_once_the_whole_file_is_here(far, tmp_path):
    """It stayed among the pictures for ever."""
    donkey("pull", "mycar.local")
    images = tmp_path / "my pc" / "data" / "images"
    begun = [".3_cam_image_array_.jpg.CyhmUe", ".own.jpg.CyhmUe"]
    for name in begun:
        (images / name).write_bytes(b"begun")
    stage = tmp_path / "my pc" / ".donkey-pull" / "data"
    stage.mkdir(parents=True)
    (stage / ".catalog_0.catalog.Ab12Cd").write_bytes(b"begun")
    assert donkey("pull", "mycar.local") == 0
    assert not list(images.parent.glob(".catalog*")) and not stage.parent.exists()
    assert [(images / name).exists() for name in begun] == [False, True]


def test_a_pull_leaves_alone_what_another_one_has_begun(far, tmp_path):
    """It removed the catalogs of the tub that a second terminal was fetching."""
    other = tmp_path / "my pc" / ".donkey-pull" / "data" / "tub_7" / "manifest.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}")
    assert donkey("pull", "mycar.local") == 0
    assert other.exists()


def test_a_picture_that_was_damaged_here_is_mended_on_request(far, tmp_path):
    donkey("pull", "mycar.local")
    picture = next((tmp_path / "my pc" / "data" / "images").iterdir())
    good, info = picture.read_bytes(), picture.stat()
    picture.write_bytes(bytes(len(good)))
    os.utime(picture, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert donkey("pull", "mycar.local", "--verify") == 0
    assert picture.read_bytes() == good


def test_a_link_in_the_tub_here_is_not_followed(far, tmp_path, capsys):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "my pc" / "data").mkdir()
    (tmp_path / "my pc" / "data" / "images").symlink_to(tmp_path / "elsewhere")
    assert donkey("pull", "mycar.local") == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_pilot_goes_to_the_car_with_what_it_needs(far, tmp_path):
    models = tmp_path / "my pc" / "models"
    models.mkdir()
    for name in ("red.tflite", "red.int8.tflite", "red.json", "red.keras", "redder.tflite"):
        (models / name).write_text(name)
    assert donkey("push", "mycar.local", "models/red.tflite") == 0
    there = far / "mycar" / "models"
    assert sorted(path.name for path in there.iterdir()) == [
        "red.int8.tflite", "red.json", "red.tflite",
    ]  # fmt: skip


def test_a_pilot_that_was_there_is_kept(far, tmp_path):
    (tmp_path / "my pc" / "models").mkdir()
    (tmp_path / "my pc" / "models" / "red.tflite").write_text("new")
    (far / "mycar" / "models" / "red.tflite").write_text("before")
    assert donkey("push", "mycar.local", "models/red.keras") == 0
    assert (far / "mycar" / "models" / "red.tflite").read_text() == "new"
    assert (far / "mycar" / "models" / "red.tflite.before-push").read_text() == "before"


def test_a_pilot_comes_here(far, tmp_path):
    (far / "mycar" / "models" / "red.tflite").write_text("red")
    assert donkey("pull", "mycar.local", "models") == 0
    assert (tmp_path / "my pc" / "models" / "red.tflite").read_text() == "red"


def test_a_tub_goes_to_the_car(far, tmp_path):
    record(tmp_path / "my pc" / "tub_7", 0, 6)
    assert donkey("push", "mycar.local", "tub_7") == 0
    assert len(TubReader(far / "mycar" / "data" / "tub_7")) == 6


def test_a_tub_that_the_car_records_into_is_not_replaced(far, tmp_path, capsys):
    donkey("pull", "mycar.local")
    with recorder(far / "mycar" / "data"):
        assert donkey("push", "mycar.local", "data") == 1
    assert "must not be recorded while it is replaced" in capsys.readouterr().err


def test_a_pilot_without_its_tflite_is_refused(far, tmp_path, capsys):
    (tmp_path / "my pc" / "red.keras").write_text("x")
    assert donkey("push", "mycar.local", "red.keras") == 1
    assert "drives a pilot by its .tflite file" in capsys.readouterr().err


def test_another_folder_of_the_car_is_named_after_a_colon(far, tmp_path):
    (far / "mycar").rename(far / "blue car")
    assert donkey("pull", "mycar.local:blue car") == 0
    assert len(angles(tmp_path / "my pc" / "data")) == 30


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pull", "mycar.local:nowhere"], "The car's folder must be there. Received: nowhere"),
        (["push", "mycar.local:.", "data"], "which has no manage.py"),
        (["pull", "mycar.local", "data/tub_9"], "There must be a recording in data/tub_9"),
        (["pull", "mycar.local", "../secrets"], "must lie in the car's folder"),
        (["pull", "mycar.local", "/etc/passwd"], "must lie in the car's folder"),
        (["pull", "-oProxyCommand=x"], None),
        (["pull", "a b"], "`CAR` must be a computer"),
        (["pull", "mycar.local", "--to", "nowhere"], "`--to` must be a folder that exists"),
    ],
)
def test_what_cannot_be_is_one_sentence(far, words, sentence, capsys, tmp_path):
    record(tmp_path / "my pc" / "data", 0, 2)
    if sentence is None:
        with pytest.raises(SystemExit):
            donkey(*words)
        return
    assert donkey(*words) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert sentence in line


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("ssh: Could not resolve hostname mycar.local: Name or service not known",
         "`donkey findcar` looks for it"),
        ("ssh: connect to host mycar.local port 22: Connection refused", "must let ssh in"),
        ("ssh: connect to host mycar.local port 22: No route to host", "Try: ping mycar.local"),
        ("@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.",
         "ssh-keygen -R mycar.local"),
        ("root@mycar.local: Permission denied (publickey,password).", "The car must know you"),
        ("bash: line 1: rsync: command not found", "sudo apt install rsync"),
        ("Timeout, server mycar.local not responding.", "Try: ping mycar.local"),
        ("rsync: [receiver] open \"x\" failed: Read-only file system (30)", "locked or worn"),
        ("Connection closed", "exit code 255"),
    ],
)  # fmt: skip
def test_what_ssh_says_becomes_a_next_step(far, answer, sentence, capsys):
    (far / "error").write_text(answer + "\n")
    assert donkey("pull", "mycar.local") == 1
    [line] = capsys.readouterr().err.splitlines()
    assert sentence in line and "Received: " in line


def test_what_is_no_text_is_no_traceback(far, capsys):
    """A car whose shell greets in Latin-1 ended `pull` with a UnicodeDecodeError."""
    (far / "error").write_bytes(b"Gr\xfc\xdfe\nConnection closed\n")
    assert donkey("pull", "mycar.local") == 1
    assert "Run the same again" in capsys.readouterr().err


def test_a_car_that_goes_out_of_reach_does_not_hold_the_command_for_ever(far):
    """ssh has no such limit of its own: `pull` waited until TCP gave up, or for ever."""
    record(far / "mycar" / "data", 0, 3)
    assert donkey("pull", "mycar.local") == 0
    options = dict(line.split("=", 1) for line in (far / "options").read_text().splitlines())
    assert int(options["ServerAliveInterval"]) * int(options["ServerAliveCountMax"]) <= 60


@pytest.mark.parametrize(
    ("silent", "words"), [("cd", "no word from"), ("rsync", "timeout in data")]
)
def test_a_car_that_is_silent_does_not_hold_the_command_for_ever(
    far, monkeypatch, capsys, silent, words
):
    """It let ssh in, and its shell answered nothing: `pull` waited for ever."""
    (far / "silent").write_text(silent)
    monkeypatch.setattr("donkeycar.management.transfer.remote.SILENT_S", 1)
    began_s = time.monotonic()
    assert donkey("pull", "mycar.local") == 1
    assert time.monotonic() - began_s < 10
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("donkey: error: The car must answer. Received: ") and words in line


def test_one_tub_with_a_strange_name_does_not_keep_the_others(far, tmp_path, capsys):
    """A line break in a name used to end the whole pull: "must lie in the car's folder"."""
    for name in ("tub_1", "tub\n2", "tub_\\3", b"tub_\xfc"):
        folder = Path(os.fsdecode(name))
        record(far / "mycar" / "data" / folder, 0, 3)
    assert donkey("pull", "mycar.local") == 1
    said = capsys.readouterr()
    assert len(TubReader(tmp_path / "my pc" / "data" / "tub_1")) == 3
    assert len(said.err.splitlines()) == 3
    assert r"note: 'data/tub\n2' was left out: a name must be text" in said.err
    inside = sorted(path.name for path in (tmp_path / "my pc" / "data").iterdir() if path.is_dir())
    assert inside == ["images", "tub_1"]


def test_a_computer_without_rsync_says_what_to_install(far, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert donkey("pull", "mycar.local") == 1
    assert "sudo apt install rsync" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-x", "kim@-x", "", "@", "a b", "mycar.local:a\nb"])
def test_an_address_cannot_be_an_option(word):
    with pytest.raises(ConfigError, match="`CAR` must be a computer"):
        parse_address(word)


def test_an_address_of_version_6():
    """ssh takes no brackets, so `donkey pull [::1]` did not find the car."""
    address = parse_address("kim@[fe80::1%wlan0]:blue")
    assert (address.host, address.ssh_host) == ("kim@[fe80::1%wlan0]", "kim@fe80::1%wlan0")
    assert parse_address("::1") == parse_address("[::1]")


def test_a_car_is_reached_by_an_address_of_version_6(far, tmp_path):
    assert donkey("pull", "[::1]:mycar") == 0
    assert len(TubReader(tmp_path / "my pc" / "data")) == 30
    assert set((far / "hosts").read_text().split()) == {"::1"}


@pytest.mark.parametrize("path", ["..", "a/../b", "/a", "~/a", "", ".", "-a", "a\nb", "a\\b"])
def test_a_path_cannot_lead_out(path):
    with pytest.raises(ConfigError, match="must lie in the car's folder"):
        safe_path(path)
