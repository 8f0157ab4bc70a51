"""A flood of connections does not lock the driver out."""

import contextlib
import socket
import time

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console.gate import MAX_CONNECTIONS, MAX_PER_ADDRESS, Gate


class Stream:
    """What the gate needs of a connection."""

    def __init__(self):
        self.is_closed = False

    def closed(self):
        return self.is_closed

    def close(self):
        self.is_closed = True


@pytest.fixture
def gate():
    return Gate()


def admit(gate, number, address="10.0.0.1"):
    streams = [Stream() for _ in range(number)]
    for stream in streams:
        assert gate.admit(stream, address)
    return streams


def test_the_ninth_idle_connection_of_an_address_closes_its_first(gate):
    streams = admit(gate, MAX_PER_ADDRESS + 1)
    assert [stream.closed() for stream in streams] == [True] + [False] * MAX_PER_ADDRESS


def test_other_addresses_are_not_touched_by_that(gate):
    other = admit(gate, 1, "10.0.0.2")[0]
    admit(gate, 100)
    assert not other.closed()


def test_a_guarded_connection_is_never_closed_for_another(gate):
    first = admit(gate, 1)[0]
    gate.guard(first, who="phone")
    admit(gate, 100)
    assert not first.closed()
    gate.guard(first, who="")
    admit(gate, 1)
    assert first.closed()


def test_closed_connections_make_room(gate):
    streams = admit(gate, MAX_PER_ADDRESS)
    for stream in streams[1:]:
        stream.close()
    admit(gate, 1)
    assert not streams[0].closed()


def test_in_all_there_are_64(gate):
    streams = [admit(gate, 1, f"10.0.0.{number}")[0] for number in range(MAX_CONNECTIONS + 10)]
    assert [stream.closed() for stream in streams] == [True] * 10 + [False] * MAX_CONNECTIONS


def test_when_all_are_guarded_a_new_one_is_refused(gate):
    for number in range(MAX_CONNECTIONS):
        gate.guard(admit(gate, 1, f"10.0.0.{number}")[0], who="phone")
    assert not gate.admit(Stream(), "10.0.1.1")


def test_closing_the_gate_closes_everything(gate):
    streams = admit(gate, 3)
    gate.close()
    assert all(stream.closed() for stream in streams)


def test_under_a_flood_the_driver_goes_on_and_a_second_phone_stops_the_car(car):
    page = car.socket("/wsDrive?page=Anna")
    page.hear()
    page.drive(0.1, throttle=0.3)
    flood = []
    try:
        for _ in range(400):
            with contextlib.suppress(OSError):
                flood.append(socket.create_connection(("127.0.0.1", car.port), timeout=1))
            if len(flood) % 40 == 0:
                page.drive(0.05, throttle=0.3)
        page.drive(0.2, throttle=0.3)
        assert car.tick()[1] == 0.3
        started_s = time.monotonic()
        assert car.post("/drive", {"stop": True}).status == 200
        assert time.monotonic() - started_s < 1.0
        assert "Stopped" in car.tick()[5]
    finally:
        for connection in [*flood, page]:
            connection.close()


def test_half_a_request_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("donkeycar.console.server.REQUEST_TIMEOUT_S", 0.2)
    with Served() as car:
        for half in (
            b"GET / HT",
            f"POST /pair HTTP/1.1\r\nHost: {car.host}\r\nContent-Length: 9\r\n\r\n{{".encode(),
        ):
            with socket.create_connection(("127.0.0.1", car.port), timeout=3) as connection:
                connection.sendall(half)
                assert connection.recv(1000) == b""
