"""Settings of the drivetrain, which turns commands into moving wheels."""

from dataclasses import replace
from typing import NamedTuple

from donkeycar.settings.setting import Group, Setting, dead, family


class DrivetrainWord(NamedTuple):
    """What the settings know about a word of `DRIVE_TRAIN_TYPE`.

    `assembly.drivetrain.table` has the other row of the word.

    Attributes:
        reads: Dictionaries, and prefixes of names ending in "_", that have an effect with this
            drivetrain, and none with drivetrains that do not list them. Those that every
            drivetrain reads are in no row.
        moves: Whether it moves real hardware. Wiring that has no effect then stops the car.
        is_flat: Whether it is for cars from before donkeycar 5, which have channels and pulses
            outside of dictionaries.
    """

    reads: tuple[str, ...]
    moves: bool = True
    is_flat: bool = False


DRIVETRAIN_WORDS = {
    "PWM_STEERING_THROTTLE": DrivetrainWord(reads=("PWM_STEERING_THROTTLE",)),
    "I2C_SERVO": DrivetrainWord(reads=("PWM_STEERING_THROTTLE",), is_flat=True),
    "SERVO_ESC": DrivetrainWord(reads=("PWM_STEERING_THROTTLE",), is_flat=True),
    "SERVO_HBRIDGE_2PIN": DrivetrainWord(reads=("SERVO_HBRIDGE_2PIN",)),
    "SERVO_HBRIDGE_3PIN": DrivetrainWord(reads=("SERVO_HBRIDGE_3PIN",)),
    "DC_STEER_THROTTLE": DrivetrainWord(reads=("DC_STEER_THROTTLE",)),
    "DC_TWO_WHEEL": DrivetrainWord(reads=("DC_TWO_WHEEL",)),
    "DC_TWO_WHEEL_L298N": DrivetrainWord(reads=("DC_TWO_WHEEL_L298N",)),
    "MM1": DrivetrainWord(reads=("MM1_",)),
    "VESC": DrivetrainWord(reads=("VESC_",)),
    "MOCK": DrivetrainWord(reads=("PWM_STEERING_THROTTLE",), moves=False),
    "SIM": DrivetrainWord(reads=("SIM_TRACK", "SIM_SEED"), moves=False),
}
FLAT_KINDS = tuple(word for word, row in DRIVETRAIN_WORDS.items() if row.is_flat)
HARMLESS = tuple(word for word, row in DRIVETRAIN_WORDS.items() if not row.moves)
# Boards that have settings of their own: those start with the word.
SERIAL = tuple(word for word, row in DRIVETRAIN_WORDS.items() if f"{word}_" in row.reads)

DRIVETRAIN = Group(
    "DRIVETRAIN",
    "What turns the wheels. docs/drivetrains.md says what to wire where.",
    (
        Setting(
            "DRIVE_TRAIN_TYPE", "PWM_STEERING_THROTTLE",
            "hardware that steers and drives; MOCK moves nothing",
            choices=tuple(DRIVETRAIN_WORDS),
            dead_choices=("PIGPIO_PWM", "SERVO_HBRIDGE_PWM"),
            dead_advice="`donkey doctor` says what to write instead, with the pins of this car",
        ),
    ),
)  # fmt: skip


def _pin(name: str, pin: str, help: str) -> Setting:  # noqa: A002 - the row's own word
    return Setting(
        name, pin, help,
        advice="Write a pin as text, e.g. 'PCA9685.1:40.0', 'RPI_GPIO.BOARD.33' or 'PWM.0.1'",
    )  # fmt: skip


def _pulse(name: str, pulse: int, help: str) -> Setting:  # noqa: A002 - the row's own word
    return Setting(name, pulse, help, kind="float", unit="4096ths of a frame", low=0, high=4095)


def _servo(pin: str) -> tuple[Setting, ...]:
    return (
        _pin("PWM_STEERING_PIN", pin, "pin of the steering servo"),
        Setting(
            "PWM_STEERING_SCALE",
            1.0,
            "factor on its pulses, to correct the PWM frequency",
            low=0.1,
            high=10,
            advice="To turn the steering round, swap STEERING_LEFT_PWM and STEERING_RIGHT_PWM",
        ),
        Setting("PWM_STEERING_INVERTED", False, "invert its signal: low instead of high"),
    )


def _board_pulse(name: str, pulse: int, help: str) -> Setting:  # noqa: A002 - the row's own word
    return Setting(name, pulse, help, kind="float", unit="us", low=1000, high=2000)


_STEERING = (
    _pulse("STEERING_LEFT_PWM", 460, "pulse for full left"),
    _pulse("STEERING_RIGHT_PWM", 290, "pulse for full right"),
    Setting(
        "STEERING_MID_PWM",
        None,
        "pulse for straight ahead; None is half-way",
        kind="float",
        unit="4096ths of a frame",
        low=0,
        high=4095,
        optional=True,
    ),
)
_BOARD = "RPI_GPIO.BOARD."

