"""Every page passes axe-core: labels, roles, names, landmarks and contrast, in both schemes."""

import json
from importlib import resources

import numpy as np
import pytest

from donkeycar.lab.table import PAGES, titles
from donkeycar.management.createcar import create_car
from donkeycar.tub import TubWriter
from tests.browser.lab_browser import SIZES, served

PLACES = {name: page.places[0] for name, page in PAGES.items()}
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=sorted(set(PLACES.values())))
def place(request, tmp_path_factory):
    """A folder with a recording in it, and the pages of a car or of a PC."""
    folder = tmp_path_factory.mktemp(request.param) / "car"
    create_car(folder)
    columns = {"cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float"}
    with TubWriter(folder / "data", list(columns), list(columns.values())) as tub:
        for number in range(60):
            values = (np.full((60, 80, 3), 4 * number, np.uint8), number / 60, 0.3)
            record = dict(zip(columns, values, strict=True))
            tub.append(record, timestamp_ms=10**12 + 50 * number)
    with served(folder, request.param) as lab:
        lab.place = request.param
        yield lab


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(chromium, place, size, scheme):
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    found = {}
    try:
        page.goto(f"http://{place.host}/pair")
        page.get_by_label("PIN").wait_for()
        found["pair"] = violations(page)
        page.goto(f"http://{place.host}/pair#{place.token}")
        page.wait_for_url("**/drive")
        page.wait_for_selector("#link[data-state=open]")
        found["drive"] = violations(page)
        for name in titles(place.place):
            page.goto(f"http://{place.host}/{name}")
            page.get_by_role("heading", level=1).first.wait_for()
            page.locator("nav a[aria-current=page]").wait_for()
            found[name] = violations(page)
    finally:
        context.close()
    assert {name: some for name, some in found.items() if some} == {}


def violations(page):
    """What axe-core complains of: the rule, and the elements."""
    page.evaluate(AXE)
    result = json.loads(page.evaluate("async () => JSON.stringify(await axe.run())"))
    return {
        one["id"]: [node["html"][:120] for node in one["nodes"]] for one in result["violations"]
    }
