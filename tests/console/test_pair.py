"""From the link or the PIN to a cookie."""

import fcntl
import re

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console import addresses
from donkeycar.testing.network_kernel import RUNNING, UP, NetworkKernel

JSON = {"Content-Type": "application/json"}


def wrong(pin):
    return f"{(int(pin) + 1) % 10**6:06}"


def test_the_token_of_the_link_is_exchanged_for_a_cookie(car):
    reply = car.post("/pair", {"token": car.token}, {})
    assert reply.status == 200
    assert reply.json() == {"paired": True}
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith(f"donkeycar_{car.port}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert car.token not in cookie
    session = cookie.partition(";")[0]
    assert car.request("GET", "/drive", headers={"Cookie": session}).status == 200


def test_the_cookie_has_no_date(car):
    """A phone dropped the cookie of a car whose clock was half a year behind, and never paired."""
    cookie = car.post("/pair", {"token": car.token}, {}).headers["Set-Cookie"]
    assert "expires" not in cookie.lower()
    assert f"Max-Age={180 * 24 * 3600};" in cookie


def test_the_pin_is_exchanged_for_a_cookie(car):
    reply = car.post("/pair", {"pin": car.controller.pairing.pin}, {})
    assert reply.status == 200
    assert "HttpOnly" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("fields", [{"token": "x"}, {"pin": "x"}, {"token": "", "pin": ""}])
def test_a_wrong_secret_pairs_nobody(car, fields):
    reply = car.post("/pair", fields, {})
    assert reply.status == 403
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "x", '{"pin": 123456}', '{"token": null}', "[" * 16000, "\xff"]
)
def test_nonsense_pairs_nobody(car, body):
    reply = car.request("POST", "/pair", body.encode("latin-1"), JSON)
    assert reply.status == 400
    assert reply.json()["error"]


def test_ten_wrong_pins_lock_the_pin_and_say_for_how_long(clock):
    with Served(clock=clock) as car:
        for _ in range(9):
            assert car.post("/pair", {"pin": wrong(car.controller.pairing.pin)}, {}).status == 403
        reply = car.post("/pair", {"pin": wrong(car.controller.pairing.pin)}, {})
        assert (reply.status, reply.json()["retry_s"]) == (429, 60)
        assert car.post("/pair", {"pin": car.controller.pairing.pin}, {}).status == 429
        assert car.post("/pair", {"token": car.token}, {}).status == 200
        clock.advance(60)
        assert car.post("/pair", {"pin": car.controller.pairing.pin}, {}).status == 200


@pytest.fixture
def open_car(monkeypatch):
    """A car that is reached from its network; only the kernel is fake."""
    kernel = NetworkKernel(ifreq_bytes=addresses.IFREQ_BYTES)
    kernel.interfaces.append(("wlan0", "10.42.0.1", UP | RUNNING))
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    with Served(host="0.0.0.0") as served:
        yield served


@pytest.fixture
def open_paired(open_car):
    return {"Cookie": open_car.pair(), "Origin": f"http://{open_car.host}"}


def test_a_paired_phone_invites_another(open_car, open_paired):
    car, paired = open_car, open_paired
    before = car.controller.pairing.pin
    invitation = car.post("/invite", {}, paired).json()
    assert invitation["pin"] != before
    assert invitation["pin_life_s"] == 300
    assert invitation["url"] == car.controller.pairing.url
    assert invitation["qr_svg"].startswith("<svg")
    assert not re.search("style=|<script", invitation["qr_svg"])
    assert car.post("/pair", {"pin": invitation["pin"]}, {}).status == 200


def test_an_invitation_needs_no_body(open_car, open_paired):
    assert open_car.request("POST", "/invite", headers=open_paired).status == 200


def test_no_phone_is_invited_to_its_own_127_0_0_1(car, paired):
    """The code of a simulated car led the phone that scanned it to the phone itself."""
    before = car.controller.pairing.pin
    reply = car.post("/invite", {}, paired)
    assert reply.status == 409
    assert "it serves this computer alone" in reply.json()["error"]
    assert "--set WEB_HOST=0.0.0.0" in reply.json()["error"]
    assert car.controller.pairing.pin == before, "the PIN that was printed still counts"
