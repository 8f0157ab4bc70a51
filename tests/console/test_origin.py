"""Which Host and which Origin are the car's own."""

import pytest

from donkeycar.console.origin import is_own_host, is_same_origin

NAMES = {"car", "car.local", "localhost", "proxy.example:443"}


def own(host, local_address="192.168.1.20"):
    return is_own_host(host, names=NAMES, local_address=local_address)


@pytest.mark.parametrize(
    "host",
    [
        "car:8887",
        "CAR.Local:8887",
        "localhost:8887",
        "192.168.1.20:8887",
        "proxy.example:443",
        # What used to happen: a name that was typed with its dot was refused.
        "car.local.:8887",
        "car.",
        "proxy.example.:443",
        # Another port is a tunnel or a forwarded one, and says nothing of who named the car.
        "car",
        "car:80",
        "localhost:9000",
        "127.0.0.1:9000",
        "[::1]:9000",
    ],
)
def test_own_names_and_the_address_of_the_connection_are_served(host):
    assert own(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "car:08887x",
        "car:",
        "car:-8887",
        "evil.example:8887",
        "car.evil.example:8887",
        "car.local..:8887",
        ".:8887",
        "evil.example.:8887",
        "car.local.evil.example.:8887",
        "192.168.1.20.:8887",
        "192.168.1.21:8887",
        "192.168.1.20.evil.example:8887",
        "192.168.1.020:8887",
        "0300.0250.0001.0024:8887",
        "3232235796:8887",
        "2130706433:8887",
        "127.0.0.1.evil.example:8887",
        "user@car:8887",
        "car:8887@evil.example",
        "car:8887/",
        "car :8887",
        "car:8887, evil.example",
        "proxy.example:8887",
    ],
)
def test_other_hosts_are_refused(host):
    assert not own(host)


def test_an_ipv6_address_is_compared_as_a_number():
    assert own("[FE80:0::1]:8887", "fe80::1")
    assert own("192.168.1.20:8887", "::ffff:192.168.1.20")
    assert not own("[fe80::2]:8887", "fe80::1")


def test_a_closed_connection_has_no_address():
    assert not own("192.168.1.20:8887", "")


@pytest.mark.parametrize("origin", ["http://car:8887", "http://CAR:8887", "https://car:8887"])
def test_the_page_of_the_car_is_its_own(origin):
    assert is_same_origin(origin, "car:8887")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "car:8887",
        "//car:8887",
        "http://",
        "http://car",
        "http://car:80",
        "http://car:8888",
        "http://car.:8887",
        "http://car.local:8887",
        "http://evil.example",
        "http://evil.example:8887",
        "http://car.evil.example:8887",
        "http://evilcar:8887",
        "http://user@car:8887",
        "http://user:car@evil.example:8887",
        "http://car:8887@evil.example",
        "http://car:8887/",
        "http://car:8887/drive",
        "http://car:8887?",
        "http://car:8887#",
        "http://car:8887\\@evil.example",
        "http:///car:8887",
        "http:/car:8887",
        "ftp://car:8887",
        "file://car:8887",
        "ws://car:8887",
        "chrome-extension://car:8887",
        "HTTP://car:8887",
        "http://cär:8887",
        "http://xn--cr-viaa:8887",
        "http://[::1]:8887",
        "http://127.0.0.1:8887",
        "http://car:08887/",
        "http://car: 8887",
        " http://car:8887",
        "http://car:8887 ",
        "http://car:8887,http://car:8887",
        "http://car:8887 http://evil.example",
        "http://car:8887\t",
    ],
)
def test_every_other_origin_is_refused(origin):
    assert not is_same_origin(origin, "car:8887")


def test_default_ports_are_those_of_the_scheme():
    assert is_same_origin("http://car", "car:80") is True
    assert is_same_origin("https://car", "car:80") is False
