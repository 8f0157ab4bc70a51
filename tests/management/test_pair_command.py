"""`donkey pair`: who is paired, the end of a pairing, and a link for a car without a screen."""

import re

import pytest

from donkeycar.console.pairing_file import MAX_INVITATIONS, MAX_VIEWS, Device, PairingFile
from donkeycar.errors import ConfigError
from donkeycar.management import pair
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    create_car(tmp_path / "mycar")
    return tmp_path / "mycar"


@pytest.fixture
def file(folder):
    return PairingFile(folder)


def add(file, *secrets):
    for secret in secrets:
        digest = file.digest(secret)
        device = Device(digest, f"Phone {secret}", paired_at=1_800_000_000)
        file.change(lambda known, one=device: known.devices.update({one.digest: one}))


def donkey(folder, *words):
    return main(["pair", *words, "--path", str(folder)])


def test_without_devices_it_says_how_to_pair(folder, capsys):
    assert donkey(folder) == 0
    assert "No device is paired" in capsys.readouterr().out


def test_devices_are_listed_the_last_used_first(folder, file, capsys):
    add(file, "one", "two")
    assert donkey(folder, "list") == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(file.digest("two")[:12]) and first.endswith("Phone two")
    assert second.endswith("Phone one") and "2027-01-15" in second and "unknown" in second


def test_one_device_is_revoked_by_the_first_letters_of_its_id(folder, file, capsys):
    add(file, "one", "two")
    assert donkey(folder, "revoke", file.digest("one")[:6].upper()) == 0
    assert "1 pairing revoked" in capsys.readouterr().out
    assert list(file.read().devices) == [file.digest("two")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["revoke"], "Received: neither"),
        (
            ["revoke", "zz"],
            "Received: zz, which is the ID of no paired device. Nothing was revoked",
        ),
        (["revoke", ""], "which is the ID of no paired device"),
        (["revoke", "a", "--all"], "`revoke` needs"),
        (["list", "a"], "Type: donkey pair revoke ID"),
        (["invite", "--uses", "0"], "`--uses` must be 1 to 64. Received: 0"),
    ],
)
def test_what_does_not_fit_changes_nothing(folder, file, capsys, words, sentence):
    add(file, "one")
    before = file.path.read_bytes()
    assert donkey(folder, *words) == 1
    assert sentence in capsys.readouterr().err
    assert file.path.read_bytes() == before


def test_letters_of_two_ids_revoke_neither(folder, file, capsys):
    add(file, *(f"phone {number}" for number in range(17)))  # of 16 first letters
    firsts = [digest[0] for digest in file.read().devices]
    twice = next(letter for letter in firsts if firsts.count(letter) > 1)
    assert donkey(folder, "revoke", twice) == 1
    assert "fits more than one device" in capsys.readouterr().err
    assert len(file.read().devices) == 17


def test_all_are_revoked_also_from_a_file_that_is_not_in_order(folder, file):
    add(file, "one")
    file.path.write_text("nonsense")
    assert donkey(folder) == 1
    assert donkey(folder, "revoke", "--all") == 0
    assert file.read().devices == {}
    assert file.read().epoch > 0


def test_an_invitation_is_a_link_whose_secret_is_not_stored(folder, file, capsys):
    assert donkey(folder, "invite", "--uses", "2") == 0
    said = capsys.readouterr().out
    token = re.search(r"http://\S+:8887/pair#(\S+)", said)[1]
    assert "2 devices, now or within 5 more starts" in said
    assert token not in file.path.read_text()
    assert file.read().invitations[file.digest(token)].uses == 2
    assert donkey(folder) == 0
    assert "an open invitation for 2 devices" in capsys.readouterr().out


def test_the_oldest_of_too_many_invitations_ends(file):
    tokens = [pair.invite(file, uses=1) for _ in range(MAX_INVITATIONS + 1)]
    known = file.read().invitations
    assert [file.digest(token) in known for token in tokens] == [False] + [True] * MAX_INVITATIONS


@pytest.mark.parametrize(
    "line", ["WEB_AUTH = 'none'", "WEB_REMEMBER = False", "WEB_CONTROL_PORT = 0"]
)
def test_an_invitation_that_could_not_work_is_refused(folder, file, capsys, line):
    with (folder / "myconfig.py").open("a") as mine:
        mine.write(f"\n{line}\n")
    assert donkey(folder, "invite") == 1
    name, _, value = line.partition(" = ")
    assert f"Received: {name}={value}" in capsys.readouterr().err
    assert not file.path.exists()


def test_another_folder_and_sudo_are_refused(tmp_path, folder, monkeypatch, capsys):
    assert donkey(tmp_path) == 1
    assert "has no manage.py" in capsys.readouterr().err
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "kim")
    assert donkey(folder) == 1
    assert "Type it again without sudo" in capsys.readouterr().err


def write_settings(folder, text):
    with (folder / "myconfig.py").open("a") as file:
        file.write(f"\n{text}\n")


def test_a_link_for_foxglove_is_printed_listed_and_ended(folder, file, capsys):
    write_settings(folder, "WEB_FOXGLOVE = True")
    add(file, "phone")
    assert donkey(folder, "view") == 0
    out = capsys.readouterr().out
    token = re.search(r"ws://\S+:8887/foxglove/([\w-]{32})\n", out)[1]
    assert token not in file.path.read_text()
    (digest,) = file.read().views
    assert donkey(folder, "list") == 0
    assert f"{digest[:12]}" in capsys.readouterr().out.splitlines()[-1]
    assert donkey(folder, "revoke", digest[:6]) == 0
    assert capsys.readouterr().out.startswith("1 link ended.")
    assert not file.read().views
    assert len(file.read().devices) == 1


def test_a_link_for_foxglove_needs_a_car_that_shows_itself(folder, file, capsys):
    assert donkey(folder, "view") == 1
    err = capsys.readouterr().err
    assert "A link needs another `WEB_FOXGLOVE`: the car shows itself to nobody then" in err
    assert not file.path.exists()


def test_there_is_an_end_to_links_for_foxglove(folder, file):
    for _ in range(MAX_VIEWS):
        pair.view(file)
    with pytest.raises(ConfigError, match=f"at most {MAX_VIEWS} links"):
        pair.view(file)
    assert len(file.read().views) == MAX_VIEWS


def test_with_a_device_end_the_links_that_it_may_know(folder, file):
    add(file, "phone")
    pair.view(file)
    pair.revoke(file, [file.digest("phone")[:12]])
    assert not file.read().views
