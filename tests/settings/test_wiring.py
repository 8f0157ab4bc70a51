"""Wiring and calibration that the owner wrote and nobody uses stop the car; what does nothing
stops nothing."""

import pytest

from donkeycar.assembly import add_drivetrain
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.settings.text import config_text
from donkeycar.vehicle import Vehicle


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)

    def load(myconfig, config=None, command="drive", overrides=()):
        (tmp_path / "config.py").write_text(config_text() if config is None else config)
        (tmp_path / "myconfig.py").write_text(myconfig)
        return load_config(tmp_path / "config.py", overrides=overrides, command=command)

    return load


CHOSEN = "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'\n"
UNUSED = {
    "a channel beside a chosen dictionary": (
        CHOSEN + "THROTTLE_CHANNEL = 1\n",
        "myconfig.py:2: THROTTLE_CHANNEL is wiring",
        "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 'PCA9685.1:40.1'}",
    ),
    "a pulse beside a dictionary": (
        "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 430}\nTHROTTLE_STOPPED_PWM = 410\n",
        "myconfig.py:2: THROTTLE_STOPPED_PWM is wiring",
        "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 410.0}",
    ),
    "an address beside a chosen dictionary": (
        CHOSEN + "PCA9685_I2C_ADDR = 0x41\n",
        "myconfig.py:2: PCA9685_I2C_ADDR is wiring",
        "as in 'PCA9685.1:41.1'",
    ),
    "a bus beside a chosen dictionary": (
        CHOSEN + "PCA9685_I2C_BUSNUM = 3\n", "myconfig.py:2: PCA9685_I2C_BUSNUM", "I2C_SERVO",
    ),
    "pulses of a car with a VESC": (
        "DRIVE_TRAIN_TYPE = 'VESC'\nSTEERING_LEFT_PWM = 430\n",
        "myconfig.py:2: STEERING_LEFT_PWM is wiring",
        "Delete the line",
    ),
    "pins of pigpio": (
        CHOSEN + "STEERING_PWM_PIN = 13\n", "myconfig.py:2: STEERING_PWM_PIN is wiring",
        "PWM_STEERING_THROTTLE['PWM_STEERING_PIN']",
    ),
    "pins of an H-bridge of donkeycar 4": (
        "DRIVE_TRAIN_TYPE = 'DC_STEER_THROTTLE'\nHBRIDGE_PIN_LEFT = 22\n",
        "myconfig.py:2: HBRIDGE_PIN_LEFT is wiring",
        "Write DC_STEER_THROTTLE = {'LEFT_DUTY_PIN': 'RPI_GPIO.BOARD.22'} instead of it",
    ),
    "pins of two wheels of donkeycar 4": (
        "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL_L298N'\nHBRIDGE_L298N_PIN_RIGHT_EN = 12\n",
        "myconfig.py:2: HBRIDGE_L298N_PIN_RIGHT_EN is wiring",
        "{'RIGHT_EN_DUTY_PIN': 'RPI_GPIO.BOARD.12'}",
    ),
    "an H-bridge that nobody chose": (
        "SERVO_HBRIDGE_2PIN = {'FWD_DUTY_PIN': 'RPI_GPIO.BOARD.15'}\n",
        "myconfig.py:1: SERVO_HBRIDGE_2PIN is wiring",
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'",
    ),
    "a dictionary that the chosen drivetrain does not read": (
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_3PIN'\n"
        "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 9}\n",
        "myconfig.py:2: PWM_STEERING_THROTTLE is wiring",
        "DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE'",
    ),
    "pins of a dictionary in a car with channels": (
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\n"
        "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 'PCA9685.1:41.0'}\n",
        "myconfig.py:2: PWM_STEERING_THROTTLE is wiring",
        "PWM_THROTTLE_PIN in this dictionary would have no effect",
    ),
    "a pulse that is said twice": (
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\nTHROTTLE_STOPPED_PWM = 380\n"
        "PWM_STEERING_THROTTLE = {'THROTTLE_STOPPED_PWM': 410}\n",
        "myconfig.py:3: PWM_STEERING_THROTTLE is wiring",
        "THROTTLE_STOPPED_PWM in this dictionary would have no effect",
    ),
    "a channel with a slip in its name": (
        "STEERING_CHANEL = 0\n", "myconfig.py:1: STEERING_CHANEL looks", "STEERING_CHANNEL?",
    ),
    "a drivetrain with a slip in its name": (
        "\nDRIVETRAIN_TYPE = 'SERVO_ESC'\n", "myconfig.py:2: DRIVETRAIN_TYPE", "DRIVE_TRAIN_TYPE?",
    ),
    "a dictionary with a slip in its name": (
        "PWM_STEERING_THROTLE = {}\n", "myconfig.py:1: PWM_ST", "mean PWM_STEERING_THROTTLE?",
    ),
    "an entry with a slip in its name": (
        "PWM_STEERING_THROTTLE = {'THROTTLE_STOPED_PWM': 410}\n", "myconfig.py:1: PWM_STEERING_T",
        "Did you mean THROTTLE_STOPPED_PWM?",
    ),
    "a channel in small letters": (
        "steering_channel = 0\n", "myconfig.py:1: steering_channel", "mean STEERING_CHANNEL?",
    ),
    "a pin outside of its dictionary": (
        "PWM_STEERING_PIN = 'PCA9685.1:41.1'\n", "myconfig.py:1: PWM_STEERING_PIN looks",
        "Write PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': ...}",
    ),
    # What used to happen: a warning that asked for the name that stood beside it, and the motor's
    # pulses went to the board of the servo.
    "a second board by its number": (
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\nPCA9685_I2C_ADDR = 0x40\nPCA9685_I2C_ADDR1 = 0x60\n",
        "myconfig.py:3: PCA9685_I2C_ADDR1 is wiring",
        "{'PWM_STEERING_PIN': 'PCA9685.1:40.1', 'PWM_THROTTLE_PIN': 'PCA9685.1:60.0'}",
    ),
    "a second board by what it drives": (
        "STEERING_CHANNEL = 2\nTHROTTLE_I2C_ADDR = 0x60\n",
        "myconfig.py:2: THROTTLE_I2C_ADDR is wiring",
        "Received: THROTTLE_I2C_ADDR=0x60. Write DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE' and "
        "PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': 'PCA9685.1:40.2', 'PWM_THROTTLE_PIN': "
        "'PCA9685.1:60.0'}",
    ),
    "a second bus": (
        "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nPCA9685_I2C_BUSNUM = 1\nTHROTTLE_I2C_BUSNUM = 3\n",
        "myconfig.py:3: THROTTLE_I2C_BUSNUM is wiring",
        "{'PWM_STEERING_PIN': 'PCA9685.1:40.1', 'PWM_THROTTLE_PIN': 'PCA9685.3:40.0'}",
    ),
    # What used to happen: the pins that were advised were the same twice, and at 0x40.
    "a second board of the servo, on another bus": (
        "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nSTEERING_I2C_ADDR = 0x41\nSTEERING_I2C_BUSNUM = 3\n",
        "myconfig.py:2: STEERING_I2C_ADDR is wiring",
        "{'PWM_STEERING_PIN': 'PCA9685.3:41.1', 'PWM_THROTTLE_PIN': 'PCA9685.1:40.0'}",
    ),
    # What used to happen: "or the pins of SERVO_HBRIDGE_2PIN, as in 'PCA9685.1:40.1', instead".
    "a pulse of a motor that has none": (
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\nTHROTTLE_STOPPED_PWM = 0\n",
        "myconfig.py:2: THROTTLE_STOPPED_PWM is wiring", "Delete the line, or write DRIVE_TRAIN_T",
    ),
    # What used to happen: the pin that was advised was on bus 1 and at 0x40, always.
    "a channel of a board elsewhere": (
        CHOSEN + "PCA9685_I2C_ADDR = 0x41\nPCA9685_I2C_BUSNUM = 0\nTHROTTLE_CHANNEL = 1\n",
        "myconfig.py:2: PCA9685_I2C_ADDR is wiring",
        "PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 'PCA9685.0:41.1'}",
    ),
    "neutral of a RoboHAT that nobody chose": (
        "MM1_STOPPED_PWM = 1520\n", "myconfig.py:1: MM1_STOPPED_PWM is wiring", "'MM1'",
    ),
    "a port of a VESC that nobody chose": (
        "VESC_SERIAL_PORT = '/dev/ttyACM3'\n", "myconfig.py:1: VESC_SERIAL_PORT", "'VESC'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["", "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\n", "DRIVE_TRAIN_TYPE = 'VESC'\n"]
)
def test_a_car_of_the_external_simulator_moves_no_real_motor(load, kind):
    """`DONKEY_GYM = True` was said to have no effect, and then the real motor was driven."""
    with pytest.raises(ConfigError) as refusal:
        load("DONKEY_GYM = True\n" + kind)
    assert str(refusal.value).startswith("myconfig.py:1: DONKEY_GYM drove a simulated car, and ")
    assert "Write CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'" in str(refusal.value)


@pytest.mark.parametrize("camera", ["SIM", "TUB", "IMAGE_LIST"])
def test_pictures_of_another_place_and_a_real_motor_are_named(load, camera):
    """A pilot would have driven the car by what it does not see, and nothing said so."""
    text = f"CAMERA_TYPE = '{camera}'\n"
    said = (
        f"myconfig.py:1: CAMERA_TYPE {camera} does not see where the car is, and DRIVE_TRAIN_TYPE"
    )
    assert [notice for notice in load(text).notices if notice.startswith(said)]
    for harmless in ("SIM", "MOCK"):
        assert not [
            n for n in load(f"{text}DRIVE_TRAIN_TYPE = '{harmless}'\n").notices if said in n
        ]
    assert not [notice for notice in load(text, command="train").notices if said in notice]


def test_beside_a_simulated_motor_it_may_stay(load):
    assert load("DONKEY_GYM = True\nCAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM'\n").DONKEY_GYM
    assert load("DONKEY_GYM = True\n", command="train").DONKEY_GYM


@pytest.mark.parametrize("command", ["drive", "calibrate", "doctor"])
@pytest.mark.parametrize("name", UNUSED)
def test_wiring_that_nobody_uses_stops_the_car_with_its_line_and_the_way_out(load, name, command):
    myconfig, place, way = UNUSED[name]
    with pytest.raises(ConfigError) as caught:
        load(myconfig, command=command)
    assert str(caught.value).startswith(place)
    assert "the car would drive with other values. " in str(caught.value)
    assert way in str(caught.value)


@pytest.mark.parametrize("name", UNUSED)
def test_a_car_that_somebody_puts_together_by_hand_gets_no_other_wheels(load, name):
    cfg = load(UNUSED[name][0], command=None)
    with pytest.raises(ConfigError, match="the car would drive with other"):
        add_drivetrain(Vehicle(), cfg)


@pytest.mark.parametrize("name", UNUSED)
@pytest.mark.parametrize("kind", ["MOCK", "SIM"])
def test_it_stops_no_car_that_moves_nothing(load, name, kind):
    load(UNUSED[name][0], overrides=[f"DRIVE_TRAIN_TYPE={kind}"])


@pytest.mark.parametrize("name", UNUSED)
@pytest.mark.parametrize("command", ["train", "pictures", "models", "neutral", "config"])
def test_it_stops_no_command_that_drives_nothing(load, name, command):
    assert load(UNUSED[name][0], command=command).faults


@pytest.mark.parametrize(
    "myconfig",
    [
        CHOSEN + "STEERING_CHANNEL = 1\nSTEERING_LEFT_PWM = 460\nPCA9685_I2C_ADDR = 0x40\n",
        "PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': 'PCA9685.1:41.1',\n"
        "    'PWM_THROTTLE_PIN': 'PCA9685.1:41.0'}\nPCA9685_I2C_ADDR = 0x41\n",
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\nSERVO_HBRIDGE_2PIN = {'STEERING_LEFT_PWM': 430}\n"
        "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 440}\n",
        "DRIVE_TRAIN_TYPE = 'VESC'\nPWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 440}\n",
        "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'\nHBRIDGE_PIN_LEFT_FWD = 18\n",
        "DRIVE_TRAIN_TYPE = 'DC_STEER_THROTTLE'\nHBRIDGE_PIN_FWD = 15\n",
        "STEERING_LEFT = 440\nPWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': STEERING_LEFT}\n",
        "STEERING_CHANNELS = 2\nDRIVE_TRAIN_TYPE = 'SERVO_ESC'\nSTEERING_CHANNEL = 2\n",
        "PWM_STEERING_THROTTLE = {'MY_OWN': 3}\n",
        "CONTROLLER_TYPE = 'MM1'\nMM1_STEERING_MID = 1510\nUSE_JOYSTICK_AS_DEFAULT = True\n",
        "STEERING_CHANNEL = 1\nPCA9685_I2C_ADDR = 0x40\nPCA9685_I2C_ADDR1 = 0x40\n",
        "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN'\nTHROTTLE_CHANNEL = 3\nSERVO_HBRIDGE_2PIN = {\n"
        "    'FWD_DUTY_PIN': 'PCA9685.1:40.3', 'BWD_DUTY_PIN': 'PCA9685.1:40.2'}\n",
        "STEERING_LEFT_PWM = 450\nTHROTTLE_I2C_BUSNUM = 1\n",
        # All of a config.py of donkeycar 4, without its comment signs: twelve errors used to say
        # that the car would drive with other wiring, of which nothing was true.
        "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\nSTEERING_PWM_PIN = 13\nSTEERING_PWM_FREQ = 50\n"
        "THROTTLE_PWM_PIN = 18\nHBRIDGE_PIN_FWD = 15\nHBRIDGE_PIN_LEFT = 18\n",
    ],
)
def test_wiring_that_says_the_same_or_belongs_to_another_drivetrain_by_its_name_may_stay(
    load, myconfig
):
    assert load(myconfig).faults == ()


@pytest.mark.parametrize(
    ("myconfig", "config", "kind"),
    [
        ("STEERING_CHANNEL = 0\nTHROTTLE_CHANNEL = 1\n", None, "I2C_SERVO"),
        ("PCA9685_I2C_ADDR = 0x41\n", None, "I2C_SERVO"),
        ("", "THROTTLE_STOPPED_PWM = 410\n", "I2C_SERVO"),
        ("STEERING_CHANNEL = 3\n", "DRIVE_TRAIN_TYPE = 'SERVO_ESC'\n", "SERVO_ESC"),
        ("STEERING_CHANNEL = 3\nDRIVE_TRAIN_TYPE = 'MOCK'\n", None, "MOCK"),
        ("IMAGE_W = 224\n", None, "PWM_STEERING_THROTTLE"),
    ],
)
def test_the_drivetrain_is_deduced_from_names_outside_a_dictionary(load, myconfig, config, kind):
    cfg = load(myconfig, config)
    assert kind == cfg.DRIVE_TRAIN_TYPE
    deduced = cfg.source_of("DRIVE_TRAIN_TYPE").startswith("deduced from ")
    assert deduced == (kind == "I2C_SERVO")
    assert (
        any("takes DRIVE_TRAIN_TYPE to be 'I2C_SERVO'" in notice for notice in cfg.notices)
        == deduced
    )


def test_a_word_on_the_command_line_is_the_owners_word(load):
    with pytest.raises(ConfigError, match="STEERING_CHANNEL is wiring"):
        load("STEERING_CHANNEL = 3\n", overrides=["DRIVE_TRAIN_TYPE=PWM_STEERING_THROTTLE"])


@pytest.mark.parametrize(
    "text",
    [
        "PWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 460.0, 'THROTTLE_STOPPED_PWM': 351.56}",
        "STEERING_LEFT_PWM = 1100 / (1e6 / 4096 / 62.5)",
        "IMAGE_W = 224.0\nMAX_LOOPS = 3.0\nWEB_CONTROL_PORT = 8888.0",
        "DRIVE_TRAIN_TYPE = 'MM1'\nMM1_STOPPED_PWM = 1512.5",
        "USE_RC = True\nPIGPIO_STOPPED_PWM = 1503.3",
    ],
)
def test_a_number_is_a_number(load, text):
    cfg = load(text + "\n")
    assert type(cfg.IMAGE_W) is int


@pytest.mark.parametrize("text", ["IMAGE_W = 224.5", "MAX_LOOPS = float('inf')", "IMAGE_W = '224'"])
def test_but_half_a_pixel_is_none(load, text):
    with pytest.raises(ConfigError, match="must be a whole number"):
        load(text + "\n")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("CONTROLLER_TYPE = 'my_receiver'", "drive"),
        ("CONTROLLER_TYPE = 'ibus'", "train"),
        ("IMU_SENSOR = 'bno08x'", "drive"),
        ("IMU_SENSOR = 'bno08x'\nLIDAR_TYPE = 3\nGYM_CONF = 4", "train"),
        ("SERVO_HBRIDGE_2PIN = 7", "drive"),
        ("ROI_CROP_TOP = 'half'", "drive"),
        ("BATCH_SIZE = 'many'", "drive"),
        ("SIM_SEED = 'x'", "drive"),
        ("JOYSTICK_MAX_THROTTLE = -0.5", "train"),
        ("WEB_CONTROL_PORT = 'x'", "pictures"),
        ("DRIVE_LOOP_HZ = 'fast'", "calibrate"),
    ],
)
def test_a_value_that_a_command_does_not_read_is_told_and_kept_as_it_is(load, text, command):
    kind = ["DRIVE_TRAIN_TYPE=MOCK"] if command == "drive" else []
    cfg = load(text + "\n", command=command, overrides=kind)
    name, _, value = text.partition("\n")[0].partition(" = ")
    assert str(cfg.get(name)) == value.strip("'")
    assert any(f" {name} " in notice for notice in cfg.notices)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("CONTROLLER_TYPE = 'ibus'\nUSE_JOYSTICK_AS_DEFAULT = True", "drive"),
        ("TRANSFORMATIONS = ['CROP']\nROI_CROP_TOP = 'half'", "drive"),
        ("TRANSFORMATIONS = ['CROP']\nROI_CROP_TOP = 'half'", "pictures"),
        ("BATCH_SIZE = 'many'", "train"),
        ("PWM_FREQUENCY = 'x'", "neutral"),
        ("USE_RC = True\nPIGPIO_STOPPED_PWM = 2100", "drive"),
        ("USE_RC = True\nPIGPIO_STEERING_MID = 900", "drive"),
        (
            "CONTROLLER_TYPE = 'MM1'\nUSE_JOYSTICK_AS_DEFAULT = True\nMM1_STEERING_MID = 2000",
            "drive",
        ),
    ],
)
def test_but_what_it_reads_is_refused(load, text, command):
    with pytest.raises(ConfigError, match=" must be "):
        load(text + "\n", command=command)


