"""Files that would run code, read files, fill memory or write elsewhere: all are refused."""

import json
import marshal
import os
import stat
import struct
import zipfile

import h5py
import numpy as np
import pytest

from donkeycar.conversion.convert import convert_model
from donkeycar.conversion.describe import ConversionRequest
from donkeycar.conversion.read import read_network
from donkeycar.errors import PilotError
from donkeycar.pilots.files.keras_file import load_keras
from tests.conversion.networks import (
    LINEAR_WEIGHTS,
    graph,
    image,
    layer,
    linear,
    write_h5,
    write_keras,
)

CODE = marshal.dumps(compile("__import__('os').system('touch ran')", "x", "eval"))
SMUGGLED = {
    "Lambda": layer("Lambda", "evil", ["img_in"], function=[CODE.hex(), None, None]),
    "Lambda of Keras 3": layer(
        "Lambda", "evil", ["img_in"],
        function={"class_name": "__lambda__", "config": {"code": CODE.hex(), "defaults": None}},
    ),
    "Lambda in another layer": layer(
        "TimeDistributed", "evil", ["img_in"], layer=layer("Lambda", "inner", function=["x"])
    ),
    "Lambda in a network in it": {
        **layer("Functional", "evil", ["img_in"]),
        "config": graph([image(), layer("Lambda", "e", ["img_in"])], ["img_in"], ["e"])["config"],
    },
    "TFSMLayer": layer("TFSMLayer", "evil", ["img_in"], filepath="/tmp/theirs"),
    "StringLookup": layer("StringLookup", "evil", ["img_in"], vocabulary="/etc/passwd"),
    "TextVectorization": layer("TextVectorization", "evil", ["img_in"], vocabulary="/etc/passwd"),
    "TorchModuleWrapper": layer("TorchModuleWrapper", "evil", ["img_in"], module="x"),
    "JaxLayer": layer("JaxLayer", "evil", ["img_in"], call_fn="x"),
    "a class of Python": {**layer("system", "evil", ["img_in"]), "module": "os"},
    "a known name from elsewhere": {**layer("Dense", "evil", ["img_in"]), "module": "evil.code"},
    "a registered class": {**layer("Dense", "evil", ["img_in"]), "registered_name": "Evil>Dense"},
    "a function of Keras": {
        **layer("function", "evil", ["img_in"]), "module": "keras.utils",
        "config": "get_file",
    },
    "an activation that is a function": layer(
        "Activation", "evil", ["img_in"],
        activation={"module": "keras.config", "class_name": "function",
                    "config": "enable_unsafe_deserialization", "registered_name": "function"},
    ),
    "an initializer that is code": layer(
        "Dense", "evil", ["img_in"], units=1,
        kernel_initializer={"class_name": "__lambda__", "config": {"code": CODE.hex()}},
    ),
    "a function of TensorFlow that writes": layer(
        "TFOpLambda", "evil", ["img_in"], function="io.write_file"
    ),
    "a function of TensorFlow that calls Python": layer(
        "TFOpLambda", "evil", ["img_in"], function="py_function"
    ),
    "a layer that fills the memory": layer("Dense", "evil", ["img_in"], units=10**12),
    "a shape that fills the memory": layer(
        "Reshape", "evil", ["img_in"], target_shape=[10**9, 10**9]
    ),
    "something deep": layer("Dropout", "evil", ["img_in"], noise_shape=[[[[]]]] ),
}  # fmt: skip
DEEP = json.loads("[" * 100 + "]" * 100)
SMUGGLED["something deep"]["config"]["noise_shape"] = DEEP

# Announced by Python when something happens that reading a model never needs.
ALARMS = ("os.exec", "os.fork", "os.posix_spawn", "os.system", "pickle.", "socket.", "subprocess.")


@pytest.fixture(autouse=True)
def nothing_happens(tmp_path, watched, monkeypatch):
    """Nothing is started, no one is called, nothing appears."""
    monkeypatch.chdir(tmp_path)
    yield
    assert [event for event, _ in watched if event.startswith(ALARMS)] == []
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path.parent / "evil").exists()


