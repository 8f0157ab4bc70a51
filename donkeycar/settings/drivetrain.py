"""What turns an order into moving wheels."""

from donkeycar.settings.setting import Group, Setting, family, later

DRIVETRAIN = Group(
    "DRIVETRAIN",
    "What turns the wheels.",
    (
        Setting(
            "DRIVE_TRAIN_TYPE", "MOCK", "MOCK moves nothing",
            choices=("MOCK", "SIM"),
            later_choices=(
                "PWM_STEERING_THROTTLE", "I2C_SERVO", "MM1", "SERVO_HBRIDGE_2PIN",
                "SERVO_HBRIDGE_3PIN", "SERVO_HBRIDGE_PWM", "DC_STEER_THROTTLE", "DC_TWO_WHEEL",
                "DC_TWO_WHEEL_L298N", "PIGPIO_PWM", "VESC", "SERVO_ESC",
            ),
        ),
    ),
)  # fmt: skip


def _pin(name: str, pin: str, help: str) -> Setting:  # noqa: A002 - the row's own word
    return Setting(name, pin, help)


def _pulse(name: str, pulse: int, help: str) -> Setting:  # noqa: A002 - the row's own word
    return Setting(name, pulse, help, unit="pulse of the PCA9685", low=0, high=4095)


def _servo(pin: str) -> tuple[Setting, ...]:
    return (
        _pin("PWM_STEERING_PIN", pin, "pin of the steering servo"),
        Setting("PWM_STEERING_SCALE", 1.0, "correction of its frequency", low=0.1, high=10),
        Setting("PWM_STEERING_INVERTED", False, "turn its signal upside down"),
    )


_STEERING = (
    _pulse("STEERING_LEFT_PWM", 460, "full left"),
    _pulse("STEERING_RIGHT_PWM", 290, "full right"),
)
_BOARD = "RPI_GPIO.BOARD."

OTHER_DRIVETRAINS = Group(
    "WHEELS",
    "Servos, speed controllers and motors.",
    (
        *later(
            "the drivetrain on a PCA9685",
            (
                Setting("PCA9685_I2C_ADDR", 0x40, "address of the PCA9685", low=3, high=0x77),
                Setting(
                    "PCA9685_I2C_BUSNUM", None, "bus of the PCA9685; None finds it", kind="int",
                    low=0, optional=True,
                ),
                family(
                    "PWM_STEERING_THROTTLE",
                    "steering servo and speed controller",
                    *_servo("PCA9685.1:40.1"),
                    _pin("PWM_THROTTLE_PIN", "PCA9685.1:40.0", "pin of the speed controller"),
                    Setting("PWM_THROTTLE_SCALE", 1.0, "correction of its frequency", low=0.1,
                            high=10),
                    Setting("PWM_THROTTLE_INVERTED", False, "turn its signal upside down"),
                    *_STEERING,
                    _pulse("THROTTLE_FORWARD_PWM", 500, "full forward"),
                    _pulse("THROTTLE_STOPPED_PWM", 370, "standing still"),
                    _pulse("THROTTLE_REVERSE_PWM", 220, "full reverse"),
                ),
            ),
        ),
        *later(
            "a drivetrain with motor drivers",
            (
                family(
                    "SERVO_HBRIDGE_2PIN",
                    "steering servo and a motor on two pins",
                    _pin("FWD_DUTY_PIN", _BOARD + "18", "forward"),
                    _pin("BWD_DUTY_PIN", _BOARD + "16", "backward"),
                    *_servo(_BOARD + "33"),
                    *_STEERING,
                ),
                family(
                    "SERVO_HBRIDGE_3PIN",
                    "steering servo and a motor on three pins",
                    _pin("FWD_PIN", _BOARD + "18", "forward"),
                    _pin("BWD_PIN", _BOARD + "16", "backward"),
                    _pin("DUTY_PIN", _BOARD + "35", "power"),
                    *_servo(_BOARD + "33"),
                    *_STEERING,
                ),
                family(
                    "DC_STEER_THROTTLE",
                    "one motor steers, one drives",
                    _pin("LEFT_DUTY_PIN", _BOARD + "18", "steer left"),
                    _pin("RIGHT_DUTY_PIN", _BOARD + "16", "steer right"),
                    _pin("FWD_DUTY_PIN", _BOARD + "15", "forward"),
                    _pin("BWD_DUTY_PIN", _BOARD + "13", "backward"),
                ),
                family(
                    "DC_TWO_WHEEL",
                    "a motor per side, two pins each",
                    _pin("LEFT_FWD_DUTY_PIN", _BOARD + "18", "left forward"),
                    _pin("LEFT_BWD_DUTY_PIN", _BOARD + "16", "left backward"),
                    _pin("RIGHT_FWD_DUTY_PIN", _BOARD + "15", "right forward"),
                    _pin("RIGHT_BWD_DUTY_PIN", _BOARD + "13", "right backward"),
                ),
                family(
                    "DC_TWO_WHEEL_L298N",
                    "a motor per side, three pins each",
                    _pin("LEFT_FWD_PIN", _BOARD + "16", "left forward"),
                    _pin("LEFT_BWD_PIN", _BOARD + "18", "left backward"),
                    _pin("LEFT_EN_DUTY_PIN", _BOARD + "22", "left power"),
                    _pin("RIGHT_FWD_PIN", _BOARD + "15", "right forward"),
                    _pin("RIGHT_BWD_PIN", _BOARD + "13", "right backward"),
                    _pin("RIGHT_EN_DUTY_PIN", _BOARD + "11", "right power"),
                ),
            ),
        ),
        *later(
            "the VESC",
            (
                Setting("VESC_MAX_SPEED_PERCENT", 0.2, "most power", low=0, high=1),
                Setting("VESC_SERIAL_PORT", "/dev/ttyACM0", "where it is plugged in"),
                Setting("VESC_HAS_SENSOR", True, "the motor has a sensor"),
                Setting("VESC_START_HEARTBEAT", True, "keep it awake"),
                Setting("VESC_BAUDRATE", 115200, "speed of the line", unit="baud", low=1),
                Setting("VESC_TIMEOUT", 0.05, "wait for an answer", unit="seconds", low=0),
                Setting("VESC_STEERING_SCALE", 0.5, "steering range"),
                Setting("VESC_STEERING_OFFSET", 0.5, "straight ahead"),
            ),
        ),
        *later(
            "the RoboHAT MM1",
            (
                Setting("MM1_STEERING_MID", 1500, "straight ahead", unit="us", low=0, high=5000),
                Setting("MM1_MAX_FORWARD", 2000, "full forward", unit="us", low=0, high=5000),
                Setting("MM1_STOPPED_PWM", 1500, "standing still", unit="us", low=0, high=5000),
                Setting("MM1_MAX_REVERSE", 1000, "full reverse", unit="us", low=0, high=5000),
                Setting("MM1_SHOW_STEERING_VALUE", False, "print the steering"),
                Setting("MM1_SERIAL_PORT", "/dev/ttyAMA0", "where it is plugged in"),
            ),
        ),
    ),
)  # fmt: skip
