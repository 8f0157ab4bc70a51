"""The car's own Wi-Fi, as a connection of NetworkManager: how it is made, and what it is.

It is WPA2 with AES, never open, and does not come up by itself: after a restart the car is in the
network that it knows, unless the service is told otherwise.
"""

import re
import secrets
import socket
from typing import NamedTuple

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.management.network.nmcli import ACTIVATE_WITHIN_S, Device, NetworkManager

PROFILE = "donkey-ap"
# NetworkManager gives a shared connection this address, and a DHCP server, if it is free:
# nm-settings(5), ipv4.method.
ADDRESS = "10.42.0.1"

# Networks that NetworkManager has learnt have 0: nm-settings(5), connection.autoconnect-priority.
ALWAYS_PRIORITY = "100"

# Letters and digits that nobody takes for others. Twelve of them are 59 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LETTERS_OF_A_GROUP = 3, 4
# IEEE 802.11: a passphrase of WPA2 has 8 to 63 printable ASCII characters, a name 1 to 32 bytes.
PASSWORD = re.compile(r"[ -~]{8,63}")
MAX_NAME_BYTES = 32

SECURITY = "802-11-wireless-security"
SETTINGS = (
    "802-11-wireless.mode", "ap",
    "802-11-wireless.band", "bg",  # 2.4 GHz: every phone and every Pi has it, in every country
    f"{SECURITY}.key-mgmt", "wpa-psk",
    f"{SECURITY}.proto", "rsn",  # WPA2
    f"{SECURITY}.pairwise", "ccmp",  # AES
    f"{SECURITY}.group", "ccmp",
    # NetworkManager would offer WPA3 and protected management frames as well. A Pi Zero W as access
    # point, and some phones and ESP32 boards, then refuse the right password.
    f"{SECURITY}.pmf", "disable",
    "ipv4.method", "shared",
    "ipv6.method", "disabled",
    "connection.autoconnect", "no",
)  # fmt: skip


class AccessPoint(NamedTuple):
    """The car's own Wi-Fi.

    Attributes:
        name: What phones list (SSID).
        password: Its password.
    """

    name: str
    password: str

    @property
    def qr(self) -> str:
        """What a phone scans to join it (the format of ZXing, which phones know)."""
        name, password = (re.sub(r'([\\;,:"])', r"\\\1", text) for text in self)
        return f"WIFI:T:WPA;S:{name};P:{password};;"


def read(manager: NetworkManager) -> AccessPoint | None:
    """The stored access point; ``None`` if there is none.

    Raises:
        DeviceError: If it is one that anybody may join.
    """
    if PROFILE not in manager.connections():
        return None
    name = manager.setting(PROFILE, "802-11-wireless.ssid")
    method = manager.setting(PROFILE, f"{SECURITY}.key-mgmt")
    password = manager.secret(PROFILE, f"{SECURITY}.psk")
    if method != "wpa-psk" or (password and PASSWORD.fullmatch(password) is None):
        raise DeviceError(
            f"The car's own Wi-Fi must have a password. Received: connection {PROFILE} with "
            f"{method or 'no security'}. Make it anew: donkey network ap --new"
        )
    return AccessPoint(name, password)


