"""A camera on the network and a video file, through FFmpeg, as they are on the wire and on disk."""

import socketserver
import sys
import threading
import time

import numpy as np
import pytest

from benchmarks.safety.mjpeg_server import MjpegServer
from donkeycar.errors import ConfigError, DeviceError, PartFailed
from donkeycar.parts.camera import stream as module
from donkeycar.parts.camera.stream import StreamCamera, probe
from donkeycar.testing import FakeClock, check_part
from donkeycar.video import write_video


def first(camera):
    """The first frame that has not waited."""
    end_s = time.monotonic() + 20
    while (frame := camera.run()) is None:
        assert time.monotonic() < end_s
    return frame


@pytest.fixture
def film(tmp_path):
    """Two seconds at 10 Hz, each frame brighter than the one before."""
    path = tmp_path / "film.mp4"
    frames = (np.full((240, 320, 3), 10 * number + 20, np.uint8) for number in range(20))
    write_video(path, frames, rate_hz=10)
    return path


def test_pictures_of_the_network_arrive_in_red_green_blue_stamped_as_they_come():
    with MjpegServer() as server:
        camera = StreamCamera(server.url)
        image, exposed_s, sequence = first(camera)
        assert (image.shape, image.dtype, sequence) == ((120, 160, 3), np.uint8, 1)
        assert image.flags.c_contiguous
        red, blue = image[:, :70].mean((0, 1)), image[:, 90:].mean((0, 1))
        assert red[0] > red[2] + 150
        assert blue[2] > blue[0] + 150
        assert 0 <= camera.clock.monotonic() - exposed_s <= camera.max_age_s / 2
        assert not camera.may_repeat
        camera.shutdown()
        camera.shutdown()
        assert camera.run() is None


def test_the_part_keeps_the_rules_of_a_part():
    with MjpegServer() as server:
        check_part(StreamCamera(server.url), outputs=3, threaded=True)


def test_a_frame_that_waited_looks_as_old_as_it_may_be():
    """It used to happen with other players: a computer too slow to decode drives on the past."""
    clock = FakeClock(now_s=100.0)  # reading takes no time on it: nothing has ever been waited for
    with MjpegServer(interval_s=0.001) as server:
        camera = StreamCamera(server.url, clock=clock)
        clock.advance(0.1)
        assert camera.run()[1] == 100.0
        clock.advance(0.2)
        assert camera.capture() is None
        assert camera.passed_over == 1
        camera.shutdown()


@pytest.mark.parametrize(
    ("at_end", "said"),
    [("close", "Input/output error|its end"), ("hang", "time|Immediate exit|Connection")],
)
def test_a_stream_that_ends_or_is_silent_ends_the_thread(at_end, said):
    with MjpegServer(interval_s=0.02, at_end=at_end) as server:
        camera = StreamCamera(server.url)
        thread = threading.Thread(target=camera.update)
        thread.start()
        while camera._latest is None and thread.is_alive():
            time.sleep(0.005)
        server.fault.set()
        thread.join(20)
        assert not thread.is_alive()
        with pytest.raises(PartFailed, match=f"StreamCamera stopped reading: .*go on.*({said})"):
            camera.run_threaded()
        camera.shutdown()


def test_the_same_jpeg_again_and_again_is_a_frozen_camera():
    with MjpegServer(num_frames=3, at_end="repeat") as server:
        camera = StreamCamera(server.url)
        end_s = time.monotonic() + 20
        while camera.repeats < 3:
            camera._poll()
            assert time.monotonic() < end_s
        camera.shutdown()


def test_what_does_not_open_is_refused_in_a_sentence_without_its_password(tmp_path):
    with pytest.raises(
        DeviceError, match=r"http://\.\.\.@127.0.0.1:9/ must open.*Check"
    ) as refusal:
        StreamCamera("http://kim:secret@127.0.0.1:9/", start_timeout_s=2)
    assert "secret" not in str(refusal.value)
    with MjpegServer(status=404) as server, pytest.raises(DeviceError, match="must open"):
        StreamCamera(server.url)
    (tmp_path / "text.mp4").write_text("no video at all")
    with pytest.raises(DeviceError, match="must open. Received: Invalid data"):
        StreamCamera(str(tmp_path / "text.mp4"))


SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=control:track1\r\n"
)
ANSWERS = {
    "OPTIONS": "Public: DESCRIBE, SETUP, PLAY\r\n\r\n",
    "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}",
    "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
}


class SilentCamera(socketserver.StreamRequestHandler):
    """Accepts every request of RTSP, and sends no picture."""

    def handle(self):
        while head := list(iter(self.rfile.readline, b"\r\n")):
            if not head[0]:
                return
            (number,) = [line for line in head if line.lower().startswith(b"cseq")]
            answer = ANSWERS.get(head[0].split()[0].decode(), "Session: 1\r\n\r\n")
            self.wfile.write(b"RTSP/1.0 200 OK\r\n" + number + answer.encode())


def test_a_camera_that_accepts_and_shows_nothing_is_told_as_such():
    """What used to happen: its picture of 0x0 was called too small (PyAV issue 584 hangs here)."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SilentCamera) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = f"rtsp://127.0.0.1:{server.server_address[1]}/stream"
        with pytest.raises(DeviceError, match="must show pictures within .* Received: none"):
            StreamCamera(source, start_timeout_s=1)
        server.shutdown()


def test_pictures_that_are_too_small_are_refused_at_the_start_and_later(film):
    with pytest.raises(DeviceError, match="at least 640x480. Received: 320x240. Lower IMAGE_W"):
        StreamCamera(str(film), width_px=640, height_px=480)
    with MjpegServer(num_frames=40, at_end="small", interval_s=0.02) as server:
        camera = StreamCamera(server.url)
        camera.update()
        with pytest.raises(PartFailed, match="at least 160x120. Received: 80x60"):
            camera.run_threaded()
        camera.shutdown()


@pytest.mark.parametrize("source", ["", "film.avi", "ftp://a/b", "rtsp://", "concat:a|b", "0"])
def test_what_is_no_address_and_no_file_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="`source` must be an address such as rtsp"):
        StreamCamera(source)
    assert probe(source=source, run=lambda words: None).state == "missing"


def test_without_its_library_the_line_that_installs_it_is_told(film, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(
        DeviceError, match="StreamCamera needs av. .*Run `.*python.* -m pip install av`"
    ):
        StreamCamera(str(film))


@pytest.mark.parametrize(("rate_hz", "levels"), [(10, [20, 30, 40, 50]), (5, [20, 40, 60, 80])])
def test_a_film_is_played_at_its_own_speed(film, rate_hz, levels):
    clock = FakeClock(now_s=100.0)
    camera = StreamCamera(str(film), framerate_hz=rate_hz, clock=clock)
    seen = []
    for _ in levels:
        image, exposed_s, _ = camera.run()
        assert exposed_s == clock.monotonic()
        seen.append(image.mean())
        clock.advance(1 / rate_hz)
    np.testing.assert_allclose(seen, levels, atol=4)
    camera.shutdown()


def test_a_film_begins_again_after_its_end(film):
    clock = FakeClock(now_s=100.0)
    camera = StreamCamera(str(film), framerate_hz=10, clock=clock)
    seen = []
    for _ in range(42):
        seen.append(camera.run()[0].mean())
        clock.advance(0.1)
    assert seen[0] == seen[20] == seen[40]
    assert max(seen) > 200
    camera.shutdown()


def test_the_doctor_asks_whether_somebody_listens(film):
    with MjpegServer() as server:
        found = probe(source=server.url, run=lambda words: None)
        assert (found.state, found.found) == ("ok", f"somebody answers at {server.url}")
    lost = probe(source=server.url, run=lambda words: None)
    assert (lost.state, bool(lost.step)) == ("missing", True)
    assert probe(source=str(film), run=lambda words: None).found == f"the file {film}"
    assert module.without_password("rtsp://a:b@c/d") == "rtsp://...@c/d"
