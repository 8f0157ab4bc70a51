"""Cars are found by their announcement, or by the hardware address of a Raspberry Pi."""

import asyncio
import fcntl
import gc
import secrets
import socket
import threading

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from zeroconf import ServiceInfo, ServiceStateChange

from benchmarks.web.console_client import Served
from donkeycar.console import addresses
from donkeycar.console import announcer as announcing
from donkeycar.console.announcer import CAR_TYPE, TYPES, Announcer
from donkeycar.management.cli import main
from donkeycar.management.network import browse, findcar, neighbours
from donkeycar.testing.network_kernel import RUNNING, UP, NetworkKernel

PI, OTHER = "d8:3a:dd:01:02:03", "00:11:22:33:44:55"
# Two runs of these tests on one computer hear each other; one name for both would be a conflict.
CAR_ID = secrets.token_hex(4)


@pytest.fixture(autouse=True)
def own_service(monkeypatch):
    """Only the cars of this test are found: the announcement has a type of its own.

    What used to happen: a run beside this one, or the test before, announced its car, and
    `findcar` found that.
    """
    service = f"_dk{secrets.token_hex(4)}._tcp.local."
    monkeypatch.setattr(announcing, "TYPES", (service, announcing.PAGE_TYPE))
    monkeypatch.setattr(browse, "CAR_TYPE", service)


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """This computer's only network is its loopback, so that nothing leaves it."""
    kernel = NetworkKernel(ifreq_bytes=addresses.IFREQ_BYTES)
    kernel.interfaces = [("wlan0", "127.0.0.1", UP | RUNNING)]
    kernel.netmask = "255.255.255.248"
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    monkeypatch.setattr(neighbours, "ARP_TABLE", tmp_path / "arp")
    monkeypatch.setattr(neighbours, "ANSWER_S", 0.0)
    return kernel


@pytest.fixture
def table(kernel, tmp_path):
    """Writes the kernel's table of neighbours."""

    def write(*entries):
        rows = [f"{address} 0x1 {flags} {mac} * wlan0" for address, flags, mac in entries]
        (tmp_path / "arp").write_text("\n".join(["IP address ...", *rows]))

    write()
    return write


def announced(**options):
    announcer = Announcer(**{"car_name": "my car", "car_id": CAR_ID, "auth": "pair"} | options)
    announcer.announce(["127.0.0.1"], 8887)
    return announcer


def test_a_car_that_announces_itself_is_found_with_its_page():
    announcer = announced()
    try:
        car = next(browse.browse(30, interfaces=["127.0.0.1"]))
    finally:
        announcer.close()
    said = "\n".join(findcar.lines_of(car))
    assert "my car on " in said
    assert "http://127.0.0.1:8887/drive" in said
    assert f"http://donkeycar-{CAR_ID}.local:8887/drive" in said
    assert "donkey pair invite" in said


def test_the_announcement_is_that_of_a_page_too_and_holds_no_secret():
    announcer = announced(car_name="x" * 100 + "\n.", auth="none")
    announcer.close()
    services = [announcer._service(kind, ("10.42.0.1",), 8887) for kind in TYPES]
    assert [one.type for one in services] == ["_donkeycar._tcp.local.", "_http._tcp.local."]
    for one in services:
        told = {key.decode(): value.decode() for key, value in one.properties.items()}
        assert set(told) == {"path", "name", "auth", "version", "computer"}
        assert (told["path"], told["auth"]) == ("/drive", "none")
        assert len(one.name.removesuffix("." + one.type)) <= 63
        # Avahi answers for the computer's own name, and would rename it.
        assert one.server == f"donkeycar-{CAR_ID}.local."


