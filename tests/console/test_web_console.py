"""The drive page as a part of the car, and the driver it lets drive, with the clock in hand."""

import socket
import threading

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console.pairing import Pairing
from donkeycar.console.web_console import WebConsole
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.cockpit import Cockpit
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.driver import ButtonsPart, DriverPart
from donkeycar.testing import check_part


def test_it_keeps_the_contract_of_a_part():
    console = WebConsole(Cockpit(), port=0, host="127.0.0.1")
    thread = threading.Thread(target=console.update)
    thread.start()
    assert console.run_threaded() is None
    console.shutdown()
    console.shutdown()
    thread.join(3)
    assert not thread.is_alive()


def test_the_driver_and_the_buttons_keep_the_contract_of_a_part():
    cockpit = Cockpit()
    check_part(DriverPart(cockpit), outputs=9)
    check_part(ButtonsPart(cockpit), outputs=5)


def test_a_driver_moves_the_car(car):
    car.post("/drive", {"angle": 0.25, "throttle": 0.5, "recording": True})
    angle, throttle, mode, recording, expires_s, reason, *rest = car.tick()
    assert (angle, throttle, mode, recording, reason) == (0.25, 0.5, "user", True, "")
    assert expires_s > 0
    assert rest == [0.8, "web", ()]


def test_nobody_drives_at_first(car):
    angle, throttle, mode, recording, expires_s, reason, *_ = car.tick()
    assert (angle, throttle, mode, recording, expires_s) == (0.0, 0.0, "user", False, 0.0)
    assert "Nobody drives" in reason


def test_the_order_expires_on_the_clock_of_the_loop(clock):
    with Served(clock=clock) as car:
        car.post("/drive", {"throttle": 0.5})
        assert car.tick()[1] == 0.5
        assert car.tick()[4] == 100.25
        clock.advance(0.19)
        assert car.tick()[1] == 0.5
        clock.advance(0.01)
        assert car.tick()[1] == 0.0
        assert car.tick()[4] == 0.0


@pytest.mark.parametrize(("rate_hz", "neutral_s"), [(100, 0.24), (20, 0.2), (10, 0.15), (5, 0.15)])
def test_the_end_is_seen_a_tick_ahead(clock, rate_hz, neutral_s):
    with Served(clock=clock) as car:
        car.post("/drive", {"throttle": 0.5})
        clock.advance(neutral_s - 0.01)
        assert car.tick(rate_hz=rate_hz).throttle == 0.5
        clock.advance(0.0101)
        assert car.tick(rate_hz=rate_hz).throttle == 0.0


def test_throttle_stays_below_the_limit_of_the_driver(car):
    car.post("/drive", {"throttle": -0.7, "max_throttle": 0.3})
    assert car.tick()[1] == -0.3
    car.post("/drive", {"throttle": 1.0})
    assert car.tick()[1] == 0.3
    assert car.tick().max_throttle == 0.3


def test_a_button_lasts_one_tick(car):
    car.post("/drive", {"buttons": {"w2": True, "w3": False}})
    assert car.buttons.run() == (False, True, False, False, False)
    assert car.buttons.run() == (False,) * 5


def test_a_gamepad_and_a_remote_control_are_heard_in_the_same_tick(clock):
    with Served(clock=clock, max_throttle=0.3) as car:
        offer = Offer(0.5, 0.9, 101.0, True, None, ("w2", "erase"))
        angle, throttle, *rest = car.tick(gamepad=offer, rc=Offer())
        assert (angle, throttle) == (0.5, 0.3), "the limit bounds a gamepad too"
        assert rest[4:] == [0.3, "gamepad", ("erase",)]
        assert car.buttons.run()[1] is True
        assert car.tick(gamepad=Offer(actions=("stop",))).throttle == 0.0


@pytest.mark.parametrize("kind", ["gamepad", "rc"])
def test_a_gamepad_and_a_remote_control_are_heard_between_two_ticks(clock, kind):
    halts = []
    with Served(clock=clock, halt=lambda: halts.append(kind)) as car:
        assert car.tick(**{kind: Offer(0.5, 0.9, 101.0, True)}).throttle == 0.9
        other = "rc" if kind == "gamepad" else "gamepad"
        car.cockpit.hear(getattr(car.cockpit, other), "gone")
        assert halts == []
        car.cockpit.hear(getattr(car.cockpit, kind), "gone")
        assert halts == [kind]
        assert car.tick()[1] == 0.0


