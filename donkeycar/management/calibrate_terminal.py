"""Calibration in the terminal, by keys, where there is no browser."""

import os
import re
import select
import signal
import sys
import termios
import time
import tty
from typing import Any

from donkeycar.console.bench import Bench
from donkeycar.driving.command import Command

NAME = "terminal"
SMALL_US, LARGE_US = 5.0, 20.0
POLL_S = 0.05

HELP = """\
y            the wheels are in the air: pulses may go out
Tab          next point: left, middle, right, reverse, stopped, forward, start
up, right    5 us more       down, left   5 us less       + and -   20 us
r            hold it: the motor runs (forward, reverse, start)
i            swap the ends   u  undo   s  save
Space        stop            q  quit
The motor stops when you press no key for a second, and the servo goes to its middle after two.
"""

STEPS = {
    "\x1b[A": SMALL_US, "\x1b[C": SMALL_US, "\x1b[B": -SMALL_US, "\x1b[D": -SMALL_US,
    "\x1bOA": SMALL_US, "\x1bOC": SMALL_US, "\x1bOB": -SMALL_US, "\x1bOD": -SMALL_US,
    "+": LARGE_US, "=": LARGE_US, "-": -LARGE_US,
}  # fmt: skip
# An arrow key sends three characters, and a key that is held down arrives several times at once.
KEY = re.compile(r"\x1b[\[O].|.", re.DOTALL)
QUIT = ("q", "\x03", "\x04")


def message_for(key: str, state: dict[str, Any]) -> dict[str, Any]:
    """The message to the bench for a key.

    Args:
        key: The characters that the terminal sent for it.
        state: State of the bench.
    """
    if key in STEPS:
        return {"step_us": STEPS[key]}
    if key == "\t":
        points = list(state["points"])
        return {"point": points[(points.index(state["point"]) + 1) % len(points)]}
    if key == "i":
        steers = state["point"] in ("left", "middle", "right")
        return {"invert": "steering" if steers else "throttle"}
    simple: dict[str, dict[str, Any]] = {
        "y": {"wheels_up": True},
        "r": {"run": True},
        "u": {"undo": True},
        "s": {"save": True},
        " ": {"stop": True},
    }
    # Any other key is a sign of life. It does not order the motor to run, so the motor stops.
    return simple.get(key, {"run": False})


def line_of(state: dict[str, Any]) -> str:
    """The state of the bench in one line of at most 78 characters."""
    point = state["points"][state["point"]]
    out = "  ".join(
        f"{name} {'no pulse' if state[key] is None else f'{state[key]:.0f} us'}"
        for name, key in (("steering", "steering_us"), ("throttle", "throttle_us"))
    )
    what = f"{state['point']} {point['us']:.0f} us ({point['value']})"
    note = "" if state["ready"] else "  [y: wheels in the air?]"
    return f"{what:24} out: {out}{note}"[:78]


class TerminalBench:
    """The terminal as a part of a car on a bench.

    Args:
        bench: The calibration and its clients.
        keyboard: File descriptor of the terminal; ``None`` is standard input.
    """

    def __init__(self, bench: Bench, *, keyboard: int | None = None) -> None:
        self._bench = bench
        self._keyboard = sys.stdin.fileno() if keyboard is None else keyboard
        self._ended = False

    def update(self) -> None:
        """Read keys until the end; the body of the part's thread."""
        if not os.isatty(self._keyboard):
            raise OSError("Standard input must be a terminal for keys. Leave --terminal out")
        before = termios.tcgetattr(self._keyboard)
        tty.setcbreak(self._keyboard)
        try:
            print(HELP)
            self._read_keys()
        finally:
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, before)
            print()

    def run_threaded(
        self,
        steering: float | None,
        throttle: float | None,
        guardian: str | None,
        reason: str | None,
    ) -> Command:
        """Return the guardian's next command; the arguments are those of `CalibrationConsole`."""
        return self._bench.tick(steering or 0.0, throttle or 0.0, guardian or "boot", reason or "")

    def shutdown(self) -> None:
        """End reading, and restore the terminal."""
        self._ended = True

    def _read_keys(self) -> None:
        shown = ""
        while not self._ended:
            line = line_of(self._bench.state(NAME))
            if line != shown:
                print(f"\r{line:78}", end="", flush=True)
                shown = line
            if not select.select([self._keyboard], [], [], POLL_S)[0]:
                continue
            typed = os.read(self._keyboard, 64).decode(errors="replace")
            for key in KEY.findall(typed) or QUIT[:1]:
                if key in QUIT:
                    self._bench.take(NAME, {"stop": True})
                    # This works like Ctrl-C: the loop ends, and every part with it. This thread
                    # waits for that, because a thread that ends earlier counts as a failure.
                    os.kill(os.getpid(), signal.SIGINT)
                    while not self._ended:
                        time.sleep(POLL_S)
                    return
                self._tell(self._bench.take(NAME, message_for(key, self._bench.state(NAME))))
                shown = ""

    def _tell(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            print(f"\r{answer['error']}")
        elif "saved_to" in answer:
            lines = self._bench.state(NAME)["saved"]
            print(f"\rSaved in {answer['saved_to']}:" if lines else "\rNothing had changed.")
            for line in lines:
                print(f"  {line}")
