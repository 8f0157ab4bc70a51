"""`scripts/install-pi` on a stand-in for a Raspberry Pi: the programs it calls are small scripts.

They do what the manual of each says, as far as the installation needs it, in a folder that takes
the place of the system. `scripts/bench install_pi` runs the whole in real trees of Debian.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it sets up a Raspberry Pi, with bash")

# Each notes its call. $PI holds what the Pi is like: a file for each fact.
PROGRAMS = {
    "id": """case "$1" in -u) cat "$PI/uid";; -un) echo kim;; -nG) cat "$PI/groups";; esac""",
    "uname": 'cat "$PI/machine"',
    "date": """case "$*" in +%s) cat "$PI/clock";; *) echo 2024-01-01;; esac""",
    "df": """echo Filesystem 1M Used Available
echo "/dev/root 30000 1 $(cat "$PI/free") 1% /\"""",
    "dpkg": """case "$1" in
  --print-architecture) cat "$PI/arch";;
  --audit) cat "$PI/audit";;
  --configure) : > "$PI/audit";;
esac""",
    "dpkg-query": """grep -qx "$3" "$PI/packages" && printf installed""",
    "getent": 'grep -qx "$2" "$PI/all-groups"',
    "apt-cache": 'grep -qx "$2" "$PI/apt"',
    "apt-get": """case "$*" in
  *update*) [ -e "$PI/online" ];;
  *install*) [ -e "$PI/online" ] || { echo "E: Failed to fetch" >&2; exit 100; }
    for word; do grep -qx "$word" "$PI/apt" && echo "$word" >> "$PI/packages"; done; true;;
esac""",
    "usermod": """echo "$(cat "$PI/groups") $(echo "$2" | tr , ' ')" > "$PI/groups\"""",
    "sudo": """case "$1" in -v) exit 0;; -n) shift;; esac; exec "$@\"""",
    "sync": ":",
}
RASPI_CONFIG = """cd "$PI/boot/firmware"
sed -i 's/^#*dtparam=i2c_arm=.*/dtparam=i2c_arm=on/' config.txt
echo i2c-dev >> "$PI/etc/modules\""""
PYTHON = """case "$1 $2" in
  "-c import sys"*) cat "$PI/python";;
  "- http"*) [ -e "$PI/online" ];;
  "-m venv") for folder; do :; done
    mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python"
    echo "include-system-site-packages = true" > "$folder/pyvenv.cfg"
    cp "$PI/donkey" "$folder/bin/donkey";;
  "-m pip") [ -e "$PI/online" ] || { echo "ERROR: No matching distribution" >&2; exit 1; }
    [ -d "$TMPDIR" ] && : > "$PI/has-donkeycar";;
  "-c import donkeycar") [ -e "$PI/has-donkeycar" ];;
  "-c from picamera2"*) cat "$PI/cameras";;
  "-c from importlib"*) cat "$PI/theirs";;
esac"""
DONKEY = '[ "$1" != createcar ] || { mkdir -p "$3"; : > "$3/manage.py"; }'
CONFIG = """# For more options see http://rptl.io/configtxt
#dtparam=i2c_arm=on
dtparam=audio=on
camera_auto_detect=1
[cm4]
otg_mode=1

[all]
dtoverlay=w1-gpio
"""


