"""A car is calibrated with a real browser, under its real guardian, on an emulated PCA9685."""

import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

import donkeycar
from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.testing import PCA9685Chip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform != "linux", reason="cars run Linux"),
]

SIZES = {
    "small": {"width": 360, "height": 640},
    "portrait": {"width": 360, "height": 740},
    "landscape": {"width": 740, "height": 360},
    "desktop": {"width": 1400, "height": 900},
}
THROTTLE, STEERING = 0, 1
NEUTRAL, FORWARD = 370, 500
MIDDLE, LEFT = 375, 460
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

    def __init__(self, folder, owners=OWNERS):
        self.folder = folder
        self.chip = PCA9685Chip(folder / "chip")
        self.path = folder / "car"
        create_car(self.path)
        self.myconfig = self.path / "myconfig.py"
        self.before = self.myconfig.read_text() + owners
        self.myconfig.write_text(self.before)
        self.site = folder / "site"
        self.site.mkdir()
        (self.site / "sitecustomize.py").write_text(SITE)
        self.start()

    def start(self):
        package = str(Path(donkeycar.__file__).parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "donkeycar.management.cli", "calibrate", "--path",
             str(self.path), "--set", "WEB_CONTROL_PORT=0"],
            env={
                **os.environ, "PYTHONPATH": f"{self.site}:{package}", "PYTHONUNBUFFERED": "1",
                "EMULATED_CHIP": str(self.folder / "chip"),
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

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=15)
        finally:
            self.process.kill()
            self.process.communicate()

    def close(self):
        self.end()
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
    context.set_default_timeout(20_000)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(car.pairing_url)
    page.wait_for_selector("#link[data-state=open]")
    yield page
    context.close()
    assert errors == []


def asked(page, title):
    """Wait until the page asks the question."""
    page.wait_for_selector(f"#title:text-is('{title}')")


def yes(page, title):
    """Say yes, and wait for the next question."""
    page.click("#yes")
    asked(page, title)


def start(page):
    page.click("#yes")
    asked(page, "Middle")
    # It is armed after half a second of neutral.
    page.wait_for_selector("#note:text-is('Pulses go out.')")


def choose(page, point):
    """Go to a point of the list, from wherever the page is."""
    if page.get_attribute("#all", "aria-pressed") == "false":
        page.click("#all")
    page.click(f"#points button[value={point}]")
    page.wait_for_selector(f"#points button[value={point}][aria-checked=true]")


def full(page):
    page.click("#shares button[value='1']")
    page.wait_for_selector("#shares button[value='1'][aria-checked=true]")


def hold(page):
    page.locator("#hold").scroll_into_view_if_needed()
    box = page.locator("#hold").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def run_forward(car, page):
    start(page)
    choose(page, "forward")
    full(page)
    hold(page)
    car.wait_for(THROTTLE, FORWARD)


def step(page, us, times=1):
    """Tap a step, and wait for each to be shown."""
    for _ in range(times):
        before = page.inner_text("#pulse")
        page.click(f"#steps button[value='{us}']")
        expect(page.locator("#pulse")).not_to_have_text(before)


def test_a_car_is_calibrated_by_a_walk_and_its_owners_file_tells(car, page):
    # What used to happen: what is stored as neutral went out as soon as the program ran.
    page.wait_for_selector("text=No pulses go out yet.")
    assert not any(change.ticks for change in car.chip.trace.changes)
    start(page)
    car.wait_for(STEERING, 375)
    car.wait_for(THROTTLE, NEUTRAL)
    step(page, 20)
    car.wait_for(STEERING, 380)
    yes(page, "Left")
    car.wait_for(STEERING, LEFT)
    step(page, -20, 2)
    car.wait_for(STEERING, 450)
    page.click("#undo")
    car.wait_for(STEERING, 455)
    assert page.wait_for_selector("#steering-us:has-text('1857')")
    yes(page, "Right")
    car.wait_for(STEERING, 290)
    yes(page, "Speed controller")
    car.wait_for(STEERING, 380)
    assert car.chip.ticks(THROTTLE) == NEUTRAL
    yes(page, "Forward")
    hold(page)
    car.wait_for(THROTTLE, 383)  # a tenth of the way
    page.mouse.up()
    car.wait_for(THROTTLE, NEUTRAL)
    full(page)
    hold(page)
    car.wait_for(THROTTLE, FORWARD)
    page.mouse.up()
    car.wait_for(THROTTLE, NEUTRAL)
    yes(page, "Neutral")
    yes(page, "Deadband")
    step(page, 20, 2)
    yes(page, "Reverse")
    page.click("#back")
    asked(page, "Deadband")
    yes(page, "Reverse")
    yes(page, "Save")
    assert "Left: 455, was 460" in page.inner_text("#changes")
    assert car.myconfig.read_text() == car.before
    page.click("#yes")
    page.wait_for_selector("#question:text-is('Saved in myconfig.py.')")

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


