"""Finding gamepads among the kernel's event devices."""

import os
import struct

import pytest

from donkeycar.errors import DeviceError
from donkeycar.parts.controller import device
from donkeycar.parts.controller.codes import AXES, BUTTONS, AbsInfo
from donkeycar.parts.controller.device import Finder, event_path, is_pad, open_line


def bits(codes, size):
    data = bytearray(size)
    for code in codes:
        data[code // 8] |= 1 << code % 8
    return bytes(data)


class FakeKernel:
    """Answers the questions of input.h for files that stand for devices."""

    def __init__(self, monkeypatch):
        self.devices = {}
        monkeypatch.setattr(device.fcntl, "ioctl", self.ioctl)

    def add(self, path, name, *, keys, axes, uniq="", ids=(3, 0x045E, 0x02EA, 1), down=()):
        path.touch()
        self.devices[path.stat().st_ino] = (name, keys, axes, uniq, ids, down)

    def ioctl(self, descriptor, request, buffer):
        name, keys, axes, uniq, ids, down = self.devices[os.fstat(descriptor).st_ino]
        size, number = request >> 16 & 0x3FFF, request & 0xFF
        assert request >> 30 == 2 and request >> 8 & 0xFF == ord("E")
        assert size == len(buffer)
        if number == 0x02:
            return struct.pack("HHHH", *ids)
        if number == 0x06:
            return name.encode().ljust(size, b"\0")
        if number == 0x08:
            if not uniq:
                raise OSError(2, "No such file or directory")
            return uniq.encode().ljust(size, b"\0")
        if number == 0x18:
            return bits([BUTTONS[name] for name in down], size)
        if number == 0x21:
            return bits([BUTTONS[name] for name in keys], size)
        if number == 0x23:
            return bits([AXES[name] for name in axes], size)
        if 0x40 <= number < 0x80:
            code = number - 0x40
            return struct.pack("6i", *next(i for n, i in axes.items() if AXES[n] == code))
        raise AssertionError(f"question {number:#x}")


STICK = AbsInfo(5, -32768, 32767, 16, 128, 0)
PAD = {"keys": ["BTN_SOUTH", "BTN_EAST"], "axes": {"ABS_X": STICK, "ABS_RY": STICK}}
KEYBOARD = {"keys": ["KEY_A", "KEY_SPACE"], "axes": {}}
GYROSCOPE = {"keys": [], "axes": {"ABS_X": STICK}}


@pytest.fixture
def kernel(monkeypatch):
    return FakeKernel(monkeypatch)


@pytest.fixture
def files():
    return lambda: len(os.listdir("/proc/self/fd"))


def test_the_numbers_of_the_questions_are_those_of_the_kernel():
    # As the C compiler makes them of EVIOCGID, EVIOCGNAME(256), EVIOCGKEY(96), EVIOCGBIT(EV_ABS, 8)
    # and EVIOCGABS(ABS_X).
    read = device._READ
    assert read | device._ID.size << 16 | device._GET_ID == 0x80084502
    assert read | 256 << 16 | device._GET_NAME == 0x81004506
    assert read | device._KEY_BYTES << 16 | device._GET_KEYS_DOWN == 0x80604518
    assert read | device._AXIS_BYTES << 16 | device._GET_CODES + 3 == 0x80084523
    assert read | device._ABS_INFO.size << 16 | device._GET_AXIS == 0x80184540


def test_a_gamepad_tells_all_about_itself(kernel, tmp_path):
    kernel.add(tmp_path / "event3", "A pad", uniq="aa:bb", down=["BTN_EAST"], **PAD)
    line = open_line(tmp_path / "event3")
    assert line.identity == ("A pad", 3, 0x045E, 0x02EA, "aa:bb")
    assert line.axes == {AXES["ABS_X"]: STICK, AXES["ABS_RY"]: STICK}
    assert line.held == {BUTTONS["BTN_EAST"]}
    assert line.buttons == {BUTTONS["BTN_SOUTH"], BUTTONS["BTN_EAST"]}
    assert not line.reported, "what the kernel has may be older than the opening"
    line.axes = {}
    line.refresh()
    assert AXES["ABS_X"] in line.axes
    line.close()
    line.close()
    with pytest.raises(OSError, match="closed"):
        line.read(0)


@pytest.mark.parametrize("other", [KEYBOARD, GYROSCOPE], ids=["keyboard", "gyroscope"])
def test_other_devices_are_left_alone(kernel, tmp_path, files, other):
    kernel.add(tmp_path / "event0", "other", **other)
    before = files()
    assert open_line(tmp_path / "event0") is None
    assert files() == before


def test_the_gamepad_among_others_is_found(kernel, tmp_path):
    kernel.add(tmp_path / "event0", "keyboard", **KEYBOARD)
    kernel.add(tmp_path / "event10", "second", **PAD)
    kernel.add(tmp_path / "event9", "first", **PAD)
    lines = Finder(folder=tmp_path)()
    assert [line.identity.name for line in lines] == ["first", "second"]
    for line in lines:
        line.close()


def test_a_gamepad_that_is_open_is_not_opened_again(kernel, tmp_path, files):
    kernel.add(tmp_path / "event3", "A pad", **PAD)
    finder = Finder(folder=tmp_path)
    (line,) = finder()
    before = files()
    (tmp_path / "event3").chmod(0o660)  # udev comes a little later
    assert finder() == []
    assert files() == before
    line.close()
    (again,) = finder()
    again.close()


def test_what_was_no_gamepad_is_not_opened_again(kernel, tmp_path):
    opened = []

    def opener(path, *, any_device):
        opened.append(path.name)
        return open_line(path, any_device=any_device)

    kernel.add(tmp_path / "event0", "keyboard", **KEYBOARD)
    finder = Finder(folder=tmp_path, opener=opener)
    finder()
    finder()
    assert opened == ["event0"]
    kernel.add(tmp_path / "event1", "pad", **PAD)
    finder()[0].close()
    assert opened == ["event0", "event1"]


def test_who_may_not_read_devices_is_told_once(tmp_path, caplog):
    def opener(path, *, any_device):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "event0").touch()
    finder = Finder(folder=tmp_path, opener=opener)
    assert finder() == finder() == []
    assert [record.getMessage() for record in caplog.records] == [
        f"You may not read {tmp_path}/event0: run `sudo usermod -aG input $USER` and log in again"
    ]