def test_a_stop_over_the_network_needs_no_tick(clock):
    halts = []
    with Served(clock=clock, halt=lambda: halts.append("now")) as car:
        car.post("/drive", {"throttle": 0.5})
        car.post("/drive", {"stop": True})
        assert halts == ["now"]
        car.post("/drive", {"stop": True, "throttle": "nonsense"})
        assert halts == ["now", "now"]
        assert car.tick()[1] == 0.0


def test_what_the_guardian_of_the_motor_says_is_handed_on(car):
    why = "The motor was stopped. Let go of the throttle."
    car.show(drivetrain__state="safe", drivetrain__reason=why)
    state = car.post("/drive", {"throttle": 0.2}).json()
    assert state["drivetrain_state"] == "safe"
    assert state["drivetrain_reason"].startswith("The motor was stopped.")
    assert state["reason"] == ""
    car.show(drivetrain__state="run", drivetrain__reason="")
    assert car.post("/drive", {"throttle": 0.2}).json()["drivetrain_reason"] == ""


def test_a_port_in_use_is_one_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DeviceError, match=f"cannot listen on port {port}.*WEB_CONTROL_PORT"):
            WebConsole(Cockpit(), port=port, host="127.0.0.1")


def test_an_address_of_another_computer_is_not_blamed_on_a_program():
    with pytest.raises(DeviceError, match="192.0.2.1.*Choose a WEB_HOST"):
        WebConsole(Cockpit(), port=0, host="192.0.2.1")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"auth": "open"}, "`auth` must be 'pair' or 'none'. Received: auth='open'"),
        ({"mode": "auto"}, "`mode` must be one of user"),
        ({"throttle_ceiling": 1.5}, "`throttle_ceiling` must be 0 to 1. Received"),
        ({"life_s": 0}, "`life_s` must be 0.1 to 1 s"),
    ],
    ids=str,
)
def test_impossible_settings_are_refused(arguments, rule):
    with pytest.raises(ConfigError, match=rule):
        Served(**arguments)


def test_what_pairs_a_phone_is_offered_for_printing(car):
    pairing = car.controller.pairing
    assert pairing.url == f"http://127.0.0.1:{car.port}/pair#{car.token}"
    assert len(pairing.pin) == 6
    assert "\x1b[" in pairing.qr or "█" in pairing.qr


def test_what_to_print_is_one_text(car, capsys, monkeypatch):
    pairing = car.controller.pairing
    assert pairing.text.splitlines() == [
        "Drive on this computer: open this link.",
        f"  {pairing.url}",
        f"Or open http://{car.host}/pair and enter {pairing.pin}, in the next five minutes.",
    ]
    assert "enter" not in pairing._replace(pin="").text
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert pairing.qr not in pairing.text, "no phone reaches 127.0.0.1"


def test_what_a_phone_can_reach_is_printed_as_a_code_too(car, monkeypatch):
    pairing = car.controller.pairing._replace(url="http://192.168.1.20:8887/pair#token")
    assert pairing.text.startswith(
        "Drive with a phone or a PC on this network: open this link, or scan it.\n"
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert pairing.text.startswith(pairing.qr)


def test_a_car_without_standard_output_starts_as_well(car, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    assert car.controller.pairing.text


@pytest.mark.parametrize(
    ("host", "who"), [("127.0.0.1", "on this computer"), ("192.168.1.20", "on this network")]
)
def test_without_pairing_the_text_warns(host, who):
    text = Pairing(f"http://{host}:8887", "").text
    assert f"everybody {who} can" in text


def test_without_pairing_the_address_is_all_there_is():
    with Served(auth="none") as car:
        assert car.controller.pairing == (f"http://127.0.0.1:{car.port}", "", (), "Drive")


def test_it_ends_within_its_bound_with_everything_open():
    threads = set(threading.enumerate())
    car = Served()
    with car:
        drive, video = car.socket(), car.socket("/wsVideo")
        drive.hear()
        car.controller.shutdown()
        car.thread.join(2)
        assert not car.thread.is_alive()
    for opened in (drive, video):
        opened.close()
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", car.port), timeout=1)


def test_it_can_be_shut_down_before_it_ever_served():
    controller = WebConsole(Cockpit(), port=0, host="127.0.0.1")
    controller.shutdown()
    controller.update()
    controller.shutdown()
