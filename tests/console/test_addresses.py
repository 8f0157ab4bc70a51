"""The car's own addresses and names, asked of the kernel; only the kernel is fake here."""

import fcntl
import socket
import time

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console import addresses as module
from donkeycar.console import served
from donkeycar.console.addresses import addresses, local_name, own_names, prefix_of, urls_of
from donkeycar.console.web_console import WebConsole
from donkeycar.driving.cockpit import Cockpit
from donkeycar.testing.network_kernel import LO, RUNNING, UP, NetworkKernel


class Kernel(NetworkKernel):
    """The kernel, and the files beside it."""

    def __init__(self, tmp_path, monkeypatch):
        super().__init__(ifreq_bytes=module.IFREQ_BYTES)
        self.routes, self.resolver = tmp_path / "route", tmp_path / "resolv.conf"
        monkeypatch.setattr(fcntl, "ioctl", self.ioctl)
        monkeypatch.setattr(module, "ROUTES", self.routes)
        monkeypatch.setattr(module, "RESOLVER", self.resolver)
        monkeypatch.setattr(socket, "gethostname", lambda: "car")

    def lead_out(self, name):
        head = "Iface\tDestination\tGateway\tFlags\n"
        self.routes.write_text(
            f"{head}wlan0\t0000A8C0\t00000000\t1\n{name}\t00000000\t0101A8C0\t3\n"
        )


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    return Kernel(tmp_path, monkeypatch)


def test_the_real_kernel_is_understood():
    for address in addresses():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))  # refused for an address that is not this computer's


def test_a_car_that_is_its_own_access_point_knows_its_address(kernel):
    """What used to happen: without a route to the internet, only 127.0.0.1 was known."""
    kernel.interfaces.append(("wlan0", "10.42.0.1", UP | RUNNING))
    assert addresses() == ["10.42.0.1"]


def test_a_car_without_a_network_has_none(kernel):
    assert addresses() == []


def test_the_likeliest_comes_first(kernel):
    kernel.interfaces += [
        ("docker0", "172.17.0.1", UP),
        ("veth1", "172.18.0.1", UP | RUNNING),
        ("usb0", "169.254.7.7", UP | RUNNING),
        ("eth1", "10.0.0.2", UP),
        ("wlan1", "10.42.0.1", UP | RUNNING),
        ("wlan0", "192.168.1.20", UP | RUNNING),
        ("wlan0:1", "192.168.1.21", UP | RUNNING),
        ("eth0", "10.0.0.9", 0),
    ]
    kernel.lead_out("wlan0")
    assert addresses() == [
        "192.168.1.20", "10.42.0.1", "192.168.1.21", "169.254.7.7", "10.0.0.2", "172.18.0.1",
        "172.17.0.1",
    ]  # fmt: skip


def test_an_interface_that_goes_while_it_is_looked_at_is_no_error(kernel):
    kernel.interfaces.append(("wlan0", "10.42.0.1", UP | RUNNING))
    listing = kernel.list_into

    def list_and_lose(size, pointer):
        answer = listing(size, pointer)
        kernel.interfaces.pop()
        return answer

    kernel.list_into = list_and_lose
    assert addresses() == []


def test_a_system_that_knows_no_such_call_is_asked_by_name(kernel, monkeypatch):
    def refuse(*arguments):
        raise OSError(25, "Inappropriate ioctl for device")

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    found = [(socket.AF_INET, 0, 0, "", (ip, 0)) for ip in ("127.0.1.1", "192.168.1.20")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments: found)
    assert addresses() == ["192.168.1.20"]


@pytest.mark.parametrize(
    "name", ["car", "car.local", "car.lan", "car.home", "car.fritz.box", "car.speedport.ip"]
)
def test_names_that_routers_give_are_its_own(kernel, name):
    assert name in own_names()


def test_the_ending_that_the_network_gave_is_its_own(kernel):
    kernel.resolver.write_text(
        "# by NetworkManager\nsearch Club.example lan\nnameserver 10.0.0.1\n"
    )
    assert "car.club.example" in own_names()
    assert not {"car.evil.example", "speedport.ip", "car.ip", "other.speedport.ip"} & own_names()


@pytest.mark.parametrize("text", ["", "search", "search .", "search a_b:1 ../x", "\n\n", "domain"])
def test_an_odd_resolver_file_gives_no_names(kernel, text):
    before = own_names()
    kernel.resolver.write_text(text)
    assert own_names() == before


def test_a_computer_without_a_name_has_none_to_print(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    assert local_name() == ""


def test_every_address_is_printed_and_the_name(kernel):
    kernel.interfaces += [("wlan0", "10.42.0.1", UP | RUNNING), ("eth0", "10.0.0.9", UP | RUNNING)]
    kernel.lead_out("eth0")
    controller = WebConsole(Cockpit(), port=0)
    controller.shutdown()
    port, token = controller.port, controller.pairing.url.partition("#")[2]
    assert controller.pairing.text.splitlines()[:4] == [
        "Drive with a phone or a PC on this network: open this link, or scan it.",
        f"  http://10.0.0.9:{port}/pair#{token}",
        f"  http://10.42.0.1:{port}/pair#{token}",
        f"  http://car.local:{port}/pair#{token}",
    ]


def test_without_a_network_the_link_is_for_this_computer(kernel):
    controller = WebConsole(Cockpit(), port=0)
    controller.shutdown()
    assert controller.pairing.url.startswith("http://127.0.0.1:")
    assert controller.pairing.text.startswith("Drive on this computer: open this link.")


def test_a_network_that_comes_later_is_told_and_one_that_comes_back_is_not(
    kernel, monkeypatch, capsys
):
    """What used to happen: a car that started before its Wi-Fi never printed how to reach it."""
    monkeypatch.setattr(served, "LOOK_EVERY_S", 0.01)
    wifi, cable = ("wlan0", "192.168.1.20", UP | RUNNING), ("eth0", "10.0.0.9", UP | RUNNING)
    with Served(host="") as car:
        link = f"http://192.168.1.20:{car.port}/pair#{car.token}"

        def printed(*interfaces):
            kernel.interfaces = [LO, *interfaces]
            urls = len(interfaces) + 1  # the name as well; 127.0.0.1 without any
            end_s = time.monotonic() + 5
            while len(car.controller._console.urls) != urls and time.monotonic() < end_s:
                time.sleep(0.005)
            time.sleep(0.05)
            return capsys.readouterr().out

        assert printed() == ""
        assert link in printed(wifi)
        assert printed() == ""
        assert printed(wifi) == ""
        assert "10.0.0.9" in printed(wifi, cable)


@pytest.mark.parametrize(("netmask", "prefix"), [("255.255.255.0", 24), ("255.255.248.0", 21)])
def test_the_size_of_a_network_is_asked_of_the_kernel(kernel, netmask, prefix):
    kernel.interfaces.append(("wlan0", "192.168.1.20", UP | RUNNING))
    kernel.netmask = netmask
    assert prefix_of("192.168.1.20") == prefix
    assert prefix_of("192.168.1.99") == 24, "not an address of this computer"


def test_the_urls_of_a_page_need_no_route_to_anywhere(kernel):
    assert urls_of("", 8887) == ("http://127.0.0.1:8887",)
    kernel.interfaces.append(("wlan0", "10.42.0.1", UP | RUNNING))
    assert urls_of("0.0.0.0", 8887) == ("http://10.42.0.1:8887", "http://car.local:8887")
    assert urls_of("192.168.7.7", 80) == ("http://192.168.7.7:80",)