# zeroconf leaves a socket to the garbage collector then.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_network_that_takes_no_announcement_ends_nothing(caplog):
    announcer = Announcer(car_name="car", car_id="1", auth="pair")
    announcer.announce(["192.0.2.77"], 8887)  # not an address of this computer
    while announcer._wanted is not None:
        pass
    announcer.close()
    assert not announcer._thread.is_alive()
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_tunnel_without_multicast_does_not_spoil_the_other_networks():
    announcer = Announcer(car_name="my car", car_id=CAR_ID, auth="pair")
    announcer.announce(["192.0.2.77", "127.0.0.1"], 8887)  # the first is not of this computer
    try:
        car = next(browse.browse(30, interfaces=["192.0.2.77", "127.0.0.1"]))
    finally:
        announcer.close()
        gc.collect()
    assert car.port == 8887


def test_a_start_before_that_still_answers_does_not_hide_the_car(caplog):
    """The new start found its own name taken, and announced nothing."""
    caplog.set_level("INFO")
    before, after = announced(), None
    try:
        next(browse.browse(30, interfaces=["127.0.0.1"]))
        after = Announcer(car_name="my car", car_id=CAR_ID, auth="pair")
        after.announce(["127.0.0.1"], 8888)
        while after._wanted is not None or after._responder is None:
            pass
    finally:
        before.close()
        if after is not None:
            after.close()
    assert "cannot announce itself" not in caplog.text


def test_an_announcer_that_was_closed_stays_closed():
    announcer = Announcer(car_name="car", car_id="1", auth="pair")
    announcer.close()
    announcer.announce(["127.0.0.1"], 8887)
    assert announcer._thread is None


def test_the_own_name_of_a_car_reaches_its_page():
    announcer = Announcer(car_name="car", car_id=CAR_ID, auth="pair")
    with Served(announcer=announcer) as car:
        for name, status in ((announcer.host, 401), ("donkeycar-00000000.local", 421)):
            reply = car.request("GET", "/drive", headers={"Host": f"{name}:{car.port}"})
            assert reply.status == status
    assert announcer._thread is None or not announcer._thread.is_alive()


@pytest.mark.parametrize(
    "strange",
    [
        {"properties": {"name": "\x1b[2J"}}, {"properties": {b"\xff": b"\xff"}},
        {"properties": {"name": "x" * 250}}, {"properties": {}},
    ],
)  # fmt: skip
def test_what_a_stranger_announces_is_shown_as_plain_text(strange):
    fields = {"addresses": [socket.inet_aton("10.0.0.1")], "port": 80, "server": "x.local."}
    info = ServiceInfo(CAR_TYPE, f"x.{CAR_TYPE}", **{**fields, **strange})
    said = "\n".join(findcar.lines_of(browse.car_of(info)))
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 200


def test_an_announcement_without_an_address_is_no_car():
    assert browse.car_of(ServiceInfo(CAR_TYPE, f"x.{CAR_TYPE}", port=80)) is None
    six = [socket.inet_pton(socket.AF_INET6, "fe80::1")]
    assert browse.car_of(ServiceInfo(CAR_TYPE, f"x.{CAR_TYPE}", port=80, addresses=six)) is None


def test_thousands_of_names_without_a_car_do_not_hold_the_command_up(monkeypatch):
    """Each was waited for, one after the other: with 10,000 names for hours."""
    stranger = ThousandsOfNames()
    monkeypatch.setattr(browse, "open_multicast", lambda interfaces: stranger)
    monkeypatch.setattr("zeroconf.ServiceBrowser", stranger.announce)
    monkeypatch.setattr(browse.time, "monotonic", lambda: stranger.now_s)
    assert list(browse.browse(3, interfaces=["127.0.0.1"], sleep=stranger.sleep)) == []
    assert stranger.now_s <= 3 + 2 * browse.ASK_CAR_MS / 1000 + 0.1
    assert stranger.is_closed


class ThousandsOfNames:
    """The objects of zeroconf where somebody announces names, and says nothing else of them."""

    def __init__(self):
        self.now_s = 0.0
        self.is_closed = False

    def announce(self, zeroconf, service_type, handlers):
        for number in range(10_000):
            handlers[0](
                zeroconf, service_type, f"{number}.{service_type}", ServiceStateChange.Added
            )

    def get_service_info(self, service_type, name, timeout):
        self.now_s += timeout / 1000

    def sleep(self, duration_s):
        self.now_s += duration_s

    def close(self):
        self.is_closed = True


