"""systemd units of a car: how it starts, and how its motor is switched off at every end."""

from pathlib import Path

from donkeycar.management import last_stop

CAR_UNIT = "donkey.service"
SAFE_UNIT = "donkey-safe.service"
NETWORK_UNIT = "donkey-network.service"

_CAR = """\
# Made by `donkey service install`. It is written anew by the next one.
[Unit]
Description=Donkey car in {name}
After=network.target{after}
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=notify
{user}WorkingDirectory={folder}
Environment=PYTHONUNBUFFERED=1
ExecStart={python} {manage} drive{words}
# Whatever ended it, also all of its processes at once: no pulses, by a small program that reads
# what the guardian left; then neutral for a second, which brakes, and no pulses.
ExecStopPost=-{python} -I -S {last_stop}
ExecStopPost={python} -P -m donkeycar.management.neutral --path {quoted}
# For this user alone, and gone with the service.
RuntimeDirectory=donkey
RuntimeDirectoryMode=0700
# The guardian of the motor reports a hundred times a second.
WatchdogSec=1
WatchdogSignal=SIGABRT
TimeoutStartSec=120
# The guardian gives the car 10 s to save what was recorded. Whoever still tries to switch the motor
# off asks for more.
TimeoutStopSec=15
NotifyAccess=all
# Without its guardian the motor is switched off by its watchdog and by the car: they are asked to
# end, and do when it is off. With `mixed` they would be killed at once.
KillMode=control-group
Restart=on-failure
RestartSec=2
# The journal keeps its size within limits of its own; a part that logs in every tick must not push
# the lines of weeks out of it.
LogRateLimitIntervalSec=30
LogRateLimitBurst=1000
{privileges}
[Install]
WantedBy={target}
"""

# This is for the guardian; its child makes itself the first to be killed when memory runs out.
_PRIVILEGES = """\
OOMScoreAdjust=-900
LimitRTPRIO=50
LimitMEMLOCK=infinity
"""

_SAFE = """\
# Made by `donkey service install`. No pulses before the network is up, and none after shutdown.
[Unit]
Description=Motor off for the donkey car in {name}
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service systemd-udev-trigger.service
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
User={user}
# lgpio makes a FIFO where it runs, and fails where it may not.
RuntimeDirectory=donkey-safe
RuntimeDirectoryMode=0700
WorkingDirectory=%t/donkey-safe
# It tries until the device is there, is its group's and answers. What is not by then is not there,
# but may be at shutdown; and nobody stops a unit that failed, as one does whose time systemd ends.
ExecStart=-/usr/bin/timeout --kill-after=1 20 {python} -P -m donkeycar.management.neutral --off \
  --path {quoted}
ExecStop=-{python} -P -m donkeycar.management.neutral --off --path {quoted}
TimeoutStartSec=30
TimeoutStopSec=10

[Install]
WantedBy=sysinit.target
"""

# It runs programs of the system alone: root must not run what a user can write.
_NETWORK = """\
# Made by `donkey service install --access-point`. The car's own Wi-Fi, if it is in no network.
[Unit]
Description=Wi-Fi of the donkey car in {name}, where it knows no other
After=NetworkManager.service
Wants=NetworkManager.service

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=LC_ALL=C
ExecStart=/bin/sh -c 'for second in $(seq {wait_s}); do \
  nmcli -t -f TYPE,STATE device | grep -qxE "(wifi|ethernet):connected" && exit 0; sleep 1; done; \
  exec nmcli connection up id {profile}'
TimeoutStartSec={timeout_s}

[Install]
WantedBy=multi-user.target
"""
# A Pi that knows the Wi-Fi is in it 10 to 20 s after its start.
WAIT_S = 40


def network_unit(name: str, profile: str) -> dict[str, str]:
    """The unit that makes the car a Wi-Fi of its own at the start, if it is in no other network.

    Args:
        name: Name of the car.
        profile: The connection of NetworkManager; a plain word.
    """
    # systemd takes `$$` for a dollar of the shell.
    text = _NETWORK.format(
        name=name.replace("%", "%%"), profile=profile, wait_s=WAIT_S, timeout_s=WAIT_S + 60
    )
    return {NETWORK_UNIT: text.replace("$(", "$$(")}


def quoted(text: str) -> str:
    r"""Quote a word for a command line of systemd.

    Example:
        >>> quoted("/home/kim/my car"), quoted("100%")
        ('"/home/kim/my car"', '100%%')
    """
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(letter.isspace() or letter in "\"';\\" for letter in text) else text


def make_units(
    folder: Path, python: Path, *, user: str | None, words: tuple[str, ...] = ()
) -> dict[str, str]:
    """The text of each unit of a car, by its name.

    Args:
        folder: Folder of the car, an absolute path.
        python: The interpreter that has donkeycar, an absolute path.
        user: The user who runs the car; ``None`` makes units of the user's own systemd, which
            cannot run early at boot and may not ask for privileges.
        words: More words for the command line of `manage.py drive`, e.g. ``("--js",)``.
    """
    fields = {
        "name": folder.name.replace("%", "%%"),
        "folder": str(folder).replace("%", "%%"),
        "quoted": quoted(str(folder)),
        "python": quoted(str(python)),
        "last_stop": quoted(str(Path(last_stop.__file__).absolute())),
        "manage": quoted(str(folder / "manage.py")),
        "words": "".join(f" {quoted(word)}" for word in words),
    }
    units = {
        CAR_UNIT: _CAR.format(
            **fields,
            user=f"User={user}\n" if user else "",
            after=f" {SAFE_UNIT}" if user else "",
            privileges=_PRIVILEGES if user else "",
            target="multi-user.target" if user else "default.target",
        )
    }
    if user:
        units[SAFE_UNIT] = _SAFE.format(**fields, user=user)
    return units