def make(manager: NetworkManager, *, name: str, password: str) -> AccessPoint:
    """Store the access point, in the place of an older one.

    Args:
        manager: NetworkManager.
        name: What phones list; "" makes one from the name of this computer.
        password: Its password; "" makes one.

    Raises:
        ConfigError: If name or password cannot be one.
        DeviceError: If NetworkManager refuses.
    """
    own_name = f"donkeycar-{socket.gethostname()}"[:MAX_NAME_BYTES]
    point = AccessPoint(name or own_name, password or new_password())
    if not 1 <= len(point.name.encode()) <= MAX_NAME_BYTES or not point.name.isprintable():
        raise ConfigError(
            f"`--name` must be 1 to {MAX_NAME_BYTES} bytes of letters. Received: {name!r}"
        )
    if PASSWORD.fullmatch(point.password) is None:
        raise ConfigError(
            "`--password` must be 8 to 63 letters, digits or signs (WPA2 takes no others). "
            f"Received: {len(password)} of them, or others. Leave it out to get a good one"
        )
    if PROFILE in manager.connections():
        manager.change("connection", "delete", "id", PROFILE)
    manager.change(
        "connection", "add", "type", "wifi", "ifname", "*", "con-name", PROFILE,
        "ssid", point.name, *SETTINGS,
    )  # fmt: skip
    # By standard input: every user can read the words of a command.
    steps = f"set {SECURITY}.psk {point.password}\nsave persistent\nquit\n"
    manager.change("connection", "edit", "id", PROFILE, given=steps)
    stored = manager.secret(PROFILE, f"{SECURITY}.psk")
    if stored != point.password:
        manager.change("connection", "delete", "id", PROFILE)
        raise DeviceError(
            "NetworkManager must keep the password of the car's Wi-Fi. Received: another one. "
            "Nothing was switched on. Type it with sudo, or set --password to letters and digits"
        )
    return point


def new_password() -> str:
    """A password that can be read out and typed on a phone.

    Example:
        >>> len(new_password())
        14
    """
    groups = (
        "".join(secrets.choice(LETTERS) for _ in range(LETTERS_OF_A_GROUP)) for _ in range(GROUPS)
    )
    return "-".join(groups)


def start_with_the_computer(manager: NetworkManager, *, always: bool) -> None:
    """Decide whether the access point comes up at each start, before any network that is known."""
    priority = ALWAYS_PRIORITY if always else "0"
    manager.change(
        "connection", "modify", "id", PROFILE, "connection.autoconnect", "yes" if always else "no",
        "connection.autoconnect-priority", priority,
    )  # fmt: skip


def switch_on(manager: NetworkManager, device: str) -> None:
    """Leave the network of `device`, and be one.

    Raises:
        DeviceError: If it does not come up.
    """
    words = ("--wait", str(ACTIVATE_WITHIN_S), "connection", "up", "id", PROFILE, "ifname", device)
    manager.change(*words, within_s=ACTIVATE_WITHIN_S + 10)


def switch_off(manager: NetworkManager) -> None:
    """End the access point; NetworkManager then joins a network that it knows.

    Raises:
        DeviceError: If it was not up.
    """
    manager.change("connection", "down", "id", PROFILE, within_s=ACTIVATE_WITHIN_S)


def wifi_device(manager: NetworkManager, wanted: str = "") -> Device:
    """The Wi-Fi device that can be an access point.

    Args:
        manager: NetworkManager.
        wanted: Its name; "" takes the first.

    Raises:
        DeviceError: If there is none, or it cannot be one now.
    """
    all_of_it = [one for one in manager.devices() if one.kind == "wifi"]
    found = [one for one in all_of_it if wanted in ("", one.name)]
    if not found:
        names = ", ".join(one.name for one in all_of_it) or "no Wi-Fi device"
        raise DeviceError(
            f"A Wi-Fi device is needed{f' by the name {wanted}' if wanted else ''}. "
            f"Received: {names}. Plug in a Wi-Fi stick, or name another one with --device"
        )
    device = found[0]
    if not manager.is_radio_on() or device.state == "unavailable":
        raise DeviceError(
            f"Wi-Fi must be switched on. Received: {device.name} is {device.state}. A Pi keeps it "
            "off until it knows its country: sudo raspi-config nonint do_wifi_country DE (your "
            "country), then: sudo rfkill unblock wifi; nmcli radio wifi on"
        )
    if device.state == "unmanaged":
        raise DeviceError(
            f"NetworkManager must manage {device.name}. Received: unmanaged. Another program has "
            f"it; then: sudo nmcli device set {device.name} managed yes"
        )
    if manager.property_of(device.name, "WIFI-PROPERTIES.AP") == "no":
        raise DeviceError(
            f"The Wi-Fi device must be able to be an access point. Received: {device.name}, which "
            "is not. Use the Pi's own Wi-Fi, or another stick: --device"
        )
    return device
