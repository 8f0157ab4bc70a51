"""The drive page in a real Chromium, driving a real loop."""

import fcntl
import re
import socket
import time
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.web.console_client import Socket
from benchmarks.web.foxglove_client import HEADERS, FoxgloveViewer
from donkeycar.console.addresses import IFREQ_BYTES
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.parts.pilot_loading import LOADING
from donkeycar.parts.sensor.voltage_watch import REASON
from donkeycar.testing.network_kernel import RUNNING, UP, NetworkKernel
from tests.browser.hands import (
    DESKTOP,
    LANDSCAPE,
    PATIENCE_S,
    PORTRAIT,
    banner,
    is_free,
    push,
    resume,
    set_limit,
    switch_recording,
    wait_until,
)

AGES = ("drivetrain/age_p50_s", "drivetrain/age_p99_s")

pytestmark = pytest.mark.browser

SIZES = {"portrait": PORTRAIT, "landscape": LANDSCAPE, "desktop": DESKTOP}

# Stops the car, as S1 promises it, and lets the machine that runs this be busy.
NEUTRAL_WITHIN_S = 0.3
RECONNECT_WITHIN_S = 2.0


def drive_until(page, condition):
    """Wait for `condition()`; a link that a busy machine lost for a second is resumed."""

    def happened():
        button = page.locator("#banner button:enabled", has_text="Resume")
        if not (done := condition()) and button.is_visible():
            button.click()
        return done

    wait_until(happened)


def test_the_printed_link_pairs_and_the_joystick_reaches_the_wheels(car, open_page):
    page = open_page(car)
    assert page.url == f"{car.url}/drive", "the token is out of the address bar"
    assert page.title() == "Renault"
    wait_until(lambda: is_free(page))
    push(page, right=40, up=60)
    wait_until(lambda: car.throttle > 0.5 and car.drivetrain.angle > 0.3)
    page.mouse.up()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S


def test_without_a_link_a_pin_pairs_and_a_wrong_one_is_explained(car, open_page):
    page = open_page(car, paired=False)
    right = car.console.pairing.pin
    page.fill("#pin", "000000" if right != "000000" else "111111")
    page.locator("#answer", has_text=re.compile("PIN")).wait_for()
    page.fill("#pin", right)
    page.wait_for_selector("#link[data-state=open]")


def test_the_throttle_limit_scales_the_stick(car, page):
    set_limit(page, 20)
    push(page, up=75)
    wait_until(lambda: car.throttle > 0.15)
    assert car.throttle <= 0.2


def test_recording_shows_the_durable_count(car, page):
    switch_recording(page, on=True)
    wait_until(lambda: int(page.locator("#records").inner_text()) > 5)
    switch_recording(page, on=False)
    assert (
        int(page.locator("#records").inner_text())
        <= car.recorder.run(False, None, 0.0, 0.0, "user")[0]
    )


def test_recording_is_said_only_where_something_is_recorded(make_car, open_page, tmp_path):
    """What used to happen: "Recording" in pilot mode and while stopped, and nothing recorded."""
    car = make_car(pilot=True)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    label, note = page.locator("#record .label"), page.locator("#recorder-note")
    switch_recording(page, on=True)
    label.get_by_text("Recording", exact=True).wait_for()
    assert not note.is_visible()
    for mode, does in (("local_angle", "steers"), ("local", "drives")):
        page.locator(f"#modes button[value={mode}]").click()
        note.get_by_text(f"Nothing is recorded while the pilot {does}").wait_for()
        label.get_by_text("Not recording").wait_for()
        for name, size in SIZES.items():
            page.set_viewport_size(size)
            page.screenshot(path=tmp_path / f"not_recorded_{mode}_{name}.png")
            assert_inside(note, page.locator("#picture"))
            check_layout(page, size)
        page.set_viewport_size(PORTRAIT)
    page.locator("#modes button[value=user]").click()
    label.get_by_text("Recording", exact=True).wait_for()
    note.wait_for(state="hidden")
    page.locator("#stop").click()
    note.get_by_text("Nothing is recorded while the car is stopped.").wait_for()
    switch_recording(page, on=False)
    label.get_by_text("Record", exact=True).wait_for()
    note.wait_for(state="hidden")


def assert_inside(inner, outer):
    a, b = inner.bounding_box(), outer.bounding_box()
    assert b["x"] <= a["x"] and a["x"] + a["width"] <= b["x"] + b["width"]
    assert b["y"] <= a["y"] and a["y"] + a["height"] <= b["y"] + b["height"]


