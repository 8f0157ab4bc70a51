"""NetworkManager, by its own program `nmcli`: what its devices and connections are, and changes.

Source: nmcli(1) of NetworkManager 1.42 (Debian 12) and 1.52 (Debian 13): terse output, its escapes,
exit codes. Raspberry Pi OS has NetworkManager since Bookworm.
"""

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple

from donkeycar.errors import DeviceError

Runner = Callable[..., "subprocess.CompletedProcess[str]"]

# Activating an access point takes a few seconds, a Wi-Fi with a slow DHCP server up to 45 s.
ACTIVATE_WITHIN_S = 60
ANSWER_WITHIN_S = 15
ASK_AGAIN = 5
# nmcli(1), exit status.
NOT_RUNNING = 8
DENIED = re.compile(r"insufficient privileges|not authorized|access denied", re.IGNORECASE)


class Device(NamedTuple):
    """A network device.

    Attributes:
        name: E.g. ``"wlan0"``.
        kind: ``"wifi"``, ``"ethernet"``, ...
        state: ``"connected"``, ``"disconnected"``, ``"unavailable"``, ``"unmanaged"``, ...
        connection: The connection that it has; "" for none.
    """

    name: str
    kind: str
    state: str
    connection: str

    @property
    def is_connected(self) -> bool:
        """Whether it is in a network, also one that another program has set up."""
        return self.state.startswith("connected")


def run_nmcli(
    words: Sequence[str], *, given: str = "", within_s: float
) -> "subprocess.CompletedProcess[str]":
    """Run nmcli in English, and keep its output.

    Args:
        words: Words after `nmcli`.
        given: What it reads from standard input, where other users cannot see it.
        within_s: How long it may take.

    Raises:
        DeviceError: If there is no NetworkManager, it does not run, or does not answer.
    """
    try:
        answer = subprocess.run(  # noqa: S603
            ["nmcli", *words],  # noqa: S607
            input=given, capture_output=True, text=True, errors="replace", timeout=within_s,
            check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except FileNotFoundError as error:
        raise DeviceError(
            "This needs NetworkManager, which manages the network of Raspberry Pi OS since "
            "Bookworm. Received: no program nmcli. Install it: sudo apt install network-manager"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DeviceError(
            f"NetworkManager must answer within {within_s:.0f} s. Received: nothing to nmcli "
            f"{words[0]}. Restart it: sudo systemctl restart NetworkManager"
        ) from error
    if answer.returncode == NOT_RUNNING:
        raise DeviceError(
            "NetworkManager must run. Received: it does not. Start it: "
            "sudo systemctl enable --now NetworkManager"
        )
    return answer


class NetworkManager:
    """What `donkey network` asks of NetworkManager.

    Args:
        runner: Runs nmcli; see `run_nmcli`.
    """

    def __init__(self, runner: Runner = run_nmcli) -> None:
        self._runner = runner

    def devices(self) -> list[Device]:
        """Every device."""
        text = self._ask("-t", "-f", "DEVICE,TYPE,STATE,CONNECTION", "device", "status")
        return [Device(*fields) for fields in rows(text, 4)]

    def connections(self) -> list[str]:
        """The names of all stored connections of Wi-Fi."""
        text = self._ask("-t", "-f", "NAME,TYPE", "connection", "show")
        return [name for name, kind in rows(text, 2) if kind == "802-11-wireless"]

    def setting(self, connection: str, name: str) -> str:
        """One setting of a connection, secrets included; "" if it has none."""
        text = self._ask("-s", "-e", "no", "-g", name, "connection", "show", "id", connection)
        return text.rstrip("\n")

    def secret(self, connection: str, name: str) -> str:
        """One secret of a connection; "" if it has none, or only root may see it.

        nmcli 1.42 leaves out a secret about once in thirty times, so it is asked again.
        """
        for _ in range(ASK_AGAIN):
            found = self.setting(connection, name)
            if found:
                return found
        return ""

    def property_of(self, device: str, name: str) -> str:
        """One property of a device, such as ``WIFI-PROPERTIES.AP``; "" if it has none."""
        return self._ask("-e", "no", "-g", name, "device", "show", device).strip()

    def is_radio_on(self) -> bool:
        """Whether Wi-Fi is switched on, by software and by hardware."""
        text = self._ask("-t", "-f", "WIFI-HW,WIFI", "radio")
        return "disabled" not in text and "missing" not in text

    def change(self, *words: str, given: str = "", within_s: float = ANSWER_WITHIN_S) -> None:
        """Change something.

        Raises:
            DeviceError: If NetworkManager refuses.
        """
        answer = self._runner(words, given=given, within_s=within_s)
        if answer.returncode:
            raise _refused(words, answer)

    def _ask(self, *words: str) -> str:
        answer = self._runner(words, within_s=ANSWER_WITHIN_S)
        if answer.returncode:
            raise _refused(words, answer)
        return answer.stdout


def rows(text: str, number: int) -> list[list[str]]:
    r"""Terse output as rows of fields; rows with another number of fields are left out.

    Example:
        >>> rows("wlan0:wifi:connected:my\\:net\nlo:loopback:unmanaged:\n", 4)[0]
        ['wlan0', 'wifi', 'connected', 'my:net']
    """
    return [fields for line in text.splitlines() if len(fields := split(line)) == number]


def split(line: str) -> list[str]:
    r"""The fields of a terse line: a colon ends a field, a backslash takes its meaning.

    Example:
        >>> split(r"a\:b:c\\:")
        ['a:b', 'c\\', '']
    """
    fields = [""]
    letters = iter(line)
    for letter in letters:
        if letter == ":":
            fields.append("")
        else:
            fields[-1] += next(letters, "") if letter == "\\" else letter
    return fields


def _refused(words: Sequence[str], answer: "subprocess.CompletedProcess[str]") -> DeviceError:
    lines = (answer.stderr or answer.stdout).strip().splitlines()
    said = lines[0].removeprefix("Error: ").rstrip(".") if lines else f"code {answer.returncode}"
    if DENIED.search(said):
        step = 'Type the same with sudo in front: sudo env "PATH=$PATH" donkey network ...'
    else:
        step = "What NetworkManager did: journalctl -u NetworkManager -n 30"
    return DeviceError(f"NetworkManager refused it. Received: {said}. {step}")
