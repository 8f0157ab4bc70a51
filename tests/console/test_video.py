"""The camera in the browser."""

import asyncio
import contextlib
import http.client
import io
import struct
import threading
import time

import numpy as np
import pytest
from PIL import Image
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from benchmarks.web.console_client import CLOSE, Refused, Served


class Camera(threading.Thread):
    """Ticks of a car whose camera gives a new frame at each."""

    def __init__(self, car, size=(120, 160, 3)):
        super().__init__(daemon=True)
        self.car, self.size = car, size
        self.sequence = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            self.show()

    def show(self):
        self.sequence += 1
        image = np.full(self.size, (self.sequence * 4) % 256, np.uint8)
        self.car.show(image, 1000.0 + self.sequence, self.sequence)


@pytest.fixture
def camera(car):
    camera = Camera(car)
    camera.start()
    yield camera
    camera.ended.set()
    camera.join()


def frames_of(car):
    return car.controller._console.frames


def until(condition, timeout_s=2.0):
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.005)
    return False


@contextlib.contextmanager
def mjpeg(car):
    connection = http.client.HTTPConnection("127.0.0.1", car.port, timeout=3)
    connection.request("GET", "/video", headers={"Authorization": f"Bearer {car.token}"})
    with contextlib.closing(connection), connection.getresponse() as response:
        yield response


def read_part(response):
    """Headers and picture of the next part, its boundary checked."""
    assert response.readline() == b"--frame\r\n"
    headers = {}
    while line := response.readline().strip().decode():
        name, _, value = line.partition(": ")
        headers[name] = value
    jpeg = response.read(int(headers["Content-Length"]))
    assert response.readline() == b"\r\n"
    return headers, jpeg


def test_mjpeg_is_a_stream_of_whole_pictures(car, camera):
    exposures = []
    with mjpeg(car) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=frame"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        for _ in range(5):
            headers, jpeg = read_part(response)
            assert headers["Content-Type"] == "image/jpeg"
            assert Image.open(io.BytesIO(jpeg)).size == (160, 120)
            exposures.append(float(headers["X-Exposed-S"]))
    assert exposures == sorted(set(exposures))


def test_the_socket_sends_the_exposure_and_the_picture(car, camera):
    video = car.socket("/wsVideo")
    before = 0.0
    for _ in range(5):
        opcode, message = video.receive()
        video.send("ack")
        assert opcode == 2
        exposed_s = struct.unpack(">d", message[:8])[0]
        pixels = np.asarray(Image.open(io.BytesIO(message[8:])))
        shown = ((exposed_s - 1000) * 4) % 256
        assert abs(int(pixels[60, 80, 0]) - shown) <= 2
        assert exposed_s > before
        before = exposed_s
    video.close()


def test_a_page_that_closes_while_a_picture_is_sent_leaves_no_error(car, monkeypatch):
    """The log had a traceback: 'NoneType' object has no attribute 'close'."""
    tasks = []

    def close_first(socket, message, binary=False):
        socket.ws_connection = None  # what tornado does when the other side has closed
        tasks.append(asyncio.current_task())
        raise WebSocketClosedError

    monkeypatch.setattr(WebSocketHandler, "write_message", close_first)
    video = car.socket("/wsVideo")
    assert until(lambda: frames_of(car).num_viewers == 1)
    car.show(np.zeros((120, 160, 3), np.uint8), 1.0, 1)
    assert until(lambda: tasks and tasks[0].done())
    assert tasks[0].exception() is None
    video.close()


def test_colours_are_what_the_camera_saw(car):
    video = car.socket("/wsVideo")
    assert until(lambda: frames_of(car).num_viewers == 1)
    image = np.zeros((120, 160, 3), np.uint8)
    image[:, :, 0] = 250
    car.show(image, 1.0, 1)
    _, message = video.receive()
    red, green, blue = np.asarray(Image.open(io.BytesIO(message[8:])))[60, 80]
    assert (red > 240, green < 15, blue < 15) == (True, True, True)
    video.close()


def test_grey_frames_are_shown_too(car):
    video = car.socket("/wsVideo")
    assert until(lambda: frames_of(car).num_viewers == 1)
    car.show(np.full((120, 160, 1), 99, np.uint8), 1.0, 1)
    _, message = video.receive()
    assert Image.open(io.BytesIO(message[8:])).getpixel((80, 60)) == pytest.approx(99, abs=2)
    video.close()