class Pi:
    """A Raspberry Pi made of files, with a home that has a space in its name."""

    def __init__(self, folder):
        self.folder = folder / "the pi"
        self.home = folder / "home of kim"
        self.source = self.home / "donkey car"
        self.config = self.folder / "boot" / "firmware" / "config.txt"
        for name in ("bin", "boot/firmware", "etc", "usr/bin", "proc/device-tree"):
            (self.folder / name).mkdir(parents=True)
        self.source.mkdir(parents=True)
        shutil.copytree(ROOT / "scripts", self.source / "scripts")
        shutil.copy(ROOT / "setup.py", self.source)
        shutil.copy(ROOT / "pyproject.toml", self.source)
        (self.source / "donkeycar").mkdir()
        self.config.write_text(CONFIG)
        facts = {
            "uid": "1000", "machine": "aarch64", "clock": "1800000000", "free": "20000",
            "arch": "arm64", "audit": "", "packages": "rsync", "groups": "kim sudo video",
            "all-groups": "i2c\ngpio\nvideo\ninput\ndialout", "online": "", "python": "3.13",
            "apt": "python3-venv\npython3-picamera2\npython3-lgpio\ni2c-tools\nrsync",
            "cameras": "1", "theirs": "", "calls": "",
            "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
            "etc/modules": "", "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
        }  # fmt: skip
        for name, text in facts.items():
            (self.folder / name).write_text(text + "\n" * (not name.startswith(("etc", "proc"))))
        for name, body in PROGRAMS.items():
            self.program(self.folder / "bin" / name, body)
        self.program(self.folder / "usr" / "bin" / "python3", PYTHON, name="python")
        self.program(self.folder / "donkey", DONKEY)

    def program(self, path, body, name=None):
        note = f'echo "{name or path.name} $*" | head -n 1 >> "$PI/calls"'
        path.write_text(f"#!/bin/sh\n{note}\n{body}\n")
        path.chmod(0o755)

    def set(self, name, text):
        (self.folder / name).write_text(text)

    def offline(self):
        (self.folder / "online").unlink()

    def run(self, *words, **more):
        self.set("calls", "")
        environ = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "HOME": str(self.home),
            "PI": str(self.folder), "INSTALL_PI_SYSTEM": str(self.folder), **more,
        }  # fmt: skip
        return subprocess.run(
            [str(self.source / "scripts" / "install-pi"), *words], env=environ, text=True,
            capture_output=True, cwd=self.home, timeout=60,
        )  # fmt: skip

    @property
    def calls(self):
        return (self.folder / "calls").read_text().splitlines()

    def changes(self):
        """The calls that change something."""
        harmless = ("id", "uname", "date", "df", "dpkg-query", "getent", "apt-cache")
        return [
            call
            for call in self.calls
            if call.split()[0] not in harmless
            and not call.startswith(("python -c", "python - ", "dpkg --", "sudo -v"))
        ]


@pytest.fixture
def pi(tmp_path):
    return Pi(tmp_path)


def refused(done):
    """The one sentence of a refusal."""
    assert done.returncode == 1, done.stdout + done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("install-pi: error: ")
    assert ". Received: " in line
    return line


def test_a_new_card_becomes_a_car(pi):
    done = pi.run()
    assert done.returncode == 0, done.stderr
    assert (pi.home / "mycar" / "manage.py").exists()
    assert (pi.home / "env" / "pyvenv.cfg").exists()
    packages = (pi.folder / "packages").read_text().split()
    assert {"python3-venv", "python3-picamera2", "python3-lgpio", "i2c-tools"} <= set(packages)
    assert (pi.folder / "groups").read_text().split() == [
        "kim", "sudo", "video", "i2c", "gpio", "input", "dialout",
    ]  # fmt: skip
    assert done.stdout.splitlines()[-2:] == [
        "Restart once, for I2C and the groups: sudo reboot",
        f"Then: . {quoted(pi.home / 'env')}/bin/activate && cd {quoted(pi.home / 'mycar')} "
        "&& donkey doctor",
    ]


def quoted(path):
    return str(path).replace(" ", "\\ ")


def test_pip_gets_the_extra_wheels_only_and_no_folder_in_memory(pi):
    assert pi.run("--with", "stream").returncode == 0
    [pip] = [call for call in pi.calls if "-m pip install" in call]
    assert pip.endswith(f"--only-binary=:all: --upgrade {pi.source}[pi,stream]")
    assert (pi.folder / "has-donkeycar").exists(), "TMPDIR was there while pip ran"
    assert not (pi.home / "env" / "tmp").exists()


def test_a_second_run_changes_nothing_and_needs_neither_network_nor_sudo(pi):
    assert pi.run().returncode == 0
    before = pi.config.read_bytes()
    pi.offline()
    pi.set("free", "3")
    done = pi.run()
    assert done.returncode == 0, done.stderr
    assert pi.changes() == []
    assert not any(call.startswith("sudo") for call in pi.calls)
    assert pi.config.read_bytes() == before


def test_a_newer_donkeycar_is_installed_by_the_next_run(pi):
    pi.run()
    (pi.source / "donkeycar" / "part.py").write_text("NEW = True\n")
    pi.run()
    assert sum("-m pip install" in call for call in pi.calls) == 1


def test_a_dry_run_says_each_step_and_changes_nothing(pi):
    done = pi.run("--dry-run", "--service")
    assert done.returncode == 0, done.stderr
    assert pi.changes() == []
    assert not (pi.home / "env").exists()
    assert "==> I2C: switching it on at 400 kHz" in done.stdout
    assert "would run: sudo env DEBIAN_FRONTEND=noninteractive apt-get" in done.stdout
    assert "would run: sudo usermod -aG i2c\\,gpio\\,input\\,dialout kim" in done.stdout
    assert "service install --path" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("==> Nothing was changed")


