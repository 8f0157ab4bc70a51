"""What every test may use."""

import logging
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from donkeycar.guardian import claim
from donkeycar.timing import SimulatedClock

# Hardware that one test emulates is not that of another, which may run beside it.
claim.NAMESPACE = f"donkeycar-{os.getpid()}"

# A computer that does other things as well takes its time: that says nothing about a test.
hypothesis_settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("busy")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard():
    """A shell has its background jobs ignore SIGINT, and they hand that on to their children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory):
    """What programs of a test remember, such as paired phones, is not for this computer's user."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session", autouse=True)
def cars_keep_to_themselves():
    """What used to happen: a test that looks for its car found that of another test."""
    os.environ["DONKEYCAR_ANNOUNCE"] = "0"


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """A command sets up the log of its process; its handler used to outlive the test's streams."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def clock():
    return SimulatedClock()


@pytest.fixture(scope="session")
def shared_data():
    """Real tubs and models of other people's cars, kept beside the checkout."""
    if not SHARED_DATA.is_dir():
        message = f"real driving data is not at {SHARED_DATA}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA


@pytest.fixture(scope="session")
def road_tub(tmp_path_factory):
    """Two sessions of a bright line that lies where the driver steers, 20 frames a second."""
    import numpy as np

    from donkeycar.tub import TubWriter

    path = tmp_path_factory.mktemp("road") / "tub"
    inputs = ["cam/image_array", "user/angle", "user/throttle", "user/mode"]
    types = ["image_array", "float", "float", "str"]
    for session in range(2):
        with TubWriter(path, inputs, types) as tub:
            for step in range(100):
                angle = float(np.sin(step / 7 + session) * np.cos(step / 23))
                frame = np.full((64, 80, 3), 40, np.uint8)
                centre = round((angle + 1) / 2 * 68) + 6
                frame[:, centre - 5 : centre + 5] = 220
                values = (frame, angle, 0.6 - 0.4 * abs(angle), "user")
                tub.append(
                    dict(zip(inputs, values, strict=True)),
                    timestamp_ms=1_700_000_000_000 + 50 * (200 * session + step),
                )
    return path


@pytest.fixture(scope="session")
def road_pilot(road_tub, tmp_path_factory):
    """The files of a pilot that learnt from `road_tub`."""
    from donkeycar.training import train

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    path = tmp_path_factory.mktemp("road_pilot") / "pilot.keras"
    return train([road_tub], path, epochs=4, batch_size=16, patience=None, seed=1).files


@pytest.fixture(scope="session")
def full_car(tmp_path_factory):
    """A created car, and in its data all that any type of pilot needs: two sessions."""
    import numpy as np

    from donkeycar.management.createcar import create_car
    from donkeycar.pilots.kinds.registry import IMU_CHANNELS
    from donkeycar.tub import TubWriter

    columns = {
        "cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float",
        "behavior/one_hot_state_array": "vector", "localizer/location": "int",
        **dict.fromkeys(IMU_CHANNELS, "float"),
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("cars") / "car"
    create_car(folder, template="sim")
    with (folder / "myconfig.py").open("a") as own:
        own.write(
            # The smallest frames that every type takes.
            "\nIMAGE_H, IMAGE_W, BATCH_SIZE = 77, 82, 32\n"
            "TRAIN_BEHAVIORS, TRAIN_LOCALIZER, NUM_LOCATIONS = True, True, 3\n"
            "SEQUENCE_LENGTH, MEM_DEPTH = 2, 1\n"
            "SHOW_PLOT = PRINT_MODEL_SUMMARY = VERBOSE_TRAIN = False\n"
            "SIM_TIME_SCALE, WEB_CONTROL_PORT = 5.0, 0\n"
        )
    for session in range(2):
        with TubWriter(folder / "data", list(columns), list(columns.values())) as tub:
            for step in range(60):
                angle = float(np.sin(step / 7 + session))
                frame = np.full((77, 82, 3), 40, np.uint8)
                centre = round((angle + 1) / 2 * 70) + 6
                frame[:, centre - 5 : centre + 5] = 220
                behavior = [1.0, 0.0] if step % 2 else [0.0, 1.0]
                values = frame, angle, 0.5 - 0.2 * abs(angle), behavior, step // 20, *[angle] * 6
                tub.append(dict(zip(columns, values, strict=True)))
    return folder


@pytest.fixture(scope="session")
def pilot_of_type(full_car):
    """Train a pilot of a type by the command in `full_car`, once; return its ``.keras`` file."""
    from functools import cache

    from donkeycar.management.cli import main

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    # Bins that are all alike are no answer; it takes some steps until they differ.
    epochs = {"categorical": "12", "behavior": "12"}

    @cache
    def pilot_of_type(name):
        path = full_car / "models" / f"{name}.keras"
        words = ["train", "--type", name, "--seed", "1", "--model", str(path)]
        words += ["--epochs", epochs.get(name, "1")]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(full_car)
            assert main(words) == 0
        return path

    return pilot_of_type
