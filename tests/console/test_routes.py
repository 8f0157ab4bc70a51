"""Who gets in: every address, every method, every header that matters."""

import contextlib
import re

import pytest

from benchmarks.web.console_client import Refused, Served
from donkeycar.console.guard import STATIC_FILES, Guarded
from donkeycar.console.server import ROUTES

PUBLIC = {"/pair", "/pair/page.js", "/pair/page.css", "/pair/style.css"}

# One address for every pattern of the table; a pattern without one fails the test below.
ADDRESSES = {
    r"/": "/",
    r"/pair": "/pair",
    r"/pair/(style\.css)": "/pair/style.css",
    r"/pair/([a-z_]+\.(?:js|css))": "/pair/page.js",
    r"/invite": "/invite",
    r"/devices": "/devices",
    r"/drive": "/drive",
    r"/drive/([a-z_]+\.(?:js|css))": "/drive/page.js",
    r"/pages": "/pages",
    r"/wsDrive": "/wsDrive",
    r"/video": "/video",
    r"/wsVideo": "/wsVideo",
    STATIC_FILES: "/static/style.css",
}
EVERYWHERE = [*ADDRESSES.values(), "/pair/page.css", "/nowhere", "/static/", "/wsCalibrate"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "x" * 16,
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(scope="module")
def car():
    """One console for all tests here: none of them gets it to do anything."""
    with Served(has_pilot=True) as served:
        yield served


@pytest.fixture(scope="module")
def paired(car):
    return {"Cookie": car.pair(), "Origin": f"http://{car.host}"}


def test_the_table_is_complete_and_everything_in_it_is_guarded():
    assert {pattern for pattern, _, _ in ROUTES} == set(ADDRESSES)
    for pattern, handler, _ in ROUTES:
        assert re.fullmatch(pattern, ADDRESSES[pattern])
        assert issubclass(handler, Guarded)


def test_only_the_pairing_page_is_public():
    public = {ADDRESSES[pattern] for pattern, handler, _ in ROUTES if handler.public}
    assert public <= PUBLIC


@pytest.mark.parametrize("path", EVERYWHERE)
def test_without_pairing_every_address_and_method_is_refused(car, path):
    for method in METHODS:
        if path in PUBLIC and method in ("GET", "HEAD", "POST"):
            continue
        body = "{}" if method == "POST" else None
        reply = car.request(method, path, body, {"Content-Type": "application/json"})
        allowed = {401} if method in ("GET", "POST", "HEAD") else {401, 405}
        assert reply.status in allowed, (method, path)
        assert not reply.headers.get("Set-Cookie")


@pytest.mark.parametrize("path", [*EVERYWHERE, "/%2e%2e/setup.py", "/x" * 500])
@pytest.mark.parametrize("cookie", [True, False])
def test_every_answer_carries_the_policy_and_tells_nothing(car, paired, path, cookie):
    if cookie and path == "/video":
        return  # endless for who is paired; its headers are tested with the video
    for method in METHODS:
        reply = car.request(method, path, headers=paired if cookie else {})
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "Server" not in reply.headers
        assert reply.status < 500
        if reply.status >= 400 and b"<!doctype html>" not in reply.body:
            assert not re.search(rb"Traceback|/home|/work|\.py|ornado", reply.body)


@pytest.mark.parametrize(
    "cookie", ["", "x", "donkeycar_{port}=", "donkeycar_{port}=forged", "donkeycar_1={session}"]
)
def test_a_forged_cookie_opens_nothing(car, paired, cookie):
    session = paired["Cookie"].partition("=")[2]
    headers = {"Cookie": cookie.format(port=car.port, session=session)}
    assert car.request("GET", "/drive/page.js", headers=headers).status == 401
    assert car.request("GET", "/drive/page.js", headers=paired).status == 200


def test_a_truncated_session_opens_nothing(car, paired):
    headers = {"Cookie": paired["Cookie"][:-1]}
    assert car.request("GET", "/drive/page.js", headers=headers).status == 401


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer x", "Basic {token}", "{token}", "Bearer {token}x"]
)
def test_a_wrong_bearer_opens_nothing(car, value):
    headers = {"Authorization": value.format(token=car.token)}
    assert car.request("GET", "/drive/page.js", headers=headers).status == 401


def test_the_token_is_a_bearer(car):
    for scheme in ("Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {car.token}"}
        assert car.request("GET", "/drive/page.js", headers=headers).status == 200


def test_who_is_not_paired_gets_the_pairing_page(car):
    for path in ("/", "/drive"):
        reply = car.request("GET", path)
        assert reply.status == 401
        assert reply.headers["Content-Type"].startswith("text/html")
        assert b"/pair/page.js" in reply.body


def test_who_is_paired_gets_the_drive_page(car, paired):
    assert car.request("GET", "/", headers=paired).headers["Location"] == "/drive"
    reply = car.request("GET", "/drive", headers=paired)
    assert reply.status == 200
    assert b"/drive/page.js" in reply.body
    assert car.request("HEAD", "/drive", headers=paired).status == 200


def test_every_file_a_page_names_is_served(car, paired):
    for page in ("/drive", "/pair"):
        html = car.request("GET", page, headers=paired).body.decode()
        names = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', html)
        assert names
        for name in names:
            assert car.request("GET", name, headers=paired).status == 200, name
            if page == "/pair":
                assert car.request("GET", name).status == 200, name


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/%2e%2e/server.py", "/drive/../"])
def test_no_file_outside_the_pages_is_served(car, paired, path):
    assert car.request("GET", path, headers=paired).status in (403, 404)


