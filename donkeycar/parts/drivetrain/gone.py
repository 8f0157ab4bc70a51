"""Drivetrains that only earlier versions had, and what each owner writes instead.

An owner copies what stands here: it names the pins that the car has, never those of everybody. A
servo's pulses on the pin of a speed controller would drive the car off.
"""

from collections.abc import Callable, Mapping
from typing import Any

Settings = Mapping[str, Any]

# Pins of the processor with a channel of the kernel's PWM, as in docs/drivetrains.md, and the
# function that the overlay gives them. Source: overlays/README of the Raspberry Pi firmware.
_CHANNEL_OF_PIN = {12: 0, 18: 0, 13: 1, 19: 1}
_FUNCTION_OF_PIN = {12: 4, 13: 4, 18: 2, 19: 2}


def dead_drivetrain(kind: str, settings: Settings) -> str | None:
    """Why a drivetrain is no more, and what to write; ``None`` if it never was one.

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
    # Where donkeycar 3 to 5 looked if it was not told.
    steering = _or(settings, "STEERING_PWM_PIN", 13)
    throttle = _or(settings, "THROTTLE_PWM_PIN", 18)
    entries = {"PWM_STEERING_PIN": f"RPI_GPIO.BCM.{steering}"}
    entries["PWM_THROTTLE_PIN"] = f"RPI_GPIO.BCM.{throttle}"
    channels = [_CHANNEL_OF_PIN.get(pin) for pin in (steering, throttle)]
    overlay = ""
    if set(channels) == {0, 1}:
        entries = {name: f"PWM.0.{n}" for name, n in zip(entries, channels, strict=True)}
        first, second = sorted((steering, throttle), key=lambda pin: _CHANNEL_OF_PIN[pin])
        overlay = (
            f", and dtoverlay=pwm-2chan,pin={first},func={_FUNCTION_OF_PIN[first]},"
            f"pin2={second},func2={_FUNCTION_OF_PIN[second]} into /boot/firmware/config.txt"
        )
    inverted = {
        f"PWM_{what}_INVERTED": True
        for what in ("STEERING", "THROTTLE")
        if settings.get(f"{what}_PWM_INVERTED") is True
    }
    return (
        "pigpio does not run on a Raspberry Pi 5. Write DRIVE_TRAIN_TYPE = "
        f"'PWM_STEERING_THROTTLE' and PWM_STEERING_THROTTLE = {entries | inverted}{overlay}, for "
        f"STEERING_PWM_PIN {steering} and THROTTLE_PWM_PIN {throttle} of before "
        "(docs/drivetrains.md); then `donkey calibrate`, for pigpio counted pulses otherwise"
    )


def _servo_blaster(settings: Settings) -> str:
    names = {"FWD_DUTY_PIN": "HBRIDGE_PIN_FWD", "BWD_DUTY_PIN": "HBRIDGE_PIN_BWD"}
    pins = {
        entry: f"RPI_GPIO.BOARD.{settings[old]}"
        for entry, old in names.items()
        if settings.get(old) is not None
    }
    how = f"SERVO_HBRIDGE_2PIN = {pins}" if pins else "its pins as they are wired"
    return (
        "ServoBlaster does not run on any current system. Write DRIVE_TRAIN_TYPE = "
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