# The pulses of all drivetrains are counted in fractions of a frame at this frequency.
_FREQUENCY_HZ = 60
# As in parts/drivetrain/order.py: a stop may have to wait for the end of a frame, 40 ms.
_LOWEST_HZ = 25
_FRAMES = "A stop may have to wait for the end of a frame: take 60"

WHEELS = Group(
    "WHEELS",
    "Servos, speed controllers and motors. A pin is written as RPI_GPIO.BOARD.33, RPI_GPIO.BCM.13, "
    "PCA9685.<bus>:<address>.<channel> such as PCA9685.1:40.0, or PWM.<chip>.<channel>.",
    (
        family(
            "PWM_STEERING_THROTTLE",
            "steering servo and speed controller; MOCK shows these pulses too",
            *_servo("PCA9685.1:40.1"),
            _pin("PWM_THROTTLE_PIN", "PCA9685.1:40.0", "pin of the speed controller"),
            Setting(
                "PWM_THROTTLE_SCALE", 1.0,
                "factor on its pulses, to correct the PWM frequency",
                low=0.1, high=10,
                advice="To turn the motor round, swap THROTTLE_FORWARD_PWM and "
                "THROTTLE_REVERSE_PWM",
            ),
            Setting("PWM_THROTTLE_INVERTED", False, "invert its signal: low instead of high"),
            *_STEERING,
            _pulse("THROTTLE_FORWARD_PWM", 500, "pulse for full forward"),
            _pulse("THROTTLE_STOPPED_PWM", 370, "pulse for standing still"),
            _pulse("THROTTLE_REVERSE_PWM", 220, "pulse for full reverse"),
            _pulse(
                "THROTTLE_DEAD_PWM", 0,
                "deadband: distance from THROTTLE_STOPPED_PWM at which the motor starts to turn",
            ),
        ),
        family(
            "SERVO_HBRIDGE_2PIN",
            "steering servo and a motor on two pins",
            _pin("FWD_DUTY_PIN", _BOARD + "18", "PWM pin for forward"),
            _pin("BWD_DUTY_PIN", _BOARD + "16", "PWM pin for backward"),
            *_servo(_BOARD + "33"),
            *_STEERING,
        ),
        family(
            "SERVO_HBRIDGE_3PIN",
            "steering servo and a motor on three pins",
            _pin("FWD_PIN", _BOARD + "18", "pin that is high for forward"),
            _pin("BWD_PIN", _BOARD + "16", "pin that is high for backward"),
            _pin("DUTY_PIN", _BOARD + "35", "PWM pin for the power"),
            *_servo(_BOARD + "33"),
            *_STEERING,
        ),
        family(
            "DC_STEER_THROTTLE",
            "one motor steers, one drives",
            _pin("LEFT_DUTY_PIN", _BOARD + "18", "PWM pin for angles above 0 (right)"),
            _pin("RIGHT_DUTY_PIN", _BOARD + "16", "PWM pin for angles below 0 (left)"),
            _pin("FWD_DUTY_PIN", _BOARD + "15", "PWM pin for forward"),
            _pin("BWD_DUTY_PIN", _BOARD + "13", "PWM pin for backward"),
        ),
        family(
            "DC_TWO_WHEEL",
            "a motor per side, two pins each",
            _pin("LEFT_FWD_DUTY_PIN", _BOARD + "18", "PWM pin for left forward"),
            _pin("LEFT_BWD_DUTY_PIN", _BOARD + "16", "PWM pin for left backward"),
            _pin("RIGHT_FWD_DUTY_PIN", _BOARD + "15", "PWM pin for right forward"),
            _pin("RIGHT_BWD_DUTY_PIN", _BOARD + "13", "PWM pin for right backward"),
        ),
        family(
            "DC_TWO_WHEEL_L298N",
            "a motor per side, three pins each",
            _pin("LEFT_FWD_PIN", _BOARD + "16", "pin that is high for left forward"),
            _pin("LEFT_BWD_PIN", _BOARD + "18", "pin that is high for left backward"),
            _pin("LEFT_EN_DUTY_PIN", _BOARD + "22", "PWM pin for the left power"),
            _pin("RIGHT_FWD_PIN", _BOARD + "15", "pin that is high for right forward"),
            _pin("RIGHT_BWD_PIN", _BOARD + "13", "pin that is high for right backward"),
            _pin("RIGHT_EN_DUTY_PIN", _BOARD + "11", "PWM pin for the right power"),
        ),
        Setting(
            "PWM_FREQUENCY", _FREQUENCY_HZ,
            "PWM frequency of servo and speed controller; calibrate again after a change",
            kind="float", unit="times per second", low=_LOWEST_HZ, high=1526,
            advice=_FRAMES,
        ),
        Setting(
            "PCA9685_OSCILLATOR_HZ", 25_000_000,
            "measured clock frequency of the PCA9685",
            kind="float",
            unit="hertz", low=20_000_000, high=30_000_000,
        ),
        Setting(
            "MOTOR_PWM_FREQUENCY", _FREQUENCY_HZ, "PWM frequency of motors on pins of the Pi",
            kind="float", unit="times per second", low=_LOWEST_HZ, high=10_000, advice=_FRAMES,
        ),
        Setting(
            "MOTOR_MAX_DUTY", 0.9,
            "duty cycle of motors on pins at full throttle: the share of the time that they "
            "have power",
            low=0.01, high=1,
            advice="To turn a motor round, swap the pins of its forward and backward",
        ),
    ),
)  # fmt: skip