def test_an_unknown_address_is_404_for_who_is_paired(car, paired):
    for path in ("/nowhere", "/wsCalibrate", "/calibrate", "/static/nowhere.js", "/drive/x.html"):
        assert car.request("GET", path, headers=paired).status == 404


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1:9000"])
def test_a_tunnel_of_ssh_leads_to_the_car(car, host):
    """What used to happen: 421, as the port was not the car's."""
    headers = {"Host": host, "Origin": f"http://{host}", "Content-Type": "application/json"}
    paired = car.post("/pair", {"token": car.token}, headers)
    assert paired.status == 200
    headers["Cookie"] = paired.headers["Set-Cookie"].partition(";")[0]
    assert car.request("GET", "/drive", headers=headers).status == 200
    with contextlib.closing(car.socket("/wsDrive", **headers)) as page:
        assert "tick" in page.hear()
    headers["Origin"] = f"http://{car.host}"
    assert car.request("GET", "/drive", headers=headers).status == 403


def test_a_person_under_a_foreign_name_is_told_the_address(car):
    headers = {"Host": "car.evil.example", "Accept": "text/html,*/*;q=0.8"}
    for path in ("/", "/drive", "/nowhere", "/wsDrive"):
        reply = car.request("GET", path, headers=headers)
        assert reply.status == 421
        assert f'href="http://127.0.0.1:{car.port}/drive"' in reply.body.decode()
        assert b"evil" not in reply.body


@pytest.mark.parametrize("host", ["evil.example:{port}", "192.0.2.77:{port}", "", "a_b"])
def test_a_foreign_host_is_misdirected(car, paired, host):
    headers = paired | {"Host": host.format(port=car.port)}
    for path in ("/drive", "/pair", "/nowhere"):
        assert car.request("GET", path, headers=headers).status == 421
    with pytest.raises(Refused, match="421"):
        car.socket("/wsDrive", **headers)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1"])
def test_own_names_are_served(car, paired, name):
    host = f"{name}:{car.port}"
    headers = {"Host": host, "Cookie": paired["Cookie"], "Origin": f"http://{host}"}
    assert car.request("GET", "/drive", headers=headers).status == 200
    car.socket("/wsDrive", **headers).close()


def test_more_names_can_be_given():
    with Served(names=["Proxy.example:443"]) as car:
        headers = {"Host": "proxy.example:443", "Authorization": f"Bearer {car.token}"}
        assert car.request("GET", "/drive", headers=headers).status == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:1", "http://localhost:{port}", ""]
)
@pytest.mark.parametrize("path", ["/wsDrive", "/wsVideo"])
def test_a_foreign_page_opens_no_socket(car, paired, path, origin):
    headers = paired | {"Origin": origin.format(port=car.port)}
    with pytest.raises(Refused, match="403"):
        car.socket(path, **headers)


def test_a_foreign_page_posts_nothing(car, paired):
    for more in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        for path, fields in (("/drive", {"throttle": 0.5}), ("/pair", {}), ("/invite", {})):
            assert car.post(path, fields, paired | more).status == 403
    assert car.tick()[1] == 0.0


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_a_form_drives_nothing(car, paired, kind):
    headers = paired | ({"Content-Type": kind} if kind else {})
    assert car.request("POST", "/drive", '{"throttle":0.5}', headers).status in (400, 415)
    assert car.tick()[1] == 0.0


def test_a_socket_without_origin_needs_the_token(car, paired):
    with pytest.raises(Refused, match="403"):
        car.socket("/wsDrive", Cookie=paired["Cookie"])
    car.socket("/wsDrive").close()


def test_a_socket_without_pairing_is_refused(car):
    for path in ("/wsDrive", "/wsVideo"):
        with pytest.raises(Refused, match="401"):
            car.socket(path, Origin=f"http://{car.host}")


def test_a_plain_request_to_a_socket_is_refused(car, paired):
    assert car.request("GET", "/wsDrive", headers=paired).status == 400
    upgrade = UPGRADE | paired | {"Sec-WebSocket-Version": "1"}
    assert car.request("GET", "/wsDrive", headers=upgrade).status == 426


def test_a_body_over_16_kib_is_refused(car):
    body = b'{"angle": 0}'.ljust(16 * 1024 + 1)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {car.token}"}
    # The console may hang up without waiting for the rest.
    with contextlib.suppress(ConnectionError):
        assert car.request("POST", "/drive", body, headers).status in (400, 413)
    assert "Nobody" in car.tick()[5]


def test_open_to_all_asks_nobody_and_still_refuses_foreign_pages():
    with Served(auth="none") as car:
        assert car.request("GET", "/drive").status == 200
        assert car.post("/drive", {"throttle": 0.5}, {}).json()["auth"] == "none"
        assert car.tick()[1] == 0.5
        car.socket("/wsDrive", **{"User-Agent": "script"}).close()
        with pytest.raises(Refused, match="403"):
            car.socket("/wsDrive", Origin="http://evil.example")
        headers = {"Host": f"evil.example:{car.port}"}
        assert car.request("GET", "/drive", headers=headers).status == 421