def refuse(path, workdir):
    """Read a file as the converter does; return its one sentence."""
    with pytest.raises(PilotError) as error:
        read_network(path, workdir)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", SMUGGLED)
def test_what_is_smuggled_into_a_network_is_refused_in_every_format(keras, tmp_path, name):
    config = linear(between=[SMUGGLED[name]])
    (tmp_path / "saved" / "variables").mkdir(parents=True)
    (tmp_path / "saved" / "keras_metadata.pb").write_bytes(metadata(config))
    for path in (
        write_h5(tmp_path / "theirs.h5", config),
        write_keras(tmp_path / "theirs.keras", config),
        tmp_path / "saved",
    ):
        sentence = refuse(path, tmp_path)
        assert any(
            rule in sentence
            for rule in ("made of plain layers", "No layer of a pilot is larger", "too deeply")
        )
    with pytest.raises(PilotError):
        load_keras(tmp_path / "theirs.keras")


def metadata(config):
    """The description in a SavedModel: one node, its path, its kind and its JSON."""

    def field(number, content):
        return bytes([number << 3 | 2]) + varint(len(content)) + content

    def varint(value):
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    node = field(3, b"root") + field(4, b"_tf_keras_network") + field(5, text)
    return field(1, node)


def zipped(path, **members):
    """An archive that Keras would not have written."""
    good = write_keras(path.with_name("good.keras"), linear())
    with zipfile.ZipFile(good) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**kept, **members}.items():
            if content is not None:
                archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"../../evil": b"x"}, "each once"),
        ({"/tmp/evil": b"x"}, "each once"),
        ({"assets/vocabulary.txt": b"x"}, "each once"),
        ({"config.json": None}, "each once"),
        ({"model.weights.h5": None}, "each once"),
        ({"config.json": bytes(4_000_000)}, "unpacks to more than a pilot has"),
        ({"model.weights.h5": bytes(20_000_000)}, "unpacks to more than a pilot has"),
        ({"config.json": b"["}, "does not describe a network"),
        ({"config.json": b"[]"}, "does not describe a network"),
        ({"config.json": b"[" * 100_000}, "unpacks to more|does not describe a network"),
        ({"model.weights.h5": b"no HDF5"}, "does not hold weights"),
        ({"model.weights.h5": b"\x89HDF\r\n\x1a\n" + os.urandom(500)}, "does not hold weights"),
    ],
)
def test_archives_that_hold_more_or_less_than_a_pilot(keras, tmp_path, members, message):
    path = zipped(tmp_path / "theirs.keras", **members)
    with pytest.raises(PilotError, match=message):
        load_keras(path)
    refuse(path, tmp_path)


