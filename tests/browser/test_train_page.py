"""The train page in a browser: a pilot is trained, its curve appears, and it is listed."""

import pytest

from tests.browser.lab_browser import SIZES, browsers, served
from tests.lab import small_tub

TRAINED_WITHIN_MS = 240_000


@pytest.fixture
def lab(tmp_path):
    with served(tmp_path, "pc") as lab:
        yield lab


@pytest.fixture
def opened(chromium, lab):
    with browsers(chromium, lab) as open_:

        def open_page(size="desktop"):
            page = open_("/train", size)
            page.get_by_label("MAX_EPOCHS").wait_for()
            return page

        yield open_page


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_epoch_is_trained_and_its_curve_appears(opened, lab):
    small_tub.record(lab.folder / "data" / "laps")
    page = opened()
    page.get_by_label("data/laps").check()
    page.get_by_label("MAX_EPOCHS").fill("1")
    page.get_by_label("Comment").fill("one epoch")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Reads the recordings…").wait_for()
    page.close()

    # It goes on without a browser; another one sees it.
    page = opened("upright")
    page.locator("#curve[data-epochs='1'] canvas").wait_for(timeout=TRAINED_WITHIN_MS)
    page.get_by_text("Finished.").wait_for(timeout=TRAINED_WITHIN_MS)
    page.locator("#output").filter(has_text="1 epoch in").wait_for()
    pilot = page.locator("#pilots li")
    pilot.filter(has_text="one epoch").wait_for()
    assert "60 records" in pilot.inner_text()
    assert "MAX_EPOCHS=1" in page.locator("#command").inner_text()


def test_a_wrong_value_is_a_sentence_beside_the_button(opened, lab):
    small_tub.record(lab.folder / "data" / "laps", 4)
    page = opened()
    assert page.get_by_role("button", name="Train", exact=True).is_disabled()
    page.get_by_label("data/laps").check()
    page.get_by_label("MAX_EPOCHS").fill("0")
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator("#problem").filter(has_text="MAX_EPOCHS must be a whole number").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_too_small_or_too_wide(opened, lab, size):
    small_tub.record(lab.folder / "data" / "laps", 4)
    page = opened(size)
    page.get_by_text("More settings").click()
    page.get_by_label("LABEL_SHIFT").wait_for()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, summary, .pages a, input, .tub")]
        .filter((one) => one.type !== "checkbox" && one.checkVisibility())
        .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