def test_a_full_disk_is_told_for_as_long_as_nothing_records_and_the_car_drives_on(car, page):
    switch_recording(page, on=True)
    wait_until(lambda: int(page.locator("#records").inner_text()) > 5)
    car.disk.free = 100_000_000
    note = page.locator("#recorder-note")
    note.get_by_text("The disk is almost full: 100 MB free").wait_for()
    page.locator("#record", has_text="Not recording").wait_for()
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    page.mouse.up()
    kept = int(page.locator("#records").inner_text())
    car.disk.free = 10**12
    switch_recording(page, on=False)
    time.sleep(0.6)
    switch_recording(page, on=True)
    wait_until(lambda: int(page.locator("#records").inner_text()) > kept)
    note.wait_for(state="hidden")


def test_a_link_opened_where_the_pairing_page_stands_pairs(car, open_page):
    page = open_page(car, paired=False)
    page.goto(f"{car.url}/pair")
    page.locator("#pin").wait_for()
    page.evaluate("url => { location.href = url }", car.pairing_url)
    page.wait_for_selector("#link[data-state=open]")


def test_a_stop_is_shown_to_who_watches_too(car, page, open_page):
    second = open_page(car)
    banner(second).get_by_text("Somebody else drives").wait_for()
    second.locator("#stop").click()
    banner(second).get_by_text("Stopped").wait_for()
    banner(page).get_by_text("Stopped").wait_for()


