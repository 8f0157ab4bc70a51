"""The data page in a browser: look at a tub, clean it, undo it."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

from donkeycar.tub import TubReader, TubWriter

INPUTS = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
TYPES = ["image_array", "float", "float", "str"]
RECORDS = 200
SIZES = [(360, 740), (740, 360), (1400, 900)]
# What a loaded machine may take; every wait ends as soon as the page shows it.
WITHIN_MS = 30_000


def frame(number):
    """A picture whose brightness says its number."""
    picture = np.full((60, 80, 3), number, np.uint8)
    picture[::2] = 255 - number
    return picture


@pytest.fixture
def folder(tmp_path):
    """A folder with a tub: in records 60 to 79 the car steers hard, record 120 is a spike."""
    with TubWriter(tmp_path / "data" / "tub_1", INPUTS, TYPES) as writer:
        for number in range(RECORDS):
            angle = 0.9 if 60 <= number < 80 else -0.9 if number == 120 else 0.1
            row = (frame(number), angle, 0.3, "user")
            writer.append(dict(zip(INPUTS, row, strict=True)), timestamp_ms=10**12 + number * 50)
    return tmp_path


@pytest.fixture
def page(folder, chromium):
    """The page of a console that runs as a process of its own, paired by its link."""
    words = ["-m", "donkeycar.management.cli", "console", str(folder), "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, *words, "--port", "0"], stdout=subprocess.PIPE, text=True,
        env=environment,
    ) as console:  # fmt: skip
        link = next(
            found[0] for line in console.stdout if (found := re.search(r"http\S+#\S+", line))
        )
        context = chromium.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(WITHIN_MS)
        opened = context.new_page()
        wrong = []
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        opened.goto(link)
        expect(opened.locator("#at")).to_have_text("0", timeout=WITHIN_MS)
        shows(opened, 0)
        yield opened
        assert wrong == []
        context.close()
        console.terminate()


def shows(page, position):
    """Wait until the picture of a record is drawn."""
    picture = page.locator("#picture")
    expect(picture).to_have_attribute("data-position", str(position), timeout=WITHIN_MS)


def says(page, text):
    expect(page.locator("#chosen")).to_contain_text(text, timeout=WITHIN_MS)


def live(folder):
    return len(TubReader(folder / "data" / "tub_1"))


def choose_by_filter(page, condition):
    page.get_by_label("or by a filter").fill(condition)
    page.get_by_role("button", name="Find").click()


def test_a_tub_is_cleaned_by_a_filter_and_the_undo_gives_it_back(page, folder):
    expect(page.locator("#facts")).to_contain_text("200 records · 0 deleted · 1 session")
    choose_by_filter(page, "angle > 0.8")
    says(page, "20 records chosen, 60-79; 0 of them deleted.")
    shows(page, 60)
    expect(page.locator("#command")).to_contain_text("tub_1 --where 'angle > 0.8'")
    page.get_by_role("button", name="Delete", exact=True).click()
    says(page, "20 of them deleted.")
    expect(page.locator("#facts")).to_contain_text("20 deleted")
    expect(page.locator("#badge")).to_be_visible()
    assert live(folder) == RECORDS - 20
    page.get_by_role("button", name="Undo: deleted 20 records").click()
    says(page, "0 of them deleted.")
    expect(page.locator("#badge")).to_be_hidden()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    assert live(folder) == RECORDS


def test_the_undo_survives_a_new_load_of_the_page(page, folder):
    choose_by_filter(page, "index < 5")
    says(page, "5 records chosen, 0-4; 0 of them deleted.")
    page.get_by_role("button", name="Delete", exact=True).click()
    says(page, "5 of them deleted.")
    page.reload()
    page.get_by_role("button", name="Undo: deleted 5 records").click()
    expect(page.locator("#facts")).to_contain_text("0 deleted")
    assert live(folder) == RECORDS


def test_a_range_is_chosen_by_keys_and_by_dragging(page):
    page.get_by_label("Go to record").fill("30")
    page.keyboard.press("Enter")
    shows(page, 30)
    page.get_by_role("button", name="Start here").click()
    says(page, "1 record chosen, 30;")
    page.get_by_role("button", name="One record on").click()
    shows(page, 31)
    page.keyboard.press("ArrowRight")
    shows(page, 32)
    page.keyboard.press("]")
    says(page, "3 records chosen, 30-32;")
    plot = page.locator("#plot .u-over")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=5)
    page.mouse.up()
    expect(page.locator("#chosen")).to_have_text(re.compile(r"^(49|5\d) records chosen"))
    first, last = map(
        int, re.search(r"(\d+)-(\d+);", page.locator("#chosen").inner_text()).groups()
    )
    assert abs(first - 100) <= 3
    assert abs(last - 149) <= 3


def test_a_filter_that_is_none_is_told_with_its_place(page):
    choose_by_filter(page, "angle = 1")
    problem = page.locator("#condition-problem")
    expect(problem).to_contain_text("says == instead of =. Received: '= 1' at character 7")
    expect(page.get_by_label("or by a filter")).to_be_focused()
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    choose_by_filter(page, "angle == 1")
    says(page, "No record fulfils this filter.")
    expect(problem).to_be_hidden()


def test_a_suspicion_is_one_click_away(page):
    page.get_by_text("Steering spikes: 1").click()
    page.get_by_role("button", name="steering jumps from 0.10 to -0.90 and back").click()
    shows(page, 120)
    says(page, "1 record chosen, 120;")


def test_a_tag_is_given_and_found_again(page):
    choose_by_filter(page, "angle > 0.8")
    says(page, "20 records chosen")
    page.get_by_label("Tag", exact=True).fill("corner")
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator(".toast").last).to_contain_text("Tagged 20 records as corner")
    choose_by_filter(page, 'tag("corner") and index >= 70')
    says(page, "10 records chosen, 70-79;")


def test_the_player_plays_to_the_end(page):
    page.get_by_label("Go to record").fill("185")
    page.keyboard.press("Enter")
    shows(page, 185)
    page.get_by_label("Speed").select_option("10")
    play = page.locator("#play")
    play.click()
    shows(page, RECORDS - 1)
    expect(play).to_have_text("Play")


def test_a_tub_that_is_being_recorded_grows_and_is_not_changed(page, folder):
    with TubWriter(folder / "data" / "tub_1", INPUTS, TYPES, batch_s=0) as writer:
        page.reload()
        expect(page.locator("#notice")).to_contain_text("A program records into this tub")
        choose_by_filter(page, "index < 5")
        says(page, "5 records chosen")
        expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
        row = (frame(1), 0.1, 0.3, "user")
        writer.append(dict(zip(INPUTS, row, strict=True)))
        expect(page.locator("#facts")).to_contain_text("201 records", timeout=WITHIN_MS)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_and_every_target_is_large_enough(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
    shows(page, 0)
    assert page.evaluate(
        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, a")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_folder_without_tubs_says_what_to_do(page, folder):
    (folder / "data").rename(folder / ".hidden")
    page.goto("about:blank")
    page.go_back()
    page.reload()
    expect(page.locator("#empty")).to_contain_text("No tub in")
