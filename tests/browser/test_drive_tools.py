"""Erase and undo while one records; speed, laps, map and back to start of a simulated car."""

import re

import pytest

from donkeycar.tub import TubReader
from tests.browser.hands import (
    DESKTOP,
    LANDSCAPE,
    PORTRAIT,
    banner,
    is_free,
    resume,
    switch_recording,
    wait_until,
)

pytestmark = pytest.mark.browser


def records(page):
    return int(page.locator("#records").inner_text())


def test_the_last_five_seconds_are_erased_and_come_back(car, page):
    erase, undo = page.locator("#erase"), page.locator("#undo")
    assert erase.is_disabled(), "there is nothing yet"
    switch_recording(page, on=True)
    wait_until(lambda: records(page) > 20)
    switch_recording(page, on=False)
    erase.click()
    page.locator(".toast").get_by_text("erased. Undo brings them back.").wait_for()
    erased = int(re.fullmatch(r"Undo\s+(\d+)", undo.inner_text())[1])
    assert erased > 10
    tub = car.recorder.path
    wait_until(lambda: records(page) == len(TubReader(tub)), timeout_s=5)  # marks on the disk
    left = len(TubReader(tub))
    undo.click()
    wait_until(lambda: records(page) == left + erased)
    assert len(TubReader(tub)) == left + erased
    wait_until(undo.is_disabled)


def test_a_page_that_watches_erases_nothing(car, page, open_page):
    switch_recording(page, on=True)
    wait_until(lambda: records(page) > 5)
    second = open_page(car)
    banner(second).get_by_text("Somebody else drives").wait_for()
    second.locator("#erase:enabled").click()
    second.locator(".toast").get_by_text("Somebody else drives: you watch.").wait_for()
    assert car.recorder.num_undoable == 0


def test_a_car_on_wheels_has_no_map_and_no_way_back_to_the_start(car, page):
    page.locator("#erase").wait_for()
    for name in ("#map", "#laps", "#to-start"):
        assert not page.locator(name).is_visible(), name


@pytest.mark.parametrize(
    "size", [PORTRAIT, LANDSCAPE, DESKTOP], ids=lambda size: str(size["width"])
)
def test_a_simulated_car_shows_its_speed_its_laps_and_its_place(make_car, open_page, size):
    car = make_car(sim=True)
    page = open_page(car, size=size)
    wait_until(lambda: is_free(page))
    page.locator("#map-road[d]").wait_for(state="attached")
    where = page.locator("#map-car")
    start = where.get_attribute("transform")
    page.keyboard.down("ArrowUp")
    wait_until(lambda: float(page.locator("#speed").inner_text().split()[0]) > 0.5)
    wait_until(lambda: re.fullmatch(r"lap \d+\.\d s", page.locator("#lap").inner_text()))
    page.keyboard.up("ArrowUp")
    assert where.get_attribute("transform") != start
    stop = page.locator("#stop").bounding_box()
    shown = page.locator("#map").bounding_box()
    assert shown["y"] >= stop["y"] + stop["height"] or shown["x"] + shown["width"] <= stop["x"]
    for name in ("#erase", "#undo", "#to-start"):
        box = page.locator(name).bounding_box()
        assert min(box["width"], box["height"]) >= 44, name


def test_the_way_back_to_the_start_is_a_button_and_a_key(make_car, open_page):
    car = make_car(sim=True)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    start = (car.world.car.body.x, car.world.car.body.y)

    def away_m():
        body = car.world.car.body
        return ((body.x - start[0]) ** 2 + (body.y - start[1]) ** 2) ** 0.5

    for back in (page.locator("#to-start").click, lambda: page.keyboard.press("b")):
        page.keyboard.down("ArrowUp")
        wait_until(lambda: away_m() > 1)
        page.keyboard.up("ArrowUp")
        back()
        wait_until(lambda: away_m() < 0.5)


def test_a_car_at_a_wall_is_put_back_and_the_page_says_so(make_car, open_page):
    car = make_car(sim=True)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    page.keyboard.down("ArrowUp")
    toast = page.locator(".toast").get_by_text("Stuck for 3 s: the car was put back")

    def is_back():
        button = page.locator("#banner button:enabled", has_text="Resume")
        if button.is_visible():  # a busy machine was silent for a second
            resume(page)
            page.keyboard.up("ArrowUp")
            page.keyboard.down("ArrowUp")
        return toast.is_visible()

    wait_until(is_back, timeout_s=30)
    page.keyboard.up("ArrowUp")