def test_the_page_says_why_the_motor_does_not_follow(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    assert not banner(page).is_visible()
    car.drivetrain.guardian = ("safe", "The motor does not answer. Check its wires and power.")
    banner(page).get_by_text("The motor does not answer. Check its wires and power.").wait_for()
    assert not banner(page).locator("button").is_visible(), "there is nothing to resume"
    page.mouse.up()
    page.locator("#pad-hint").get_by_text("The motor waits").wait_for()
    car.drivetrain.guardian = ("run", "")
    banner(page).wait_for(state="hidden")
    page.locator("#pad-hint").get_by_text("to drive").wait_for()


def test_the_page_says_how_old_the_camera_is(car, page):
    label = page.locator("#camera-age")
    car.vehicle.mem["cam/age_s"] = 0.0812
    label.get_by_text("The camera is 80 ms old", exact=True).wait_for()
    car.vehicle.mem["cam/age_s"] = None
    label.wait_for(state="hidden")


def test_the_page_says_how_old_frames_are_at_the_wheels(car, page):
    label = page.locator("#camera-age")
    car.vehicle.mem["cam/age_s"] = 0.0612
    label.get_by_text("The camera is 60 ms old", exact=True).wait_for()
    for channel, age_s in zip(AGES, (0.0834, 0.1096), strict=True):
        car.vehicle.mem[channel] = age_s
    label.get_by_text("Camera to wheels: 83 ms (p99 110 ms)", exact=True).wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_pi_with_too_little_voltage_is_told_and_covers_nothing(car, page, size):
    page.set_viewport_size(SIZES[size])
    note = page.locator("#power-note")
    assert not note.is_visible()
    car.vehicle.mem["power/reason"] = REASON
    note.get_by_text(REASON, exact=True).wait_for()
    for other in (".numbers", *CONTROLS):
        assert not overlap(note.bounding_box(), page.locator(other).bounding_box()), other
    car.vehicle.mem["power/reason"] = ""
    note.wait_for(state="hidden")


@pytest.mark.parametrize("size", SIZES)
def test_why_the_rate_is_red_can_be_read_by_touch(car, page, size):
    """What used to happen: only a mouse that rested on it was told."""
    page.set_viewport_size(SIZES[size])
    note = page.locator("#rate-note")
    pace = car.console._console.pace
    # It looks at the loop no more: this machine may be as short of time as the car is to be.
    pace._looked_s, pace.is_eased = float("inf"), False
    page.locator(".rate:not([data-state=eased])").wait_for()
    page.locator("#menu-open").click()
    assert not note.is_visible()
    page.keyboard.press("Escape")
    pace.is_eased = True
    page.locator(".rate[data-state=eased]").click()
    page.locator(".toast").get_by_text("It is short of time").wait_for()
    page.locator("#menu-open").click()
    note.get_by_text("the car is short of time").wait_for()


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_covers_how_old_the_camera_is(car, page, size, scheme):
    """It lay under the bar of a phone on its side, under the banner, and was white on white."""
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    for channel in ("cam/age_s", *AGES):
        car.vehicle.mem[channel] = 0.3
    switch_recording(page, on=True)
    page.locator("#stop").click()
    page.locator("#recorder-note").wait_for()
    banner(page).get_by_text("Stopped").wait_for()
    age = page.locator("#camera-age")
    age.get_by_text("Camera to wheels: 300 ms (p99 300 ms)", exact=True).wait_for()
    boxes = []
    # It hides for a moment when a busy machine shows a picture late.
    wait_until(lambda: boxes.append(age.bounding_box()) or boxes[-1])
    assert boxes[-1]["height"] < 30, "one line"
    for other in (".numbers", "#banner", "#recorder-note", *CONTROLS):
        assert not overlap(boxes[-1], page.locator(other).bounding_box()), other
    ground = age.evaluate("element => getComputedStyle(element).backgroundColor")
    assert ground != "rgba(0, 0, 0, 0)", "readable on any picture"


def test_a_motor_that_arms_is_not_worth_a_word(car, page):
    car.drivetrain.guardian = ("safe", "The order was too old.")
    page.wait_for_timeout(150)
    car.drivetrain.guardian = ("run", "")
    page.wait_for_timeout(400)
    assert not banner(page).is_visible()


def test_stop_is_neutral_at_once_and_stays_until_resume(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    page.keyboard.press("Space")
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    banner(page).get_by_text("Stopped").wait_for()
    page.mouse.move(100, 400)
    page.mouse.up()
    push(page)
    page.wait_for_timeout(200)
    assert car.throttle == 0
    banner(page).get_by_text("Let go of the stick").wait_for()
    page.mouse.up()
    resume(page)
    push(page)
    wait_until(lambda: car.throttle > 0.5)


def test_the_stop_button_works_on_touch_down(car, page):
    page.keyboard.down("ArrowUp")
    wait_until(lambda: car.throttle > 0.3)
    box = page.locator("#stop").bounding_box()
    page.mouse.move(box["x"] + 44, box["y"] + 44)
    page.mouse.down()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    page.mouse.up()


def test_keys_drive_switch_and_explain(car, open_page):
    page = open_page(car, size=DESKTOP)
    wait_until(lambda: is_free(page))
    page.keyboard.down("w")
    page.keyboard.down("a")
    wait_until(lambda: car.throttle > 0.5 and car.drivetrain.angle < -0.9)
    page.keyboard.up("w")
    page.keyboard.up("a")
    wait_until(lambda: car.throttle == 0 and car.drivetrain.angle == 0)
    page.keyboard.press("r")
    page.locator("#record[aria-pressed=true]").wait_for()
    page.keyboard.press("Shift+1")
    wait_until(lambda: car.buttons.presses == 1)
    page.keyboard.press("?")
    page.locator("#help").get_by_text("start or end recording").wait_for()


def test_two_thumbs_steer_and_drive_on_a_phone_on_its_side(car, open_page):
    page = open_page(car, size=LANDSCAPE)
    wait_until(lambda: is_free(page))
    touch = page.context.new_cdp_session(page)
    touch.send(
        "Input.dispatchTouchEvent",
        {"type": "touchStart", "touchPoints": [{"x": 90, "y": 250, "id": 0}]},
    )
    touch.send(
        "Input.dispatchTouchEvent",
        {
            "type": "touchStart",
            "touchPoints": [{"x": 90, "y": 250, "id": 0}, {"x": 550, "y": 250, "id": 1}],
        },
    )
    touch.send(
        "Input.dispatchTouchEvent",
        {
            "type": "touchMove",
            "touchPoints": [{"x": 40, "y": 260, "id": 0}, {"x": 560, "y": 190, "id": 1}],
        },
    )
    wait_until(lambda: car.throttle > 0.5 and car.drivetrain.angle < -0.5)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S


PLUG_IN_A_GAMEPAD = """
    window.pad = {
        connected: true, index: 1, id: "a pad", mapping: "standard", axes: [0.5, 0, 0, 0],
        buttons: Array.from({length: 17}, () => ({pressed: false, value: 0})),
    };
    navigator.getGamepads = () => [null, window.pad];
"""
LET_GO = (
    "Let go of the throttle for two seconds: the gamepad's throttle has not been seen at rest yet."
)


def choose_gamepad(page):
    page.locator("#menu-open").click()
    page.locator("#inputs button[value=gamepad]").click()


def has_looked(page):
    """Return once the page has looked at the gamepad anew; it does so ten times a second."""
    page.evaluate(
        """() => new Promise((done) =>
            setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250))"""
    )


def stays_still(car, page, timeout_ms=400):
    """Whether no throttle comes for a while."""
    for _ in range(timeout_ms // 20):
        page.wait_for_timeout(20)
        if car.throttle != 0:
            return False
    return True


def test_a_gamepad_drives_once_it_is_chosen(car, open_page):
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    wait_until(lambda: is_free(page))
    choose_gamepad(page)
    wait_until(lambda: car.drivetrain.angle > 0.4)  # it was looked at, and seen at rest
    assert car.throttle == 0
    page.evaluate("() => { window.pad.axes[3] = -1; }")
    wait_until(lambda: car.throttle > 0.9 and car.drivetrain.angle > 0.4)
    page.evaluate("() => { window.pad.connected = false; }")
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S


@pytest.mark.parametrize(
    ("held", "let_go"),
    [
        ("pad.axes[3] = -1", "pad.axes[3] = 0.01"),
        ("pad.axes[3] = -0.4", "pad.axes[3] = 0"),
        ("pad.buttons[7].value = 1", "pad.buttons[7].value = 0"),
        ("pad.mapping = '', pad.axes = [0, -1]", "pad.axes = [0, 0]"),
    ],
)
def test_a_gamepad_whose_throttle_is_held_when_it_appears_does_not_drive(
    car, open_page, held, let_go
):
    """It used to drive off as soon as it was chosen, and again after it had been unplugged."""
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    page.evaluate(f"() => {{ {held}; }}")
    wait_until(lambda: is_free(page))
    choose_gamepad(page)
    page.locator("[data-close]").click()
    banner(page).get_by_text(LET_GO).wait_for()
    assert stays_still(car, page)
    page.evaluate(f"() => {{ {let_go}; }}")
    banner(page).wait_for(state="hidden")
    assert car.throttle == 0
    page.evaluate(f"() => {{ {held}; }}")
    wait_until(lambda: car.throttle > 0.3)
    page.evaluate("() => { window.pad.connected = false; }")
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    page.evaluate("() => { window.pad.connected = true; }")
    assert stays_still(car, page)


def test_a_pedal_that_rests_at_its_end_gives_throttle_after_one_pull(car, open_page):
    """It used to give full throttle at rest."""
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    page.evaluate("() => { pad.mapping = ''; pad.axes = [0, 0, 1, 1]; }")
    wait_until(lambda: is_free(page))
    choose_gamepad(page)
    assert stays_still(car, page)
    page.evaluate("() => { pad.axes = [0, 0, 1, -1]; }")
    assert stays_still(car, page)
    page.evaluate("() => { pad.axes = [0, 0, 1, 1]; }")
    assert stays_still(car, page, 2000)
    page.evaluate("() => { pad.axes = [0, 0, 1, -1]; }")
    wait_until(lambda: car.throttle > 0.9)
    page.evaluate("() => { pad.axes = [0, 0, 1, 1]; }")
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S


def test_an_axis_that_the_browser_has_not_heard_of_does_not_drive_when_it_does(car, open_page):
    """Browsers say 0 until then: a stick that is held, or a trigger that rests at its end."""
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    page.evaluate("() => { pad.mapping = ''; pad.axes = [0, 0, 0, 0]; }")
    wait_until(lambda: is_free(page))
    choose_gamepad(page)
    assert stays_still(car, page, 200)
    page.evaluate("() => { pad.axes = [0, 0, 0, -1]; }")
    assert stays_still(car, page)


def test_a_worn_stick_lies_still(car, open_page):
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    page.evaluate("() => { pad.axes[3] = 0.13; }")
    wait_until(lambda: is_free(page))
    choose_gamepad(page)
    wait_until(lambda: car.drivetrain.angle > 0.4)
    assert stays_still(car, page)
    page.evaluate("() => { pad.axes[3] = -0.6; }")
    wait_until(lambda: car.throttle > 0.4)


def test_a_button_that_is_held_when_the_gamepad_appears_resumes_nothing(car, open_page):
    page = open_page(car, script=PLUG_IN_A_GAMEPAD)
    wait_until(lambda: is_free(page))
    page.locator("#stop").click()
    banner(page).get_by_text("Stopped").wait_for()
    page.evaluate("() => { pad.buttons[9].pressed = true; }")
    choose_gamepad(page)
    page.locator("[data-close]").click()
    page.locator("#banner button:enabled", has_text="Resume").wait_for()
    has_looked(page)
    assert banner(page).get_by_text("Stopped").is_visible()
    page.evaluate("() => { pad.buttons[9].pressed = false; }")
    has_looked(page)
    page.evaluate("() => { pad.buttons[9].pressed = true; }")
    banner(page).wait_for(state="hidden")


def test_the_page_says_why_the_cars_own_gamepad_does_not_drive(car, page):
    note = "Let go of the throttle for two seconds: ABS_RY has not been seen at rest yet."
    pad = Client("gamepad", kind="gamepad")

    def offers(note):
        """As in each tick of the loop."""
        car.console._cockpit.take(pad, Offer(expires_s=time.monotonic() + 0.5, note=note))
        return True

    drive_until(page, lambda: offers(note) and banner(page).get_by_text(note).is_visible())
    drive_until(page, lambda: offers("") and banner(page).is_hidden())


def repeat(page, key="KeyW"):
    """What the browser sends for a key that is held: it repeats."""
    page.evaluate(
        """(code) => dispatchEvent(new KeyboardEvent("keydown", {code, repeat: true}))""", key
    )


def test_a_key_that_is_held_while_the_page_appears_does_not_drive(car, page):
    """It used to: a page that is loaded anew hears the repeats of a key that was never let go."""
    for _ in range(15):
        repeat(page)
        page.wait_for_timeout(30)
        assert car.throttle == 0
    page.keyboard.down("w")
    wait_until(lambda: car.throttle > 0.2)
    page.evaluate("() => dispatchEvent(new Event('blur'))")
    wait_until(lambda: car.throttle == 0)
    for _ in range(15):
        repeat(page)
        page.wait_for_timeout(30)
        assert car.throttle == 0, "what was released for the driver has to be pressed anew"
    page.keyboard.up("w")


def test_constant_throttle_drives_only_while_the_stick_is_held(car, page):
    set_limit(page, 30)
    page.locator("#menu-open").click()
    page.get_by_text("Constant", exact=True).click()
    page.locator("[data-close]").click()
    page.wait_for_timeout(150)
    assert car.throttle == 0
    push(page, right=40, up=0)
    wait_until(lambda: car.throttle == pytest.approx(0.3))
    page.mouse.up()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S


def test_a_silent_link_stops_the_car_and_the_page_comes_back_by_itself(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    car.wire.freeze()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    banner(page).get_by_text("No link to the car").wait_for()
    wait_until(lambda: re.search(r"For [0-9.]+ s$", banner(page).inner_text()))
    page.locator("#picture[data-state=stale]").wait_for()
    page.mouse.up()
    car.wire.mend()
    start_s = time.monotonic()
    page.wait_for_selector("#link[data-state=open]")
    assert time.monotonic() - start_s < RECONNECT_WITHIN_S
    banner(page).get_by_text("Link lost").wait_for()
    push(page)
    page.wait_for_timeout(200)
    assert car.throttle == 0, "needs a tap first"
    page.mouse.up()
    resume(page)
    page.locator("#picture[data-state=live]").wait_for()


def test_a_reset_connection_is_neutral_in_time_and_reopened(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    car.wire.freeze()
    car.wire.cut()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    page.mouse.up()
    car.wire.mend()
    start_s = time.monotonic()
    page.wait_for_selector("#link[data-state=open]")
    wait_until(lambda: page.locator("#banner button:enabled").count() or is_free(page))
    assert time.monotonic() - start_s < RECONNECT_WITHIN_S


def test_a_stop_pressed_without_a_link_arrives_when_it_is_back(car, page):
    car.wire.freeze()
    page.locator("#link[data-state=lost]").wait_for()
    page.locator("#stop").click()
    page.locator("#stop[data-state=asking]").wait_for()
    car.wire.mend()
    banner(page).get_by_text("Stopped").wait_for()
    page.locator("#stop:not([data-state=asking])").wait_for()


def test_a_second_phone_watches_and_stops_but_drives_only_when_let(car, page, open_page):
    second = open_page(car)
    banner(second).get_by_text("Somebody else drives").wait_for()
    push(second)
    second.wait_for_timeout(150)
    assert car.throttle == 0
    second.mouse.up()

    push(page)
    wait_until(lambda: car.throttle > 0.5)
    second.locator("#stop").click()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    page.mouse.up()
    resume(page)

    second.get_by_role("button", name="Ask for the wheel").click()
    page.get_by_role("button", name="Let them drive").click()
    resume(second)
    push(second)
    wait_until(lambda: car.throttle > 0.5)
    banner(page).get_by_text("Somebody else drives").wait_for()


HIDE = """() => {
    Object.defineProperty(document, "hidden", {value: true, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = """() => {
    Object.defineProperty(document, "hidden", {value: false, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_page_stops_the_car_at_once_and_says_so_when_it_is_back(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    page.evaluate(HIDE)
    # Well under the 250 ms of silence: it was told.
    assert wait_until(lambda: car.throttle == 0) < 0.2
    page.mouse.up()
    page.evaluate(SHOW)
    banner(page).get_by_text("hidden or closed").wait_for()
    resume(page)


def test_a_closed_page_stops_the_car_at_once(car, page):
    push(page)
    wait_until(lambda: car.throttle > 0.5)
    page.evaluate("() => setTimeout(() => location.assign('about:blank'), 0)")
    wait_until(lambda: car.throttle == 0)
    wait_until(lambda: "closed" in car.vehicle.mem["stop/reason"])


def test_without_a_pilot_its_modes_say_why_not(page):
    # Playwright waits for aria-disabled to end; a thumb does not.
    page.locator("#modes button[value=local]").click(force=True)
    page.locator(".toast").get_by_text("No pilot is loaded").wait_for()
    assert after(page.locator("#modes button[value=local]")) == '"no pilot"'
    assert page.locator("#modes button[value=user]").get_attribute("aria-checked") == "true"


def after(element):
    return element.evaluate("element => getComputedStyle(element, '::after').content")


def style(element, name):
    return element.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def test_a_pilot_that_is_being_loaded_cannot_be_chosen_and_the_page_says_why(make_car, open_page):
    car = make_car(pilot=True, pilot_note=LOADING)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    button = page.locator("#modes button[value=local]")
    button.click(force=True)
    toast = page.locator(".toast").get_by_text(LOADING)
    toast.wait_for()
    # What used to happen: "no pilot", and on a phone on its side the sentence lay over STOP.
    assert after(button) == '"loading"'
    for name in ("landscape", "desktop", "portrait"):
        page.set_viewport_size(SIZES[name])
        others = {other: page.locator(other).bounding_box() for other in (".numbers", *CONTROLS)}
        button.click(force=True)  # it is shown for four seconds
        box = toast.bounding_box()
        assert [other for other, taken in others.items() if overlap(box, taken)] == []
    assert button.get_attribute("title") == LOADING
    assert page.locator("#modes button[value=user]").get_attribute("aria-checked") == "true"
    car.vehicle.mem["pilot/loading"] = ""
    wait_until(lambda: button.get_attribute("aria-disabled") == "false")
    button.click()
    wait_until(lambda: car.drivetrain.command.source == "pilot")


def test_a_car_that_starts_in_a_pilot_mode_offers_resume_when_the_pilot_is_there(
    make_car, open_page
):
    car = make_car(pilot=True, pilot_note=LOADING, mode="local")
    page = open_page(car)
    banner = page.locator("#banner")
    wait_until(lambda: page.locator("#banner button").inner_text() in ("Drive", "Resume"))
    if page.locator("#banner button").inner_text() == "Drive":
        page.locator("#banner button").click()
    banner.get_by_text(LOADING).wait_for()
    button, mode = page.locator("#banner button"), page.locator("#modes button[value=local]")
    assert button.is_disabled()
    wait_until(lambda: after(mode) == '"loading"')
    # What used to happen: dark on dark, and a Resume that looked as if it could be tapped.
    readable = page.locator("#modes button[value=user]")
    assert style(mode, "color") not in (style(mode, "backgroundColor"), style(readable, "color"))
    assert style(button, "backgroundColor") != style(mode, "backgroundColor")
    car.vehicle.mem["pilot/loading"] = ""
    banner.get_by_text("Tap Resume and the pilot drives.").wait_for()
    assert car.drivetrain.command.throttle == 0
    page.locator("#banner button").click()
    wait_until(lambda: car.drivetrain.command.source == "pilot")


def test_a_pilot_drives_in_its_modes_and_stop_takes_it_off_the_wheel(make_car, open_page):
    car = make_car(pilot=True)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    page.keyboard.press("2")
    page.keyboard.down("ArrowUp")
    wait_until(lambda: car.drivetrain.command.source == "user+pilot" and car.throttle > 0.3)
    page.keyboard.up("ArrowUp")
    page.locator("#modes button[value=local]").click()
    wait_until(lambda: car.drivetrain.command.source == "pilot" and car.throttle > 0.25)
    painted = """() => {
        const overlay = document.getElementById("overlay");
        const {data} = overlay.getContext("2d").getImageData(0, 0, overlay.width, overlay.height);
        return data.some((value) => value > 0);
    }"""
    wait_until(lambda: page.evaluate(painted))
    page.locator("#stop").click()
    assert wait_until(lambda: car.throttle == 0) < NEUTRAL_WITHIN_S
    page.locator("#modes button[value=user][aria-checked=true]").wait_for()


def test_an_old_picture_is_greyed(car, page):
    page.locator("#picture[data-state=live]").wait_for()
    car.shutter.closed = True
    page.locator("#picture[data-state=stale]").wait_for(timeout=1500)
    page.locator("#picture-note").get_by_text("s old").wait_for()
    car.shutter.closed = False
    page.locator("#picture[data-state=live]").wait_for()


def test_a_browser_that_cannot_paint_frames_gets_the_plain_stream(car, open_page):
    page = open_page(car, script="delete window.createImageBitmap")
    page.wait_for_function("() => document.getElementById('frame-fallback').naturalWidth === 160")
    page.locator("#picture[data-state=live]").wait_for()


@pytest.mark.parametrize("script", ["", "delete window.createImageBitmap"])
def test_the_picture_comes_back_after_a_car_that_could_not_be_reached(car, open_page, script):
    # What used to happen: three refused connections, a second and a half, and the page changed to
    # the plain stream. That was asked for once, while nobody answered: a broken picture, for good.
    page = open_page(car, script=script)
    page.locator("#picture[data-state=live]").wait_for()
    served, unused = car.wire.target_port, socket.create_server(("127.0.0.1", 0))
    car.wire.target_port = unused.getsockname()[1]
    unused.close()
    car.wire.cut()
    page.locator("#link[data-state=lost]").wait_for()
    page.wait_for_timeout(3000)
    car.wire.target_port = served
    page.locator("#link[data-state=open]").wait_for()
    page.locator("#picture[data-state=live]").wait_for()
    assert page.locator("#frame-fallback").is_visible() == bool(script)


def test_a_code_that_does_not_come_is_said_in_plain_words(car, page):
    """The page showed what the browser calls it: "Failed to fetch"."""
    page.route("**/invite", lambda route: route.abort())
    page.locator("#menu-open").click()
    page.locator("#invite").click()
    page.get_by_text("No code for another phone. The car does not answer.").wait_for()


def test_another_phone_is_invited_by_a_code_and_a_pin(make_car, open_page, monkeypatch):
    kernel = NetworkKernel(ifreq_bytes=IFREQ_BYTES)
    kernel.interfaces.append(("wlan0", "10.42.0.1", UP | RUNNING))
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    car = make_car(host="0.0.0.0")
    page = open_page(car)
    page.locator("#menu-open").click()
    page.locator("#invite").click()
    # The click is answered with a new PIN: only then is there one to compare with.
    page.locator("#invitation").wait_for()
    assert page.locator("#invite-pin").inner_text() == car.console.pairing.pin
    link = page.locator("#invite-link")
    assert link.inner_text() == f"http://10.42.0.1:{car.console.port}/pair", (
        "where a phone finds it"
    )
    page.wait_for_function("() => document.getElementById('invite-code').naturalWidth > 0")


def test_a_car_that_no_phone_can_reach_shows_no_code(car, page):
    """It showed one for 127.0.0.1, where a phone finds only itself."""
    page.locator("#menu-open").click()
    page.locator("#invite").click()
    page.get_by_text("No code for another phone. Another phone cannot reach this car").wait_for()
    assert not page.locator("#invitation").is_visible()


REMEMBER_TOASTS = """() => {
    window.said = "";
    const note = () => { said += document.querySelector(".toasts")?.textContent ?? ""; };
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
}"""


def tap_until(button, done):
    """Tap, and tap again within the four seconds in which the second tap counts."""
    end_s = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end_s, "it did not happen in time"
        with suppress(PlaywrightTimeout):
            button.click(timeout=1000)
        time.sleep(0.2)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_paired_devices_are_listed_and_a_lost_phone_is_removed(
    car, page, open_page, scheme, tmp_path
):
    # A toast goes away by itself, and a busy machine may look too late.
    page.evaluate(REMEMBER_TOASTS)
    lost = open_page(
        car, user_agent="Mozilla/5.0 (iPhone; like Mac OS X) Version/18.5 Safari/604.1"
    )
    page.wait_for_function("() => said.includes('Another device was paired')")
    page.locator("#menu-open").click()
    devices = page.locator("#devices li")
    devices.get_by_text("iPhone, Safari").wait_for()
    assert devices.count() == 2
    assert "(this one)" in devices.nth(0).inner_text() + devices.nth(1).inner_text()
    page.emulate_media(color_scheme=scheme)
    remove = page.get_by_label("Remove iPhone, Safari")
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        remove.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"devices_{name}_{scheme}.png")
        box = remove.bounding_box()
        assert min(box["width"], box["height"]) >= 44, name
        assert page.locator("#menu").evaluate("one => one.scrollWidth <= one.clientWidth"), name
    remove.click()
    assert devices.count() == 2, "the first tap only asks"
    tap_until(remove, lambda: devices.count() == 1)
    lost.wait_for_url("**/pair")
    page.wait_for_selector("#link[data-state=open]")


def test_a_phone_that_removes_itself_must_pair_again(car, page):
    page.locator("#menu-open").click()
    tap_until(page.locator("#devices button"), lambda: page.url.endswith("/pair"))
    page.goto(f"{car.url}/drive")
    page.get_by_role("heading", name="Pair with the car").wait_for()


def test_a_tilted_phone_steers_and_the_thumb_gives_throttle(car, page):
    phone = page.context.new_cdp_session(page)
    page.locator("#menu-open").click()
    page.locator("#inputs button[value=tilt]").click()
    page.locator("[data-close]").click()
    held = {"alpha": 0, "beta": 10, "gamma": 25}
    phone.send("DeviceOrientation.setDeviceOrientationOverride", held)
    wait_until(lambda: car.drivetrain.angle > 0.5)
    assert car.throttle == 0
    push(page, right=0, up=60)
    wait_until(lambda: car.throttle > 0.5 and car.drivetrain.angle > 0.5)


def test_tilt_says_why_it_cannot_be_had(car, open_page):
    page = open_page(car, size=DESKTOP)
    page.locator("#menu-open").click()
    page.locator("#inputs button[value=tilt]").click(force=True)
    page.locator(".toast").get_by_text("no tilt sensor").wait_for()


def test_a_car_without_pairing_warns_in_red(make_car, open_page):
    car = make_car(auth="none")
    page = open_page(car, paired=False)
    page.locator("#open-mode").get_by_text("No pairing").wait_for()


CONTROLS = ["#record", "#stop", "#modes", "#limits", "#menu-open"]


def test_everything_fits_and_nothing_overlaps(car, page, tmp_path):
    page.locator("#picture[data-state=live]").wait_for()
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=tmp_path / f"drive_{name}_{scheme}.png")
        check_layout(page, size)


def check_layout(page, size):
    boxes = {name: page.locator(name).bounding_box() for name in CONTROLS}
    pads = [pad for pad in page.locator(".pad").all() if pad.is_visible()]
    boxes |= {f"pad {number}": pad.bounding_box() for number, pad in enumerate(pads)}
    for name, box in boxes.items():
        assert box["width"] >= 44, name
        assert box["height"] >= 44, name
        assert box["x"] >= 0, name
        assert box["y"] >= 0, name
        assert box["x"] + box["width"] <= size["width"], name
        assert box["y"] + box["height"] <= size["height"], name
    assert min(boxes["#stop"]["width"], boxes["#stop"]["height"]) >= 88
    names = sorted(boxes)
    overlaps = [(a, b) for a in names for b in names if a < b and overlap(boxes[a], boxes[b])]
    assert overlaps == []
    assert not page.evaluate(
        "() => document.documentElement.scrollWidth > innerWidth"
        " || document.documentElement.scrollHeight > innerHeight"
    )


def overlap(a, b):
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def test_a_link_for_foxglove_is_made_shown_once_and_removed(make_car, open_page, tmp_path):
    car = make_car(foxglove=True)
    page = open_page(car)
    page.locator("#menu-open").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#foxglove-made code")
    address.wait_for()
    path = (
        "/foxglove/" + re.fullmatch(r"ws://[\d.:]+/foxglove/([\w-]{32})", address.inner_text())[1]
    )
    opener = page.get_by_role("link", name="Open in Foxglove").get_attribute("href")
    assert opener.startswith("foxglove://open?ds=foxglove-websocket&ds.url=ws%3A%2F%2F")
    for name, size in SIZES.items():
        page.set_viewport_size(size)
        address.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"foxglove_{name}.png")
        assert page.locator("#menu").evaluate("one => one.scrollWidth <= one.clientWidth"), name
    viewer = FoxgloveViewer(Socket(car.wire.port, path, HEADERS))
    viewer.subscribe("/camera")
    assert b"\xff\xd8\xff" in viewer.data().payload
    page.locator("#foxglove-links").get_by_role("button").click()
    viewer.wait_closed()
    viewer.close()
    page.wait_for_function("() => document.querySelectorAll('#foxglove-links li').length === 0")
    assert not address.is_visible()


def test_a_car_that_does_not_show_itself_has_no_such_section(page):
    page.locator("#menu-open").click()
    page.locator("#devices li").first.wait_for()
    assert not page.locator("#foxglove").is_visible()
