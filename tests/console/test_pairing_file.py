"""The file of the pairings gives nobody the car, and counts only if nobody else can write it."""

import errno
import json
import os
import stat
import tempfile

import pytest

from donkeycar.console import car_identity, pairing_file
from donkeycar.console.pairing_file import Device, Invitation, PairingFile, UnsafeFile
from donkeycar.errors import ConfigError


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path, state):
    return PairingFile(tmp_path / "mycar", state=state)


def add(file, secret, **fields):
    device = Device(file.digest(secret), **fields)
    file.change(lambda pairings: pairings.devices.update({device.digest: device}))
    return device


def test_what_is_stored_is_read_again(file):
    first = add(file, "one", label="iPhone, Safari", paired_at=1_800_000_000)
    second = add(file, "two")
    file.change(lambda pairings: pairings.invitations.update({"a" * 64: Invitation("a" * 64)}))
    pairings = PairingFile(file._folder, state=file.path.parent).read()
    assert list(pairings.devices.values()) == [first, second]
    assert pairings.invitations == {"a" * 64: Invitation("a" * 64, uses=1, starts=5)}


def test_reading_makes_no_file(file, state):
    assert file.read().devices == {}
    assert file.stamp == ()
    assert not state.exists()


def test_it_is_for_its_owner_alone_and_holds_no_secret(file):
    secret = "Zk3vG0-a-cookie-of-256-bits"
    add(file, secret)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert secret not in file.path.read_text()


def test_the_same_cookie_has_another_digest_at_another_car_and_on_another_computer(
    file, tmp_path, monkeypatch
):
    """A copied folder or SD card takes no pairing with it, even with the file."""
    other = PairingFile(tmp_path / "othercar", state=file.path.parent)
    number = tmp_path / "serial-number"
    number.write_bytes(b"10000000cafe\0")
    monkeypatch.setattr(car_identity, "NUMBERS", (number,))
    copied = PairingFile(file._folder, state=file.path.parent)
    assert len({one.digest("cookie") for one in (file, other, copied)}) == 3
    assert len({one.path for one in (file, other, copied)}) == 3


def test_a_computer_without_a_number_has_cars(tmp_path, monkeypatch):
    empty = tmp_path / "empty"
    empty.write_bytes(b"\0\n")
    monkeypatch.setattr(car_identity, "NUMBERS", (tmp_path / "none", empty))
    assert car_identity.computer_number() == b""
    assert len(PairingFile(tmp_path).car_id) == 8


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_not_trusted_nor_changed(file, mode):
    add(file, "one")
    file.path.chmod(mode)
    before = file.path.read_bytes()
    with pytest.raises(UnsafeFile, match=f"permissions {mode:o} of the file.*chmod go-w"):
        file.read()
    with pytest.raises(UnsafeFile):
        add(file, "two")
    assert file.path.read_bytes() == before


def test_a_folder_that_others_can_write_is_not_trusted(file):
    add(file, "one")
    file.path.parent.chmod(0o777)
    with pytest.raises(UnsafeFile, match="permissions 777 of its folder"):
        file.read()


def test_a_file_of_another_user_is_not_trusted(file, monkeypatch):
    add(file, "one")
    monkeypatch.setattr(os, "geteuid", lambda: file.path.stat().st_uid + 1)
    with pytest.raises(UnsafeFile, match="as the owner of the file.*sudo chown"):
        file.read()


def test_neither_a_link_nor_a_pipe_nor_a_folder_is_read(file, tmp_path):
    add(file, "one")
    target = file.path.rename(tmp_path / "elsewhere.json")
    file.path.symlink_to(target)
    with pytest.raises(UnsafeFile, match="a link"):
        file.read()
    file.path.unlink()
    os.mkfifo(file.path)
    with pytest.raises(UnsafeFile, match="not a file"):
        file.read()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b"\xff\xff", b"[" * 60000, b" " * 70000, b'{"version": 2}', b"null",
        b'{"version": 1, "devices": {}, "invitations": [], "epoch": "x"}',
        b'{"version": 1, "devices": [[]], "invitations": [], "epoch": 0}',
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_refused_and_stays(file, content):
    add(file, "one")
    file.path.write_bytes(content)
    with pytest.raises(UnsafeFile, match="Received: .*donkey pair revoke --all"):
        file.read()
    with pytest.raises(UnsafeFile):
        add(file, "two")
    assert file.path.read_bytes() == content


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "../../etc"}, {"digest": 7}, {"label": "\x1b[2J"}, {"label": "x" * 41},
        {"paired_at": -1}, {"seen_at": 1e400}, {"seen_at": True}, {"more": 1},
    ],
)  # fmt: skip
def test_an_entry_that_was_never_written_here_is_refused(file, wrong):
    add(file, "one")
    stored = json.loads(file.path.read_text())
    stored["devices"][0] |= wrong
    file.path.write_text(json.dumps(stored))
    with pytest.raises(UnsafeFile):
        file.read()


@pytest.mark.parametrize("wrong", [{"uses": 0}, {"uses": 65}, {"starts": -1}, {"uses": "1"}])
def test_an_invitation_that_was_never_written_here_is_refused(file, wrong):
    file.change(lambda pairings: pairings.invitations.update({"a" * 64: Invitation("a" * 64)}))
    stored = json.loads(file.path.read_text())
    stored["invitations"][0] |= wrong
    file.path.write_text(json.dumps(stored))
    with pytest.raises(UnsafeFile):
        file.read()


def test_a_full_disk_leaves_the_old_file(file, monkeypatch):
    device = add(file, "one")

    def full(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OSError, match="No space left"):
        add(file, "two")
    assert list(file.read().devices.values()) == [device]


def test_a_program_that_hangs_in_the_file_holds_nobody_up_for_long(file, monkeypatch):
    monkeypatch.setattr(pairing_file, "LOCK_S", 0.02)

    def edit(pairings):
        with pytest.raises(OSError, match="temporarily unavailable"):
            file.change(lambda more: None)

    file.change(edit)


def test_every_change_has_another_stamp(file):
    stamps = [file.stamp]
    for secret in ("one", "two", "three"):
        add(file, secret)
        stamps.append(file.stamp)
    assert len(set(stamps)) == 4


def test_the_state_folder_follows_the_specification(monkeypatch):
    monkeypatch.setenv("HOME", "/home/kim")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert str(pairing_file.state_folder()) == "/home/kim/.local/state/donkeycar"
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as for a user without a home
    assert str(pairing_file.state_folder()) == "/nonexistent/donkeycar"
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert str(pairing_file.state_folder()) == "/var/state/donkeycar"


def test_what_it_refuses_is_an_error_of_the_settings():
    assert issubclass(UnsafeFile, ConfigError)
