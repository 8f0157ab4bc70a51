"""Driving over the socket and by POST, on a real connection."""

import json
import threading
import time

import pytest

from benchmarks.web.console_client import CLOSE, PING, TEXT, Refused, Served
from donkeycar.console.drive import MAX_SOCKETS


@pytest.fixture
def car(clock):
    """A console whose time stands still, so that no order dies while the machine is busy."""
    options = {"has_pilot": True, "throttle_ceiling": 0.8, "car_name": "test car"}
    with Served(clock=clock, **options) as served:
        yield served


@pytest.fixture
def page(car):
    socket = car.socket("/wsDrive?page=Anna1")
    socket.hear()
    yield socket
    socket.close()


def until(condition, timeout_s=10.0):
    """Wait until `condition()` is true; return whether it became so."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.005)
    return False


def drives(page, car, throttle=0.3):
    """One heartbeat that answers a new tick; whether the car does as told."""
    page.hear_until("tick")
    page.beat(throttle=throttle)
    return until(lambda: car.tick()[1] == throttle)


def is_read(page):
    """Wait until the console has read everything that `page` sent."""
    page.say(ping=1)
    page.hear_until("pong")


def test_the_first_message_says_everything(page):
    assert page.state["driveMode"] == "user"
    assert page.state["recording"] is False
    assert page.state["car_name"] == "test car"
    assert page.state["reason_code"] == "nobody"
    assert page.state["throttle_ceiling"] == 0.8
    assert page.state["auth"] == "pair"
    assert page.state["viewers"] == 0
    assert page.state["has_pilot"] is True


def test_later_messages_say_only_what_changed(page, car):
    assert set(page.hear()) == {"tick", "now_s"}
    car.show(tub__num_records=120)
    assert until(lambda: page.hear().get("num_records") == 120)


def test_ticks_come_twenty_times_a_second(page):
    started_s = time.monotonic()
    first = page.state["tick"]
    for _ in range(20):
        page.hear()
    # A tick that finds the one before still on its way is left out: on a busy machine.
    ticks = page.state["tick"] - first
    assert ticks >= 20
    assert time.monotonic() - started_s > 0.9 * ticks / 20


def test_a_page_drives(page, car):
    page.beat(angle=-0.5, throttle=0.25)
    assert until(lambda: car.tick()[:2] == (-0.5, 0.25))
    assert until(lambda: page.hear() and page.state["you_drive"])


def test_silence_stops_the_car_and_heartbeats_start_it_again(page, car, clock):
    assert drives(page, car)
    clock.advance(0.3)
    assert car.tick()[1] == 0.0
    assert drives(page, car)


def test_orders_that_were_held_up_are_not_applied(page, car, clock):
    assert drives(page, car, throttle=0.3)
    held_up = page.state["tick"]
    clock.advance(0.6)
    page.seq += 1
    page.say(seq=page.seq, echo=held_up, throttle=0.8)
    is_read(page)
    assert car.tick()[1] == 0.0


def test_a_page_that_comes_back_within_a_second_is_still_the_driver(page, car, clock):
    assert drives(page, car)
    seq = page.seq
    page.close()
    clock.advance(0.9)
    again = car.socket("/wsDrive?page=Anna1")
    again.seq = seq
    again.hear()
    assert again.state["driver"] == "you"
    assert drives(again, car)
    again.close()


def test_a_second_socket_of_a_page_ends_the_first(page, car):
    again = car.socket("/wsDrive?page=Anna1")
    with pytest.raises(ConnectionError):
        for _ in range(10):
            page.hear()
    again.hear()
    again.close()


def test_a_copy_of_the_tab_that_drives_lets_go_at_once(page, car):
    """What used to happen: its count was behind, and its zero was dropped until the link died."""
    for _ in range(5):
        assert drives(page, car)
    copy = car.socket("/wsDrive?page=Anna1")
    copy.hear_until("tick")
    page.beat(throttle=0.3)  # it has not heard yet that its socket is closing
    copy.beat(throttle=0.0)
    is_read(copy)
    assert until(lambda: car.tick()[1] == 0.0)
    copy.close()


@pytest.mark.parametrize("stale", [{"throttle": 0.0}, {"stop": True}])
def test_a_tab_that_was_replaced_can_only_slow_the_car(page, car, stale):
    assert drives(page, car)
    copy = car.socket("/wsDrive?page=Anna1")
    assert drives(copy, car, throttle=0.25)
    page.beat(throttle=0.8)
    page.say(bye=True)
    page.say(ping=7)
    assert not until(lambda: car.tick()[1] != 0.25, timeout_s=0.3)
    page.beat(**stale)
    assert until(lambda: car.tick()[1] == 0.0)
    copy.close()


def test_a_late_zero_counts_and_is_no_heartbeat(page, car, clock):
    assert drives(page, car)
    page.say(seq=0, throttle=0.0)
    assert until(lambda: car.tick()[1] == 0.0)
    assert drives(page, car)
    clock.advance(0.2)
    page.say(seq=0, throttle=0.0)
    is_read(page)
    clock.advance(0.9)
    page.hear_until("tick")
    assert until(lambda: car.controller._console.cockpit.order.latch == "lost")


def test_two_pages_of_one_browser_are_two(page, car):
    other = car.socket("/wsDrive?page=Anna2")
    other.hear()
    assert drives(page, car)
    other.hear_until("tick")
    other.beat(throttle=0.8)
    is_read(other)
    assert drives(page, car)
    assert other.state["driver"] == "other"
    other.close()


def test_sockets_without_a_page_are_strangers_to_each_other(car):
    first, second = car.socket(), car.socket()
    first.hear()
    assert drives(first, car)
    assert until(lambda: second.hear() and second.state["driver"] == "other")
    first.close()
    second.close()


@pytest.mark.parametrize("page_id", ["a" * 33, "%2e%2e", "a-b", "%C3%A4"])
def test_a_strange_page_is_refused(car, page_id):
    with pytest.raises(Refused, match="400"):
        car.socket(f"/wsDrive?page={page_id}")


def test_a_stop_is_answered_at_once_and_stops(page, car):
    assert drives(page, car)
    page.say(stop=True, seq=99)
    assert page.hear_until("stop_ack")["stop_ack"] == 99
    assert car.tick()[1] == 0.0
    assert "Stopped" in car.tick()[5]


def test_a_refused_message_is_answered_and_not_stored(page, car):
    page.say(throttle=7, angle=0.5, recording=True)
    assert page.hear_until("error")["error"] == ("`throttle` must be -1 to 1. Received: throttle=7")
    assert car.tick()[0] == 0.0
    assert car.tick()[3] is False


def test_a_stop_in_a_refused_message_is_obeyed(page, car):
    assert drives(page, car)
    page.say(throttle=7, stop=True)
    answer = page.hear_until("error")
    assert answer["stop_ack"] is True
    assert "Stopped" in car.tick()[5]


def test_a_ping_is_answered(page):
    page.say(ping=123.5)
    assert page.hear_until("pong") == {"pong": 123.5}


def test_a_message_over_4_kib_ends_the_socket(page):
    page.send("x" * 4097)
    with pytest.raises(ConnectionError):
        for _ in range(20):
            page.hear()


def test_too_many_messages_are_not_read_but_a_stop_is(page, car):
    for _ in range(200):
        page.say(ping=1)
    page.say(stop=True, seq=9)
    answers = []
    while not answers or "stop_ack" not in answers[-1]:
        answers.append(page.hear())
    assert sum("pong" in answer for answer in answers) <= 80
    assert "Stopped" in car.tick()[5]


def test_a_flood_ends_the_socket(page):
    with pytest.raises(ConnectionError):
        for _ in range(20_000):
            page.say(ping=1)
        page.hear_until("never")


def test_a_phone_that_reads_nothing_delays_nobody(page, car):
    deaf = car.socket()
    for _ in range(20):
        started_s = time.monotonic()
        page.hear_until("tick")
        assert time.monotonic() - started_s < 1.0
    deaf.close()


def test_so_many_pages_are_served_and_one_more_is_refused(car):
    pages = [car.socket("/wsDrive", **car.device()) for _ in range(MAX_SOCKETS)]
    for page in pages:
        page.hear()
    with pytest.raises(Refused, match="503"):
        car.socket()
    pages[0].close()
    assert until(lambda: _opens(car))
    for page in pages:
        page.close()


def _opens(car):
    try:
        car.socket().close()
    except Refused:
        return False
    return True


def test_nothing_runs_after_the_last_page_left(car):
    page = car.socket()
    page.hear()
    feed = _feed(car)
    page.close()
    assert until(lambda: not feed.sockets and feed._task.done())


def _feed(car):
    loop = car.controller._loop
    found = []
    done = threading.Event()

    def look():
        import gc

        from donkeycar.console.feed import Feed

        found.extend(thing for thing in gc.get_objects() if isinstance(thing, Feed))
        done.set()

    loop.call_soon_threadsafe(look)
    done.wait(2)
    return next(feed for feed in found if feed._console is car.controller._console)


def test_a_post_of_5x_drives(car):
    reply = car.post("/drive", {"angle": 0.1, "throttle": 0.2, "drive_mode": "local_angle"})
    assert reply.status == 200
    assert reply.json()["driveMode"] == "local_angle"
    assert reply.json()["driver"] == "you"
    assert car.tick()[:3] == (0.1, 0.2, "local_angle")


def test_a_post_that_is_wrong_is_answered_and_not_stored(car):
    reply = car.post("/drive", {"angle": "abc", "throttle": 0.5})
    assert reply.status == 400
    assert reply.json()["error"] == "`angle` must be -1 to 1. Received: angle='abc'"
    assert car.tick()[1] == 0.0


def test_posts_may_echo_the_tick(car, clock):
    tick = car.post("/drive", {"throttle": 0.2}).json()["tick"]
    car.post("/drive", {"throttle": 0.3, "echo": tick})
    assert car.tick()[1] == 0.3
    clock.advance(0.35)
    car.post("/drive", {"throttle": 0.4, "echo": tick})
    assert car.tick()[1] == 0.0


def test_a_post_stops_whoever_drives(page, car):
    assert drives(page, car)
    assert car.post("/drive", {"stop": True}).json()["stop_ack"] is True
    assert "Stopped" in car.tick()[5]


def test_fragments_and_control_frames_between_them_are_understood(page, car):
    text = json.dumps({"throttle": 0.3, "seq": 1, "echo": page.state["tick"]})
    page.send(text[:5], final=False)
    page.send(b"hello", opcode=9)
    page.send(text[5:], opcode=0)
    assert until(lambda: car.tick()[1] == 0.3)


def test_binary_is_read_as_text(page, car):
    text = json.dumps({"throttle": 0.3, "seq": 1, "echo": page.state["tick"]})
    page.send(text.encode(), opcode=2)
    assert until(lambda: car.tick()[1] == 0.3)


@pytest.mark.parametrize("head", [b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"\x09\x80\0\0\0\0"])
def test_a_frame_that_means_nothing_disturbs_nobody(page, car, head):
    broken = car.socket()
    broken.raw.sendall(head)
    assert drives(page, car)


def test_a_dead_phone_is_dropped(monkeypatch):
    monkeypatch.setattr("donkeycar.console.server.PING_S", 0.2)
    with Served() as car:
        phone = car.socket()
        phone.is_alive = False
        while (opcode := phone.receive()[0]) != CLOSE:
            assert opcode in (TEXT, PING)


def test_a_phone_that_answers_pings_is_kept(monkeypatch):
    monkeypatch.setattr("donkeycar.console.server.PING_S", 0.2)
    with Served() as car:
        car.socket().drive(1.0)