def test_python_3_11_takes_lgpio_from_pip(pi):
    pi.set("python", "3.11\n")
    assert pi.run().returncode == 0
    assert "python3-lgpio" not in (pi.folder / "packages").read_text()


def test_the_service_is_installed_for_the_car(pi):
    assert pi.run("--service", "--car", "my car").returncode == 0
    assert f"donkey service install --path {pi.home / 'my car'}" in pi.calls


# I2C: what is in config.txt before, and what must be at its end after.


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (CONFIG, ["dtparam=i2c_arm=on", "dtparam=i2c_arm_baudrate=400000"]),
        ("dtparam=i2c_arm=on\n", ["dtparam=i2c_arm_baudrate=400000"]),
        ("dtparam=i2c_arm=on\r\n[pi5]\r\n", ["dtparam=i2c_arm_baudrate=400000"]),
        ("dtparam=i2c_arm=on,i2c_arm_baudrate=400000\n", []),
        ("dtparam=spi=on,i2c=on\ndtparam=i2c_baudrate=1000000\n", []),
        # Only for a Pi 4, and switched off again: the last word counts.
        ("[pi4]\ndtparam=i2c_arm=on,i2c_arm_baudrate=400000\n",
         ["dtparam=i2c_arm=on", "dtparam=i2c_arm_baudrate=400000"]),
        ("dtparam=i2c_arm=on\ndtparam=i2c_arm_baudrate=400000\ndtparam=i2c_arm=off\n",
         ["dtparam=i2c_arm=on"]),
    ],
)  # fmt: skip
def test_i2c_is_on_at_400_khz(pi, before, added):
    pi.config.write_bytes(before.encode())
    assert pi.run().returncode == 0
    after = pi.config.read_bytes().decode()
    block = ["", "[all]", "# donkeycar: the servo board", "dtoverlay=", *added] if added else []
    assert after == before + "".join(f"{line}\n" for line in block)
    saved = pi.config.with_name("config.txt.before-donkeycar")
    assert saved.exists() == bool(added)
    assert "i2c-dev" in (pi.folder / "etc" / "modules-load.d" / "donkeycar.conf").read_text()


def test_raspi_config_switches_i2c_on_where_it_is(pi):
    pi.program(pi.folder / "bin" / "raspi-config", RASPI_CONFIG)
    assert pi.run().returncode == 0
    text = pi.config.read_text()
    assert text.count("dtparam=i2c_arm=on") == 1
    assert text.endswith("dtoverlay=\ndtparam=i2c_arm_baudrate=400000\n")
    assert not (pi.folder / "etc" / "modules-load.d").exists(), "it is in /etc/modules already"


def test_the_notice_that_bookworm_left_in_boot_is_not_the_file(pi):
    pi.config.unlink()
    moved = pi.folder / "boot" / "config.txt"
    moved.write_text("DO NOT EDIT THIS FILE\n\nThe file has moved to /boot/firmware/config.txt\n")
    done = pi.run()
    assert done.returncode == 0
    assert "there is no /boot/firmware/config.txt" in done.stdout
    assert "dtparam" not in moved.read_text()


# What stops it: one sentence, and nothing changed.


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"uid": "0"}, "must be run by the user who drives the car. Received: root."),
        ({"arch": "armhf"}, "must be a 64-bit one. Received: armhf programs on aarch64"),
        ({"arch": "armhf", "machine": "armv6l", "proc/device-tree/model": "Raspberry Pi Zero W"},
         "This one cannot run it: use a Pi 3, 4, 5 or Zero 2 W."),
        ({"python": "3.9", "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"'},
         "Received: Python 3.9, Debian GNU/Linux 11 (bullseye). Write a new card"),
        ({"proc/device-tree/model": "NVIDIA Jetson Nano"},
         "must be a Raspberry Pi. Received: NVIDIA Jetson Nano."),
        ({"free": "300"}, "must be 600 MB free for"),
        ({"clock": "1700000000"}, "The clock must be right"),
    ],
)  # fmt: skip
def test_nothing_is_changed_where_it_cannot_work(pi, facts, sentence):
    for name, text in facts.items():
        pi.set(name, text + "\n")
    assert sentence in refused(pi.run())
    assert pi.changes() == []


def test_without_a_network_nothing_is_begun(pi):
    pi.offline()
    line = refused(pi.run())
    assert "must be fetched from the network. Received: no answer from https://pypi.org" in line
    assert pi.changes() == []


