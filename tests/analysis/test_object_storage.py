"""Tubs in object storage, on a real S3 server: rclone's, on loopback, with signed requests."""

import contextlib
import json
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from donkeycar.analysis import TubFrame, place
from donkeycar.analysis.recording import open_recording
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.cli import main


@pytest.fixture
def fleet(s3, tmp_path, make_tub):
    """Two cars with a tub each, uploaded as they are, pictures included."""
    for number, car in enumerate(("blue", "red")):
        tub = make_tub(
            tmp_path / car / "data", **{"user/angle": [number, number + 0.5], "m": ["a", "b"]}
        )
        (tub / "images").mkdir()
        (tub / "images" / "0_cam_image_array_.jpg").write_bytes(b"picture")
    bucket = f"fleet{os.getpid()}-{tmp_path.name[-3:].strip('_').lower()}"
    s3.mkdir(bucket)
    for car in ("blue", "red"):
        for path in sorted((tmp_path / car).rglob("*")):
            if path.is_file():
                s3.put(str(path), f"{bucket}/{path.relative_to(tmp_path)}")
    yield f"s3://{bucket}"
    s3.rm(bucket, recursive=True)


def test_tubs_of_a_bucket_answer_as_tubs_of_a_folder(fleet, tmp_path):
    with TubFrame(fleet) as far, TubFrame(tmp_path) as near:
        assert far.tubs == [f"{fleet}/blue/data", f"{fleet}/red/data"]
        assert far.columns == near.columns
        for name in ("user/angle", "m"):
            assert far.cols[name].value_counts() == near.cols[name].value_counts()
        assert far.isnull() == near.isnull()
        assert [row["car"] for row in far.rows(["car"])] == ["blue", "blue", "red", "red"]
        assert far.cols["user/angle"].describe().q3 == near.cols["user/angle"].q3()


def test_pictures_are_not_fetched(fleet):
    with TubFrame(fleet) as frame:
        fetched = [path.name for path in frame.engine.folder.rglob("*") if path.is_file()]
        assert sorted(fetched) == ["catalog_0.catalog"] * 2


def test_one_tub_a_pattern_and_a_folder_together(fleet, tmp_path):
    for words, count in (
        (f"{fleet}/red/data", 2),
        (f"{fleet}/*/data", 4),
        ([f"{fleet}/red", tmp_path / "blue"], 4),
        ([f"{fleet}/red", fleet], 4),
        (f"file://{tmp_path}/red", 2),
    ):
        with TubFrame(words) as frame:
            assert frame.count() == count, words


def test_what_is_recorded_later_is_seen(fleet, s3):
    with TubFrame(fleet) as frame:
        assert frame.count() == 4
    s3.pipe(f"{fleet}/green/catalog_0.catalog", b'{"_index": 0}\n\0\0\n{"_index": 1}\n')
    with TubFrame(fleet) as frame:
        assert (frame.count(), frame.unreadable) == (6, 1)
        assert f"{fleet}/green/catalog_0.catalog line 2: nothing but zero bytes" in frame.skipped


def test_a_tub_of_format_v1_is_read_from_there_too(fleet, s3):
    for index in range(3):
        s3.pipe(f"{fleet}/old/record_{index}.json", json.dumps({"user/angle": index}).encode())
    with TubFrame(f"{fleet}/old") as frame:
        assert frame.cols["user/angle"].mean() == 1


def test_what_is_wrong_is_one_sentence(fleet, s3, monkeypatch):
    with pytest.raises(TubError, match="There must be a tub at an address. Received: .*/nowhere"):
        TubFrame(f"{fleet}/nowhere")
    with pytest.raises(TubError, match="An address must begin like s3:// or gs://. Received: xy:"):
        TubFrame("xy://bucket/tub")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "WRONG")
    s3.clear_instance_cache()
    with pytest.raises(DeviceError) as error:
        TubFrame(fleet)
    assert "signature" in str(error.value)
    assert str(error.value).endswith("Next step: check the address, the keys and the network")
    assert "\n" not in str(error.value)


def test_a_server_that_is_not_there_is_one_sentence(fleet, s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3.clear_instance_cache()
    with pytest.raises(DeviceError, match="cannot be read: .*Next step: check the address"):
        TubFrame(fleet)


def test_the_command_takes_addresses(fleet, capsys):
    assert main(["tub", "stats", fleet, "--by", "car", "--columns", "user/angle", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    means = {one["group"]["car"]: one["columns"]["user/angle"]["mean"] for one in told["groups"]}
    assert means == {"blue": 0.25, "red": 1.25}


class _Lacking:
    """A storage in which one listed file cannot be had, as after an upload that broke off."""

    def __init__(self, storage, error):
        self._storage, self._error = storage, error

    def __getattr__(self, name):
        return getattr(self._storage, name)

    def get(self, names, places, **options):
        if any("catalog_0" in name for name in ([names] if isinstance(names, str) else names)):
            raise self._error
        self._storage.get(names, places, **options)


@pytest.mark.parametrize(
    ("error", "said"),
    [(FileNotFoundError(), "catalog_0.catalog is listed, but not there.* Next step: upload it"),
     (PermissionError(), "catalog_0.catalog is listed, but your key may not read it. Next step")],
)  # fmt: skip
def test_a_listed_catalog_that_cannot_be_had_is_named(tmp_path, make_tub, monkeypatch, error, said):
    """The sentence named neither the file nor what to do about it."""
    from fsspec.implementations.local import LocalFileSystem

    make_tub(tmp_path / "data", **{"user/angle": [0.0, 0.5]})
    storage = _Lacking(LocalFileSystem(), error)
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda address: (storage, str(tmp_path)))
    with pytest.raises(DeviceError, match=said):
        TubFrame(f"file://{tmp_path}")


def test_a_catalog_that_may_not_be_read_is_named(make_tub):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tub = make_tub(Path(folder) / "data", **{"user/angle": [0.0, 0.5]})
        os.chmod(tub, 0o755)
        (tub / "catalog_0.catalog").chmod(0)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)  # root may read everything
            recording = open_recording(tub, "data")
        finally:
            os.seteuid(user)
    assert recording.skipped[-1] == (
        "data/catalog_0.catalog: you may not read it. Next step: check who may, e.g. with ls -l"
    )


class _Endless(BaseHTTPRequestHandler):
    """A page that lists a catalog, which never ends."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if not self.path.endswith(".catalog"):
            self.wfile.write(b'<a href="catalog_0.catalog">catalog_0.catalog</a>')
            return
        with contextlib.suppress(OSError):  # until it is cut off
            while True:
                self.wfile.write(b'{"_index": 0}\n' * 4096)

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


def test_an_answer_without_an_end_is_cut_off(monkeypatch):
    """It was fetched until the disk was full."""
    monkeypatch.setattr(place, "MAX_BYTES", 1 << 20)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with pytest.raises(DeviceError, match="at most 1 MB. Received: more from .*cut off"):
                TubFrame(f"http://127.0.0.1:{server.server_port}/tub")
        finally:
            server.shutdown()
