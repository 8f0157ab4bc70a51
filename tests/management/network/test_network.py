"""`donkey network`: the car becomes a Wi-Fi of its own, and goes back into one that it knows."""

import os
import re
import signal
import subprocess

import pytest

from donkeycar.errors import DeviceError
from donkeycar.management.cli import main
from donkeycar.management.network import access_point, nmcli
from donkeycar.management.network import network as donkey_network
from donkeycar.management.network.access_point import AccessPoint
from donkeycar.management.service import units
from tests.management.network import nmcli_program


@pytest.fixture
def network(tmp_path, monkeypatch):
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.chdir(tmp_path)
    return nmcli_program.install(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def hangup_as_it_was():
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def password_of(said):
    return re.search(r"password (\S+)", said)[1]


def ups(network):
    return [words for words in network["log"] if "up" in words]


def test_the_car_becomes_a_wifi_with_a_new_password_that_is_shown(network, capsys):
    assert main(["network", "ap", "--name", "My car: 1", "--yes"]) == 0
    said = capsys.readouterr().out
    password = password_of(said)
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", password)
    assert "Wi-Fi My car: 1, password" in said
    assert "open http://10.42.0.1:8887" in said
    assert "the car is at 10.42.0.1" in said
    assert network["devices"]["wlan0"][2] == "donkey-ap"
    made = network["connections"]["donkey-ap"]
    assert made["802-11-wireless-security.key-mgmt"] == "wpa-psk"
    assert made["802-11-wireless-security.proto"] == "rsn"
    assert made["802-11-wireless-security.pairwise"] == "ccmp"
    assert made["802-11-wireless-security.psk"] == password
    assert made["connection.autoconnect"] == "no", "a restart brings the known network back"
    assert made["ipv4.method"] == "shared"
    # With protected management frames a Pi Zero W refuses the right password.
    assert made["802-11-wireless-security.pmf"] == "disable"
    # Every user of the computer can read the words of a command.
    assert not any(password in word for words in network["log"] for word in words)


def test_who_is_connected_hears_what_happens_before_it_happens(network, capsys, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "192.168.1.9 50000 192.168.1.20 22")
    network.write(fails=1)
    assert main(["network", "ap", "--yes"]) == 1
    said = capsys.readouterr()
    assert "wlan0 leaves Home, and becomes the car's own Wi-Fi" in said.out
    assert "a car that drives stops" in said.out
    assert "This SSH session ends" in said.out and "ssh USER@10.42.0.1" in said.out
    assert "Received: Connection activation failed" in said.err
    # The session that ends does not end the change.
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_without_a_terminal_nothing_changes_unless_it_is_agreed(network, capsys):
    assert main(["network", "ap"]) == 1
    assert "Add --yes" in capsys.readouterr().err
    assert ups(network) == []


def test_the_password_stays_until_a_new_one_is_asked_for(network, capsys):
    for words in ([], [], ["--new"]):
        assert main(["network", "ap", "--prepare", *words]) == 0
    first, second, third = re.findall(r"password (\S+)", capsys.readouterr().out)
    assert first == second != third
    assert ups(network) == []


def test_a_car_that_is_a_wifi_already_says_so(network, capsys):
    assert main(["network", "ap", "--yes"]) == 0
    assert main(["network", "ap", "--yes"]) == 0
    assert "is the car's own Wi-Fi already" in capsys.readouterr().out
    assert len(ups(network)) == 1


def test_a_chosen_password_is_taken_as_it_is(network, capsys):
    assert main(["network", "ap", "--prepare", "--password", "four words of mine"]) == 0
    assert "password four words of mine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--password", "short"], "`--password` must be 8 to 63"),
        (["--password", "pässwörter"], "`--password` must be 8 to 63"),
        (["--password", "a" * 64], "`--password` must be 8 to 63"),
        (["--password", "two\nlines of it"], "`--password` must be 8 to 63"),
        (["--name", "ä" * 17], "`--name` must be 1 to 32 bytes"),
        (["--name", "a\nb"], "`--name` must be 1 to 32 bytes"),
        (["Home"], "The name of a network belongs to client"),
        (["--device", "wlan7"], "by the name wlan7. Received: wlan0"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_changes(network, capsys, words, sentence):
    assert main(["network", "ap", *words, "--yes"]) == 1
    assert sentence in capsys.readouterr().err
    assert list(network["connections"]) == ["Home"]
    assert ups(network) == []


def test_an_open_wifi_that_somebody_made_by_this_name_is_not_switched_on(network, capsys):
    home = network["connections"]
    network.write(connections={**home, "donkey-ap": {"type": "802-11-wireless"}})
    assert main(["network", "ap", "--yes"]) == 1
    assert "must have a password" in capsys.readouterr().err
    assert ups(network) == []
    assert main(["network", "ap", "--yes", "--new"]) == 0
    assert len(ups(network)) == 1


def test_a_password_that_only_root_sees_is_not_switched_on_unknown(network, capsys):
    assert main(["network", "ap", "--prepare"]) == 0
    known = network["connections"]
    del known["donkey-ap"]["802-11-wireless-security.psk"]
    network.write(connections=known)
    assert main(["network", "ap", "--yes"]) == 1
    assert "with sudo in front" in capsys.readouterr().err
    assert ups(network) == []


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"devices": {"eth0": ["ethernet", "connected", "Wired"]}}, "Received: no Wi-Fi device"),
        ({"devices": {"wlan0": ["wifi", "unavailable", ""]}}, "do_wifi_country"),
        ({"radio": "disabled"}, "sudo rfkill unblock wifi"),
        ({"devices": {"wlan0": ["wifi", "unmanaged", ""]}}, "nmcli device set wlan0 managed yes"),
        ({"ap": "no"}, "must be able to be an access point"),
        ({"denied": True}, "Insufficient privileges. Type the same with sudo in front"),
        ({"running": False}, "sudo systemctl enable --now NetworkManager"),
    ],
)
def test_each_thing_that_is_missing_is_one_sentence_with_the_next_step(
    network, capsys, state, sentence
):
    network.write(**state)
    assert main(["network", "ap", "--yes"]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_without_networkmanager_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    for what in ("status", "ap", "client"):
        assert main(["network", what]) == 1
        assert "sudo apt install network-manager" in capsys.readouterr().err


def test_a_networkmanager_that_hangs_is_said(tmp_path, monkeypatch):
    program = tmp_path / "nmcli"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(DeviceError, match="sudo systemctl restart NetworkManager"):
        nmcli.run_nmcli(["device"], within_s=0.1)


def test_the_car_goes_back_into_a_network_that_it_knows(network, capsys):
    assert main(["network", "ap", "--yes"]) == 0
    assert main(["network", "client", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "Every phone and PC in the car's own Wi-Fi loses it" in said
    assert "donkey findcar" in said
    assert network["devices"]["wlan0"][2] == "Home"
    assert main(["network", "client", "--yes"]) == 0
    assert "off already" in capsys.readouterr().out


def test_a_named_network_is_joined_and_an_unknown_one_explained(network, capsys):
    assert main(["network", "client", "Club", "--yes"]) == 1
    assert "it knows Home. Join it: sudo nmcli --ask" in capsys.readouterr().err
    assert main(["network", "client", "Home", "--yes"]) == 0
    assert ups(network)[0][-2:] == ["id", "Home"]


def test_a_network_that_refuses_does_not_leave_the_car_in_none(network, capsys):
    """Its Wi-Fi had ended by then: nobody could reach the car any more."""
    assert main(["network", "ap", "--yes"]) == 0
    network.write(fails=1)
    assert main(["network", "client", "Home", "--yes"]) == 1
    said = capsys.readouterr().err
    assert "The car is its own Wi-Fi again" in said and "wifi-sec.psk PASSWORD" in said
    assert network["devices"]["wlan0"][2] == "donkey-ap"


def test_a_car_that_finds_none_of_its_networks_is_a_wifi_again(network, capsys, monkeypatch):
    """It stayed in no network until somebody restarted it."""
    assert main(["network", "ap", "--yes"]) == 0
    network.write(out_of_reach=True)
    monkeypatch.setattr(donkey_network, "JOIN_WITHIN_S", 0.0)
    monkeypatch.setattr(donkey_network, "LOOK_EVERY_S", 0.0)
    assert main(["network", "client", "--yes"]) == 1
    assert "The car is its own Wi-Fi again" in capsys.readouterr().err
    assert network["devices"]["wlan0"][2] == "donkey-ap"


@pytest.mark.parametrize("words", [["--password", "long enough"], ["--name", "Club"], ["--new"]])
def test_what_belongs_to_the_own_wifi_is_not_ignored_elsewhere(network, capsys, words):
    """A password for the network to join was taken without a word."""
    for what in ("client", "status"):
        assert main(["network", what, *words, "--yes"]) == 1
        assert f"{words[0]} is for the car's own Wi-Fi" in capsys.readouterr().err
    assert network["log"] == []


def test_a_car_that_knows_no_network_stays_a_wifi(network, capsys):
    network.write(connections={}, devices={"wlan0": ["wifi", "disconnected", ""]})
    assert main(["network", "ap", "--yes"]) == 0
    assert main(["network", "client", "--yes"]) == 1
    assert "it knows none" in capsys.readouterr().err
    assert network["devices"]["wlan0"][2] == "donkey-ap"


def test_a_car_that_is_always_a_wifi_stays_one_after_a_restart_until_it_goes_back(network):
    assert main(["network", "ap", "--always", "--yes"]) == 0
    made = network["connections"]["donkey-ap"]
    assert made["connection.autoconnect"] == "yes"
    assert int(made["connection.autoconnect-priority"]) > 0, "before networks that are known"
    assert main(["network", "client", "--yes"]) == 0
    assert network["connections"]["donkey-ap"]["connection.autoconnect"] == "no"


def test_the_status_shows_devices_networks_and_the_password(network, capsys):
    assert main(["network", "status"]) == 0
    said = capsys.readouterr().out
    assert "wlan0    wifi      in Home" in said
    assert "networks that it knows: Home" in said
    assert "not made yet" in said
    assert main(["network", "ap", "--yes", "--password", "12345678"]) == 0
    capsys.readouterr()
    assert main(["network", "status"]) == 0
    assert "password 12345678" in capsys.readouterr().out


def test_the_code_to_scan_escapes_what_it_must():
    assert AccessPoint("a;b,c", 'x:"\\y').qr == 'WIFI:T:WPA;S:a\\;b\\,c;P:x\\:\\"\\\\y;;'


def test_a_secret_that_nmcli_left_out_is_asked_for_again():
    """What nmcli 1.42 does about once in thirty times."""
    answers = iter(["", "", "secret12"])

    def run(words, **options):
        return subprocess.CompletedProcess(words, 0, stdout=f"{next(answers)}\n", stderr="")

    manager = nmcli.NetworkManager(run)
    assert manager.secret("donkey-ap", "psk") == "secret12"


@pytest.mark.parametrize(("state", "ups_wanted"), [("connected", 0), ("disconnected", 1)])
def test_the_unit_makes_a_wifi_only_where_the_car_is_in_no_network(network, state, ups_wanted):
    network.write(
        devices={"wlan0": ["wifi", state, ""]},
        connections={"donkey-ap": {"type": "802-11-wireless"}},
    )
    text = units.network_unit("my car", access_point.PROFILE)[units.NETWORK_UNIT]
    script = re.search(r"ExecStart=/bin/sh -c '(.*?)'", text, re.DOTALL)[1]
    script = script.replace("\\\n", " ").replace("$$", "$").replace(f"seq {units.WAIT_S}", "seq 2")
    result = subprocess.run(["/bin/sh", "-c", script], check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert len(ups(network)) == ups_wanted


def test_the_unit_runs_nothing_that_a_user_can_write():
    """It is root's: a program in a user's environment would be a way to become root."""
    text = units.network_unit("my car", access_point.PROFILE)[units.NETWORK_UNIT]
    assert "python" not in text and "/home" not in text


def test_the_service_wants_the_password_known_first(network, tmp_path, capsys):
    (tmp_path / "manage.py").write_text("")
    words = ["service", "install", "--access-point", "--path", str(tmp_path)]
    assert main(words) == 1
    assert "donkey network ap --prepare" in capsys.readouterr().err
    assert main([*words, "--user"]) == 1
    assert "Leave --user out" in capsys.readouterr().err
    assert main([*words, "--dry-run"]) == 0
    assert "# /etc/systemd/system/donkey-network.service" in capsys.readouterr().out
