"""A phone that was paired once drives after a restart; one that was revoked does not."""

import asyncio
import errno
import gc
import json
import tempfile
import threading
import time

import pytest

from benchmarks.web.console_client import CLOSE, Refused, Served
from donkeycar.console import keeper, served
from donkeycar.console.access import Access
from donkeycar.console.drive import DriveSocket
from donkeycar.console.keeper import NOTE_EVERY_S, Keeper
from donkeycar.console.pairing_file import PairingFile
from donkeycar.driving import driver_link as link
from donkeycar.management import pair

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"


@pytest.fixture
def file(tmp_path):
    return PairingFile(tmp_path / "mycar", state=tmp_path / "state")


def serve(file, port=0, **options):
    return Served(pairing_file=file, port=port, car_name="test car", **options)


def until(condition, timeout_s=10.0):
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "it never came"
        time.sleep(0.005)


def status(car, cookie, path="/drive"):
    return car.request("GET", path, headers={"Cookie": cookie}).status


def devices(car, cookie):
    return car.request("GET", "/devices", headers={"Cookie": cookie}).json()["devices"]


def drive(car, cookie):
    """A page that drives. The time of the car stands still, so that no order expires meanwhile."""
    page = car.socket("/wsDrive?page=Anna1", Cookie=cookie, Origin=f"http://{car.host}")
    for throttle in (0.0, 0.3):
        page.hear_until("tick")
        page.beat(throttle=throttle)
    until(lambda: car.tick()[1] == 0.3)
    return page


def test_a_phone_drives_after_a_restart_without_pairing_again(file, clock):
    with serve(file) as car:
        cookie = car.pair()
        assert file.digest(cookie.partition("=")[2]) in file.read().devices
    with serve(file, port=car.port, clock=clock) as again:
        assert status(again, cookie) == 200
        assert drive(again, cookie)
        assert again.token != car.token
        assert again.post("/pair", {"token": car.token}, {}).status == 403


def test_without_a_file_a_restart_forgets(file):
    with serve(None) as car:
        cookie = car.pair()
    with serve(None, port=car.port) as again:
        assert status(again, cookie) == 401


def test_a_cookie_of_another_car_is_refused_even_with_a_copied_file(file, tmp_path):
    with serve(file) as car:
        cookie = car.pair()
    other = PairingFile(tmp_path / "othercar", state=tmp_path / "state")
    other.path.write_bytes(file.path.read_bytes())
    other.path.chmod(0o600)
    session = cookie.partition("=")[2]
    with serve(other, port=car.port) as car:
        assert status(car, cookie) == 401
        assert status(car, f"donkeycar_{car.port}_{other.car_id}={session}") == 401


def test_two_cars_at_one_address_do_not_take_each_others_cookie(file, tmp_path):
    other = PairingFile(tmp_path / "othercar", state=tmp_path / "state")
    with serve(file) as car:
        first = car.pair()
    with serve(other, port=car.port) as car:
        second = car.pair()
        both = f"{first}; {second}"
        assert status(car, both) == 200
    with serve(file, port=car.port) as car:
        assert status(car, both) == 200


def test_the_cookie_lives_half_a_year_and_each_visit_renews_it(file):
    with serve(file) as car:
        reply = car.post("/pair", {"token": car.token}, {})
        cookie = reply.headers["Set-Cookie"].partition(";")[0]
        again = car.request("GET", "/drive", headers={"Cookie": cookie})
    assert again.headers["Set-Cookie"].partition(";")[0] == cookie
    assert f"Max-Age={180 * 24 * 3600};" in again.headers["Set-Cookie"]
    assert (
        "HttpOnly" in again.headers["Set-Cookie"]
        and "SameSite=Strict" in again.headers["Set-Cookie"]
    )


def test_a_phone_that_scans_again_stays_one_device(file):
    with serve(file) as car:
        cookie = car.pair()
        reply = car.post("/pair", {"token": car.token}, {"Cookie": cookie})
        assert reply.json() == {"paired": True}
        assert len(devices(car, cookie)) == 1


