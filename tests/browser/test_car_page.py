"""The car page in a browser: why it stopped, its health, and recordings of another car."""

import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.web.console_client import Served
from donkeycar.console.forward import LabPages
from donkeycar.console.worker import Worker
from donkeycar.driving.stops import FOLDER, write_stop
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import titles
from donkeycar.management.createcar import create_car
from donkeycar.tub import TubReader, TubWriter

SIZES = {"upright": (360, 740), "sideways": (740, 360), "desktop": (1400, 900)}
LOST = "The link was lost. Let go of the stick, then tap Resume."
# In the place of ssh: it runs the command in the folder that is the other car's home.
SSH = r"""#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in -o|-l) shift 2;; -O) exit 0;; --) shift; break;; *) break;; esac
done
shift
cd "$FAR"; HOME=$FAR; export HOME
exec sh -c "$*"
"""


def stopped(folder, ago_s, reason):
    picture = io.BytesIO()
    ramp = np.tile(np.linspace(40, 220, 160, dtype=np.uint8), (120, 1))
    Image.fromarray(np.dstack([ramp, ramp // 2 + 60, 255 - ramp])).save(picture, "JPEG")
    write_stop(
        folder / FOLDER, time_s=time.time() - ago_s, reason=reason, mode="local",
        picture=picture.getvalue(),
    )  # fmt: skip


@pytest.fixture
def other_car(tmp_path, monkeypatch):
    """Another car, on the other side of ssh."""
    far, programs = tmp_path / "far", tmp_path / "bin"
    far.mkdir()
    programs.mkdir()
    (programs / "ssh").write_text(SSH)
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAR", str(far))
    create_car(far / "mycar")
    with TubWriter(far / "mycar" / "data", ["cam/image_array"], ["image_array"]) as tub:
        for number in range(20):
            tub.append({"cam/image_array": np.full((8, 8, 3), number, np.uint8)})
    return far / "mycar"


@pytest.fixture
def car(tmp_path, other_car):
    folder = tmp_path / "car"
    create_car(folder)
    (folder / "models" / "oval.tflite").write_bytes(b"a pilot")
    stopped(folder, 90_000, "A day ago.")
    stopped(folder, 240, LOST)
    worker = Worker(worker_command(folder, is_car=True))
    with Served(lab=LabPages(titles("car"), worker)) as served:
        served.folder = folder
        yield served


@pytest.fixture
def page(chromium, car):
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"http://{car.host}/pair#{car.token}")
    page.wait_for_url("**/drive")
    page.goto(f"http://{car.host}/car")
    page.get_by_text("are free").wait_for()
    yield page
    context.close()
    assert errors == []


def test_it_says_why_the_car_stopped_with_the_picture(page):
    item = page.locator("#stops li")
    item.get_by_text(LOST).wait_for()
    assert item.count() == 1
    assert item.get_by_text("4 minutes ago. The pilot drove.").is_visible()
    image = item.locator("img")
    image.scroll_into_view_if_needed()
    page.wait_for_function(
        "one => one.complete && one.naturalWidth === 160", arg=image.element_handle()
    )
    page.get_by_label("Show").select_option("720")
    page.get_by_text("A day ago.").wait_for()
    page.get_by_text("donkey stops --hours 720").wait_for()


def test_a_new_stop_appears_by_itself(page, car):
    page.locator("#stops").get_by_text(LOST).wait_for()
    stopped(car.folder, 0, "Stopped. Let go of the stick, then tap Resume.")
    page.locator("#stops").get_by_text("Stopped. Let go").wait_for()


def test_the_car_is_checked(page):
    page.get_by_role("button", name="Check this car").click()
    page.locator("[data-job=check]:not([data-state=running])[data-state]").wait_for(timeout=120_000)
    assert "ok" in page.locator("[data-job=check] pre").inner_text()
    assert page.get_by_text("donkey doctor").is_visible()


def test_recordings_of_another_car_are_pulled(page, car):
    page.get_by_label("Name or address").fill("mycar.local")
    page.get_by_role("button", name="Pull its recordings").click()
    page.locator("[data-job=copy][data-state=done]").wait_for(timeout=60_000)
    assert "20 records" in page.locator("[data-job=copy] pre").inner_text()
    assert len(TubReader(car.folder / "data")) == 20


def test_a_pilot_is_pushed_to_another_car(page, other_car):
    page.get_by_label("Name or address").fill("mycar.local")
    page.get_by_role("button", name="Push the pilot").click()
    page.locator("[data-job=copy]:not([data-state=running])[data-state]").wait_for(timeout=60_000)
    assert page.get_by_text("donkey push mycar.local models/oval.tflite").is_visible()


def test_an_address_that_is_none_gets_the_sentence(page):
    page.get_by_role("button", name="Pull its recordings").click()
    page.locator(".toast").get_by_text("`car` must be the address of a car").wait_for()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_everything_fits(page, size, scheme):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.locator("#stops").get_by_text(LOST).wait_for()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"car_{size}_{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator(
        "main button:visible, main select:visible, main input:visible"
    ).all():
        assert control.bounding_box()["height"] >= 44, control.inner_text()