def test_the_servo_begins_in_the_middle_and_glides_to_the_ends(car, page):
    """What used to happen: it jumped to Left as soon as the wheels were confirmed."""
    start(page)
    car.wait_for(STEERING, MIDDLE)
    sent = [change.ticks for change in car.chip.trace.changes if change.channel == STEERING]
    assert set(sent) <= {0, MIDDLE}
    yes(page, "Left")
    car.wait_for(STEERING, LEFT)
    changes = [change for change in car.chip.trace.changes if change.channel == STEERING]
    steps = [abs(after.ticks - before.ticks) for before, after in pairwise(changes) if before.ticks]
    # The guardian writes a hundred times a second: the servo needs about a second.
    assert max(steps) <= 12
    assert sum(steps) == LEFT - MIDDLE


def test_the_drawing_follows_what_is_sent(car, page):
    assert page.get_attribute("#car", "data-pulses") == "false"
    start(page)
    page.wait_for_selector("#car[data-pulses=true][data-steering='0.00']")
    yes(page, "Left")
    page.wait_for_selector("#car[data-steering='-0.83']")
    turned = page.get_attribute("#car .wheel[data-wheel=front]", "transform")
    assert turned == "translate(22 44) rotate(-23.3)"
    choose(page, "forward")
    assert page.get_attribute("#arrow", "d") == ""
    hold(page)
    page.wait_for_selector("#arrow[d^=M]", state="attached")
    page.mouse.up()
    page.wait_for_selector("#arrow[d='']", state="attached")


def test_an_unfinished_walk_is_taken_up_by_another_start(car, page):
    start(page)
    step(page, 20)
    yes(page, "Left")
    car.end()
    car.start()
    page.goto(car.pairing_url)
    asked(page, "An unfinished calibration")
    assert "STEERING_MID_PWM" in page.inner_text("#changes")
    assert "1 question was answered" in page.inner_text("#advice")
    page.click("#yes")
    asked(page, "Wheels in the air")
    page.click("#yes")
    asked(page, "Left")
    page.wait_for_selector("#note:text-is('Pulses go out.')")
    page.click("#back")
    asked(page, "Middle")
    car.wait_for(STEERING, 380)
    assert car.myconfig.read_text() == car.before


def test_an_unfinished_walk_is_thrown_away(car, page):
    start(page)
    step(page, 20)
    car.end()
    car.start()
    page.goto(car.pairing_url)
    asked(page, "An unfinished calibration")
    page.click("#back")
    asked(page, "Wheels in the air")
    start(page)
    car.wait_for(STEERING, MIDDLE)
    assert page.is_disabled("#undo")


def test_old_values_are_put_back_on_the_page(car, page):
    start(page)
    choose(page, "left")
    step(page, -20)
    page.click("#yes")
    page.wait_for_selector("#put-back:visible")
    assert load_left(car) == 455
    page.click("#put-back")
    page.wait_for_selector("#yes:enabled")
    page.click("#yes")
    page.wait_for_selector("#yes:disabled")
    assert load_left(car) == 460


def load_left(car):
    return load_config(car.path / "config.py").PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"]


def test_a_refused_step_is_told_beside_the_readings_and_not_on_them(car, page):
    """What used to happen: the message covered the pulses that go out."""
    start(page)
    yes(page, "Left")
    for _ in range(6):
        page.click("#steps button[value='20']")
    page.wait_for_selector("#message:has-text('To go farther save')")
    message = page.locator("#message").bounding_box()
    for name in (".out", "#title", "#yes", "#stop", "#steps"):
        assert not overlap(message, page.locator(name).bounding_box()), name
    assert page.locator(".toast").count() == 0


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    )  # fmt: skip


