"""The live view in Foxglove: who has a link sees the car, and can do nothing else with it."""

import asyncio
import base64
import errno
import json
import re
import tempfile
import threading
import time

import foxglove
import foxglove.messages
import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from benchmarks.web.console_client import Refused, Served, Socket
from benchmarks.web.foxglove_client import HEADERS, ORIGIN, FoxgloveViewer, new_link, watch
from donkeycar.console import served
from donkeycar.console.foxglove_links import FOXGLOVE
from donkeycar.console.foxglove_protocol import CHANNELS, SUBPROTOCOLS, advertisement, parse_wish
from donkeycar.console.guard import Guarded
from donkeycar.console.pairing_file import PairingFile
from donkeycar.foxglove import schemas
from donkeycar.foxglove.topics import LAYOUT
from donkeycar.management.pair import revoke, view

FRAME = np.full((120, 160, 3), 90, np.uint8)
WRONG = "/foxglove/" + 32 * "x"


@pytest.fixture
def file(tmp_path):
    return PairingFile(tmp_path, state=tmp_path / "state")


@pytest.fixture
def car(file):
    with Served(has_pilot=True, car_name="test car", foxglove=True, pairing_file=file) as served:
        yield served


@pytest.fixture
def page(car):
    """Headers of a paired browser on the car's own page."""
    return car.device()


def links(car, page):
    return car.request("GET", "/foxglove/links", headers=page).json()["links"]


def decoded(payload, schema_name):
    """A message of Protocol Buffers, by the schema that was advertised."""
    (channel,) = [one for one in CHANNELS if one.schema_name == schema_name]
    files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(channel.schema))
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(schema_name))
    return kind.FromString(payload)


def test_a_viewer_sees_what_the_car_does(car):
    viewer = watch(car, new_link(car))
    assert viewer.info["name"] == "test car"
    assert viewer.info["capabilities"] == []
    assert list(viewer.channels) == [channel.topic for channel in CHANNELS]
    viewer.subscribe()
    car.show(
        FRAME, time.monotonic(), 1, angle=0.25, throttle=0.5, pilot__angle=-0.5,
        drivetrain__state="run", drivetrain__age_p50_s=0.04,
    )  # fmt: skip
    picture = decoded(viewer.data("/camera").payload, "foxglove.CompressedImage")
    assert picture.format == "jpeg"
    assert picture.data.startswith(b"\xff\xd8")
    assert picture.timestamp.seconds == pytest.approx(time.time(), abs=5)
    while viewer.content("/control/final") != {"angle": 0.25, "throttle": 0.5}:
        pass
    assert viewer.content("/control/pilot") == {"angle": -0.5}
    assert viewer.content("/control/user") == {"angle": 0.0, "throttle": 0.0}
    assert viewer.content("/ages") == {"camera_to_wheel_p50_s": 0.04}
    state = viewer.content("/state")
    assert (state["mode"], state["drivetrain"]) == ("user", "run")
    assert state["stop_reason"].startswith("Nobody drives.")


def test_a_stop_is_told_with_its_reason_and_its_end(car, page):
    viewer = watch(car, new_link(car))
    viewer.subscribe("/log")
    first = decoded(viewer.data().payload, "foxglove.Log")
    assert first.message.startswith("Nobody drives.")
    assert first.level == 3
    driver = car.socket("/wsDrive", **page)
    driver.drive(0.5, angle=0.0, throttle=0.0)
    second = decoded(viewer.data().payload, "foxglove.Log")
    assert (second.message, second.level) == ("The car drives.", 2)
    driver.say(stop=True)
    assert "top" in decoded(viewer.data().payload, "foxglove.Log").message


def test_it_speaks_with_a_client_of_others(car):
    async def watch():
        url = f"ws://127.0.0.1:{car.port}{new_link(car)}"
        client = await websocket_connect(
            HTTPRequest(url, headers={"Origin": ORIGIN}), subprotocols=list(SUBPROTOCOLS)
        )
        ops = [json.loads(await client.read_message())["op"] for _ in range(2)]
        spoken = client.selected_subprotocol
        client.close()
        while await client.read_message() is not None:
            pass
        return spoken, ops

    assert asyncio.run(watch()) == ("foxglove.sdk.v1", ["serverInfo", "advertise"])


