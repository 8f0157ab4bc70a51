"""Runs as root in a fresh tree of Debian: makes a user, and installs as that user would.

Standard library only. It prints one line of JSON for each thing that it tried.
"""

import grp
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

USER, HOME = "kim", Path("/home/kim")
CHECKOUT = Path("/donkeycar")
# With a space: people have folders like that.
SOURCE = HOME / "donkey car"
TAKEN = ("donkeycar", "scripts", "setup.py", "pyproject.toml", "README.md", "LICENSE")
CONFIG = Path("/boot/firmware/config.txt")
# As a card of Raspberry Pi OS has it, in short.
CONFIG_TEXT = (
    "#dtparam=i2c_arm=on\ndtparam=audio=on\n\n[cm5]\ndtoverlay=dwc2,dr_mode=host\n\n[all]\n"
)
# Groups that Raspberry Pi OS has and Debian has not.
PI_GROUPS = ("gpio", "i2c")
BOARDS = (
    "RASPBERRY_PI_3B_PLUS",
    "RASPBERRY_PI_4B",
    "RASPBERRY_PI_400",
    "RASPBERRY_PI_5",
    "RASPBERRY_PI_ZERO_2_W",
)
# The servo board through its library, as on this board, on an emulated chip: 370 counts.
LOADS = """
from donkeycar.parts.drivetrain.pca9685 import PCA9685
from donkeycar.testing import FakeI2C, PCA9685Chip
import sys
if sys.version_info < (3, 13):  # for 3.13 it comes from the sources of Raspberry Pi OS
    import lgpio
chip = PCA9685Chip()
PCA9685(FakeI2C(chip)).pin(0).set_us(1509.6)
print(chip.ticks(0))
"""


def say(name, passed, figure=""):
    """Print the result of one trial."""
    print(json.dumps({"trial": name, "passed": bool(passed), "figure": figure}), flush=True)


def as_user(command, **more):
    """Run a line of shell as the user, in the copied folder."""
    started = time.monotonic()
    done = subprocess.run(
        ["su", USER, "-s", "/bin/bash", "-c", command],
        cwd=SOURCE, capture_output=True, text=True, env={**os.environ, **more},
    )  # fmt: skip
    done.seconds = time.monotonic() - started
    return done


def prepare():
    """Make what a card of Raspberry Pi OS has before: a user with sudo, groups, config.txt."""
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run(["apt-get", "-qq", "update"], **quiet)
    apt = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "sudo"]
    subprocess.run(apt, stderr=subprocess.DEVNULL, **quiet)
    subprocess.run(["useradd", "-m", "-s", "/bin/bash", USER], check=True)
    for group in PI_GROUPS:
        subprocess.run(["groupadd", "-f", group], check=True)
    Path("/etc/sudoers.d/kim").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    CONFIG.parent.mkdir(parents=True)
    CONFIG.write_text(CONFIG_TEXT)
    SOURCE.mkdir()
    for name in TAKEN:
        here = CHECKOUT / name
        copy = shutil.copytree if here.is_dir() else shutil.copy
        copy(here, SOURCE / name)
    subprocess.run(["chown", "-R", f"{USER}:{USER}", str(HOME)], check=True)


def install():
    """Refusals, a dry run, a run that is interrupted, one that continues, one for nothing."""
    line = "scripts/install-pi --any-computer"
    done = subprocess.run([str(SOURCE / "scripts/install-pi")], capture_output=True, text=True)
    say("root is refused", done.returncode == 1 and "Received: root" in done.stderr, done.stderr)
    done = as_user("scripts/install-pi")
    say("a PC is refused", done.returncode == 1 and "--any-computer" in done.stderr, done.stderr)
    done = as_user(f"{line} --dry-run")
    clean = not (HOME / "env").exists() and CONFIG.read_text() == CONFIG_TEXT
    say("a dry run changes nothing", done.returncode == 0 and clean, done.stderr)
    done = as_user(f"timeout --foreground -s INT -k 60 15 {line}")
    say("it is interrupted", done.returncode != 0, f"{done.seconds:.0f} s, {last(done.stderr)}")
    done = as_user(line)
    say("the next run continues", done.returncode == 0, f"{done.seconds:.0f} s {last(done.stderr)}")
    text = CONFIG.read_text()
    say("I2C is on", text.endswith("dtparam=i2c_arm=on\ndtparam=i2c_arm_baudrate=400000\n"))
    mine = [group.gr_name for group in grp.getgrall() if USER in group.gr_mem]
    say("groups", {"i2c", "gpio", "video", "dialout", "input"} <= set(mine), " ".join(mine))
    done = as_user(line, PIP_INDEX_URL="http://127.0.0.1:9/")
    idle = done.returncode == 0 and "installing" not in done.stdout
    say("a second run does nothing, without a network", idle, f"{done.seconds:.1f} s {done.stderr}")
    size = subprocess.run(["du", "-sm", str(HOME / "env")], capture_output=True, text=True)
    figure = int((size.stdout.split() or ["9999"])[0])
    say("the environment takes less than 250 MB", figure < 250, f"{figure} MB")
    module = SOURCE / "donkeycar" / "gone.py"
    module.write_text(module.read_text() + "\n# newer\n")
    done = as_user(line)
    newer = as_user(
        "~/env/bin/python -c 'import donkeycar.gone as g; print(open(g.__file__).read())'"
    )
    say("a newer donkeycar is installed", newer.stdout.rstrip().endswith("# newer"), done.stderr)


def use():
    """What the owner does next, as far as it needs no hardware."""
    for board in BOARDS:
        forced = {"BLINKA_FORCECHIP": "BCM2XXX", "BLINKA_FORCEBOARD": board}
        done = as_user(f"cd ~ && ~/env/bin/python -c '{LOADS}'", **forced)
        say(f"the servo board as on {board}", done.stdout == "370\n", last(done.stderr))
    done = as_user("cd ~/mycar && ~/env/bin/donkey config --changed")
    say("the car is there", done.returncode == 0, last(done.stderr))
    done = as_user("cd ~/mycar && ~/env/bin/donkey doctor")
    say("donkey doctor looks", "groups" in done.stdout or "disk" in done.stdout, last(done.stdout))
    done = as_user("cd ~/mycar && sudo ~/env/bin/donkey service install --dry-run")
    say("the service runs as the user", "User=kim" in done.stdout, last(done.stderr))
    full = as_user(
        "mkdir ~/small && sudo mount -t tmpfs -o size=50m,mode=777 tmpfs ~/small && "
        "scripts/install-pi --any-computer --env ~/small/env"
    )
    said = "MB free for /home/kim/small/env. Received: 50 MB" in full.stderr
    say("a full card is refused", full.returncode == 1 and said, last(full.stderr))
    gone = as_user(
        "scripts/install-pi --any-computer --env ~/other", PIP_INDEX_URL="http://127.0.0.1:9/"
    )
    refused = gone.returncode == 1 and "no answer from" in gone.stderr
    say("no network is refused", refused and not (HOME / "other").exists(), last(gone.stderr))


def last(text):
    """The last line of an output."""
    return text.strip().rpartition("\n")[2]


if __name__ == "__main__":
    prepare()
    install()
    use()
    sys.exit(0)