def test_sudo_is_refused_with_the_name_of_who_must_run_it(pi):
    pi.set("uid", "0")
    assert "Received: root (sudo, from kim)" in refused(pi.run(SUDO_USER="kim"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda env: (env / "notes.txt").write_text("mine"), "must be a new folder or a Python"),
        (lambda env: (env / "pyvenv.cfg").write_text("include-system-site-packages = false"),
         "must see the system's packages"),
    ],
)  # fmt: skip
def test_a_folder_of_somebody_else_is_not_touched(pi, make, sentence):
    (pi.home / "env").mkdir()
    make(pi.home / "env")
    assert sentence in refused(pi.run())
    assert pi.changes() == []


def test_a_folder_that_a_run_with_sudo_left_to_root_is_given_back(pi):
    # Nobody may write into /proc, not even root, who runs these tests in a container.
    line = refused(pi.run("--env", "/proc/1/env"))
    assert "must be yours to write: /proc/1/env. Received: /proc/1 of root" in line
    assert "sudo chown -R kim '/proc/1'" in line


def test_the_environment_of_an_older_donkeycar_is_not_touched(pi):
    binary = pi.home / "env" / "bin"
    binary.mkdir(parents=True)
    (binary.parent / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    pi.program(binary / "python", PYTHON)
    pi.set("theirs", "5.1.0\n")
    assert "Received: donkeycar 5.1.0 in" in refused(pi.run())
    assert pi.run("--env", "~/other".replace("~", str(pi.home))).returncode == 0


def test_an_unknown_extra_is_refused(pi):
    assert "`--with` must name an extra of setup.py. Received: steam" in refused(
        pi.run("--with", "steam")
    )


def test_an_unknown_option_is_bad_usage(pi):
    done = pi.run("--fast")
    assert done.returncode == 2
    assert "unknown option --fast" in done.stderr


# What fails on the way: the next run continues.


def test_an_installation_that_lost_its_network_continues(pi):
    usermod = PROGRAMS["usermod"] + '; rm "$PI/online"'
    pi.program(pi.folder / "bin" / "usermod", usermod)
    done = pi.run()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "install-pi: error: the Python environment: every command must work. Received: exit code "
        "1; the lines above say why. Then run the same again: it continues where it stopped."
    )
    pi.set("online", "")
    done = pi.run()
    assert done.returncode == 0, done.stderr
    assert not any("apt-get" in call for call in pi.calls), "the packages were there already"


def test_an_interrupted_dpkg_is_finished_first(pi):
    pi.set("audit", "The following packages are only half configured\n")
    assert pi.run().returncode == 0
    order = [call for call in pi.calls if call.startswith(("dpkg --configure", "apt-get"))]
    assert order[0] == "dpkg --configure -a"


def test_an_environment_that_the_next_debian_broke_is_made_anew(pi):
    pi.run()
    broken = pi.home / "env" / "bin" / "python"
    broken.write_text("#!/nowhere/python3.11\n")
    done = pi.run()
    assert done.returncode == 0, done.stderr
    assert f"{pi.home / 'env'} does not work any more" in done.stdout
    assert any("-m venv --system-site-packages --clear" in call for call in pi.calls)


# A Pi without this or that.


def test_a_pi_without_a_camera_is_told_what_to_do(pi):
    pi.set("cameras", "0\n")
    done = pi.run()
    assert done.returncode == 0
    assert "note: no camera answers" in done.stdout


def test_a_system_without_picamera2_takes_usb_cameras(pi):
    pi.set("apt", "python3-venv\n")
    done = pi.run()
    assert done.returncode == 0, done.stderr
    assert "python3-lgpio is not in the sources of apt: a servo board works" in done.stdout
    assert "python3-picamera2 is not in the sources of apt" in done.stdout


def test_a_group_that_the_system_lacks_is_left_out(pi):
    pi.set("all-groups", "video\ninput\ndialout\n")
    pi.set("groups", "kim sudo video input dialout\n")
    done = pi.run()
    assert done.returncode == 0
    assert not any(call.startswith("usermod") for call in pi.calls)


def test_another_computer_is_set_up_if_asked(pi):
    shutil.rmtree(pi.folder / "proc")
    shutil.rmtree(pi.folder / "boot")
    pi.set("arch", "amd64\n")
    assert "add --any-computer" in refused(pi.run())
    assert pi.run("--any-computer").returncode == 0