@pytest.mark.parametrize("kind", ["MM1", "pigpio_rc"])
def test_a_remote_control_that_nobody_hears_is_said(load, kind):
    """What used to happen: the transmitter did nothing, its stop neither, and nobody said why."""
    chosen = f"CONTROLLER_TYPE = {kind!r}\nDRIVE_TRAIN_TYPE = 'MM1'\n"
    for command in ("drive", "doctor"):
        assert load(chosen, command=command).notices == (
            f"myconfig.py:1: CONTROLLER_TYPE {kind}: the car does not hear its remote control "
            "without --js, USE_JOYSTICK_AS_DEFAULT = True"
            + (" or USE_RC = True." if kind == "pigpio_rc" else "."),
        )
    assert load(chosen, overrides=["USE_JOYSTICK_AS_DEFAULT=True"]).notices == ()
    heard = load(f"{chosen}USE_RC = True\nTHROTTLE_RC_GPIO = 21\n").notices == ()
    assert heard == (kind == "pigpio_rc")


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("JOYSTICK_MAX_THROTTLE = -0.5", "JOYSTICK_THROTTLE_DIR = 1.0 turns the stick round"),
        ("PWM_STEERING_THROTTLE = {'PWM_STEERING_SCALE': -1.0}", "swap STEERING_LEFT_PWM and"),
        ("PWM_STEERING_THROTTLE = {'PWM_THROTTLE_SCALE': -1.0}", "swap THROTTLE_FORWARD_PWM and"),
        ("MOTOR_MAX_DUTY = -0.9", "swap the pins of its forward and backward"),
        ("PWM_STEERING_THROTTLE = {'PWM_THROTTLE_PIN': 0}", "as text, e.g. 'PCA9685.1:40.0'"),
        (
            "DRIVE_TRAIN_TYPE = 'DC_TWO_WHEEL'; DC_TWO_WHEEL = {'LEFT_FWD_DUTY_PIN': 18}",
            "as text, e.g. .* 'RPI_GPIO.BOARD.33'",
        ),
        ("USE_RC = True; STEERING_RC_GPIO = 37", "Count GPIO numbers .* its pin 37 is GPIO 26"),
        ("CONTROLLER_TYPE = 'Logitech'; USE_JOYSTICK_AS_DEFAULT = True", "F310 is an 'F710' here"),
    ],
)
def test_who_means_something_else_is_told_what_does_it(load, text, way):
    with pytest.raises(ConfigError, match=way):
        load(text + "\n")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        # What used to happen: "JOYSTICK_THROTTLE_DIR = 1.0 turns the stick round", for all four.
        ("JOYSTICK_MAX_THROTTLE = 0,5", "=(0, 5). Write 0.5, with a point"),
        ("JOYSTICK_MAX_THROTTLE = '0.3'", "='0.3'. Write 0.3 without quotation marks"),
        ("JOYSTICK_MAX_THROTTLE = 'half'", "='half'"),
        ("JOYSTICK_MAX_THROTTLE = None", "=None"),
        ("USE_JOYSTICK_AS_DEFAULT = 'True'", "='True'. Write True without quotation marks"),
        ("DRIVE_TRAIN_TYPE = 'IC2_SERVO'", "='IC2_SERVO'. Did you mean 'I2C_SERVO'?"),
        ("CAMERA_TYPE = 'mock'", "='mock'. Did you mean 'MOCK'?"),
        (
            "USE_JOYSTICK_AS_DEFAULT = True\nCONTROLLER_TYPE = 'WiiU'",
            "='WiiU'. Did you mean 'wiiu'?",
        ),
        (
            "USE_JOYSTICK_AS_DEFAULT = True\nCONTROLLER_TYPE = 'mocute'",
            "For any other pad write 'custom', and run `donkey gamepad learn`",
        ),
        ("WEB_CONTROL_PORT = 8,887", "=(8, 887)"),
    ],
)
def test_a_slip_in_a_value_is_told_as_what_it_is(load, text, end):
    with pytest.raises(ConfigError) as caught:
        load(text + "\n")
    assert str(caught.value).endswith(end)


