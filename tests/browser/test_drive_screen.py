"""How the drive page uses the screen: picture, thumbs, limit, recording, and what it says first."""

import re

import pytest

from donkeycar.parts.pilot_picker import Choice
from tests.browser.hands import (
    DESKTOP,
    LANDSCAPE,
    PORTRAIT,
    banner,
    is_free,
    resume,
    set_limit,
    switch_recording,
    wait_until,
)

pytestmark = pytest.mark.browser

SIDEWAYS = [LANDSCAPE, {"width": 740, "height": 360}]


def box_of(page, selector):
    return page.locator(selector).bounding_box()


@pytest.mark.parametrize("size", SIDEWAYS, ids=lambda size: str(size["width"]))
def test_on_a_phone_on_its_side_the_picture_is_the_screen(car, open_page, size):
    """What used to happen: a picture of 4:3 between black bars, and controls across the road."""
    page = open_page(car, size=size)
    page.locator("#picture[data-state=live]").wait_for()
    wait_until(lambda: is_free(page))
    assert box_of(page, "#frame") == {"x": 0, "y": 0, **size}
    fit = page.locator("#frame").evaluate("one => getComputedStyle(one).objectFit")
    assert fit == "cover", "not stretched"
    # Between the thumbs, from below the row of controls down to the sentence and the steering bar,
    # there is road and nothing else.
    across = [size["width"] * share for share in (0.4, 0.5, 0.6)]
    for x in across:
        for y in (100, 150, 200, 230):
            top = page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y).closest('[id]').id", [x, y]
            )
            assert top in ("overlay", "picture", "frame"), (x, y)
    row = [box_of(page, name) for name in ("#record", "#modes", "#limits", "#menu-open")]
    assert {round(box["y"]) for box in row} == {8}, "one row"
    assert max(box["height"] for box in row) <= 50


@pytest.mark.parametrize(("mode", "steers", "drives"), [("local_angle", 0, 1), ("local", 0, 0)])
def test_in_a_pilot_mode_the_sticks_that_do_nothing_go_away(
    make_car, open_page, mode, steers, drives
):
    car = make_car(pilot=True)
    page = open_page(car, size=LANDSCAPE)
    wait_until(lambda: is_free(page))
    wait_until(lambda: opacity(page, "#pad-steer") == opacity(page, "#pad-throttle") == 1)
    page.locator(f"#modes button[value={mode}]").click()
    wait_until(lambda: opacity(page, "#pad-steer") == steers)
    wait_until(lambda: opacity(page, "#pad-throttle") == drives)


def opacity(page, selector):
    return float(page.locator(selector).evaluate("one => getComputedStyle(one).opacity"))


def test_upright_nothing_moves_between_driving_by_hand_and_by_pilot(make_car, open_page):
    car = make_car(pilot=True)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    names = ("#picture", "#modes", "#pad", "#record", "#limits", "#stop")
    before = {name: box_of(page, name) for name in names}
    page.locator("#modes button[value=local]").click()
    page.locator("#pad-hint").get_by_text("The pilot drives").wait_for()
    page.locator("#stop").click()
    banner(page).get_by_text("Stopped").wait_for()
    assert {name: box_of(page, name) for name in names} == before
    for name in ("steering", "throttle"):
        assert page.locator(".gauge").get_by_text(name, exact=True).is_visible()


def test_three_presets_limit_the_throttle(car, page):
    presets = page.locator("#presets")
    for name, percent in (("Slow", 25), ("Half", 50), ("Full", 100)):
        button = presets.get_by_text(name, exact=True)
        button.click()
        page.locator("#limit-value").get_by_text(str(percent), exact=True).wait_for()
        presets.locator("[aria-checked=true]").get_by_text(name, exact=True).wait_for()
        wait_until(lambda percent=percent: car.cockpit.max_throttle == percent / 100)
    set_limit(page, 37)
    wait_until(lambda: presets.locator("[aria-checked=true]").count() == 0)


def test_a_preset_never_goes_beyond_the_ceiling_of_the_car(make_car, open_page):
    car = make_car(throttle_ceiling=0.4)
    page = open_page(car)
    wait_until(lambda: is_free(page))
    page.locator("#presets").get_by_text("Slow", exact=True).click()
    wait_until(lambda: car.cockpit.max_throttle == 0.25)
    page.locator("#presets").get_by_text("Full", exact=True).click()
    wait_until(lambda: car.cockpit.max_throttle == 0.4)


def test_the_record_button_counts_this_take(car, page):
    take = page.locator("#take")
    switch_recording(page, on=True)
    wait_until(lambda: re.fullmatch(r"\d+ s · [1-9]\d*", take.inner_text()))
    first = int(page.locator("#records").inner_text())
    switch_recording(page, on=False)
    wait_until(lambda: take.inner_text() == "")
    switch_recording(page, on=True)
    wait_until(lambda: int(page.locator("#records").inner_text()) > first + 20)

    def counts():
        return page.evaluate(
            """() => [records, take].map((one) => Number(one.textContent.split(" · ").at(-1)))"""
        )

    total, taken = counts()
    assert 0 < taken < total, "of this take, not of the tub"


def test_numbers_have_their_words(car, page):
    words = page.locator(".numbers")
    wait_until(lambda: re.search(r"\d+ ms\s*\d+\s*Hz loop\s*0\s*records", words.inner_text()))
    page.evaluate("() => import('/static/lib/words.js').then((words) => { window.words = words; })")
    page.wait_for_function("() => window.words")
    assert page.evaluate("() => [4000, 1, 0].map((count) => words.counted(count, 'record'))") == [
        "4,000 records",
        "1 record",
        "0 records",
    ]


