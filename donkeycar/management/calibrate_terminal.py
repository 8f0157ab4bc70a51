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
from donkeycar.parts.drivetrain.calibration_walk import QUESTIONS, SAVE, WHEELS

NAME = "terminal"
SMALL_US, LARGE_US = 5.0, 20.0
POLL_S = 0.05

HELP = """\
y            the wheels are in the air: pulses may go out
Enter        yes: tick the question, and go to the next   Backspace   go back
Tab          go on without a tick
up, right    5 us more       down, left   5 us less       + and -   20 us
r            hold it: the motor runs, at first with 10 %
1 to 9, 0    how far the motor runs: 10 % to 90 %, 100 %
i            swap the ends   u  undo   s  save
c            continue an unfinished calibration
x            throw it away; without one, all that is not saved
b            put back what was stored before the last save
Space        stop            q  quit
The motor stops when you press no key for a second, and the servo goes to its
middle after two.
"""

STEPS = {
    "\x1b[A": SMALL_US, "\x1b[C": SMALL_US, "\x1b[B": -SMALL_US, "\x1b[D": -SMALL_US,
    "\x1bOA": SMALL_US, "\x1bOC": SMALL_US, "\x1bOB": -SMALL_US, "\x1bOD": -SMALL_US,
    "+": LARGE_US, "=": LARGE_US, "-": -LARGE_US,
}  # fmt: skip
SHARES = {str(tenths % 10): tenths / 10 for tenths in range(1, 11)}
# How many questions on; the second is what Shift and Tab send.
WALK = {"\t": 1, "\x1b[Z": -1, "\x7f": -1, "\b": -1}
ENTER = ("\r", "\n")
# Questions that are not answered by a tick alone.
ASKED: dict[str, dict[str, Any]] = {WHEELS: {"wheels_up": True}, SAVE: {"save": True}}
SIMPLE: dict[str, dict[str, Any]] = {
    "y": {"wheels_up": True},
    "r": {"run": True},
    "u": {"undo": True},
    "s": {"save": True},
    "c": {"take_up": True},
    "x": {"throw_away": True},
    "b": {"put_back": True},
    " ": {"stop": True},
}
TITLES = {question.name: question.title for question in QUESTIONS}
# An arrow key sends three characters, and a key that is held down arrives several times at once.
KEY = re.compile(r"\x1b[\[O].|.", re.DOTALL)
QUIT = ("q", "\x03", "\x04")


def message_for(key: str, state: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The message to the bench for a key.

    Args:
        key: The characters that the terminal sent for it.
        state: State of the bench.
        names: Names of the questions, in order.
    """
    if key in STEPS:
        return {"step_us": STEPS[key]}
    if key in SHARES:
        return {"share": SHARES[key]}
    if key in WALK:
        at = names.index(state["question"]) + WALK[key]
        return {"question": names[min(max(at, 0), len(names) - 1)]}
    if key in ENTER:
        return ASKED.get(state["question"]) or {"done": state["question"]}
    if key == "i":
        steers = state["point"] in ("left", "middle", "right")
        return {"invert": "steering" if steers else "throttle"}
    # Any other key is a sign of life. It does not order the motor to run, so the motor stops.
    return SIMPLE.get(key, {"run": False})


def question_of(question: dict[str, Any], number: int, num_questions: int) -> str:
    """One question with its place in the walk, in two lines."""
    place = f"{number}/{num_questions}"
    return f"{place} {question['title']}: {question['asks']}\n    {question['advice']}"


def line_of(state: dict[str, Any]) -> str:
    """The state of the bench in one line of at most 78 characters."""
    point = state["points"][state["point"]]
    out = "  ".join(
        f"{name} {'no pulse' if state[key] is None else f'{state[key]:.0f} us'}"
        for name, key in (("servo", "steering_us"), ("motor", "throttle_us"))
    )
    what = f"{TITLES[state['point']]} {point['us']:.0f} us ({point['value']})"
    note = "" if state["ready"] else "  [y: wheels up?]"
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
        self._asked = ""

    def update(self) -> None:
        """Read keys until the end; the body of the part's thread."""
        if not os.isatty(self._keyboard):
            raise OSError("Standard input must be a terminal for keys. Leave --terminal out")
        before = termios.tcgetattr(self._keyboard)
        tty.setcbreak(self._keyboard)
        try:
            print(HELP)
            self._offer()
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
        names = [question["name"] for question in self._bench.questions()]
        while not self._ended:
            if self._ask(names):
                shown = ""
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
                self._tell(self._bench.take(NAME, message_for(key, self._bench.state(NAME), names)))
                self._ask(names)
                shown = ""

    def _ask(self, names: list[str]) -> bool:
        """Print the question if it is another one; returns whether it is."""
        asked = self._bench.state(NAME)["question"]
        if asked == self._asked:
            return False
        self._asked = asked
        at = names.index(asked)
        print(f"\r{'':78}\r{question_of(self._bench.questions()[at], at + 1, len(names))}")
        return True

    def _offer(self) -> None:
        """Say that an earlier walk can be taken up."""
        if earlier := self._bench.state(NAME)["unfinished"]:
            print(f"A calibration of {earlier['at']} was not saved, {earlier['done']} answered:")
            for line in earlier["changes"]:
                print(f"  {line}")
            print("Press c to continue it, or x to throw it away.\n")

    def _tell(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            print(f"\r{answer['error']}")
        elif "saved_to" in answer:
            lines = self._bench.state(NAME)["saved"]
            print(f"\rSaved in {answer['saved_to']}:" if lines else "\rNothing had changed.")
            for line in lines:
                print(f"  {line}")
