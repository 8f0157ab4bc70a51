"""The settings page in a browser: found, read, changed, by finger and by keyboard."""

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console.forward import LabPages
from donkeycar.console.worker import Worker
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import titles
from donkeycar.management.createcar import create_car

SIZES = {"upright": (360, 740), "sideways": (740, 360), "desktop": (1400, 900)}


@pytest.fixture
def car(tmp_path):
    create_car(tmp_path / "car")
    own = "# Mine.\nIMAGE_W = 320  # wide\nCAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'\nMY_OWN = 3\n"
    (tmp_path / "car" / "myconfig.py").write_text(own)
    worker = Worker(worker_command(tmp_path / "car", is_car=True))
    with Served(lab=LabPages(titles("car"), worker)) as served:
        served.folder = tmp_path / "car"
        yield served


@pytest.fixture
def opened(chromium, car):
    """The settings page of a paired browser."""
    contexts = []

    def open_(size="upright", path="/settings"):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"http://{car.host}/pair#{car.token}")
        page.wait_for_url("**/drive")
        page.goto(f"http://{car.host}{path}")
        return page

    yield open_
    for context in contexts:
        for page in context.pages:
            assert page.errors == []
        context.close()


def mine(car):
    return (car.folder / "myconfig.py").read_text()


def test_who_is_not_paired_pairs_and_sees_the_page(chromium, car):
    page = chromium.new_page()
    page.goto(f"http://{car.host}/settings")
    page.get_by_label("PIN").fill(car.controller.pairing.pin)
    page.get_by_role("heading", name="Settings").wait_for()
    assert page.url.endswith("/settings")
    page.close()


def test_the_menu_of_the_drive_page_leads_there_and_back(opened):
    page = opened(path="/drive")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("heading", name="Settings").wait_for()
    assert page.get_by_role("link", name="Settings").get_attribute("aria-current") == "page"
    page.get_by_role("link", name="Drive").click()
    page.wait_for_url("**/drive")


def test_a_setting_is_found_changed_and_written(opened, car):
    page = opened()
    page.get_by_role("searchbox").fill("image_w")
    row = page.locator("#IMAGE_W")
    row.get_by_text("From: myconfig.py:2").wait_for()
    row.get_by_text("A whole number").wait_for()
    save = row.get_by_role("button", name="Save")
    assert save.is_disabled()
    row.get_by_role("textbox").fill("160")
    save.click()
    page.get_by_text("IMAGE_W is written.").wait_for()
    page.get_by_text("This file has changed since the car was started").wait_for()
    assert "# Mine.\nIMAGE_W = 160  # wide\n" in mine(car)


def test_a_wrong_value_gets_the_sentence_of_the_setting(opened, car):
    before = mine(car)
    page = opened()
    page.get_by_role("searchbox").fill("DRIVE_LOOP_HZ")
    row = page.locator("#DRIVE_LOOP_HZ")
    box = row.get_by_role("textbox")
    for text in ("5000", "fast", ""):
        box.fill(text)
        box.press("Enter")
        row.get_by_text("DRIVE_LOOP_HZ must be a number from 1 to 1000").wait_for()
        assert box.get_attribute("aria-invalid") == "true"
    assert mine(car) == before
    box.fill("25")
    row.get_by_text("DRIVE_LOOP_HZ must be").wait_for(state="hidden")
    box.press("Enter")
    row.get_by_text("From: myconfig.py:5").wait_for()


def test_it_needs_no_mouse(opened, car):
    page = opened("desktop")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("ai caution")
    page.locator("#AI_CAUTION").wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "value-AI_CAUTION-":
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    page.get_by_text("AI_CAUTION is written.").wait_for()
    assert "AI_CAUTION = 0.5\n" in mine(car)
    # The focus stays where it was, although the row was drawn anew.
    assert page.evaluate("document.activeElement.id") == "value-AI_CAUTION-"


def test_choices_and_switches_are_offered(opened, car):
    page = opened()
    page.get_by_role("searchbox").fill("LOGGING_LEVEL")
    row = page.locator("#LOGGING_LEVEL")
    row.get_by_role("combobox").select_option("DEBUG")
    row.get_by_role("button", name="Save").click()
    page.get_by_text("LOGGING_LEVEL is written.").wait_for()
    page.get_by_role("searchbox").fill("RECORD_DURING_AI")
    row = page.locator("#RECORD_DURING_AI")
    row.get_by_role("combobox").select_option("True")
    row.get_by_role("button", name="Save").click()
    page.get_by_text("RECORD_DURING_AI is written.").wait_for()
    assert mine(car).endswith("LOGGING_LEVEL = 'DEBUG'\nRECORD_DURING_AI = True\n")


def test_what_the_car_does_not_read_is_left_out_and_can_be_shown(opened):
    page = opened()
    page.get_by_role("searchbox").fill("PWM_STEERING_THROTTLE")
    page.get_by_text("No setting with “PWM_STEERING_THROTTLE”.").wait_for()
    page.get_by_label("Also those that this car does not read").check()
    row = page.locator("#PWM_STEERING_THROTTLE")
    row.get_by_text("This car does not read it.").wait_for()
    row.get_by_label("STEERING_LEFT_PWM").wait_for()
    page.get_by_role("searchbox").fill("STEERING_CHANNEL")
    row = page.locator("#STEERING_CHANNEL")
    row.get_by_text("This car does not read it: only with DRIVE_TRAIN_TYPE").wait_for()


def test_a_change_shows_what_else_the_car_reads_then(opened):
    page = opened()
    page.get_by_role("searchbox").fill("CAMERA_")
    page.locator("#CAMERA_SOURCE").wait_for(state="hidden")
    row = page.locator("#CAMERA_TYPE")
    row.get_by_role("combobox").select_option("STREAM")
    row.get_by_role("button", name="Save").click()
    page.locator("#CAMERA_SOURCE").wait_for()


def test_only_own_values_and_what_is_wrong_in_the_files(opened):
    page = opened()
    page.get_by_text("MY_OWN is not a setting of donkeycar").wait_for()
    page.get_by_label("Only with a value of your own").check()
    page.locator("#IMAGE_W").wait_for()
    page.locator("#DRIVE_LOOP_HZ").wait_for(state="hidden")
    page.get_by_text("3 settings", exact=True).wait_for()


def test_a_file_that_is_not_python_is_said_on_the_page(opened, car):
    (car.folder / "myconfig.py").write_text("IMAGE_W = = 3\n")
    page = opened()
    page.get_by_text("myconfig.py:1: not Python").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_too_small_or_too_wide(opened, size):
    page = opened(size)
    page.get_by_role("searchbox").fill("a")
    page.locator("#DRIVE_LOOP_HZ").wait_for()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, a, input, label.switch")]
        .filter((one) => one.type !== "checkbox" && one.checkVisibility())
        .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