SERIAL_WHEELS = Group(
    "SERIAL DRIVETRAINS",
    "Boards on a serial line: VESC and MM1.",
    (
        Setting("VESC_SERIAL_PORT", "/dev/ttyACM0", "serial port of the VESC"),
        Setting(
            "VESC_BAUDRATE", 115200,
            "speed of the serial line",
            unit="baud", low=9600, high=921600,
        ),
        Setting(
            "VESC_MAX_SPEED_PERCENT", 0.2,
            "share of the battery's voltage at full throttle; a number below 0 reverses the "
            "motor",
            low=-1, high=1,
        ),
        Setting(
            "VESC_STEERING_SCALE", 0.5, "travel of its servo from the middle to the end",
            low=-1, high=1,
        ),
        Setting(
            "VESC_STEERING_OFFSET", 0.5,
            "position of its servo when the car goes straight ahead",
            low=0, high=1
        ),
        Setting(
            "VESC_START_HEARTBEAT", True,
            "tell the VESC 20 times a second that all is well; if False, it only gets orders, "
            "10 times a second",
        ),
        Setting(
            "VESC_TIMEOUT", 0.05, "how long it may take to answer that it is a VESC",
            unit="seconds", low=0, high=2,
        ),
        Setting(
            "MM1_SERIAL_PORT", "/dev/ttyAMA0",
            "serial port of the RoboHAT; a Pi 5 has this port only with dtparam=uart0=on, a Pi "
            "3 or 4 with dtoverlay=disable-bt, in /boot/firmware/config.txt",
        ),
        _board_pulse("MM1_STEERING_MID", 1500, "pulse for straight ahead"),
        _board_pulse("MM1_MAX_FORWARD", 2000, "pulse for full forward"),
        _board_pulse("MM1_STOPPED_PWM", 1500, "pulse for standing still"),
        _board_pulse("MM1_MAX_REVERSE", 1000, "pulse for full reverse"),
        dead("VESC_HAS_SENSOR", "the VESC knows it from its own set-up, made with VESC Tool"),
        dead("MM1_SHOW_STEERING_VALUE", "the drive page shows the steering"),
    ),
)  # fmt: skip


def _flat(setting: Setting) -> Setting:
    """A setting of cars from before donkeycar 5, which had no dictionaries."""
    return replace(setting, only_for=("DRIVE_TRAIN_TYPE", FLAT_KINDS))


def _flat_pulse(name: str) -> Setting:
    help_ = f"as PWM_STEERING_THROTTLE[{name!r}]; None takes the value from there"
    return Setting(name, None, help_, kind="float", low=0, high=4095, optional=True)


FLAT_WHEELS = Group(
    "WHEELS OF OLD CARS",
    "For DRIVE_TRAIN_TYPE I2C_SERVO and SERVO_ESC only: a PCA9685, as donkeycar 3 and 4 had it.",
    tuple(
        map(
            _flat,
            (
                Setting("PCA9685_I2C_ADDR", 0x40, "I2C address of the PCA9685", low=3, high=0x77),
                Setting(
                    "PCA9685_I2C_BUSNUM", None, "I2C bus of the PCA9685; None is bus 1", kind="int",
                    low=0, high=255, optional=True,
                ),
                Setting("STEERING_CHANNEL", 1, "channel of the steering servo", low=0, high=15),
                Setting("THROTTLE_CHANNEL", 0, "channel of the speed controller", low=0, high=15),
                _flat_pulse("STEERING_LEFT_PWM"),
                _flat_pulse("STEERING_RIGHT_PWM"),
                _flat_pulse("THROTTLE_FORWARD_PWM"),
                _flat_pulse("THROTTLE_STOPPED_PWM"),
                _flat_pulse("THROTTLE_REVERSE_PWM"),
                _flat_pulse("STEERING_MID_PWM"),
                _flat_pulse("THROTTLE_DEAD_PWM"),
            ),
        )
    ),
)  # fmt: skip
