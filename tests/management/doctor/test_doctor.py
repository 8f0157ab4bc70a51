"""The doctor sees what is there, names what is missing, and says the next step."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import pytest

from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.doctor import doctor, probes
from donkeycar.parts.drivetrain import probe as hardware
from donkeycar.parts.drivetrain.pi_board import keeps_levels
from donkeycar.testing import FakeI2C, PCA9685Chip


def says(**answers):
    """A runner of commands that knows a few; dashes of a name are underscores here."""
    return lambda words: answers.get(words[0].replace("-", "_"))


def test_a_chip_answers_on_its_bus(tmp_path):
    (tmp_path / "i2c-1").touch()
    bus = FakeI2C(PCA9685Chip())
    assert hardware.i2c_chip(1, 0x40, open_bus=lambda n: bus, devices=tmp_path).state == "ok"
    absent = hardware.i2c_chip(1, 0x41, open_bus=lambda n: bus, devices=tmp_path)
    assert (absent.state, "0x41" in absent.found) == ("missing", True)


def test_a_bus_that_is_not_there_is_switched_on_or_another_one_is_meant(tmp_path):
    """What used to happen: bus 3 in a pin, and the advice to switch bus 1 on, which was on."""

    def step(number):
        return hardware.i2c_chip(number, 0x40, open_bus=None, devices=tmp_path).step

    assert step(1).startswith("Switch it on: sudo raspi-config")
    assert step(3).startswith("Switch it on: sudo raspi-config")
    (tmp_path / "i2c-20").touch()
    assert step(1).startswith("Switch it on: sudo raspi-config")
    assert "has bus 20; pins 3 and 5 of the header are bus 1. Switch it on" in step(3)
    (tmp_path / "i2c-1").touch()
    said = "This computer has bus 1, 20; pins 3 and 5 of the header are bus 1: write that one"
    assert step(3).startswith(said)
    assert "raspi-config" not in step(3)


def test_looking_for_a_chip_changes_nothing_on_it(tmp_path):
    (tmp_path / "i2c-1").touch()
    chip = PCA9685Chip()
    before = bytes(chip[register] for register in range(256))
    hardware.i2c_chip(1, 0x40, open_bus=lambda n: FakeI2C(chip), devices=tmp_path)
    assert bytes(chip[register] for register in range(256)) == before


def test_another_program_on_the_bus_is_named(tmp_path):
    (tmp_path / "i2c-1").touch()
    bus = FakeI2C(PCA9685Chip())
    answers = [
        hardware.i2c_chip(1, address, open_bus=lambda n: bus, devices=tmp_path)
        for address in (0x40, 0x41)
    ]
    assert not any("open in process" in finding.found for finding in answers)
    with opened_by_another(tmp_path / "i2c-1") as other:
        answers = [
            hardware.i2c_chip(1, address, open_bus=lambda n: bus, devices=tmp_path)
            for address in (0x40, 0x41)
        ]
    assert [finding.state for finding in answers] == ["ok", "missing"]
    for finding in answers:
        assert f"the bus is open in process {other}, {sys.executable}" in finding.found


def test_a_serial_port_that_somebody_has_is_told_with_who_it_is(tmp_path):
    """What used to happen: "/dev/ttyACM0 is there", and the car then could not open it."""
    port = tmp_path / "ttyACM0"
    assert hardware.serial_port(port, step="plug").state == "missing"
    port.touch()
    assert hardware.serial_port(port, step="plug").state == "ok"
    with opened_by_another(port) as other:
        finding = hardware.serial_port(port, step="plug")
    assert finding.state == "missing"
    assert f"but process {other}, {sys.executable}" in finding.found
    assert f"sudo fuser -v {port}" in finding.step
    assert "do_serial_cons" not in finding.step


def test_the_console_of_the_pi_on_the_port_is_ended_for_good(tmp_path):
    (tmp_path / "ttyAMA0").touch()
    finding = hardware.serial_port(
        tmp_path / "ttyAMA0", step="", held_by=lambda path: "process 9, agetty ttyAMA0"
    )
    assert "do_serial_cons 1" in finding.step


@contextmanager
def opened_by_another(path):
    """The number of a process that has opened a file."""
    code = (
        "import sys; file = open(sys.argv[1], 'rb'); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout.readline() == "ready\n"
        yield other.pid
        other.communicate()


@pytest.mark.parametrize(
    ("names", "wanted", "state"),
    [(["F710"], True, "ok"), ([], False, "ok"), ([], True, "missing")],
)
def test_a_gamepad_is_missed_only_if_the_settings_want_one(names, wanted, state):
    assert probes.gamepad(names, wanted=wanted).state == state


@pytest.mark.parametrize(("free_gib", "state"), [(20, "ok"), (0.5, "warning")])
def test_a_disk_that_fills_up_is_a_warning(tmp_path, free_gib, state):
    usage = (0, 0, int(free_gib * probes.GIB))
    assert probes.disk(tmp_path, usage=lambda path: usage).state == state


@pytest.mark.parametrize(("seconds", "state"), [(0.1, "ok"), (2.0, "warning")])
def test_a_slow_card_is_a_warning_and_the_test_leaves_nothing_behind(tmp_path, seconds, state):
    times = iter([0.0, seconds])
    assert probes.writing(tmp_path, monotonic=lambda: next(times)).state == state
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    finding = probes.writing(tmp_path / "absent", monotonic=lambda: 0.0)
    assert (finding.state, "chown" in finding.step) == ("missing", True)


@pytest.mark.parametrize(
    ("number", "step"),
    [(errno.EROFS, "the card is worn or locked"), (errno.ENOSPC, "the disk is full")],
)
def test_a_card_that_takes_nothing_is_not_given_another_owner(tmp_path, monkeypatch, number, step):
    """It said `sudo chown -R`, which fails on a disk that is read-only."""

    def refuse(*args, **keys):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    finding = probes.writing(tmp_path, monotonic=lambda: 0.0)
    assert step in finding.step and "chown" not in finding.step


@pytest.mark.parametrize(("answer", "state"), [("yes", "ok"), ("no", "warning"), (None, "warning")])
def test_a_clock_that_is_not_set_is_a_warning(answer, state):
    assert probes.time_of_day(run=says(timedatectl=answer)).state == state


@pytest.mark.parametrize(("address", "state"), [("192.168.1.20", "ok"), ("127.0.0.1", "missing")])
def test_a_car_without_a_network_is_told_how_to_join_one(address, state):
    assert probes.network(address, "donkey").state == state


def test_missing_packages_are_listed_with_the_line_that_installs_them():
    needed = {"smbus2": "pip a", "gpiod": "pip a", "picamera2": "apt b", "json": "pip c"}
    found = probes.packages(needed, is_there=lambda name: name == "json")
    assert [(f.state, f.found, f.step) for f in found] == [
        ("missing", "smbus2, gpiod", "pip a"), ("missing", "picamera2", "apt b"),
    ]  # fmt: skip
    assert [f.state for f in probes.packages(needed, is_there=lambda name: True)] == ["ok"]


@pytest.mark.parametrize(
    ("mine", "is_root", "state"),
    [(["i2c", "gpio"], False, "ok"), (["i2c"], False, "missing"), ([], True, "ok")],
)
def test_groups_that_this_computer_knows_are_needed(mine, is_root, state):
    finding = probes.permissions(
        ["i2c", "gpio", "unheard"], mine=mine, known=["i2c", "gpio"], is_root=is_root
    )
    assert finding.state == state
    assert ("usermod -aG gpio" in finding.step) == (state == "missing")


# Parameters of modules as the kernel writes them (kernel/params.c, `param_get_bool`): Y or N. Whose
# they are, and since when, is in `pi_board`.
@pytest.mark.parametrize(
    ("board", "parameter", "value", "state"),
    [
        ("brcm,bcm2711", "pinctrl_bcm2835/persist_gpio_outputs", "Y", "warning"),
        ("brcm,bcm2711", "pinctrl_bcm2835/persist_gpio_outputs", "N", "ok"),
        ("brcm,bcm2712", "pinctrl_rp1/persist_gpio_outputs", "Y", "warning"),
        ("brcm,bcm2712", "pinctrl_rp1/persist_gpio_outputs", "N", "ok"),
        # For a few weeks it had another name, and meant the contrary.
        ("brcm,bcm2712", "pinctrl_rp1/strict_gpiod", "N", "warning"),
        ("brcm,bcm2711", "pinctrl_bcm2835/strict_gpiod", "Y", "ok"),
    ],
)
def test_pins_that_stay_high_without_their_program_are_a_warning(
    tmp_path, board, parameter, value, state
):
    finding = _pins(tmp_path, board, parameter, value)
    assert finding.state == state
    assert ("dtparam=strict_gpiod" in finding.step) == (state == "warning")


@pytest.mark.parametrize(
    ("board", "parameter", "value"),
    [
        # The other chip of a Pi 5 has a driver of its own, which says nothing of the header.
        ("brcm,bcm2712", "pinctrl_bcm2835/persist_gpio_outputs", "N"),
        ("brcm,bcm2712", "pinctrl_rp1/pace_pin_updates", "Y"),
        ("brcm,bcm2837", "a_kernel_without_it/persist_gpio_outputs", "N"),
        ("brcm,bcm2711", "pinctrl_bcm2835/persist_gpio_outputs", "(null)"),
    ],
)
def test_what_pins_do_is_not_called_well_where_nobody_tells(tmp_path, board, parameter, value):
    """What used to happen: without the file of the parameter, pins were "let go"."""
    finding = _pins(tmp_path, board, parameter, value)
    assert finding.state == "warning"
    assert finding.found.startswith("cannot be told: kernel 6.1.21-v8+ does not say")
    assert "10 kOhm to ground" in finding.step


def _pins(tmp_path, board, parameter, value):
    (tmp_path / "compatible").write_text(f"raspberrypi,model\0{board}\0")
    module, name = parameter.split("/")
    (tmp_path / module / "parameters").mkdir(parents=True)
    (tmp_path / module / "parameters" / name).write_text(f"{value}\n")
    told = keeps_levels(tmp_path, tmp_path)
    return hardware.released_pins(keeps_levels=told, kernel="6.1.21-v8+")


HIGH = {"BCM.7": "pin 26", "BOARD.24": "GPIO 8", "BOARD.28": "GPIO 1", "BCM.0": "pin 27"}


@pytest.mark.parametrize("pin", HIGH)
@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("SERVO_HBRIDGE_2PIN", "BWD_DUTY_PIN"), ("SERVO_HBRIDGE_3PIN", "DUTY_PIN"),
        ("DC_TWO_WHEEL", "LEFT_FWD_DUTY_PIN"), ("DC_TWO_WHEEL_L298N", "RIGHT_EN_DUTY_PIN"),
    ],
)  # fmt: skip
def test_a_motor_on_a_pin_that_is_high_before_the_car_starts_is_a_warning(
    car, capsys, kind, entry, pin
):
    """What used to happen: `ok`, and the motor ran from power-on until the car started."""
    configure(car, f"DRIVE_TRAIN_TYPE = {kind!r}\n{kind} = {{{entry!r}: 'RPI_GPIO.{pin}'}}")
    main(["doctor", "--path", str(car)])
    lines = [line for line in capsys.readouterr().out.splitlines() if "from power-on" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"warning  pins         {kind}[{entry!r}] (myconfig.py:")
    assert HIGH[pin] in lines[0]


@pytest.mark.parametrize(
    "text",
    [
        "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL_L298N'",
        # A level is no pulse for a servo.
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\n"
        "SERVO_HBRIDGE_2PIN = {'PWM_STEERING_PIN': 'RPI_GPIO.BCM.7'}",
    ],
)
def test_no_other_pin_is(car, capsys, text):
    configure(car, text)
    main(["doctor", "--path", str(car)])
    assert "from power-on" not in capsys.readouterr().out


@pytest.fixture
def car(tmp_path):
    path = tmp_path / "car"
    create_car(path)
    return path


def configure(car, text):
    with (car / "myconfig.py").open("a") as file:
        file.write(f"\n{text}\n")


def test_a_real_computer_is_examined_from_end_to_end(car, capsys):
    code = main(["doctor", "--path", str(car)])
    printed = capsys.readouterr().out
    whats = {
        line[9:21].strip() for line in printed.splitlines() if line[:3] in ("ok ", "war", "MIS")
    }
    assert whats == {
        "settings", "manage.py", "motor", "port", "camera", "packages", "I2C", "gamepad",
        "permissions", "disk", "writing", "clock", "power", "temperature", "network",
    }  # fmt: skip
    assert code == int("MISSING" in printed)


def test_a_chip_that_the_settings_name_and_nobody_has_is_missing(car, capsys):
    configure(car, "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nPCA9685_I2C_BUSNUM = 211")
    assert main(["doctor", "--path", str(car)]) == 1
    assert "MISSING  I2C          no /dev/i2c-211" in capsys.readouterr().out


@pytest.mark.parametrize("is_pi", [True, False])
def test_a_pc_is_told_of_the_car_that_needs_no_hardware(car, capsys, monkeypatch, tmp_path, is_pi):
    """A PC was told to press a ribbon cable home, and nothing else."""
    monkeypatch.setattr(doctor, "DEVICE_TREE", tmp_path if is_pi else tmp_path / "none")
    configure(car, "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nPCA9685_I2C_BUSNUM = 211")
    assert main(["doctor", "--path", str(car)]) == 1
    assert ("createcar --template sim" in capsys.readouterr().out) == (not is_pi)


def test_a_clock_that_nobody_tells_of_is_not_set_by_the_program_that_is_missing():
    """The advice for "no timedatectl" was to run timedatectl."""
    assert "timedatectl" not in probes.time_of_day(run=says()).step


def test_settings_that_cannot_be_read_are_named_and_the_rest_goes_on(car, capsys):
    configure(car, "DRIVE_LOOP_HZ = 'fast'")
    assert main(["doctor", "--path", str(car)]) == 1
    printed = capsys.readouterr().out
    assert "DRIVE_LOOP_HZ" in printed
    assert "disk" in printed


def test_no_cable_is_pressed_home_for_a_camera_that_no_library_reads(car, capsys):
    # What used to happen: "switch the Pi off, press both ends of the ribbon cable home".
    configure(car, "CAMERA_TYPE = 'LEOPARD'")
    assert main(["doctor", "--path", str(car)]) == 1
    printed = capsys.readouterr().out
    assert "Received: CAMERA_TYPE='LEOPARD'" in printed
    assert "press both ends" not in printed


@pytest.mark.parametrize(
    "text",
    ["DRIVE_TRAIN_TYPE = 'PIGPIO_PWM'", "DRIVE_TRAIN_TYPE = 'MOCK'\nCAMERA_TYPE = 'LEOPARD'"],
)
def test_a_word_that_does_not_work_is_told_once(car, capsys, text):
    """What used to happen: a warning with words to choose from, and then what is missing."""
    configure(car, text)
    assert main(["doctor", "--path", str(car)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in lines if line[9:17] == "settings"] == ["MISSING"]


CANNOT_START = {
    "a camera that is not in this version": ("CAMERA_TYPE = 'LEOPARD'", "CAMERA_TYPE='LEOPARD'"),
    "a drivetrain of the past": (
        "DRIVE_TRAIN_TYPE = 'PIGPIO_PWM'", "it needs pigpio, which does not run",
    ),
    "wiring that nobody uses": (
        "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\nTHROTTLE_STOPPED_PWM = 410",
        "THROTTLE_STOPPED_PWM is wiring or calibration",
    ),
    "pulses out of order": (
        "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 510}", "pulses of the throttle",
    ),
    # What used to happen: PulseRange(low_us=4.08, centre_us=0.0, high_us=16320.0), and no way on.
    "a motor on a bridge that was driven as a speed controller": (
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\nTHROTTLE_FORWARD_PWM = 4000\n"
        "THROTTLE_STOPPED_PWM = 0\nTHROTTLE_REVERSE_PWM = 1",
        "4.08 us at -1, 0 us at 0, 16320 us at +1. A motor on a bridge has no speed controller",
    ),
    # What used to happen: "pins such as 'PCA9685.1:40.1'", whatever board and channel it was.
    "the same on a board at another address": (
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\nPCA9685_I2C_ADDR = 0x41\nTHROTTLE_CHANNEL = 1\n"
        "STEERING_CHANNEL = 0\nTHROTTLE_FORWARD_PWM = 4000\nTHROTTLE_STOPPED_PWM = 0",
        "'SERVO_HBRIDGE_2PIN', with pins such as 'PCA9685.1:41.1'",
    ),
    "a pin that is none": (
        "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\n"
        "PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': 'yellow'}",
        "`PWM_STEERING_THROTTLE['PWM_STEERING_PIN']",
    ),
    "a loop too slow": ("DRIVE_LOOP_HZ = 5", "`DRIVE_LOOP_HZ` must be at least 10"),
    "a gamepad that nobody knows": (
        "USE_JOYSTICK_AS_DEFAULT = True\nCONTROLLER_TYPE = 'ibus'", "CONTROLLER_TYPE must be one",
    ),
    "no pictures": ("CAMERA_TYPE = 'IMAGE_LIST'", "data/images/*.jpg"),
    "no recording": ("CAMERA_TYPE = 'TUB'\nCAMERA_TUB = 'none'", "none"),
    "a track that is not there": (
        "CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'\nSIM_TRACK = 'moon'", "moon",
    ),
    "code of its own that is not there": ("TRANSFORMATIONS = ['CUSTOM_X']", "CUSTOM_X_MODULE"),
    "a file where recordings go": ("DATA_PATH = 'manage.py'", "`DATA_PATH` must be a folder"),
    "a serial line that is not there": (
        "DRIVE_TRAIN_TYPE = 'VESC'\nVESC_SERIAL_PORT = '/dev/none'", "no /dev/none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CANNOT_START)
def test_nothing_is_missing_is_never_said_of_a_car_that_cannot_start(car, capsys, name):
    text, found = CANNOT_START[name]
    configure(car, "DRIVE_TRAIN_TYPE = CAMERA_TYPE = 'MOCK'" if "TYPE" not in text else text)
    configure(car, text)
    assert main(["doctor", "--path", str(car)]) == 1
    printed = capsys.readouterr().out
    lines = [line for line in printed.splitlines() if found in line and "MISSING" in line]
    assert lines[0].startswith("MISSING")
    assert "temperature" in printed  # it looks at the rest
    assert "Nothing is missing" not in printed


def test_what_the_settings_say_for_nothing_is_a_warning(car, capsys):
    configure(car, "PRUNE_CNN = True\ncamera_type = 'MOCK'")
    main(["doctor", "--path", str(car)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line[9:17] == "settings"]
    assert [line[:7] for line in lines] == ["warning", "warning", "ok     "]


def test_an_old_manage_py_is_found(car, capsys):
    (car / "manage.py").write_text("from docopt import docopt\nimport donkeycar as dk\n")
    assert main(["doctor", "--path", str(car)]) == 1
    printed = capsys.readouterr().out
    assert "MISSING  manage.py    of an earlier version: it needs docopt" in printed
    assert "-> donkey createcar --path . --overwrite" in printed


def test_a_car_without_manage_py_is_told_how_to_get_one(car, capsys):
    (car / "manage.py").unlink()
    assert main(["doctor", "--path", str(car)]) == 1
    assert "MISSING  manage.py" in capsys.readouterr().out


def test_a_port_that_somebody_has_is_missing(car, capsys):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        configure(car, f"WEB_CONTROL_PORT = {taken.getsockname()[1]}")
        assert main(["doctor", "--path", str(car)]) == 1
    assert "MISSING  port         The console cannot listen on port" in capsys.readouterr().out


def test_a_servo_whose_pulses_a_program_times_is_a_warning(car, capsys):
    configure(car, "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'")
    main(["doctor", "--path", str(car)])
    printed = capsys.readouterr().out
    assert "warning  pulses       SERVO_HBRIDGE_2PIN['PWM_STEERING_PIN']: a program" in printed
    assert "dtoverlay=pwm-2chan" in printed
    configure(car, "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'")
    main(["doctor", "--path", str(car)])
    assert "a program times" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("MOCK", []), ("VESC", ["/dev/ttyACM0"]),
        ("I2C_SERVO", ["PCA9685.1:40.1", "PCA9685.1:40.0"]),
        ("PWM_STEERING_THROTTLE", ["PCA9685.1:40.1", "PCA9685.1:40.0"]),
        ("DC_STEER_THROTTLE", [f"RPI_GPIO.BOARD.{n}" for n in (18, 16, 15, 13)]),
    ],
)  # fmt: skip
def test_what_is_looked_at_is_that_of_the_drivetrain(car, kind, names):
    cfg = doctor.load_config(car / "config.py", overrides=[f"DRIVE_TRAIN_TYPE={kind}"])
    wiring = DRIVETRAINS[kind].wiring
    assert list(wiring.names(cfg.to_wiring()).values() if wiring else ()) == names


def test_a_command_that_is_missing_or_fails_says_nothing():
    assert probes.output_of(["no-such-command-here"]) is None
    assert probes.output_of(["false"]) is None
    assert probes.output_of(["echo", str(os.getpid())]) == str(os.getpid())