def test_the_list_names_each_device(file):
    with serve(file) as car:
        cookie = car.pair()
        car.post("/pair", {"token": car.token}, {"User-Agent": IPHONE})
        page = car.socket("/wsDrive", Cookie=cookie, Origin=f"http://{car.host}")
        page.hear()
        other, me = sorted(devices(car, cookie), key=lambda one: one["is_you"])
        page.close()
    assert (other["label"], me["label"]) == ("iPhone, Safari", "Unknown device")
    assert (other["is_here"], me["is_here"]) == (False, True)
    assert me["is_stored"] and other["is_stored"]


def test_who_is_revoked_while_driving_is_cut_off_and_the_car_stops(file, clock):
    halted = []
    with serve(file, clock=clock, halt=lambda: halted.append(time.monotonic())) as car:
        cookie, friend = car.pair(), car.pair()
        page = drive(car, cookie)
        script = car.socket("/wsDrive")
        (mine,) = [one["id"] for one in devices(car, cookie) if one["is_you"]]
        halted.clear()
        began_s = time.monotonic()
        pair.revoke(file, [mine])
        until(lambda: halted)
        assert halted[0] - began_s < 2.0
        assert car.cockpit.order.latch == link.UNPAIRED
        assert car.tick()[1] == 0.0
        until(lambda: page.receive()[0] == CLOSE)
        until(lambda: script.receive()[0] == CLOSE)
        assert status(car, cookie) == 401
        with pytest.raises(Refused):
            car.socket("/wsDrive", Cookie=cookie, Origin=f"http://{car.host}")
        # Its link, which it may still know, has ended as well; the others are not affected.
        assert car.post("/pair", {"token": car.token}, {}).status == 403
        assert car.post("/pair", {"pin": car.controller.pairing.pin}, {}).status == 403
        assert status(car, friend) == 200
    with serve(file, port=car.port) as again:
        assert status(again, cookie) == 401
        assert status(again, friend) == 200


def test_what_was_sent_before_the_cut_and_is_read_after_it_does_not_drive(file, clock):
    """Bytes of the device may wait in the car when its connection is closed."""
    with serve(file, clock=clock) as car:
        cookie = car.pair()
        page = drive(car, cookie)
        (mine,) = [one["id"] for one in devices(car, cookie) if one["is_you"]]
        console = car.controller._console
        sockets = [one for one in gc.get_objects() if isinstance(one, DriveSocket)]
        (socket,) = [one for one in sockets if one.who == mine]
        done = threading.Event()

        def revoke_and_hear():
            console.revoke([mine])
            fields = {"throttle": 0.5, "seq": page.seq + 1, "echo": page.state["tick"]}
            socket.on_message(json.dumps(fields))
            done.set()

        car.controller._loop.call_soon_threadsafe(revoke_and_hear)
        assert done.wait(10)
        assert car.cockpit.source == "none"
        assert car.tick()[1] == 0.0


@pytest.mark.parametrize("how", ["command", "file removed"])
def test_revoking_all_ends_every_session_also_one_that_was_never_stored(file, how, monkeypatch):
    with serve(file) as car:
        stored = car.pair()
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "mkstemp", full)
            unstored = car.pair()
        assert status(car, unstored) == 200
        if how == "command":
            pair.revoke_all(file)
        else:
            file.remove()
        until(lambda: status(car, stored) == 401)
        if how == "command":
            assert status(car, unstored) == 401
        assert (
            car.post("/pair", {"token": car.controller.pairing.url.partition("#")[2]}, {}).status
            == 200
        )


