"""One measurement of `camera_pace`, with a Vehicle of this version or of an earlier donkeycar.

python -I camera_pace_worker.py WAY FRAMES SECONDS LATENCY_S

WAY is one of `WAYS`; FRAMES a file of frames (.npy). Each frame carries its number in its first
pixel, the pilot answers with that number as its steering, and the wheels look it up: so the age of
an order is known, whatever lies between camera and wheels.
"""

import json
import logging
import random
import sys
import threading
import time

import numpy as np

from donkeycar.vehicle import Vehicle

RATE_HZ = 20
# A little off, as two clocks are: in ten seconds every phase between camera and loop comes twice.
CAMERA_HZ = 19.8
JITTER_S = 0.005
PILOT_S = 0.020
# A frame's number is an angle of so many times this.
STEP = 1e-4
WAYS = {
    # word: whether the camera paces the loop, whether a part of the owner's changes orders
    "clock": (False, False),
    "clock+part": (False, True),
    "camera": (True, False),
    "camera+part": (True, True),
    "peer": (False, False),
}


class StampedCamera:
    """Exposes a frame at a fixed rate and hands it over later, with its number in it."""

    def __init__(self, frames, latency_s, *, says_when):
        self.exposed_s = {}
        self.wake = lambda: None
        self._frames, self._latency_s, self._says_when = frames, latency_s, says_when
        self._latest, self._taken = None, 0
        self._ended = threading.Event()

    def update(self):
        """Expose and hand over until the end."""
        chance = random.Random(1)  # noqa: S311 - not a secret
        began_s, number = time.monotonic(), 0
        while not self._ended.is_set():
            number += 1
            exposed_s = began_s + number / CAMERA_HZ
            late_s = max(0.0, chance.gauss(self._latency_s, JITTER_S))
            time.sleep(max(0.0, exposed_s + late_s - time.monotonic()))
            frame = self._frames[number % len(self._frames)].copy()
            frame[0, 0] = number % 256, number // 256, 0
            self.exposed_s[number] = exposed_s
            self._latest = frame, exposed_s, number
            self.wake()

    def run_threaded(self):
        """The newest frame; here with its time and its number, and only once."""
        if self._latest is None:
            return None
        if not self._says_when:
            return self._latest[0]
        if self._latest[2] == self._taken:
            return None
        self._taken = self._latest[2]
        return self._latest

    def shutdown(self):
        """End the thread."""
        self._ended.set()


class NumberPilot:
    """Answers a frame with its number, after a while."""

    def infer(self, image):
        """Think, and steer by the number."""
        time.sleep(PILOT_S)
        return (int(image[0, 0, 0]) + 256 * int(image[0, 0, 1])) * STEP, 0.3

    def run(self, image):
        """The same in the loop, as the pilots of earlier versions run."""
        return (0.0, 0.0) if image is None else self.infer(image)


class Limit:
    """A part of an owner's that takes throttle away."""

    def run(self, throttle):
        """Less of it."""
        return None if throttle is None else min(throttle, 0.2)


class Wheels:
    """Notes how old the frame is behind each new order."""

    def __init__(self, camera):
        self._camera, self._last = camera, 0
        self.ages_s = []

    def run(self, angle, throttle):
        """Take an order."""
        number = 0 if angle is None else round(angle / STEP)
        if number not in (0, self._last):
            self._last = number
            self.ages_s.append(time.monotonic() - self._camera.exposed_s[number])


def measure(way, frames, seconds, latency_s):
    """Drive for a while; the ages of the orders."""
    paced, changed = WAYS[way]
    vehicle = Vehicle()
    camera = StampedCamera(frames, latency_s, says_when=way != "peer")
    wheels = Wheels(camera)
    answer = ["pilot/angle", "pilot/throttle"]
    if way == "peer":
        vehicle.add(camera, outputs=["cam/image_array"], threaded=True)
        vehicle.add(NumberPilot(), inputs=["cam/image_array"], outputs=answer)
        vehicle.add(wheels, inputs=answer)
    else:
        from donkeycar.parts.pilot import PilotPart

        frame = ["cam/image_array", "cam/exposed_s"]
        vehicle.add(camera, outputs=[*frame, "cam/sequence"], threaded=True, prompt=True)
        part = PilotPart(NumberPilot(), clock=vehicle.clock)
        outputs = [*answer, "pilot/expires_s"]
        vehicle.add(part, inputs=frame, outputs=outputs, threaded=True, prompt=True)
        if changed:
            vehicle.add(Limit(), inputs=answer[1:], outputs=answer[1:])
        vehicle.add(wheels, inputs=answer, prompt=True)
        if paced:
            vehicle.pace_by(camera)
    threading.Timer(seconds, lambda: setattr(vehicle, "on", False)).start()
    vehicle.start(rate_hz=RATE_HZ)
    return sorted(wheels.ages_s[RATE_HZ:])


if __name__ == "__main__":
    logging.disable()
    ages_s = measure(sys.argv[1], np.load(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    print(json.dumps(ages_s))