@pytest.mark.parametrize(
    ("size", "place", "sentence"),
    [
        (PORTRAIT, "#pad-hint", "Put a thumb here and push up"),
        (LANDSCAPE, "#first", "Left thumb steers, right thumb gives throttle"),
        (DESKTOP, "#pad-hint", "Hold the arrow keys to drive"),
    ],
)
def test_the_first_contact_says_what_to_do_until_somebody_has_driven(
    car, open_page, size, place, sentence
):
    page = open_page(car, size=size, is_mobile=size is not DESKTOP)
    page.locator(place).get_by_text(sentence).wait_for()
    page.keyboard.down("ArrowUp")
    wait_until(lambda: car.throttle > 0.1)
    page.keyboard.up("ArrowUp")
    told = page.locator(place).get_by_text(sentence)
    wait_until(lambda: not told.is_visible())
    page.reload()
    wait_until(lambda: is_free(page) or banner(page).is_visible())
    assert not told.is_visible(), "once is enough"


def test_a_second_page_is_told_calmly_what_it_can_do(car, page, open_page):
    """It used to be an alarm."""
    second = open_page(car)
    says = banner(second).get_by_role("status")
    says.get_by_text("Somebody else drives. Ask for the wheel.").wait_for()
    assert "calm" in banner(second).get_attribute("class").split()
    assert banner(second).get_by_role("alert").count() == 0


def test_a_screen_reader_hears_the_sentence_and_not_the_seconds(car, page):
    """They were in the alert: it spoke up ten times a second."""
    page.locator("#stop").click()
    alert = banner(page).get_by_role("alert")
    alert.get_by_text("Stopped. Tap Resume to go on.").wait_for()
    wait_until(lambda: re.search(r"\d\.\d s ago", banner(page).inner_text()))
    assert not re.search(r"\d", alert.inner_text())
    resume(page)


def test_the_page_can_be_zoomed(car, page):
    content = page.locator("meta[name=viewport]").get_attribute("content")
    assert "user-scalable" not in content
    assert "maximum-scale" not in content


FAKE_LOCK = """
    window.held = 0;
    Object.defineProperty(navigator, "wakeLock", {configurable: true, value: {
        request: async () => {
            held += 1;
            const lock = new EventTarget();
            lock.release = async () => { held -= 1; lock.dispatchEvent(new Event("release")); };
            return lock;
        },
    }});
"""
NO_LOCK = "Object.defineProperty(navigator, 'wakeLock', {configurable: true, value: undefined});"


def test_the_screen_stays_on_while_a_pilot_drives(make_car, open_page):
    car = make_car(pilot=True)
    page = open_page(car, script=FAKE_LOCK)
    wait_until(lambda: is_free(page))
    assert page.evaluate("() => held") == 0, "a person's thumb keeps it on"
    page.locator("#modes button[value=local]").click()
    page.wait_for_function("() => held === 1")
    page.locator("#modes button[value=user]").click()
    page.wait_for_function("() => held === 0")


def test_where_the_browser_cannot_keep_it_on_the_page_warns_before(car, open_page):
    """A locked phone stops the car, and nobody knew why."""
    page = open_page(car, script=NO_LOCK)
    page.evaluate(
        """() => import("/static/lib/wake_lock.js").then(({ WakeLock }) => {
            window.lock = new WakeLock({ warnAfterMs: 100 });
            lock.hold(true);
        })"""
    )
    page.wait_for_function("() => window.lock?.warning.startsWith('The screen may turn off soon')")
    page.evaluate("() => dispatchEvent(new Event('pointerdown'))")
    assert (
        page.evaluate("() => { dispatchEvent(new Event('pointerdown')); return lock.warning; }")
        == ""
    )
    page.evaluate("() => lock.hold(false)")
    assert page.evaluate("() => lock.warning") == ""


def test_the_menu_lists_the_pilots_and_a_tap_chooses_one(make_car, open_page):
    car = make_car(pilot=True)
    heard = car.heard
    car.vehicle.mem["pilot/name"] = "lap_1"
    car.vehicle.mem["pilot/choices"] = (
        Choice("lap_2", "linear", 1_790_000_000.0, 0.0412),
        Choice("lap_1", "rnn", 0.0, None),
    )
    page = open_page(car)
    wait_until(lambda: is_free(page))
    page.locator("#menu-open").click()
    rows = page.locator("#pilots button")
    rows.get_by_text("lap_2", exact=True).wait_for()
    assert re.fullmatch(
        r"linear, 2026-09-\d\d, steering error 0\.041", rows.nth(0).locator("span").inner_text()
    )
    assert rows.nth(1).inner_text().split("\n") == ["lap_1 (this one)", "rnn"]
    assert min(rows.nth(0).bounding_box()[side] for side in ("width", "height")) >= 44
    rows.nth(0).click()
    wait_until(lambda: "pilot:lap_2" in heard.actions)
    car.vehicle.mem["pilot/choice_note"] = "lap_2 is being loaded; lap_1 stays until then."
    page.locator("#pilots-note").get_by_text("lap_2 is being loaded").wait_for()


def test_a_car_without_a_pilot_says_how_to_have_a_choice(page):
    page.locator("#menu-open").click()
    page.locator("#pilots-note").get_by_text("This car was started without a pilot").wait_for()
