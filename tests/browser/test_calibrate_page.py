"""A car is calibrated with a real browser, under its real guardian, on an emulated PCA9685."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import donkeycar
from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.testing import PCA9685Chip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux"),
]

SIZES = {"portrait": {"width": 360, "height": 640}, "landscape": {"width": 640, "height": 360}}
THROTTLE, STEERING = 0, 1
NEUTRAL, FORWARD = 370, 500
OWNERS = """
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",  # the grey wire
    "STEERING_LEFT_PWM": 460,  # measured in May
}
"""
# Loaded by every Python below: the bus of the computer is the emulated chip, and claimed as that.
SITE = """
import os
import zlib
from pathlib import Path
from donkeycar.parts.drivetrain import i2c_bus
from donkeycar.guardian import claim
from donkeycar.testing import FakeI2C, PCA9685Chip
claim.NAMESPACE = f"donkeycar-{zlib.crc32(os.environ['EMULATED_CHIP'].encode()):x}"
i2c_bus.LinuxI2C = lambda number: FakeI2C(PCA9685Chip(Path(os.environ["EMULATED_CHIP"])))
"""


class BenchCar:
    """A created car on a stand, with `donkey calibrate` running."""

    def __init__(self, folder, *words):
        self.chip = PCA9685Chip(folder / "chip")
        self.path = folder / "car"
        create_car(self.path)
        self.myconfig = self.path / "myconfig.py"
        self.before = self.myconfig.read_text() + OWNERS
        self.myconfig.write_text(self.before)
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(SITE)
        package = str(Path(donkeycar.__file__).parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "donkeycar.management.cli", "calibrate", "--path",
             str(self.path), "--set", "WEB_CONTROL_PORT=0", *words],
            env={
                **os.environ, "PYTHONPATH": f"{site}:{package}", "PYTHONUNBUFFERED": "1",
                "EMULATED_CHIP": str(folder / "chip"),
            },
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        printed = ""
        while not (found := re.search(r"http://[^:/]+:(\d+)/pair#(\S+)", printed)):
            line = self.process.stdout.readline()
            assert line, printed
            printed += line
        self.url = f"http://127.0.0.1:{found[1]}"
        self.pairing_url = f"{self.url}/pair#{found[2]}"

    def vehicle(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[-1])

    def wait_for(self, channel, ticks, timeout_s=10):
        wait_until(
            lambda: self.chip.ticks(channel) == ticks, timeout_s, self.chip.trace.changes[-4:]
        )

    def close(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=15)
        finally:
            self.process.kill()
            self.process.communicate()
            self.chip.close()


def wait_until(condition, timeout_s=10.0, hint=""):
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, hint or "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def car(tmp_path):
    car = BenchCar(tmp_path)
    yield car
    car.close()


@pytest.fixture
def page(car, chromium):
    context = chromium.new_context(viewport=SIZES["portrait"], has_touch=True)
    context.set_default_timeout(8000)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(car.pairing_url)
    page.wait_for_selector("#link[data-state=open]")
    yield page
    context.close()
    assert errors == []


def choose(page, point):
    page.click(f"#points button[value={point}]")
    page.wait_for_selector(f"#points button[value={point}][aria-checked=true]")


def start(page):
    page.click("#ready")
    page.wait_for_selector("#work:not([hidden])")
    # It is armed after half a second of neutral.
    page.wait_for_selector("text=Pulses go out, in small steps.")


def hold(page):
    box = page.locator("#hold").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def test_a_car_is_calibrated_from_end_to_end_and_its_owners_file_tells(car, page):
    # What used to happen: what is stored as neutral went out as soon as the program ran.
    page.wait_for_selector("text=No pulses go out yet.")
    time.sleep(0.5)
    assert not any(change.ticks for change in car.chip.trace.changes)
    start(page)
    car.wait_for(STEERING, 460)
    car.wait_for(THROTTLE, NEUTRAL)
    page.click("#steps button[value='-20']")
    car.wait_for(STEERING, 455)
    assert page.wait_for_selector("#steering-us:has-text('1857')")
    page.click("#steps button[value='-20']")
    car.wait_for(STEERING, 450)
    page.click("#undo")
    car.wait_for(STEERING, 455)
    choose(page, "middle")
    page.click("#steps button[value='20']")
    car.wait_for(STEERING, 380)
    choose(page, "forward")
    hold(page)
    car.wait_for(THROTTLE, FORWARD)
    page.mouse.up()
    car.wait_for(THROTTLE, NEUTRAL)
    choose(page, "start")
    for _ in range(2):
        page.click("#steps button[value='20']")
    page.click("#save")
    page.wait_for_selector("#changes-title:has-text('Saved')")

    text = car.myconfig.read_text()
    cfg = load_config(car.path / "config.py")
    family = cfg.PWM_STEERING_THROTTLE
    assert (family["STEERING_LEFT_PWM"], family["STEERING_MID_PWM"]) == (455, 380)
    assert (family["THROTTLE_DEAD_PWM"], family["THROTTLE_FORWARD_PWM"]) == (10, 500)
    changed = set(car.before.splitlines()) ^ set(text.splitlines())
    assert changed == {
        '    "STEERING_LEFT_PWM": 460,  # measured in May',
        '    "STEERING_LEFT_PWM": 455,  # measured in May',
        '    "STEERING_MID_PWM": 380,',
        '    "THROTTLE_DEAD_PWM": 10,',
    }


def test_the_motor_stops_when_the_page_falls_silent(car, page):
    start(page)
    choose(page, "forward")
    hold(page)
    car.wait_for(THROTTLE, FORWARD)
    fell_silent_s = time.monotonic()
    page.evaluate("WebSocket.prototype.send = () => {}")
    car.wait_for(THROTTLE, NEUTRAL)
    assert time.monotonic() - fell_silent_s < 1.5
    page.mouse.up()


def test_the_motor_stops_when_the_page_is_closed(car, page):
    start(page)
    choose(page, "forward")
    hold(page)
    car.wait_for(THROTTLE, FORWARD)
    closed_s = time.monotonic()
    page.close()
    car.wait_for(THROTTLE, NEUTRAL)
    assert time.monotonic() - closed_s < 0.8


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_the_motor_stops_when_the_program_is(car, page, number):
    start(page)
    choose(page, "forward")
    hold(page)
    car.wait_for(THROTTLE, FORWARD)
    vehicle, hit_s = car.vehicle(), time.monotonic()
    os.kill(vehicle, number)
    car.wait_for(THROTTLE, NEUTRAL)
    assert time.monotonic() - hit_s < 0.5
    if number == signal.SIGSTOP:
        os.kill(vehicle, signal.SIGCONT)


def test_stop_needs_the_wheels_to_be_confirmed_again(car, page):
    start(page)
    car.wait_for(STEERING, 460)
    page.click("#stop")
    page.wait_for_selector("#confirm:not([hidden])")
    car.wait_for(STEERING, 375)


def test_the_drive_page_is_not_served(car, page):
    for path, status in (("/wsDrive", 404), ("/video", 404), ("/calibrate", 200)):
        assert page.request.get(car.url + path).status == status


@pytest.mark.parametrize("size", SIZES)
def test_everything_fits_on_a_phone(car, page, size):
    page.set_viewport_size(SIZES[size])
    for shown in ("confirm", "work"):
        if shown == "work":
            start(page)
            choose(page, "forward")
        if folder := os.environ.get("SCREENSHOTS"):
            page.wait_for_timeout(700)
            page.screenshot(path=Path(folder) / f"calibrate_{size}_{shown}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        card = page.locator(".out").bounding_box()
        for shown_us in page.locator(".out strong").all():  # "no pulse" stood out of its card
            box = shown_us.bounding_box()
            assert box["x"] + box["width"] <= card["x"] + card["width"] - 8, shown_us.inner_text()
        box = page.locator("#stop").bounding_box()
        assert min(box["width"], box["height"]) >= 88
        assert box["y"] + box["height"] <= SIZES[size]["height"]
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert min(box["width"], box["height"]) >= 44, button.inner_text()