def test_an_archive_with_a_link_or_two_files_of_one_name(keras, tmp_path):
    twice = zipped(tmp_path / "twice.keras")
    with (
        zipfile.ZipFile(twice, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("config.json", b"{}")
    assert "each once" in refuse(twice, tmp_path)
    link = tmp_path / "link.keras"
    with zipfile.ZipFile(link, "w") as archive:
        entry = zipfile.ZipInfo("config.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("model.weights.h5", b"")
    refuse(link, tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04half", b"\x80\x04"]
)
def test_what_is_no_archive_at_all(keras, tmp_path, content):
    path = tmp_path / "theirs.keras"
    path.write_bytes(content)
    refuse(path, tmp_path)


def test_an_archive_that_lies_about_its_size(keras, tmp_path):
    path = zipped(tmp_path / "theirs.keras", **{"config.json": b" " * 1000 + b"{}"})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02", 0)
    while content[place + 46 : place + 57] != b"config.json":
        place = content.index(b"PK\x01\x02", place + 1)
    struct.pack_into("<I", content, place + 24, 7)  # size after unpacking
    path.write_bytes(content)
    refuse(path, tmp_path)


def external_link(file, tmp_path):
    file["model_weights/theirs"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft_link(file, tmp_path):
    file["model_weights/theirs"] = h5py.SoftLink("/model_weights")


def virtual(file, tmp_path):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (4,))
    file.create_virtual_dataset("model_weights/theirs", layout)


def outside(file, tmp_path):
    where = [(str(tmp_path / "secret").encode(), 0, h5py.h5f.UNLIMITED)]
    file.create_dataset("model_weights/theirs", (4,), "f4", external=where)


def huge(file, tmp_path):
    file.create_dataset("model_weights/theirs", (10**6, 10**6), "f4", chunks=(1000, 1000))


def objects(file, tmp_path):
    file.create_dataset("model_weights/theirs", (4,), np.dtype([("a", "f4"), ("b", "V9")]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (external_link, "links to something outside"),
        (soft_link, "links to something outside"),
        (virtual, "takes weights from another file"),
        (outside, "takes weights from another file"),
        (huge, "declares more weights than a pilot has"),
        (objects, "other things than numbers"),
    ],
)
def test_weights_that_are_no_plain_arrays(keras, tmp_path, spoil, message):
    (tmp_path / "secret").write_bytes(bytes(16))
    path = write_h5(tmp_path / "theirs.h5", linear())
    with h5py.File(path, "r+") as file:
        spoil(file, tmp_path)
    assert message in refuse(path, tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(2000)]
)
def test_what_is_no_hdf5_at_all(keras, tmp_path, content):
    path = tmp_path / "theirs.h5"
    path.write_bytes(content)
    assert "does not hold weights that can be read" in refuse(path, tmp_path)


def test_weights_alone_are_no_model(keras, tmp_path):
    path = tmp_path / "theirs.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(3)
    assert "without the network they belong to" in refuse(path, tmp_path)


def test_weights_that_do_not_fit_are_refused(keras, tmp_path):
    wrong = {**LINEAR_WEIGHTS, "n_outputs0": (np.zeros((3, 1)), np.zeros(1))}
    for path in (
        write_h5(tmp_path / "theirs.h5", linear(), wrong),
        write_keras(tmp_path / "theirs.keras", linear(), wrong),
    ):
        refuse(path, tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "if Keras 2 wrote it"),
        (b"", "does not describe a network"),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "is damaged"),
        (b"\x0a\xff\x7fx", "is damaged"),
        (b"\x0f", "is damaged"),
        (metadata(b"no JSON"), "does not describe a network"),
        (metadata(linear()), "does not hold weights that can be read"),
    ],
)
def test_folders_that_are_no_saved_model(keras, tmp_path, content, message):
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "variables" / "variables.index").write_bytes(b"theirs")
    if content is not None:
        (folder / "keras_metadata.pb").write_bytes(content)
    assert message in refuse(folder, tmp_path)


@pytest.mark.parametrize("name", ["theirs.pth", "theirs.json", "theirs.onnx", "theirs.trt"])
def test_other_formats_are_not_even_opened(tmp_path, watched, name):
    path = tmp_path / name
    path.write_bytes(b"\x80\x04cos\nsystem\n")
    watched.clear()
    with pytest.raises(PilotError, match="is a .tflite, .keras or .h5 file, or the folder of a"):
        convert_model(ConversionRequest(path), tmp_path / "new", trust=True)
    assert not any(event == "open" and str(path) == str(a[0]) for event, a in watched)


def test_formats_that_can_carry_code_need_a_word_of_trust(tmp_path):
    h5 = write_h5(tmp_path / "theirs.h5", linear())
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"")
    for path in (h5, folder):
        with pytest.raises(PilotError, match="can carry code.*add --trust if you know who made it"):
            convert_model(ConversionRequest(path), tmp_path / "new")


def test_pipes_and_missing_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.keras")
    with pytest.raises(PilotError, match="A model to convert is a"):
        convert_model(ConversionRequest(tmp_path / "pipe.keras"), tmp_path / "new")
    with pytest.raises(PilotError, match="There is no model .*gone.keras"):
        convert_model(ConversionRequest(tmp_path / "gone.keras"), tmp_path / "new")
