"""A browser, cars on a desk, and pages that are paired with them."""

import os
from pathlib import Path

import pytest

from tests.browser.desk_car import Car
from tests.browser.hands import DESKTOP, PATIENCE_S, PORTRAIT, is_free, wait_until

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]


def refuse(reason):
    """A missing browser is a failure where everything is meant to be there, else a named skip."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        refuse("playwright is not installed: pip install playwright")
    if not CHROMIUM.exists():
        refuse(f"there is no {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def make_car(tmp_path):
    cars = []

    def make(**settings):
        cars.append(Car(tmp_path / f"tub_{len(cars)}", **settings))
        return cars[-1]

    yield make
    for car in cars:
        car.close()


@pytest.fixture
def car(make_car):
    return make_car()


@pytest.fixture
def open_page(chromium):
    """Opens pages in contexts of their own, each a device; a script error fails the test."""
    contexts, errors = [], []

    def open_page(car, *, size=PORTRAIT, paired=True, script="", **options):
        context = chromium.new_context(viewport=size, has_touch=size is not DESKTOP, **options)
        context.set_default_timeout(1000 * PATIENCE_S)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: _note_refusal(said, errors))
        if script:
            page.add_init_script(script)
        page.goto(car.pairing_url if paired else f"{car.url}/drive")
        paired and page.wait_for_selector("#link[data-state=open]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def _note_refusal(said, errors):
    """A policy violation is an error of ours; a dead network is what these tests are about."""
    if "Content Security Policy" in said.text:
        errors.append(said.text)


@pytest.fixture
def page(car, open_page):
    page = open_page(car)
    wait_until(lambda: is_free(page))
    return page
