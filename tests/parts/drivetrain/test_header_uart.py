"""Which serial port is on the header of a Pi, and what it needs."""

import errno
import os
from pathlib import Path

import pytest

from donkeycar.errors import DeviceError
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.parts.controller.rc_input import RoboHATInput
from donkeycar.parts.drivetrain import header_uart, pi_board
from donkeycar.parts.drivetrain.header_uart import not_the_header, uart_step
from donkeycar.parts.drivetrain.serial_line import SerialLine

PI_5 = b"raspberrypi,5-model-b\0brcm,bcm2712\0"
PI_4 = b"raspberrypi,4-model-b\0brcm,bcm2711\0"


@pytest.fixture
def board(tmp_path):
    """Makes the files by which a Pi is known; ``None`` is another computer."""

    def make(compatible, **links):
        tree, devices = tmp_path / "tree", tmp_path / "dev"
        for folder in (tree, devices):
            folder.mkdir()
        if compatible:
            (tree / "compatible").write_bytes(compatible)
        for name, target in links.items():
            (devices / target).touch()
            if name != target:
                (devices / name).symlink_to(target)
        return {"device_tree": tree, "devices": devices}

    return make


@pytest.mark.parametrize(
    ("compatible", "port", "line"),
    [
        (PI_5, "/dev/ttyAMA0", "dtparam=uart0=on"),
        (PI_5, "/dev/serial0", "dtparam=uart0=on"),
        (PI_4, "/dev/ttyAMA0", "dtoverlay=disable-bt"),
        (PI_4, "/dev/ttyUSB0", ""),
        (None, "/dev/ttyAMA0", ""),
    ],
)
def test_the_line_that_gives_a_pi_its_port_depends_on_the_board(board, compatible, port, line):
    step = uart_step(port, device_tree=board(compatible)["device_tree"])
    assert bool(step) == bool(line)
    assert line in step
    assert not step or "'/dev/ttyAMA0'" in step


@pytest.mark.parametrize(
    ("compatible", "links", "port", "what"),
    [
        (PI_5, {"serial0": "ttyAMA10"}, "/dev/serial0", "the debug plug"),
        (PI_5, {"ttyAMA10": "ttyAMA10"}, "/dev/ttyAMA10", "the debug plug"),
        (PI_5, {"serial0": "ttyAMA10", "ttyAMA0": "ttyAMA0"}, "/dev/ttyAMA0", ""),
        (PI_4, {"serial0": "ttyS0", "serial1": "ttyAMA0"}, "/dev/ttyAMA0", "Bluetooth"),
        (PI_4, {"serial0": "ttyAMA0"}, "/dev/ttyAMA0", ""),
        (PI_4, {"serial0": "ttyS0", "serial1": "ttyAMA0"}, "/dev/serial0", ""),
        (None, {"serial0": "ttyAMA10"}, "/dev/serial0", ""),
    ],
)
def test_a_port_that_is_somewhere_else_is_known(board, compatible, links, port, what):
    found = not_the_header(port, **board(compatible, **links))
    assert bool(found) == bool(what)
    assert what in found


@pytest.fixture
def pi_5(board, monkeypatch):
    """This computer is a Pi 5 as delivered: only its debug plug has a serial port."""
    files = board(PI_5, serial0="ttyAMA10")
    for function in (uart_step, not_the_header):
        defaults = {name: files[name] for name in function.__kwdefaults__}
        monkeypatch.setattr(function, "__kwdefaults__", defaults)
    really_open, really_exists = os.open, Path.exists

    def open_(path, *args, **options):
        if path == "/dev/ttyAMA0":  # this computer may have one
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return really_open(path, *args, **options)

    def exists(path, **options):
        known = {"/dev/ttyAMA0": False, "/dev/serial0": True}
        return known[str(path)] if str(path) in known else really_exists(path, **options)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(Path, "exists", exists)
    return files


def test_the_driver_says_what_a_pi_5_lacks(pi_5):
    # What used to happen: "Check the plug", for a port that was never switched on.
    with pytest.raises(DeviceError, match="ttyAMA0 does not open: .*Add dtparam=uart0=on to /boot"):
        SerialLine("/dev/ttyAMA0", baud_rate=115_200)


def test_the_radio_of_a_robohat_says_it_too(pi_5):
    with pytest.raises(DeviceError, match="ttyAMA0 does not open: .*Add dtparam=uart0=on to /boot"):
        RoboHATInput("/dev/ttyAMA0")


@pytest.mark.parametrize(
    ("port", "found"),
    [
        ("/dev/ttyAMA0", "MISSING  serial       no /dev/ttyAMA0"),
        ("/dev/serial0", "warning  serial       /dev/serial0 is the debug plug of a Pi 5"),
    ],
)
def test_doctor_says_what_a_pi_5_lacks(pi_5, tmp_path, capsys, port, found):
    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text(
        f"DRIVE_TRAIN_TYPE = 'MM1'\nCAMERA_TYPE = 'MOCK'\nMM1_SERIAL_PORT = {port!r}\n"
    )
    main(["doctor", "--path", str(tmp_path / "car")])
    lines = capsys.readouterr().out.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith(found))
    assert "-> Add dtparam=uart0=on to" in lines[number + 1]


def test_the_default_port_of_the_header_is_the_one_that_the_step_names():
    from donkeycar.settings.schema import SETTINGS

    assert SETTINGS["MM1_SERIAL_PORT"].default == header_uart.PORT
    assert pi_board.CONFIG in SETTINGS["MM1_SERIAL_PORT"].help