def test_a_line_that_a_later_one_says_otherwise_is_named(load):
    # What used to happen: an owner changed the line of old, and the lines that an upgrade had put
    # at the end of the file went on to hold.
    cfg = load(
        "THROTTLE_STOPPED_PWM = 380\nPWM_STEERING_THROTTLE = {'STEERING_LEFT_PWM': 400}\n"
        "DRIVE_TRAIN_TYPE = 'I2C_SERVO'\nTHROTTLE_STOPPED_PWM = 370\nDRIVE_TRAIN_TYPE = 'MOCK'\n"
        "PWM_STEERING_THROTTLE = {'STEERING_RIGHT_PWM': 300}\n"
    )
    assert [notice for notice in cfg.notices if "again" in notice] == [
        "myconfig.py:1: THROTTLE_STOPPED_PWM has no effect here: line 4 sets it again.",
        "myconfig.py:2: PWM_STEERING_THROTTLE has no effect here: line 6 sets it again.",
        "myconfig.py:3: DRIVE_TRAIN_TYPE has no effect here: line 5 sets it again.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "IMAGE_W = 100\nIMAGE_W = IMAGE_W * 2\n",
        "IMAGE_W = 100\nIMAGE_H = IMAGE_W\nIMAGE_W = 200\n",
        "IMAGE_W = 200\nIMAGE_W = 200\n",
        "IMAGE_W = 100\nif IMAGE_W < 200:\n    IMAGE_W = 200\n",
        "mine = 1\nmine = 2\n",
    ],
)
def test_a_line_that_was_of_use_is_not(load, text):
    assert not load(text).notices


