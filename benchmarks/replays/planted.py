"""Changes of behaviour that are planted in a copy of the package, a line each."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import donkeycar

WORKER = Path(__file__).with_name("worker.py")
PACKAGE = Path(donkeycar.__file__).parent


class Planted(NamedTuple):
    """One change.

    Attributes:
        what: What it does, in a few words.
        file: The module, below the package.
        old: A text that is in it once.
        new: What takes its place.
    """

    what: str
    file: str
    old: str
    new: str


PLANTED = (
    Planted(
        "the drive mode scales throttle and steering by 1 % more", "driving/drive_mode.py",
        "number = scale * value", "number = 1.01 * scale * value",
    ),
    Planted(
        "the drive mode lets 0.02 more than the limit through", "driving/drive_mode.py",
        'throttle = _bounded("pilot/throttle", pilot_throttle, limit, scale=scale)',
        'throttle = _bounded("pilot/throttle", pilot_throttle, limit + 0.02, scale=scale)',
    ),
    Planted(
        "caution begins later", "parts/caution.py", "BEGIN, FULL = 1.0, 2.0",
        "BEGIN, FULL = 1.1, 2.0",
    ),
    Planted(
        "caution is a frame late", "parts/caution.py",
        "        if novelty is not None:\n            self._novelty = novelty\n",
        "        if novelty is not None:\n"
        "            self._novelty = getattr(self, 'late', novelty)\n"
        "            self.late = novelty\n",
    ),
    Planted(
        "pulses are cut instead of rounded", "parts/drivetrain/pca9685.py",
        "round(pulse_us / self._tick_us)", "int(pulse_us / self._tick_us)",
    ),
    Planted(
        "pulses reach 2 % further", "guardian/pulse.py", "+ up * (self.high_us - self.centre_us)",
        "+ up * 1.02 * (self.high_us - self.centre_us)",
    ),
    Planted(
        "the pilot gets the frame before", "parts/pilot.py",
        "        return PilotInput(image, exposed_s, vector)\n",
        "        before, self.before = getattr(self, 'before', image), image\n"
        "        return PilotInput(before, exposed_s, vector)\n",
    ),
    Planted(
        "a frame is moved by a pixel", "parts/camera/image.py",
        "    return np.array(picture, dtype=np.uint8)\n",
        "    return np.ascontiguousarray(np.roll(np.array(picture, dtype=np.uint8), 1, axis=1))\n",
    ),
    Planted(
        "red and blue change places", "tub/images.py",
        "    return decoded(path)[0]\n",
        "    image = decoded(path)[0]\n    return image[..., ::-1] if image.ndim == 3 else image\n",
    ),
    Planted(
        "the crop begins two rows lower", "pilots/transform/border.py",
        "masked[self.within(image)] = image[self.within(image)]",
        "masked[self.within(image)] = image[self.within(image)]\n"
        "        masked[: self.top_px + 2] = 0",
    ),
    Planted(
        "the throttle needs twice as long to rise", "guardian/guardian.py",
        "SLEW_S = 0.1", "SLEW_S = 0.2",
    ),
    Planted(
        "steering is let through in steps of 0.01", "guardian/motor_frame.py",
        "return MotorFrame(seq, steering / FULL,",
        "return MotorFrame(seq, round(steering / FULL, 2),",
    ),
    Planted(
        "the motor starts a hundredth later", "parts/drivetrain/dead_band.py",
        "value = self._forward + (1 - self._forward) * value",
        "value = self._forward - 0.01 + (1.01 - self._forward) * value",
    ),
    Planted(
        "the speed controller gets no neutral before reverse", "parts/drivetrain/esc_reverse.py",
        "return 0.0 if self.state == NEUTRAL else asked", "return asked",
    ),
    Planted(
        "an answer lasts 30 ms longer", "parts/answer_life.py",
        "MAX_LIFE_S = 0.23", "MAX_LIFE_S = 0.26",
    ),
    Planted(
        "one answer lasts for 100 ms only", "parts/answer_life.py",
        "return min(max(self.needed_s + SLACK_S, MIN_LIFE_S), self.max_life_s)",
        "return 0.1",
    ),
    Planted(
        "the launch is weaker", "parts/launch.py",
        "return max(self.throttle, pilot_throttle)",
        "return max(0.99 * self.throttle, pilot_throttle)",
    ),
    Planted(
        "a person's throttle is limited to half the limit", "parts/driver.py",
        "min(max(throttle, -limit), limit),", "min(max(throttle, -limit), limit / 2),",
    ),
    Planted(
        "the pilot gives 0.002 less throttle", "parts/pilot.py",
        "self._answer = (*outcome.said, outcome.exposed_s + self.life.life_s, *stamp, *place)",
        "self._answer = (outcome.said[0], outcome.said[1] - 0.002,"
        " outcome.exposed_s + self.life.life_s, *stamp, *place)",
    ),
    Planted(
        "the answer is clipped at 0.3", "parts/pilot.py",
        "return min(max(value, -1.0), 1.0)", "return min(max(value, -0.3), 0.3)",
    ),
)  # fmt: skip


class Tree:
    """A copy of the package, in which one change at a time is planted.

    Args:
        folder: An empty folder for the copy.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PACKAGE, folder / "donkeycar")

    def run(self, work: dict[str, Any], planted: Planted | None = None) -> dict[str, Any]:
        """Let the worker do some work with the copy, changed by `planted`.

        Returns:
            What it says, see `worker`.

        Raises:
            ValueError: If the text of the change is not in its file exactly once.
            RuntimeError: If the worker failed.
        """
        path = None if planted is None else self.folder / "donkeycar" / planted.file
        before = b"" if path is None else path.read_bytes()
        if path is not None and planted is not None:
            text = before.decode()
            if text.count(planted.old) != 1:
                raise ValueError(f"{planted.file} holds {planted.old!r} {text.count(planted.old)}x")
            path.write_text(text.replace(planted.old, planted.new))
            self._forget(path)
        try:
            return self._worker(work)
        finally:
            if path is not None:
                path.write_bytes(before)
                self._forget(path)

    def _worker(self, work: dict[str, Any]) -> dict[str, Any]:
        environment = {
            **os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(WORKER)], input=json.dumps(work), cwd=self.folder,
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-2000:])
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    @staticmethod
    def _forget(path: Path) -> None:
        """Remove the compiled form of a module."""
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
