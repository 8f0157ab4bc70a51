"""What people on the network can do to the console without driving: cost, noise, and odd paths."""

import contextlib
import logging
import re
import socket
import struct
import time

import pytest

from benchmarks.web.console_client import CLOSE, PING, PONG, TEXT, Refused, Served
from donkeycar.console.access import MAX_SESSIONS
from donkeycar.console.drive import MAX_SOCKETS_OF_ONE
from donkeycar.console.frames import MAX_OF_ONE
from donkeycar.console.guard import CLIENT_SHARE, MAX_MESSAGES_HZ
from donkeycar.console.log_limit import BURST, LINES_HZ, LOGGERS, LogLimit, plain
from donkeycar.testing import FakeClock


@pytest.fixture
def phone(car):
    return car.device()


def raw(car, data):
    """Send bytes, and return what comes until the connection ends or is silent."""
    with socket.create_connection(("127.0.0.1", car.port), timeout=1) as connection:
        connection.sendall(data)
        try:
            return connection.recv(65536)
        except OSError:
            return b""


# Paths.

TRICKS = [
    "/static/%00", "/static/a%00b", "/static/style.css%00", "/static/%00/style.css", "/static/%ff",
    "/static/%C0%AE%C0%AE/frames.py", "/static/%ED%A0%80", "/static/..%2fframes.py",
    "/static/%2e%2e",
    "/static/..", "/static/.", "/static/../frames.py", "/static/lib/../../frames.py", "/static//",
    "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/%5c..%5cframes.py", "/static/lib",
    "/static/lib/", "/static/style.css/", "/static/style.css/x", "/static/style.css/.",
    "/static/%0d%0aX:%20y", "/static/" + "a" * 5000, "/static/" + "a/" * 2000, "/static/~root",
    "/static/.git/config", "/static/style.css~", "/static/%F0%9F%98%80", "/static/con", "/static/*",
    "/drive/%00.js", "/drive/..%2fpage.js", "/drive/page.html", "/pair/%00.js", "/pair/page.html",
    "/%00", "//drive", "/drive/", "/wsDrive/%00", "/calibrate/page.js", "/elsewhere/page.html",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_no_path_but_those_of_files_leads_anywhere_or_to_an_error(car, phone, path, caplog):
    """What used to happen: `/static/%00` was answered with 500."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in phone.items())
    answer = raw(car, f"GET {path} HTTP/1.1\r\nHost: {car.host}\r\n{lines}\r\n".encode())
    assert answer.split()[1] in (b"400", b"403", b"404")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "header",
    [
        "If-Modified-Since: Mon, 01 Jan 2020 99:99:99 GMT", "If-Modified-Since: \x01",
        "Range: bytes=9-1", "Range: bytes=1-99999999999999999999999", "Range: bytes=-0",
        "If-None-Match: W/", "Cookie: a=\xff", "Authorization: Bearer \xff", "Origin: \xff",
        "Content-Length: -1", "Transfer-Encoding: x", "Expect: 100-continue", "X\x00: y",
        "no colon",
    ],
)  # fmt: skip
def test_no_header_leads_to_an_error(car, phone, header):
    lines = "".join(f"{name}: {value}\r\n" for name, value in phone.items())
    for path in ("/static/style.css", "/drive", "/pair", "/wsDrive?page=%00"):
        request = f"GET {path} HTTP/1.1\r\nHost: {car.host}\r\n{lines}{header}\r\n\r\n"
        answer = raw(car, request.encode("latin-1"))
        assert answer.split()[1][:1] in (b"1", b"2", b"4"), (path, answer[:80])


# Frames without a mask.


@pytest.mark.parametrize(
    "frames",
    [
        b'\x81\x0f{"throttle":.5}',
        b'\x82\x0d{"stop":true}',
        b"\x89\x02hi",
        b"\x8a\x00",
        b"\x88\x00",
        b"\x01\x05{\"sto",  # the beginning of a message, without its end
        b'\x01\x81\0\0\0\0{\x80\x01}',  # its end without a mask, its beginning with one
    ],
    ids=["text", "binary", "ping", "pong", "close", "part", "last part"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/wsDrive", "/wsVideo"])
def test_a_frame_without_a_mask_ends_the_connection_and_does_nothing(car, path, frames):
    """What used to happen: it was taken like any other."""
    page = car.socket(path)
    page.raw.sendall(frames)
    said = [page.receive()]
    while said[-1][0] != CLOSE:
        said.append(page.receive())
    assert PONG not in [opcode for opcode, _ in said]
    assert said[-1][1][:2] in (struct.pack(">H", 1002), b"")
    assert not [payload for opcode, payload in said if opcode == TEXT and b"error" in payload]
    assert car.tick()[1] == 0.0


# The log.


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def lines():
    handler = Lines()
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel("DEBUG")
    yield handler.lines
    logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(level)


def test_strangers_cannot_fill_the_log_nor_paint_in_a_terminal(car, lines):
    """What used to happen: a line for each request, as long as its header."""
    for number in range(60):
        raw(car, b"\x1b[31mEVIL\x07%d / HTTP/1.1\r\nHost: %s\r\n\r\n" % (number, b"x" * 9000))
        raw(car, b"GET / HTTP/1.1\r\nHost: a\r\nHost: %s\x1b[2J\r\n\r\n" % (b"y" * 9000))
    strangers = [line for line in lines if "Malformed" in line or "EVIL" in line]
    assert 0 < len(strangers) <= BURST + 3
    assert max(map(len, lines)) < 500
    assert all(line.isprintable() for line in lines)


def test_what_was_left_out_is_counted():
    clock = FakeClock(10.0)
    ration = LogLimit(clock=clock)

    def say():
        record = logging.LogRecord("tornado.general", logging.INFO, "", 1, "%s", ("hello",), None)
        return record.getMessage() if ration.filter(record) else None

    assert [say() for _ in range(BURST + 5)] == ["hello"] * BURST + [None] * 5
    clock.advance(1 / LINES_HZ)
    assert say() == "hello (5 more lines were left out)"
    clock.advance(1 / LINES_HZ)
    assert say() == "hello"


def test_a_traceback_is_made_plain_too():
    record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), None)
    try:
        raise ValueError("\x1b[31m" + "z" * 9000)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    assert LogLimit(clock=FakeClock()).filter(record)
    written = logging.Formatter().format(record)
    assert "ValueError" in written or "zzz" in written
    assert "\x1b" not in written
    assert max(map(len, written.splitlines())) < 500


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\x1b]0;x\x07", "\u202eevil", "\udc80", "\x85"])
def test_no_letter_that_moves_a_cursor_is_left(text):
    assert plain(text, 100).isprintable()


def test_the_log_of_others_is_theirs_again_once_the_console_ends():
    before = {name: list(logging.getLogger(name).filters) for name in LOGGERS}
    with Served() as car:
        car.socket().hear()
        assert all(logging.getLogger(name).filters for name in LOGGERS)
    assert {name: list(logging.getLogger(name).filters) for name in LOGGERS} == before


# What one paired client may cost.


def test_one_browser_has_so_many_pages_and_another_one_more(car, phone):
    pages = [car.socket("/wsDrive", **phone) for _ in range(MAX_SOCKETS_OF_ONE)]
    with pytest.raises(Refused, match="503"):
        car.socket("/wsDrive", **phone)
    other = car.socket("/wsDrive", **car.device())
    assert "tick" in other.hear()
    for page in [*pages, other]:
        page.close()


def test_one_browser_watches_so_many_times_and_leaves_places_for_others(car, phone):
    watching = [car.socket("/wsVideo", **phone) for _ in range(MAX_OF_ONE)]
    reply = car.request("GET", "/video", headers=phone)
    assert reply.status == 503
    assert "Close the page in another tab" in reply.json()["error"]
    late = car.socket("/wsVideo", **phone)
    opcode, payload = late.receive()
    assert (opcode, payload[:2]) == (CLOSE, struct.pack(">H", 4503))
    assert b"another tab" in payload
    other = car.socket("/wsVideo", **car.device())
    frames = car.controller._console.frames
    end_s = time.monotonic() + 2
    while frames.num_viewers != MAX_OF_ONE + 1 and time.monotonic() < end_s:
        time.sleep(0.005)
    assert frames.num_viewers == MAX_OF_ONE + 1
    for one in [*watching, late, other]:
        one.close()


def answered(car, headers, number_of_sockets, send):
    """How many of very many pings are answered, over all sockets of a client, within a moment."""
    sockets = [car.socket("/wsDrive", **headers) for _ in range(number_of_sockets)]
    count = 0
    with contextlib.suppress(OSError):  # cut off: that is an answer too
        for page in sockets:
            for _ in range(4 * MAX_MESSAGES_HZ):
                send(page)
    end_s = time.monotonic() + 1.0
    for page in sockets:
        page.raw.settimeout(0.3)
        try:
            while time.monotonic() < end_s:
                opcode, payload = page.receive()
                count += opcode == PONG or b"pong" in payload
                if opcode == CLOSE:
                    break
        except OSError:
            pass
        page.close()
    return count


@pytest.mark.parametrize("kind", ["pings of the protocol", "pings of ours"])
def test_pings_are_rationed_for_all_pages_of_a_browser_together(clock, kind):
    """What used to happen: every one was answered, of eight sockets as of one."""
    with Served(clock=clock) as car:  # time stands still: nothing is saved up anew
        phone = car.device()

        def send(page):
            if kind == "pings of ours":
                page.say(ping=1)
            else:
                page.send(b"hi", opcode=PING)

        pongs = answered(car, phone, 3, send)
        assert 0 < pongs <= CLIENT_SHARE * MAX_MESSAGES_HZ
        assert answered(car, phone, 1, send) == 0, "a new page is no new ration"
        assert answered(car, car.device(), 1, send) > 0, "somebody else has their own"


def test_a_stop_is_heard_from_who_has_used_up_everything(clock):
    with Served(clock=clock) as car:
        phone = car.device()
        page = car.socket("/wsDrive", **phone)
        for _ in range(2 * MAX_MESSAGES_HZ):
            page.say(ping=1)
        page.say(stop=True)
        page.hear_until("stop_ack")
        headers = phone | {"Content-Type": "application/json"}
        status = 200
        for _ in range(4 * MAX_MESSAGES_HZ):
            status = car.request("POST", "/drive", '{"angle":0}', headers).status
            if status != 200:
                break
        assert status == 429
        assert car.request("POST", "/drive", '{"stop":true}', headers).status == 200


def test_who_floods_is_cut_off_and_not_let_flood_again(clock):
    with Served(clock=clock) as car:
        phone = car.device()
        lengths = []
        for _ in range(2):
            page = car.socket("/wsDrive", **phone)
            sent = 0
            try:
                for sent in range(20_000):  # noqa: B007 - how far it came
                    page.send(b"{}")
            except OSError:
                pass
            lengths.append(sent)
            page.close()
        assert lengths[0] < 19_999
        assert lengths[1] < 19_999


def test_the_pages_of_one_browser_do_not_make_the_car_forget_those_of_others(car, phone):
    """What used to happen: 64 pages, and the driver's page counted its messages from the start."""
    console = car.controller._console
    page = console.client("Anna page1")
    page.next_seq = 77
    for number in range(600):
        console.client(f"Ben page{number}")
    assert console.client("Anna page1").next_seq == 77
    assert len(console.clients) < 20


def test_the_pairing_page_says_that_there_is_no_room(car):
    for _ in range(MAX_SESSIONS):
        status = car.post("/pair", {"token": car.token}, {}).status
        assert status == 200
    reply = car.post("/pair", {"token": car.token}, {})
    assert reply.status == 503
    assert re.search("As many browsers are paired", reply.json()["error"])
