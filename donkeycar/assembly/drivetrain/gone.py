"""Drivetrains that only earlier versions had, and what each owner writes instead.

An owner copies these lines, so they name the pins of that car and never default pins: the car would
drive off if the speed controller's pin had the servo's pulses.
"""

from collections.abc import Callable, Mapping
from typing import Any

from donkeycar.parts.drivetrain.pi_board import CONFIG, DEVICE_TREE, PI5_PWM, is_pi5

Settings = Mapping[str, Any]

# Pins of the processor with a channel of the kernel's PWM, as in docs/drivetrains.md, and the
# function that the overlay gives them. Sources: overlays/README of the Raspberry Pi firmware; for a
# Pi 5, where each pin has its own channel, drivers/pinctrl/pinctrl-rp1.c (`rp1_gpio_pin_funcs`,
# `legacy_fsel_map`).
_CHANNEL_OF_PIN = {12: 0, 18: 0, 13: 1, 19: 1}
_CHANNEL_ON_PI5 = {12: 0, 13: 1, 18: 2, 19: 3}
_FUNCTION_OF_PIN = {12: 4, 13: 4, 18: 2, 19: 2}
_PI5_PINS = tuple(_CHANNEL_ON_PI5)


def dead_drivetrain(kind: str, settings: Settings) -> str | None:
    """Say why a drivetrain was removed, and what to write; ``None`` if it never existed.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Example:
        >>> pins = {"STEERING_PWM_PIN": 12, "THROTTLE_PWM_PIN": 13}
        >>> "'PWM_STEERING_PIN': 'PWM.0.0'" in dead_drivetrain("PIGPIO_PWM", pins)
        True
    """
    sentence = DEAD_DRIVETRAINS.get(kind)
    return sentence(settings) if sentence else None


def _pigpio(settings: Settings) -> str:
    # The defaults of donkeycar 3 to 5.
    steering = _or(settings, "STEERING_PWM_PIN", 13)
    throttle = _or(settings, "THROTTLE_PWM_PIN", 18)
    on_pi5 = is_pi5(DEVICE_TREE)
    now = _moved(steering, throttle) if on_pi5 else (steering, throttle)
    entries = {
        "PWM_STEERING_PIN": f"RPI_GPIO.BCM.{now[0]}", "PWM_THROTTLE_PIN": f"RPI_GPIO.BCM.{now[1]}",
    }  # fmt: skip
    chip, channel_of = (PI5_PWM, _CHANNEL_ON_PI5) if on_pi5 else ("0", _CHANNEL_OF_PIN)
    channels = [channel_of.get(pin) for pin in now]
    overlay = ""
    if None not in channels and channels[0] != channels[1]:
        entries = {name: f"PWM.{chip}.{n}" for name, n in zip(entries, channels, strict=True)}
        first, second = sorted(now, key=lambda pin: channel_of[pin])
        overlay = (
            f" Add dtoverlay=pwm-2chan,pin={first},func={_FUNCTION_OF_PIN[first]},"
            f"pin2={second},func2={_FUNCTION_OF_PIN[second]} to {CONFIG} and start the Pi again."
        )
    wires = [
        f" Move the wire of the {what} from GPIO {old} to GPIO {new}: a Pi 5 has its pulses there."
        for what, old, new in zip(("steering", "throttle"), (steering, throttle), now, strict=True)
        if old != new
    ]
    inverted = {
        f"PWM_{what}_INVERTED": True
        for what in ("STEERING", "THROTTLE")
        if settings.get(f"{what}_PWM_INVERTED") is True
    }
    return (
        "it needs pigpio, which does not run on a Raspberry Pi 5. Instead of STEERING_PWM_PIN "
        f"{steering} and THROTTLE_PWM_PIN {throttle}, write DRIVE_TRAIN_TYPE = "
        f"'PWM_STEERING_THROTTLE' and PWM_STEERING_THROTTLE = {entries | inverted} into "
        f"myconfig.py.{''.join(wires)}{overlay} Then calibrate again, because pigpio counted "
        "pulses in other units: donkey calibrate"
    )


def _moved(steering: int, throttle: int) -> tuple[int, int]:
    """Pins for a Pi 5: a servo or ESC already on one keeps it, so that pulses are not swapped."""
    if throttle in _PI5_PINS:
        free = next(pin for pin in _PI5_PINS if pin != throttle)
        return (steering if steering in _PI5_PINS and steering != throttle else free), throttle
    kept = steering if steering in _PI5_PINS else _PI5_PINS[0]
    return kept, next(pin for pin in _PI5_PINS if pin != kept)


def _servo_blaster(settings: Settings) -> str:
    names = {"FWD_DUTY_PIN": "HBRIDGE_PIN_FWD", "BWD_DUTY_PIN": "HBRIDGE_PIN_BWD"}
    pins = {
        entry: f"RPI_GPIO.BOARD.{settings[old]}"
        for entry, old in names.items()
        if settings.get(old) is not None
    }
    how = f"SERVO_HBRIDGE_2PIN = {pins}" if pins else "its pins as they are wired"
    return (
        "it needs ServoBlaster, which does not run on any current system. Write DRIVE_TRAIN_TYPE = "
        f"'SERVO_HBRIDGE_2PIN' and {how}, with 'PWM_STEERING_PIN' for the servo "
        "(docs/drivetrains.md)"
    )


def _or(settings: Settings, name: str, default: int) -> Any:
    value = settings.get(name)
    return default if value is None else value


DEAD_DRIVETRAINS: dict[str, Callable[[Settings], str]] = {
    "PIGPIO_PWM": _pigpio,
    "SERVO_HBRIDGE_PWM": _servo_blaster,
}
