"""The drivers in `gamepad_stop.py`: a page, a gamepad, a remote control, each on a real socket."""

import socket
import threading
from abc import ABC, abstractmethod
from pathlib import Path

from benchmarks.controllers.stop_car import GAMEPAD, RECEIVER
from benchmarks.web.console_client import Socket
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, EVENT

PERIOD_S = 0.02
MIDDLE_US, FULL_US, OFF_US, ON_US = 1500, 2000, 1000, 2000


class Listener:
    """A socket in the car's folder, where the car looks for a device."""

    def __init__(self, path: Path) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(1)
        self._server.settimeout(30.0)

    def plug(self) -> socket.socket:
        """Wait until the car has found the device; return the near end of the connection."""
        return self._server.accept()[0]

    def close(self) -> None:
        """Remove the device."""
        self._server.close()


class PadPerson:
    """Drives with the right stick, stops with the upper button, resumes with Select."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self._listener = Listener(folder / GAMEPAD)
        self._near = self._listener.plug()

    def push(self, share: float) -> None:
        """Push the stick, 0 to 1."""
        self._near.sendall(EVENT.pack(0, 0, EV_ABS, AXES["ABS_RY"], int(-32768 * share)))

    def stop(self) -> None:
        """Press stop."""
        self._press("BTN_NORTH")

    def resume(self) -> None:
        """Press resume."""
        self._press("BTN_SELECT")

    def unplug(self) -> None:
        """Pull the cable out."""
        self._near.close()

    def plug(self) -> None:
        """Put it in again."""
        self._near = self._listener.plug()

    def close(self) -> None:
        """Stop driving."""
        self._near.close()
        self._listener.close()

    def _press(self, name: str) -> None:
        for value in (1, 0):
            self._near.sendall(EVENT.pack(0, 0, EV_KEY, BUTTONS[name], value))


class Steady(ABC):
    """Sends the position of the stick all the time, in a thread; without a push it only watches."""

    def __init__(self) -> None:
        self.share: float | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def push(self, share: float) -> None:
        """Push the stick, 0 to 1."""
        self.share = share

    def close(self) -> None:
        """Stop driving."""
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ended.wait(PERIOD_S):
            with self._lock:
                self._say()

    @abstractmethod
    def _say(self) -> None:
        """Send it once."""


class RemotePerson(Steady):
    """Drives with a remote control: pulses every 20 ms; one switch stops, another one resumes."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self._listener = Listener(folder / RECEIVER)
        self._near = self._listener.plug()
        self._switches = {3: OFF_US, 4: OFF_US}
        super().__init__()

    def stop(self) -> None:
        """Throw the switch, as the next pulse; the delay of the radio is not measured."""
        with self._lock:
            self._switches |= {3: ON_US, 4: OFF_US}
            self._say()

    def resume(self) -> None:
        """Throw it back, and then the other one, which may have to be released first."""
        with self._lock:
            self._switches |= {3: OFF_US, 4: OFF_US}
            self._say()
            self._switches[4] = ON_US
            self._say()

    def close(self) -> None:
        """Stop driving."""
        super().close()
        self._near.close()
        self._listener.close()

    def _say(self) -> None:
        throttle_us = MIDDLE_US + (self.share or 0.0) * (FULL_US - MIDDLE_US)
        pulses = {1: MIDDLE_US, 2: throttle_us, **self._switches}
        self._near.sendall(b"".join(b"%d %d\n" % pulse for pulse in pulses.items()))


class PagePerson(Steady):
    """Drives with the socket of the page, and echoes each tick as the page does."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self._page = Socket(port, "/wsDrive", {"Authorization": f"Bearer {token}"})
        self._page.hear_until("tick")
        threading.Thread(target=self._listen, daemon=True).start()
        super().__init__()

    def stop(self) -> None:
        """Tap Stop."""
        with self._lock:
            self._page.say(stop=True)

    def resume(self) -> None:
        """Tap Resume."""
        with self._lock:
            self._page.beat(resume=True, angle=0.0, throttle=0.0)

    def close(self) -> None:
        """Stop driving."""
        super().close()
        self._page.close()

    def _listen(self) -> None:
        try:
            while True:
                self._page.hear()
        except (OSError, ValueError):
            pass  # closed

    def _say(self) -> None:
        if self.share is None:
            self._page.beat()
        else:
            self._page.beat(angle=0.0, throttle=self.share)