def test_everything_is_done_with_the_keyboard(car, page):
    page.keyboard.press("Enter")
    asked(page, "Middle")
    page.wait_for_selector("#note:text-is('Pulses go out.')")
    page.keyboard.press("+")
    car.wait_for(STEERING, 380)
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#pulse:text-is('1545 µs')")
    page.keyboard.press("Enter")
    asked(page, "Left")
    page.keyboard.press("Backspace")
    asked(page, "Middle")
    choose(page, "forward")
    page.keyboard.down("r")
    car.wait_for(THROTTLE, 383)
    page.keyboard.up("r")
    car.wait_for(THROTTLE, NEUTRAL)
    page.keyboard.press("Space")
    asked(page, "Wheels in the air")


@pytest.mark.parametrize(
    "end",
    [
        lambda page: page.evaluate("WebSocket.prototype.send = () => {}"),
        lambda page: page.close(),
        lambda page: page.click("#stop"),
    ],
    ids=["silent", "closed", "stopped"],
)
def test_the_motor_stops_when_the_page_is_gone(car, page, end):
    run_forward(car, page)
    ended_s = time.monotonic()
    if end.__code__.co_names[-1] == "click":
        page.mouse.up()
    end(page)
    car.wait_for(THROTTLE, NEUTRAL)
    assert time.monotonic() - ended_s < 1.5


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_the_motor_stops_when_the_program_is(car, page, number):
    run_forward(car, page)
    vehicle, hit_s = car.vehicle(), time.monotonic()
    os.kill(vehicle, number)
    car.wait_for(THROTTLE, NEUTRAL)
    assert time.monotonic() - hit_s < 0.5
    if number == signal.SIGSTOP:
        os.kill(vehicle, signal.SIGCONT)


def test_stop_needs_the_wheels_to_be_confirmed_again_and_keeps_the_place(car, page):
    start(page)
    yes(page, "Left")
    car.wait_for(STEERING, LEFT)
    page.click("#stop")
    asked(page, "Wheels in the air")
    car.wait_for(STEERING, MIDDLE)
    yes(page, "Left")


def test_the_drive_page_is_not_served(car, page):
    for path, status in (("/wsDrive", 404), ("/video", 404), ("/calibrate", 200)):
        assert page.request.get(car.url + path).status == status


@pytest.mark.parametrize("size", SIZES)
def test_everything_fits_and_stop_is_never_covered(car, page, size):
    page.set_viewport_size(SIZES[size])
    check_screen(page, size, "wheels")
    start(page)
    for title in ("Middle", "Left", "Right", "Speed controller", "Forward", "Neutral", "Deadband"):
        asked(page, title)
        check_screen(page, size, title.lower())
        page.click("#yes")
    asked(page, "Reverse")
    page.click("#all")
    asked(page, "All points")
    check_screen(page, size, "all")


def check_screen(page, size, shown):
    width, height = SIZES[size].values()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"calibrate_{size}_{shown}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    card = page.locator(".out").bounding_box()
    for reading in page.locator(".out dd:visible").all():  # "no pulse" stood out of its card
        box = reading.bounding_box()
        assert box["x"] + box["width"] <= card["x"] + card["width"], reading.inner_text()
    box = page.locator("#stop").bounding_box()
    assert min(box["width"], box["height"]) >= 88
    assert box["x"] + box["width"] >= width - 16
    if width > height:
        assert box["y"] <= 16
    else:
        assert height - 16 <= box["y"] + box["height"] <= height
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", middle) == "stop"
    for button in page.locator("button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44, button.inner_text()
        assert button.evaluate("one => one.scrollWidth <= one.clientWidth"), button.inner_text()


BRIDGE = """
DRIVE_TRAIN_TYPE = "SERVO_HBRIDGE_2PIN"
SERVO_HBRIDGE_2PIN = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",
    "FWD_DUTY_PIN": "PCA9685.1:40.2",
    "BWD_DUTY_PIN": "PCA9685.1:40.3",
}
"""


def test_a_car_without_a_speed_controller_is_asked_about_none(tmp_path, chromium):
    car = BenchCar(tmp_path, BRIDGE)
    context = chromium.new_context(viewport=SIZES["desktop"])
    page = context.new_page()
    try:
        page.goto(car.pairing_url)
        asked(page, "Wheels in the air")
        titles = page.locator("#walk button").all_inner_texts()
        assert titles == ["Wheels in the air", "Middle", "Left", "Right", "Save"]
        start(page)
        yes(page, "Left")
        car.wait_for(STEERING, LEFT)
        assert not page.is_visible("#throttle-us")
    finally:
        context.close()
        car.close()