def test_a_device_that_vanishes_while_it_is_asked_is_passed_over(tmp_path, files):
    (tmp_path / "event0").touch()  # a plain file answers no question
    before = files()
    assert Finder(folder=tmp_path)() == []
    assert files() == before


def test_a_device_by_name_may_be_a_keyboard(kernel, tmp_path):
    kernel.add(tmp_path / "event4", "keyboard", **KEYBOARD)
    (line,) = Finder(str(tmp_path / "event4"))()
    assert line.identity.name == "keyboard"
    line.close()


def test_an_old_joystick_device_leads_to_its_event_device(tmp_path):
    (tmp_path / "js1" / "device" / "event7").mkdir(parents=True)
    assert str(event_path("/dev/input/js1", sys_folder=tmp_path)) == "/dev/input/event7"
    assert str(event_path("/dev/input/by-id/pad", sys_folder=tmp_path)) == "/dev/input/by-id/pad"
    with pytest.raises(DeviceError, match="/dev/input/js2 must be plugged in"):
        event_path("/dev/input/js2", sys_folder=tmp_path)


def test_a_joystick_device_that_is_not_there_is_no_gamepad():
    assert Finder("/dev/input/js77")() == []


@pytest.mark.parametrize(
    ("axes", "buttons", "is_one"),
    [
        (range(8), range(0x100, 0x118), True),  # EdgeTX on USB
        (range(3), range(0x100, 0x118), False),
        (range(8), range(0x110, 0x118), False),  # a mouse
        ((0, 1, 8, 0x28), (0x100, 0x101, 0x14B), False),  # a drawing tablet, BTN_STYLUS
        ((), (0x130,), False),
        ((0, 1), (0x130,), True),
    ],
)
def test_a_transmitter_on_a_cable_is_a_pad_and_a_tablet_is_none(axes, buttons, is_one):
    """Three published my_joystick.py have the numbers of such transmitters, 0x100 and on."""
    assert is_pad(list(axes), list(buttons)) is is_one
