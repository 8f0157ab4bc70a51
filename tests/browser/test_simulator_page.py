"""The simulator page in a browser: drives are listed, watched, compared and started."""

import pytest

from tests.browser.lab_browser import SIZES, browsers, served
from tests.lab import drives

# Whether any pixel of the view from above has the colour of the first trail.
HAS_TRAIL = """() => {
  const canvas = document.getElementById("above");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs(data[at] - 255) + Math.abs(data[at + 1] - 209) + Math.abs(data[at + 2] - 102) < 12)
      return true;
  }
  return false;
}"""


@pytest.fixture
def lab(tmp_path):
    with served(tmp_path, "pc") as lab:
        yield lab


@pytest.fixture
def opened(chromium, lab):
    with browsers(chromium, lab) as open_:

        def open_page(size="desktop"):
            page = open_("/simulator", size)
            page.locator("#track option").first.wait_for(state="attached")
            return page

        yield open_page


def test_where_nothing_is_it_says_what_to_do(opened):
    page = opened()
    page.get_by_text("There is no pilot in models/ yet.").wait_for()
    page.get_by_text("No drive yet: choose a pilot").wait_for()
    assert page.get_by_role("button", name="Drive", exact=True).is_disabled()


def test_a_drive_is_watched_from_above_and_from_behind(opened, lab):
    drives.put(lab.folder, "20260101_000000_abcdef")
    page = opened()
    page.get_by_text("1 of 2 laps").wait_for()
    page.get_by_text("1 time off the track").wait_for()
    page.get_by_text("From behind: 1.00 m/s").wait_for()
    assert page.get_by_label("Follow the car: pilot.tflite drives oval").is_checked()
    assert page.evaluate(HAS_TRAIL)
    assert page.locator("#length").inner_text() == "9.9"

    page.locator("#speed").select_option("half speed")  # 20 s: time enough on a busy computer
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.locator("#time").filter(has_not_text="0.0").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="To the start").click()
    page.locator("#time").filter(has_text="0.0").wait_for()


def test_the_player_needs_no_mouse(opened, lab):
    drives.put(lab.folder, "20260101_000000_abcdef")
    page = opened()
    page.get_by_text("From behind: 1.00 m/s").wait_for()
    page.locator("#speed").select_option("half speed")
    page.get_by_role("heading", name="Simulator").click()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("Home")
    page.locator("#time").filter(has_text="0.0").wait_for()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.locator("#time").filter(has_text="0.1").wait_for()


def test_trails_of_two_drives_are_compared(opened, lab):
    drives.put(lab.folder, "20260101_000000_abcdef", title="first drives oval")
    drives.put(lab.folder, "20260101_000001_abcdef", title="second drives oval")
    page = opened()
    page.get_by_label("Follow the car: second drives oval").wait_for()
    assert not page.get_by_label("Show the trail: first drives oval").is_checked()
    page.get_by_label("Show the trail: first drives oval").check()
    page.get_by_label("Follow the car: first drives oval").check()
    page.get_by_text("From behind: 1.00 m/s").wait_for()
    for name in ("first", "second"):
        page.get_by_label(f"Show the trail: {name} drives oval").uncheck()
    page.get_by_text("From behind: follow a drive of this track").wait_for()
    assert page.locator("#length").inner_text() == "0.0"


def test_the_expert_records_a_tub_without_a_terminal(opened, lab):
    page = opened()
    page.get_by_label("New tub").fill("../elsewhere")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("A name of the lab must be a path below its folder").wait_for()
    page.get_by_label("New tub").fill("data/laps")
    page.get_by_label("Records").fill("40")
    page.locator("#track").select_option("oval")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("Recorded 40 records").wait_for(timeout=60_000)
    assert (lab.folder / "data" / "laps" / "manifest.json").exists()


def test_a_pilot_that_cannot_drive_says_why(opened, lab):
    (lab.folder / "models").mkdir()
    (lab.folder / "models" / "broken.tflite").write_bytes(b"nothing")
    page = opened()
    page.get_by_role("button", name="Drive", exact=True).click()
    page.get_by_text("failed", exact=True).wait_for(timeout=60_000)
    page.locator(".log").filter(has_text="donkey: error:").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_too_small_or_too_wide(opened, lab, size):
    drives.put(lab.folder, "20260101_000000_abcdef")
    page = opened(size)
    page.get_by_text("1 of 2 laps").wait_for()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, .pages a, input")]
        .filter((one) => !["checkbox", "radio"].includes(one.type) && one.checkVisibility())
        .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