def test_a_car_that_does_not_announce_itself_is_found_by_its_hardware_address(table, capsys):
    with Served() as car:
        table(("127.0.0.2", "0x2", PI), ("127.0.0.3", "0x2", OTHER), ("127.0.0.4", "0x0", PI))
        # A console on 127.0.0.1 does not answer at 127.0.0.2.
        listener = socket.create_server(("127.0.0.2", 0))
        port = listener.getsockname()[1]
        listener.close()
        assert main(["findcar", "--duration", "0.1", "--port", str(port)]) == 1
        assert (
            "127.0.0.2 (d8:3a:dd:01:02:03): a Raspberry Pi on which no car"
            in capsys.readouterr().out
        )
        assert browse.what_answers("127.0.0.1", car.port) == browse.CAR
    with Served(host="127.0.0.2") as car:
        assert main(["findcar", "--duration", "0.1", "--quick", "--port", str(car.port)]) == 0
    said = capsys.readouterr().out
    assert f"a car: http://127.0.0.2:{car.port}/drive" in said
    assert "127.0.0.3" not in said and "127.0.0.4" not in said


@pytest.mark.parametrize("prefix", neighbours.RASPBERRY_PI)
def test_every_range_of_raspberry_pi_counts(prefix):
    assert neighbours.Neighbour("10.0.0.1", f"{prefix}:00:00:01").is_pi
    assert not neighbours.Neighbour("10.0.0.1", f"00:{prefix}:00:01").is_pi


def test_windows_writes_its_table_in_another_way():
    text = "  192.168.1.20          B8-27-EB-01-02-03     dynamic\r\n  224.0.0.22   static\r\n"
    assert neighbours.parse_arp(text) == [neighbours.Neighbour("192.168.1.20", "b8:27:eb:01:02:03")]


def test_a_large_network_is_swept_only_around_this_computer():
    assert len(neighbours.hosts_around("10.1.2.3", 8)) == 253
    assert len(neighbours.hosts_around("10.1.2.3", 23)) == 509
    assert neighbours.hosts_around("10.0.0.1", 30) == ["10.0.0.2"]
    assert neighbours.hosts_around("10.0.0.1", 32) == []


def test_nothing_found_ends_with_what_to_do_next(table, capsys):
    assert main(["findcar", "--duration", "0.1"]) == 1
    said = capsys.readouterr().out
    assert "Looking for Raspberry Pis at 5 addresses" in said
    assert "1. Is the car's computer on?" in said and "donkey network ap" in said


def test_without_a_network_it_says_so_at_once(kernel, capsys):
    kernel.interfaces = []
    assert main(["findcar"]) == 1
    assert "This computer is in no network" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--duration", "0"], ["--duration", "nan"], ["--port", "0"]])
def test_numbers_out_of_range_are_refused(words, capsys):
    assert main(["findcar", *words]) == 1
    assert f"`{words[0]}` must be" in capsys.readouterr().err


@pytest.fixture
def earlier_car():
    """A page of tornado that says so and takes GET alone, as the one of donkeycar 5."""

    class Drive(RequestHandler):
        def get(self):
            self.finish("drive")

    (listener,) = bind_sockets(0, "127.0.0.1")
    loop = asyncio.new_event_loop()

    def serve():
        asyncio.set_event_loop(loop)
        HTTPServer(Application([("/drive", Drive)])).add_socket(listener)
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()
    listener.close()


def test_a_car_of_an_earlier_version_is_told_from_other_pages(earlier_car):
    assert browse.what_answers("127.0.0.1", earlier_car) == browse.EARLIER


def test_a_port_that_says_nothing_is_told_from_one_that_is_closed():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert browse.what_answers("127.0.0.1", port, timeout_s=0.05) == browse.SILENT
    assert browse.what_answers("127.0.0.1", port) == browse.REFUSED