def test_this_viewer_understands_the_server_of_foxglove():
    own = foxglove.Context()
    channel = foxglove.Channel("/state", schema={"type": "object"}, context=own)
    server = foxglove.start_server(host="127.0.0.1", port=0, context=own)
    try:
        viewer = FoxgloveViewer(Socket(server.port, "/", HEADERS))
        assert viewer.info["capabilities"] == []
        assert set(viewer.channels["/state"]) <= set(json.loads(advertisement())["channels"][0])
        viewer.subscribe("/state")
        heard = threading.Event()

        def log():  # until the server has noticed that somebody listens
            while not heard.wait(0.02):
                channel.log({"mode": "user"}, log_time=123)

        thread = threading.Thread(target=log)
        thread.start()
        try:
            topic, time_ns, payload = viewer.data("/state")
        finally:
            heard.set()
            thread.join()
        assert (topic, time_ns, json.loads(payload)) == ("/state", 123, {"mode": "user"})
        viewer.close()
    finally:
        server.stop()


def test_the_schemas_are_those_of_the_installed_sdk():
    for ours, theirs in (
        (schemas.COMPRESSED_IMAGE, foxglove.messages.CompressedImage),
        (schemas.LOG, foxglove.messages.Log),
    ):
        assert base64.b64decode(ours) == theirs.get_schema().data


def test_every_topic_of_the_live_view_is_in_the_layout():
    text = LAYOUT.read_text()
    assert [channel.topic for channel in CHANNELS if f'"{channel.topic}' not in text] == []


ADDRESSES = ["/foxglove/links", "/foxglove/layout.json", WRONG, "/foxglove/", "/foxglove"]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_an_unpaired_client_gets_nothing(car, path, method):
    new_link(car)
    body = '{"make": true}' if method == "POST" else None
    reply = car.request(method, path, body, {"Content-Type": "application/json"})
    assert reply.status in ({401} if method in ("GET", "HEAD", "POST") else {401, 405})
    assert b"ws://" not in reply.body
    assert len(car.controller._console.access.views.links) == 1


def test_every_route_is_guarded_and_none_is_public():
    assert all(issubclass(handler, Guarded) for _, handler, _ in FOXGLOVE)
    assert not any(handler.public for _, handler, _ in FOXGLOVE)


@pytest.mark.parametrize("path", [WRONG, "/foxglove/" + 31 * "x", "/foxglove/links"])
def test_a_viewer_without_a_link_gets_no_socket(car, page, path):
    new_link(car)
    with pytest.raises(Refused, match="401" if path == WRONG else "403"):
        watch(car, path)
    if path == WRONG:  # a cookie is no link: another site may use it
        with pytest.raises(Refused, match="401"):
            watch(car, path, **page)
        with pytest.raises(Refused, match="401"):
            watch(car, path, Authorization=f"Bearer {car.token}")


def test_a_link_opens_nothing_but_the_view(car):
    path = new_link(car)
    token = path.rpartition("/")[2]
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Cookie": f"{car.controller._console.cookie}={token}"},
    ):
        for other in ("/drive/page.js", "/video", "/devices", "/foxglove/links"):
            assert car.request("GET", other, headers=headers).status == 401, other
        for other in ("/wsDrive", "/wsVideo"):
            with pytest.raises(Refused, match="40[13]"):
                car.socket(other, **headers)
    assert car.post("/pair", {"token": token}, {}).status == 403
    assert car.post("/drive", {"throttle": 1.0}, {"Authorization": f"Bearer {token}"}).status == 401
    viewer = watch(car, path)
    with pytest.raises(Refused, match="401"):
        car.socket(f"/wsDrive?page={token}", Origin=f"http://{car.host}")
    viewer.close()


