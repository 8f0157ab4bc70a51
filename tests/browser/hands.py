"""What a person does with the drive page, and what its tests wait for."""

import time
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PORTRAIT = {"width": 360, "height": 640}
LANDSCAPE = {"width": 640, "height": 360}
DESKTOP = {"width": 1280, "height": 800}

# What has no limit of its own may take this long on a machine that does much else.
PATIENCE_S = 15.0


def wait_until(condition, timeout_s=PATIENCE_S):
    """Seconds until `condition()` held."""
    start_s = time.monotonic()
    while not condition():
        passed_s = time.monotonic() - start_s
        assert passed_s < timeout_s, "it did not happen in time"
        time.sleep(0.005)
    return time.monotonic() - start_s


def is_free(page):
    return page.locator("#pads:not(.off)").count() == 1


def push(page, right=0, up=60, pad="#pad"):
    """Put a thumb down in the middle of the pad and push it; it stays down."""
    box = page.locator(pad).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y - up, steps=3)


def banner(page):
    return page.locator("#banner")


def resume(page):
    page.locator("#banner button:enabled", has_text="Resume").click()
    banner(page).wait_for(state="hidden")


def switch_recording(page, *, on):
    """Tap Record as a person does: again if nothing came of it.

    On a busy machine a message may be too long on its way to count.
    """
    for _ in range(5):
        page.locator("#record").click()
        with suppress(PlaywrightTimeout):
            page.locator(f"#record[aria-pressed={str(on).lower()}]").wait_for(timeout=3000)
            return
    pytest.fail("Record did not follow five taps")


def set_limit(page, percent):
    """Set the throttle limit with the slider in the menu."""
    page.locator("#menu-open").click()
    page.locator("#limit").fill(str(percent))
    page.locator("#limit-value").get_by_text(str(percent), exact=True).wait_for()
    page.locator("[data-close]").click()
