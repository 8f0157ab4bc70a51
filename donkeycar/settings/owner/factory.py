"""Defaults in the ``config.py`` of earlier versions, which no owner chose.

Wiring of an owner that has no effect is an error. These values in a ``config.py`` are not wiring.
"""

from typing import Any

# Source: files of cars made with donkeycar 3.0 to 5.1.
FACTORY: dict[str, tuple[Any, ...]] = {
    # Since 4.4 a section on ServoBlaster, below that on the PCA9685, says 0.
    "STEERING_CHANNEL": (1, 0),
    "THROTTLE_CHANNEL": (0,),
    "STEERING_LEFT_PWM": (460,),
    "STEERING_RIGHT_PWM": (290,),
    "THROTTLE_FORWARD_PWM": (500,),
    "THROTTLE_STOPPED_PWM": (370,),
    "THROTTLE_REVERSE_PWM": (220,),
    "STEERING_PWM_PIN": (13,),
    "STEERING_PWM_FREQ": (50,),
    "STEERING_PWM_INVERTED": (False,),
    "THROTTLE_PWM_PIN": (18,),
    "THROTTLE_PWM_FREQ": (50,),
    "THROTTLE_PWM_INVERTED": (False,),
    "HBRIDGE_PIN_FWD": (18, 15),
    "HBRIDGE_PIN_BWD": (16, 13),
    "HBRIDGE_PIN_LEFT": (18,),
    "HBRIDGE_PIN_RIGHT": (16,),
    "HBRIDGE_PIN_LEFT_FWD": (18,),
    "HBRIDGE_PIN_LEFT_BWD": (16,),
    "HBRIDGE_PIN_RIGHT_FWD": (15,),
    "HBRIDGE_PIN_RIGHT_BWD": (13,),
    "HBRIDGE_L298N_PIN_LEFT_FWD": (16,),
    "HBRIDGE_L298N_PIN_LEFT_BWD": (18,),
    "HBRIDGE_L298N_PIN_LEFT_EN": (22,),
    "HBRIDGE_L298N_PIN_RIGHT_FWD": (15,),
    "HBRIDGE_L298N_PIN_RIGHT_BWD": (13,),
    "HBRIDGE_L298N_PIN_RIGHT_EN": (11,),
    "MM1_SERIAL_PORT": ("/dev/ttyS0",),
    "STEERING_ARDUINO_PIN": (6,),
    "THROTTLE_ARDUINO_PIN": (5,),
}


def is_factory(name: str, value: Any) -> bool:
    """Whether a setting has the default of a ``config.py`` of an earlier version."""
    return any(type(value) is type(known) and value == known for known in FACTORY.get(name, ()))