def test_many_names_of_the_owners_own_code_are_one_sentence(load):
    # What used to happen: 22 lines at every start, and the one that mattered among them.
    pans = "".join(f"PAN_{number} = {number}\n" for number in range(5))
    notices = load(f"IMAGE_WW = 200\n{pans}DRIVE_LOOP_HX = 30\n").notices
    assert notices == (
        "myconfig.py:1: IMAGE_WW is not a setting of donkeycar. Did you mean IMAGE_W?",
        "myconfig.py:2: PAN_0, PAN_1, PAN_2, PAN_3, PAN_4 are not settings of donkeycar. They are "
        "kept for your own code.",
        "myconfig.py:7: DRIVE_LOOP_HX is not a setting of donkeycar. Did you mean DRIVE_LOOP_HZ?",
    )
    assert len(load("PAN_1 = 1\nPAN_2 = 2\n").notices) == 2


def test_a_question_ends_with_its_mark(load):
    (notice,) = load("CONTROLLER_TYPE = 'Nimbus'\n", command="train").notices
    assert notice.endswith("Did you mean 'nimbus'? This command does not read it.")


def test_nobody_is_asked_whether_they_meant_what_stands_beside_it(load):
    cfg = load("PCA9685_I2C_ADDR = 0x40\nPCA9685_I2C_ADDR1 = 0x40\nIMAGE_WW = 3\n")
    assert any("ADDR1 is not a setting of donkeycar. It is kept" in text for text in cfg.notices)
    assert any("Did you mean IMAGE_W?" in text for text in cfg.notices)


def test_names_in_small_letters_are_pointed_out(load):
    cfg = load("drive_loop_hz = 30\nCamera_Type = 'MOCK'\nspeed = 3\nimage_w = 90\n"
               "IMAGE_W = image_w\ndef train_filter(record):\n    return True\n")  # fmt: skip
    assert [notice for notice in cfg.notices if "capitals" in notice] == [
        "myconfig.py:1: drive_loop_hz has no effect: settings are in capitals. "
        "Did you mean DRIVE_LOOP_HZ?",
        "myconfig.py:2: Camera_Type has no effect: settings are in capitals. "
        "Did you mean CAMERA_TYPE?",
    ]
