"""Controls of libcamera that lock exposure, gain and colours of a Pi camera.

Sources: libcamera, src/libcamera/control_ids_core.yaml (units) and src/ipa/rpi/common/ipa_base.cpp
(0.5: a time or gain counts only where its mode is manual; a colour temperature only without
automatic white balance); Raspberry Pi Ltd, "The Picamera2 Library", 2024, appendix C (before 0.5
there were no modes: a time alone was fixed, and the gain alone automatic).
"""

from collections.abc import Mapping
from typing import Any

from donkeycar.errors import ConfigError

MANUAL = 1
# What each lock sets, and in newer versions of libcamera the mode that makes it count.
MODES = {"ExposureTime": "ExposureTimeMode", "AnalogueGain": "AnalogueGainMode"}


def lock_controls(
    known: Mapping[str, tuple[Any, Any, Any]],
    *,
    framerate_hz: float,
    exposure_ms: float | None,
    gain: float | None,
    white_balance_k: int | None,
    red_gain: float | None,
    blue_gain: float | None,
) -> dict[str, Any]:
    """The controls that lock what is not ``None``.

    Args:
        known: ``Picamera2.camera_controls``: smallest, largest and usual value of each.
        framerate_hz: Frames a second.
        exposure_ms: Exposure time, in milliseconds, less than the time of a frame.
        gain: Amplification of the sensor, in times.
        white_balance_k: Colour of the light, in kelvin.
        red_gain: Amplification of red, in times.
        blue_gain: Amplification of blue, in times.

    Raises:
        ConfigError: If a value is out of the range of this camera, or the camera cannot lock it.

    Example:
        >>> known = {"ExposureTime": (130, 3066985, 20000)}
        >>> lock_controls(
        ...     known, framerate_hz=20, exposure_ms=10.0, gain=None, white_balance_k=None,
        ...     red_gain=None, blue_gain=None,
        ... )
        {'ExposureTime': 10000}
    """
    frame_ms = 1000 / framerate_hz
    if exposure_ms is not None and not exposure_ms < frame_ms:
        raise ConfigError(
            f"`exposure_ms` must be less than the time of a frame, {frame_ms:g} ms. Received: "
            f"exposure_ms={exposure_ms}"
        )
    if (red_gain is None) != (blue_gain is None) or None not in (red_gain, white_balance_k):
        raise ConfigError(
            "`red_gain` and `blue_gain` must be set together, and without `white_balance_k`. "
            f"Received: red_gain={red_gain}, blue_gain={blue_gain}, "
            f"white_balance_k={white_balance_k}"
        )
    controls: dict[str, Any] = {}
    for name, wanted, control, unit in (
        ("exposure_ms", exposure_ms, "ExposureTime", 0.001),
        ("gain", gain, "AnalogueGain", None),
        ("white_balance_k", white_balance_k, "ColourTemperature", None),
    ):
        if wanted is not None:
            controls[control] = _checked(known, name, wanted, control, unit)
            if MODES.get(control) in known:
                controls[MODES[control]] = MANUAL
    # Newer versions ignore AeEnable among the first controls, with a warning (picamera2 1269).
    has_modes = not known.keys().isdisjoint(MODES.values())
    if "ExposureTime" in controls and "AnalogueGain" in controls and not has_modes:
        controls["AeEnable"] = False
    if red_gain is not None:
        _checked(known, "red_gain", red_gain, "ColourGains", None)
        _checked(known, "blue_gain", blue_gain, "ColourGains", None)
        controls["ColourGains"] = (red_gain, blue_gain)
    if white_balance_k is not None or red_gain is not None:
        controls["AwbEnable"] = False
    return controls


def _checked(
    known: Mapping[str, tuple[Any, Any, Any]],
    name: str,
    wanted: Any,
    control: str,
    unit: float | None,
) -> Any:
    """The value of a control; one that counts in parts of `unit` is a whole number."""
    if control not in known:
        instead = (
            "Set CAMERA_RED_GAIN and CAMERA_BLUE_GAIN instead, or update Raspberry Pi OS"
            if control == "ColourTemperature"
            else "Delete the line"
        )
        raise ConfigError(
            f"`{name}` must be None for this camera, which cannot lock it. Received: "
            f"{name}={wanted}. {instead}"
        )
    low, high, _ = known[control]
    value = wanted if unit is None else round(wanted / unit)
    if not low <= value <= high:
        scale = 1 if unit is None else unit
        raise ConfigError(
            f"`{name}` must be from {low * scale:g} to {high * scale:g} for this camera. Received: "
            f"{name}={wanted}"
        )
    return value