def test_each_frame_is_encoded_once_for_all(car):
    viewers = [car.socket("/wsVideo", **car.device()) for _ in range(4)]
    assert until(lambda: frames_of(car).num_viewers == 4)
    camera = Camera(car)
    for _ in range(10):
        camera.show()
        for viewer in viewers:
            viewer.receive()
            viewer.send("ack")
    camera.car.show(np.zeros((120, 160, 3), np.uint8), 0.0, camera.sequence)
    time.sleep(0.05)
    assert frames_of(car).num_encoded == 10
    for viewer in viewers:
        viewer.close()


def test_nothing_is_encoded_when_nobody_watches(car, camera):
    video = car.socket("/wsVideo")
    video.receive()
    video.close()
    assert until(lambda: frames_of(car).num_viewers == 0)
    assert until(lambda: frames_of(car)._pump.done())
    encoded = frames_of(car).num_encoded
    time.sleep(0.2)
    assert frames_of(car).num_encoded == encoded


def test_a_hundred_viewers_that_come_and_go_leave_nothing(car, camera):
    for _ in range(50):
        video = car.socket("/wsVideo")
        video.close()
        with mjpeg(car):
            pass
        assert until(lambda: frames_of(car).num_viewers == 0)
    assert until(lambda: frames_of(car)._pump.done())


def test_the_newest_frame_waits_for_who_comes_later(car):
    Camera(car).show()
    video = car.socket("/wsVideo")
    _, message = video.receive()
    assert struct.unpack(">d", message[:8])[0] == 1001.0
    second = car.socket("/wsVideo")
    assert second.receive()[1] == message
    video.close()
    second.close()


def test_a_viewer_too_many_is_refused(car, camera):
    viewers = [car.socket("/wsVideo", **car.device()) for _ in range(4)]
    assert until(lambda: frames_of(car).num_viewers == 4)
    headers = {"Authorization": f"Bearer {car.token}"}
    reply = car.request("GET", "/video", headers=headers)
    assert (reply.status, reply.json()["error"][:12]) == (503, "All 4 places")
    fifth = car.socket("/wsVideo")
    opcode, payload = fifth.receive()
    assert opcode == CLOSE
    assert struct.unpack(">H", payload[:2])[0] == 4503
    viewers[0].close()
    assert until(lambda: car.request("GET", "/wsVideo", headers=headers).status == 400)
    for viewer in [*viewers, fifth]:
        viewer.close()


def test_a_viewer_that_answers_nothing_gets_two_frames(car, camera):
    deaf, fine = car.socket("/wsVideo"), car.socket("/wsVideo")
    for _ in range(10):
        fine.receive()
        fine.send("ack")
    first = [deaf.receive()[1][:8], deaf.receive()[1][:8]]
    deaf.raw.settimeout(0.2)
    with pytest.raises(TimeoutError):
        deaf.receive()
    shown_s = struct.unpack(">d", first[1])[0]
    assert camera.sequence + 1000 > shown_s
    fine.close()
    deaf.close()


def test_a_viewer_that_was_slow_sees_the_newest_frame_next(car):
    camera = Camera(car)
    video = car.socket("/wsVideo")
    assert until(lambda: frames_of(car).num_viewers == 1)
    for _ in range(2):
        camera.show()
        video.receive()
    for _ in range(20):
        camera.show()
        assert until(lambda: frames_of(car).num_encoded == camera.sequence)
    video.send("ack")
    # One frame was on its way out when the answers stopped; the next is the newest.
    exposures = [struct.unpack(">d", video.receive()[1][:8])[0]]
    video.send("ack")
    exposures.append(struct.unpack(">d", video.receive()[1][:8])[0])
    assert exposures[-1] == 1000.0 + camera.sequence
    video.close()


def test_a_viewer_that_stalls_loses_its_seat(monkeypatch):
    monkeypatch.setattr("donkeycar.console.video.STALL_S", 0.2)
    with Served() as car:
        noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
        car.socket("/wsVideo")
        with mjpeg(car):
            assert until(lambda: frames_of(car).num_viewers == 2)
            for sequence in range(100):
                car.show(noise, 1.0, sequence)
                time.sleep(0.02)
            assert frames_of(car).num_viewers == 0


def test_a_slow_viewer_delays_nobody(car, camera):
    with mjpeg(car):
        fine = car.socket("/wsVideo")
        started_s = time.monotonic()
        for _ in range(30):
            fine.receive()
            fine.send("ack")
        assert time.monotonic() - started_s < 3.0


def test_video_is_not_for_strangers(car):
    with pytest.raises(Refused, match="401"):
        car.socket("/wsVideo", Origin=f"http://{car.host}")
    assert car.request("GET", "/video").status == 401
    assert frames_of(car).num_viewers == 0
