"""Small LiteRT files, converted once."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def keras():
    from donkeycar.keras_backend import import_keras

    return import_keras()


@pytest.fixture(scope="session")
def convert(keras):
    """Turn a Keras model into the bytes of a LiteRT file."""
    from donkeycar.keras_backend import muffled

    def convert(model, path):
        with muffled():
            model.export(path, format="litert", verbose=False)
        return path

    return convert


@pytest.fixture(scope="session")
def linear_model(keras):
    from donkeycar.pilots.kinds.registry import pilot_type

    return pilot_type("linear").build((72, 96, 3), seed=1)


@pytest.fixture(scope="session")
def linear_litert(linear_model, convert, tmp_path_factory):
    return convert(linear_model, tmp_path_factory.mktemp("linear") / "pilot.tflite").read_bytes()