def test_nothing_can_be_sent_to_the_car(car, page):
    driver = car.socket("/wsDrive", **page)
    driver.drive(0.4, angle=0.0, throttle=0.2)
    viewer = watch(car, new_link(car))
    viewer.subscribe("/state")
    for fields in (
        {"op": "advertise", "channels": [{"id": 1, "topic": "/control/user", "encoding": "json"}]},
        {"op": "setParameters", "parameters": [{"name": "x", "value": 1}]},
        {"angle": 1.0, "throttle": 1.0, "drive_mode": "local", "recording": True, "seq": 10**6},
        {"stop": True},
        {"op": "subscribe", "subscriptions": [{"id": 1, "channelId": 99}]},
        {"op": "subscribe", "subscriptions": [{"id": -1, "channelId": "1"}, 7, None]},
        {"op": "unsubscribe", "subscriptionIds": "all"},
    ):
        viewer.say(**fields)
    viewer.socket.send(b"\x01\x00\x00\x00\x01{}", opcode=2)
    viewer.socket.send("{" * 2000)
    driver.drive(0.4, angle=0.0, throttle=0.2)
    for _ in range(3):
        state = viewer.content("/state")
    assert (state["mode"], state["recording"], state["stop_reason"]) == ("user", False, "")
    assert car.tick()[:2] == (0.0, 0.2)
    assert "This car only shows itself: subscribe and unsubscribe are understood" in viewer.statuses


def test_a_wish_is_read_whatever_comes():
    for text in ("", "null", "[]", '{"op": 3}', "1e999", "[" * 4000, b"", b"\x01", '{"op":"x"}'):
        assert parse_wish(text).refused
    assert parse_wish('{"op": "unsubscribe", "subscriptionIds": [1, true, -1, 2]}').unsubscribe == [
        1, 2,
    ]  # fmt: skip


def test_a_link_is_for_one_program_at_a_time(car):
    path = new_link(car)
    viewer = watch(car, path)
    with pytest.raises(Refused, match="503"):
        watch(car, path)
    viewer.close()
    for _ in range(100):
        try:
            watch(car, path).close()
            return
        except Refused:
            time.sleep(0.02)
    pytest.fail("the place did not become free")


def test_a_program_that_speaks_something_else_is_refused(car):
    with pytest.raises(Refused, match="400"):
        watch(car, new_link(car), **{"Sec-WebSocket-Protocol": "chat"})


def test_ten_viewers_see_each_frame_and_it_is_encoded_once(car):
    viewers = [watch(car, new_link(car)) for _ in range(10)]
    with pytest.raises(Refused, match="503"):
        watch(car, new_link(car))
    for viewer in viewers:
        viewer.subscribe("/camera")
    hub = car.controller._console.frames
    _until(lambda: len(hub._viewers) == 10)
    for sequence in range(5):
        car.show(FRAME, 50 + sequence / 20, sequence)
        times = {viewer.data("/camera").time_ns for viewer in viewers}
        assert len(times) <= 10
    assert hub.num_encoded == 5
    # They take no place of those who may drive.
    assert hub.num_viewers == 0


def test_nothing_is_encoded_for_a_viewer_without_pictures(car):
    viewer = watch(car, new_link(car))
    viewer.subscribe("/state")
    car.show(FRAME, 50.0, 1)
    viewer.content("/state")
    assert car.controller._console.frames.num_encoded == 0
    viewer.subscribe("/camera")
    viewer.data("/camera")
    viewer.say(op="unsubscribe", subscriptionIds=[100 + viewer.channels["/camera"]["id"]])
    _until(lambda: not car.controller._console.frames._viewers)


def test_a_stalled_viewer_is_cut_off_and_delays_nobody(car):
    stalled = watch(car, new_link(car))
    stalled.subscribe()
    healthy = watch(car, new_link(car))
    healthy.subscribe("/camera")
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    feed = car.controller._console
    began_s, sequence, longest_s = time.monotonic(), 0, 0.0
    while len(feed.gate.users()) > 1 and time.monotonic() < began_s + 15:
        sequence += 1
        before_s = time.monotonic()
        car.show(np.roll(noise, sequence, axis=1), before_s, sequence)
        healthy.data("/camera")
        longest_s = max(longest_s, time.monotonic() - before_s)
    assert feed.gate.users() == {name for name in feed.gate.users() if name.startswith("view ")}
    assert len(feed.gate.users()) == 1
    assert longest_s < 3.0
    assert sequence > 20


