"""A program `nmcli` for tests: a Wi-Fi device, the connections it knows, and an access point.

Source: nmcli(1) and nmcli-examples(7); its output, escapes and exit codes are those of nmcli 1.42.4
with its NetworkManager. It does not model scans, DHCP or the rights of users, except `denied`.
"""

import json
import os
import sys
from pathlib import Path

SCRIPT = f"""#!{sys.executable} -IS
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from nmcli_program import main
main()
"""
STATE = "FAKE_NMCLI_STATE"


def install(folder, monkeypatch):
    """Put the program on PATH; return the object that holds its state."""
    program = folder / "bin" / "nmcli"
    program.parent.mkdir()
    program.write_text(SCRIPT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv(STATE, str(folder / "nmcli.json"))
    network = Network(folder / "nmcli.json")
    network.write(
        running=True, denied=False, radio="enabled", ap="yes", fails=0, log=[], edits=[],
        out_of_reach=False,
        devices={"wlan0": ["wifi", "connected", "Home"], "lo": ["loopback", "unmanaged", ""]},
        connections={"Home": {"type": "802-11-wireless"}},
    )  # fmt: skip
    return network


class Network:
    """What NetworkManager knows, in a file."""

    def __init__(self, path):
        self._path = path

    def read(self):
        return json.loads(self._path.read_text())

    def write(self, **changes):
        known = self.read() if self._path.exists() else {}
        self._path.write_text(json.dumps(known | changes))

    def __getitem__(self, name):
        return self.read()[name]


def end(code, text):
    print(text, file=sys.stderr if code else sys.stdout)
    sys.exit(code)


def escaped(fields):
    return ":".join(field.replace("\\", "\\\\").replace(":", "\\:") for field in fields)


def main():
    network = Network(Path(os.environ[STATE]))
    words = [word for word in sys.argv[1:] if word not in ("-t", "-s")]
    network.write(log=[*network["log"], sys.argv[1:]])
    for option in ("-e", "--wait"):
        if option in words:
            del words[words.index(option) : words.index(option) + 2]
    asked = ""
    for option in ("-f", "-g"):
        if option in words:
            place = words.index(option)
            asked = words[place + 1]
            del words[place : place + 2]
    if not network["running"]:
        end(8, "Error: NetworkManager is not running.")
    command = " ".join(words[:2])
    if network["denied"] and command not in ("device status", "connection show", "radio"):
        end(1, "Error: Failed to add 'donkey-ap' connection: Insufficient privileges")
    COMMANDS.get(command, COMMANDS.get(words[0], unknown))(network, words[2:], asked)


def unknown(network, words, asked):
    end(2, f"Error: argument '{' '.join(words)}' not understood. Try passing --help instead.")


def device_status(network, words, asked):
    for name, fields in network["devices"].items():
        values = dict(zip(("DEVICE", "TYPE", "STATE", "CONNECTION"), (name, *fields), strict=True))
        print(escaped([values[one] for one in asked.split(",")]))


def device_show(network, words, asked):
    up = network["devices"][words[0]][2] == "donkey-ap"
    print({"WIFI-PROPERTIES.AP": network["ap"], "IP4.ADDRESS": "10.42.0.1/24" if up else ""}[asked])


def radio(network, words, asked):
    print(escaped(["enabled", network["radio"]]))


def connection_show(network, words, asked):
    known = network["connections"]
    if not words:
        for name, one in known.items():
            print(escaped([name, one["type"]]))
    elif words[1] not in known:
        end(10, f"Error: {words[1]} - no such connection profile.")
    else:
        print(known[words[1]].get(asked, ""))


def connection_add(network, words, asked):
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    one = {**pairs, "type": "802-11-wireless", "802-11-wireless.ssid": pairs["ssid"]}
    network.write(connections={**network["connections"], pairs["con-name"]: one})


def connection_edit(network, words, asked):
    known = network["connections"]
    given = sys.stdin.read()
    network.write(edits=[*network["edits"], given])
    for line in given.splitlines():
        if line.startswith("set "):
            _, name, value = line.split(" ", 2)
            known[words[1]][name] = value.strip()
    network.write(connections=known)


def connection_modify(network, words, asked):
    known = network["connections"]
    known[words[1]].update(zip(words[2::2], words[3::2], strict=True))
    network.write(connections=known)


def connection_delete(network, words, asked):
    known = network["connections"]
    del known[words[1]]
    network.write(connections=known)
    connection_down(network, words, asked)


def connection_up(network, words, asked):
    devices = network["devices"]
    if network["fails"]:
        # The connection of the device has ended by then.
        if devices["wlan0"][2] == "donkey-ap":
            devices["wlan0"] = ["wifi", "disconnected", ""]
        network.write(fails=network["fails"] - 1, devices=devices)
        end(4, "Error: Connection activation failed: The Wi-Fi network could not be found")
    devices["wlan0"] = ["wifi", "connected", words[1]]
    network.write(devices=devices)


def connection_down(network, words, asked):
    devices = network["devices"]
    if devices["wlan0"][2] == words[1]:
        known = [name for name in network["connections"] if name != "donkey-ap"]
        known = [] if network["out_of_reach"] else known
        devices["wlan0"] = (
            ["wifi", "connected", known[0]] if known else ["wifi", "disconnected", ""]
        )
        network.write(devices=devices)


COMMANDS = {
    "device status": device_status, "device": device_status, "device show": device_show,
    "radio": radio, "connection show": connection_show, "connection add": connection_add,
    "connection edit": connection_edit, "connection modify": connection_modify,
    "connection delete": connection_delete, "connection up": connection_up,
    "connection down": connection_down,
}  # fmt: skip
