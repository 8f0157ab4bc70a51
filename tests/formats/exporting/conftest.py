"""What the tests of exports share: small cuts of real tubs, and one with every type of column."""

import shutil

import numpy as np
import pytest

from donkeycar.tub import TubReader, TubWriter

V1 = {"sim_usi_v1", "tiny_v1"}
TUBS = ["donkey_testtub_v2", "renault_office_v2", "usi_track2_v2", *sorted(V1)]


@pytest.fixture(scope="session")
def cut(tmp_path_factory, shared_data):
    """Makes a copy of the first records of a tub of shared/data, with its deleted ones."""

    def make(name, number=40):
        source = shared_data / name
        folder = tmp_path_factory.mktemp("cut") / name
        folder.mkdir()
        if name in V1:
            for file in source.iterdir():
                index = file.name.removeprefix("record_").partition("_")[0].partition(".")[0]
                if not index.isdigit() or int(index) < number:
                    shutil.copyfile(file, folder / file.name)
            return folder
        shutil.copyfile(source / "manifest.json", folder / "manifest.json")
        lines = (source / "catalog_0.catalog").read_bytes().splitlines(keepends=True)[:number]
        (folder / "catalog_0.catalog").write_bytes(b"".join(lines))
        (folder / "images").mkdir()
        for record in TubReader(folder).records(include_deleted=True):
            image = record["cam/image_array"]
            shutil.copyfile(source / "images" / image, folder / "images" / image)
        return folder

    return make


INPUTS = {
    "cam/image_array": "image_array",
    "cam/depth_array": "gray16_array",
    "user/angle": "float",
    "user/throttle": "float",
    "user/mode": "str",
    "my/gear": "int",
    "my/lights": "boolean",
    "imu/accel": "vector",
    "lidar/scan": "nparray",
    "my/notes": "list",
}


def values(number):
    """A record of `INPUTS`; every third lacks what a record may lack."""
    row = {
        "cam/image_array": np.full((12, 16, 3), 10 * number % 256, np.uint8),
        "user/angle": number / 7,
        "user/throttle": 0.1 + number / 1000,
        "user/mode": "user",
    }
    if number % 3:
        row |= {
            "cam/depth_array": np.full((12, 16), 1000 * number, np.uint16),
            "my/gear": number,
            "my/lights": number % 2 == 0,
            "imu/accel": [0.1 * number, -9.81, 0.0],
            "lidar/scan": np.full((2, 2), number / 3),
            "my/notes": ['a, "b"\n', number, None],
        }
    return row


@pytest.fixture
def every_type(tmp_path):
    """A tub with every type of column, missing values, and two deleted records of 12."""
    with TubWriter(tmp_path / "every", list(INPUTS), list(INPUTS.values())) as writer:
        for number in range(12):
            writer.append(values(number))
        writer.flush()
        writer.delete([4, 5])
    return tmp_path / "every"