@pytest.mark.parametrize("how", ["page", "command", "device", "all"])
def test_who_loses_the_link_is_cut_off_at_once(car, page, file, how):
    path = new_link(car, page)
    viewer = watch(car, path)
    viewer.subscribe()
    viewer.data()
    (link,) = links(car, page)
    assert link["is_here"]
    (session,) = car.controller._console.access.sessions
    if how == "page":
        assert car.post("/foxglove/links", {"remove": link["id"]}, page).json() == {"links": []}
    elif how == "command":
        revoke(file, [link["id"]])
    elif how == "device":
        revoke(file, [session])
    else:
        file.remove()
    began_s = time.monotonic()
    viewer.wait_closed()
    assert time.monotonic() - began_s < 2.0
    with pytest.raises(Refused, match="401"):
        watch(car, path)
    if how in ("page", "command"):
        assert car.request("GET", "/drive", headers=page).status == 200


def test_a_link_lasts_over_a_restart_and_only_its_digest_is_stored(file):
    with Served(foxglove=True, pairing_file=file) as car:
        path = new_link(car, car.device())
    token = path.rpartition("/")[2]
    stored = file.path.read_text()
    assert token not in stored
    assert re.search(r'"views": \[\s*\{\s*"digest": "[0-9a-f]{64}"', stored)
    with Served(foxglove=True, pairing_file=file) as car:
        watch(car, path).close()


def full(**options):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_a_removed_link_does_not_come_back(file, monkeypatch):
    with Served(foxglove=True, pairing_file=file) as car:
        page = car.device()
        path = new_link(car, page)
        (link,) = links(car, page)
        monkeypatch.setattr(tempfile, "mkstemp", full)
        assert car.post("/foxglove/links", {"remove": link["id"]}, page).json() == {"links": []}
        monkeypatch.undo()
    with (
        Served(foxglove=True, pairing_file=file) as car,
        pytest.raises(Refused, match="401"),
    ):
        watch(car, path)


def test_on_a_full_disk_a_new_link_works_in_this_run(file, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with Served(foxglove=True, pairing_file=file) as car:
        watch(car, new_link(car)).close()


def test_a_file_of_an_earlier_version_is_read(file):
    with Served(foxglove=True, pairing_file=file) as car:
        page = car.device()
    stored = json.loads(file.path.read_text())
    del stored["views"]
    file.path.write_text(json.dumps(stored))
    with Served(foxglove=True, pairing_file=file, port=0) as car:
        assert len(car.controller._console.access.sessions) == 1
        assert page


def test_without_a_file_a_link_ends_with_the_run():
    with Served(foxglove=True) as car:
        path = new_link(car)
        watch(car, path).close()
    with Served(foxglove=True) as car, pytest.raises(Refused, match="401"):
        watch(car, path)


def test_a_link_of_the_command_works_at_once(file, monkeypatch):
    """It used to be refused until the car had looked at the file, half a second later: "This link
    shows no car any more"."""
    monkeypatch.setattr(served, "LOOK_AT_FILE_EVERY_S", 1000.0)
    with Served(foxglove=True, pairing_file=file) as car:
        watch(car, f"/foxglove/{view(file)}").close()
        with pytest.raises(Refused, match="401"):
            watch(car, f"/foxglove/{32 * 'x'}")


def test_there_is_an_end_to_links(car, page):
    for _ in range(16):
        new_link(car, page)
    refused = car.post("/foxglove/links", {"make": True}, page)
    assert refused.status == 409
    assert refused.json()["error"] == "There are too many links. Remove one"


@pytest.mark.parametrize("body", [{}, {"remove": 3}, {"remove": "x"}, {"make": 1}, []])
def test_a_wrong_request_for_links_is_refused(car, page, body):
    assert car.post("/foxglove/links", body, page).status in (400, 404)


def test_the_layout_is_handed_out(car, page):
    reply = car.request("GET", "/foxglove/layout.json", headers=page)
    assert reply.json() == json.loads(LAYOUT.read_text())


def test_with_an_open_car_a_foreign_page_still_needs_a_link():
    with Served(auth="none", foxglove=True) as car:
        with pytest.raises(Refused, match="401"):
            watch(car, WRONG)
        path = new_link(car, {})
        watch(car, path).close()


def test_a_car_that_does_not_want_it_has_no_such_address():
    with Served() as car:
        page = car.device()
        for path in ADDRESSES:
            assert car.request("GET", path, headers=page).status == 404
        with pytest.raises(Refused, match="40[34]"):
            watch(car, WRONG, **page)


def _until(condition):
    deadline_s = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