def full(**options):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_pairs_for_this_run_and_says_so(file, clock, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with serve(file, clock=clock) as car:
        cookie = car.pair()
        reply = car.request("GET", "/devices", headers={"Cookie": cookie}).json()
        assert [one["is_stored"] for one in reply["devices"]] == [False]
        assert "No space left on device" in reply["problem"]
        assert drive(car, cookie)
    assert not file.path.exists()


def test_on_a_full_disk_a_revoked_phone_does_not_come_back(file, monkeypatch):
    with serve(file) as car:
        mine, lost = car.pair(), car.pair()
        (its_id,) = [one["id"] for one in devices(car, lost) if one["is_you"]]
        monkeypatch.setattr(tempfile, "mkstemp", full)
        reply = car.post("/devices", {"remove": its_id}, {"Cookie": mine})
        assert "all stored pairings were removed" in reply.json()["problem"]
        assert status(car, lost) == 401
        # Nobody else is cut off in this run, and the next pairing is stored once there is room.
        time.sleep(3 * keeper.LOOK_EVERY_S)
        assert status(car, mine) == 200
        monkeypatch.undo()
        car.token = car.controller.pairing.url.partition("#")[2]
        stored = car.pair()
    with serve(file, port=car.port) as again:
        assert status(again, lost) == 401
        assert status(again, stored) == 200
        assert status(again, mine) == 200


def test_a_disk_that_hangs_does_not_stop_whoever_drives(file, clock, monkeypatch):
    monkeypatch.setattr(keeper, "STORE_WITHIN_S", 0.3)
    hangs = threading.Event()
    with serve(file, clock=clock) as car:
        page = drive(car, car.pair())

        def slow(edit):
            hangs.wait(20)

        monkeypatch.setattr(file, "change", slow)
        other = threading.Thread(target=car.pair)
        other.start()
        end_s = time.monotonic() + 0.3
        while time.monotonic() < end_s:
            page.hear_until("tick")
            page.beat(throttle=0.3)
        assert page.state["reason_code"] == ""
        other.join(10)
        assert not other.is_alive()
        hangs.set()


def test_a_file_that_others_can_write_counts_only_once_it_is_in_order(file, caplog):
    with serve(file) as car:
        cookie = car.pair()
    file.path.chmod(0o666)
    with serve(file, port=car.port) as car:
        assert "permissions 666 of the file" in caplog.text
        assert status(car, cookie) == 401
        new = car.pair()
        assert status(car, new) == 200
        file.path.chmod(0o600)
        until(lambda: status(car, cookie) == 200)


def test_a_file_that_is_damaged_while_the_car_runs_says_who_still_drives(file, caplog):
    """It said that no stored pairing counts, and the phones drove on."""
    with serve(file) as car:
        cookie = car.pair()
        file.path.write_text("{")
        until(lambda: "one that runs keeps those that it has read" in caplog.text)
        assert status(car, cookie) == 200
        pair.revoke_all(file)
        until(lambda: status(car, cookie) == 401)


def test_nobody_unpairs_the_one_who_drives_from_a_page(file, clock):
    with serve(file, clock=clock) as car:
        cookie, guest = car.pair(), car.pair()
        page = drive(car, cookie)
        (driver,) = [one["id"] for one in devices(car, cookie) if one["is_you"]]
        reply = car.post("/devices", {"remove": driver}, {"Cookie": guest})
        assert reply.status == 409
        page.hear_until("tick")
        page.beat(throttle=0.3)
        assert status(car, cookie) == 200


def test_a_page_unpairs_itself_and_others(file):
    with serve(file) as car:
        mine, other = car.pair(), car.pair()
        ids = {one["is_you"]: one["id"] for one in devices(car, mine)}
        left = car.post("/devices", {"remove": ids[False]}, {"Cookie": mine}).json()["devices"]
        assert [one["id"] for one in left] == [ids[True]]
        reply = car.post("/devices", {"remove": ids[True]}, {"Cookie": mine})
        assert reply.status == 200
        assert "donkeycar" in reply.headers["Set-Cookie"]
        assert (status(car, mine), status(car, other)) == (401, 401)
        until(lambda: file.read().devices == {})


@pytest.mark.parametrize(
    ("body", "answer"),
    [({"remove": "0" * 12}, 404), ({"remove": 7}, 400), ({}, 400), ([], 400)],
)
def test_nonsense_unpairs_nobody(file, body, answer):
    with serve(file) as car:
        cookie = car.pair()
        assert car.post("/devices", body, {"Cookie": cookie}).status == answer
        assert status(car, cookie) == 200


def test_an_invitation_pairs_once_and_after_a_restart(file):
    token = pair.invite(file, uses=1)
    with serve(file) as car:
        assert car.post("/pair", {"token": token}, {}).status == 200
        assert car.post("/pair", {"token": token}, {}).status == 403, "it has been used"
    with serve(file) as car:
        assert car.post("/pair", {"token": token}, {}).status == 403


def test_an_invitation_that_was_made_just_now_pairs(file, monkeypatch):
    """It used to be refused until the car had looked at the file."""
    monkeypatch.setattr(served, "LOOK_AT_FILE_EVERY_S", 1000.0)
    with serve(file) as car:
        token = pair.invite(file, uses=1)
        assert car.post("/pair", {"token": token}, {}).status == 200


def test_a_device_that_was_revoked_is_heard_of_although_somebody_else_read_the_file(file):
    with serve(file) as car:
        cookie = car.pair()
        pair.revoke_all(file)
        assert car.post("/pair", {"token": "wrong"}, {}).status == 403
        until(lambda: status(car, cookie) == 401)


def test_an_invitation_ends_after_five_more_starts(file):
    token = pair.invite(file, uses=30)
    for _ in range(5):
        with serve(file) as car:
            assert car.post("/pair", {"token": token}, {}).status == 200
    with serve(file) as car:
        assert car.post("/pair", {"token": token}, {}).status == 403
    assert file.read().invitations == {}


def test_revoking_one_device_ends_open_invitations(file):
    token = pair.invite(file, uses=30)
    with serve(file) as car:
        reply = car.post("/pair", {"token": token}, {})
        cookie = reply.headers["Set-Cookie"].partition(";")[0]
        (mine,) = [one["id"] for one in devices(car, cookie)]
        pair.revoke(file, [mine])
        until(lambda: status(car, cookie) == 401)
        assert car.post("/pair", {"token": token}, {}).status == 403


def test_an_old_file_that_is_read_late_brings_nobody_back(file, clock):
    access = Access(clock=clock, digest=file.digest)
    Keeper(access, file, clock=clock)
    session = access.pair_by_token(access.token)
    name = access.session_name(session)
    digest = access.sessions[name].device.digest
    file.change(lambda pairings: pairings.devices.update({digest: access.sessions[name].device}))
    before = file.read()
    access.adopt(before)
    access.forget([name])
    access.adopt(before)
    assert access.session_name(session) is None


@pytest.mark.parametrize("now_s", [0.0, 86400.0 * 365, 4.0e9], ids=["1970", "1971", "2096"])
def test_a_clock_that_jumps_unpairs_nobody(file, clock, now_s):
    """A Pi has no clock that runs without power: it starts in the past, and jumps when it hears."""
    sessions = []

    async def run():
        access = Access(clock=clock, digest=file.digest)
        one = Keeper(access, file, clock=clock, now=lambda: now_s)
        sessions.append(access.pair_by_token(access.token))
        await one.keep(sessions[0], "phone")
        clock.advance(2 * NOTE_EVERY_S)
        later = Access(clock=clock, digest=file.digest)
        one = Keeper(later, file, clock=clock, now=lambda: 1.85e9)
        assert later.session_name(sessions[0])
        await one.look()

    asyncio.run(run())
    (device,) = file.read().devices.values()
    assert device.paired_at == (None if now_s < 1e9 else round(now_s))
    assert device.seen_at == 1_850_000_000


def test_the_time_of_the_last_visit_is_written_once_an_hour(file, clock):
    async def run():
        access = Access(clock=clock, digest=file.digest)
        one = Keeper(access, file, clock=clock, now=lambda: 1.85e9 + clock.monotonic())
        session = access.pair_by_token(access.token)
        await one.keep(session, "phone")
        stamps = set()
        for _ in range(60):
            clock.advance(NOTE_EVERY_S / 20)
            access.session_name(session)
            await one.look()
            stamps.add(file.stamp)
        return stamps

    assert len(asyncio.run(run())) == 4
