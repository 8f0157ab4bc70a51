"""Gamepads that are not there: real sockets, with recorded numbers of real pads."""

import os
import socket

from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, EVENT, AbsInfo, Identity
from donkeycar.parts.controller.device import EventLine

STICK = AbsInfo(0, -32768, 32767, 16, 128)
BYTE = AbsInfo(128, 0, 255, 0, 15)
PULL = AbsInfo(0, 0, 1023)
HAT = AbsInfo(0, -1, 1)


def axes(**infos):
    return {AXES[name]: info for name, info in infos.items()}


XPAD = (
    Identity("Xbox One S pad", 3, 0x045E, 0x02EA, ""),
    axes(ABS_X=STICK, ABS_Y=STICK, ABS_Z=PULL, ABS_RX=STICK, ABS_RY=STICK, ABS_RZ=PULL,
         ABS_HAT0X=HAT, ABS_HAT0Y=HAT),
)  # fmt: skip
XBOX_BLUETOOTH = (
    Identity("Xbox Wireless Controller", 5, 0x045E, 0x02FD, "5c:ba:37:00:00:01"),
    axes(ABS_X=AbsInfo(32768, 0, 65535, 255, 4095), ABS_Y=AbsInfo(32768, 0, 65535, 255, 4095),
         ABS_Z=AbsInfo(32768, 0, 65535, 255, 4095), ABS_RZ=AbsInfo(32768, 0, 65535, 255, 4095),
         ABS_GAS=PULL, ABS_BRAKE=PULL, ABS_HAT0X=HAT, ABS_HAT0Y=HAT),
)  # fmt: skip
DUALSHOCK4 = (
    Identity("Wireless Controller", 5, 0x054C, 0x09CC, "1c:66:6d:00:00:02"),
    axes(ABS_X=BYTE, ABS_Y=BYTE, ABS_Z=AbsInfo(0, 0, 255), ABS_RX=BYTE, ABS_RY=BYTE,
         ABS_RZ=AbsInfo(0, 0, 255), ABS_HAT0X=HAT, ABS_HAT0Y=HAT),
)  # fmt: skip


def event(name, value):
    """One record of the kernel, for a button or an axis by name."""
    if name in BUTTONS:
        return EVENT.pack(0, 0, EV_KEY, BUTTONS[name], value)
    return EVENT.pack(0, 0, EV_ABS, AXES[name], value)


class SocketPad:
    """A gamepad at the far end of a socket; `line` is what the reader opens."""

    def __init__(self, model=XPAD):
        identity, infos = model
        near, far = socket.socketpair()
        self._near = near.detach()
        self.line = EventLine(far.detach(), identity, dict(infos))

    def send(self, *events):
        self.send_bytes(b"".join(event(name, value) for name, value in events))

    def send_bytes(self, data):
        os.write(self._near, data)

    def press(self, name):
        self.send((name, 1), (name, 0))

    def unplug(self):
        near, self._near = self._near, -1
        if near >= 0:
            os.close(near)

    def __del__(self):
        self.unplug()
        self.line.close()


class Plug:
    """What the reader asks for gamepads: hands each plugged one out once."""

    def __init__(self, *pads):
        self.pads = list(pads)
        self._handed_out = []

    def __call__(self):
        fresh, self.pads = self.pads, []
        self._handed_out += fresh  # they live as long as their plug
        return [pad.line for pad in fresh]


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
