"""Names that gamepads have in the Python of donkeycar 2 to 5, and what they are called now."""

# Methods of its JoystickController -> our action.
# Source: donkeycar 5.3, `parts/controller.py`; the first seven are those of `donkey createjs`.
ACTIONS = {
    "toggle_mode": "mode",
    "erase_last_N_records": "erase",
    "emergency_stop": "stop",
    "increase_max_throttle": "limit_up",
    "decrease_max_throttle": "limit_down",
    "toggle_constant_throttle": "constant_throttle",
    "toggle_manual_recording": "record",
    "chaos_monkey_on_left": "chaos_left",
    "chaos_monkey_on_right": "chaos_right",
    "on_dpad_up": "limit_up",
    "on_dpad_down": "limit_down",
    "on_switch_down": "mode",
    "on_switch_up": "erase_or_stop",
    # Our `chaos_...` ends by itself when the button is released.
    "chaos_monkey_off": "",
}

# Its classes of controllers -> the word of `CONTROLLER_TYPE` for the same gamepad.
KINDS = {
    "PS3JoystickController": "ps3",
    "PS3JoystickSixAdController": "ps3sixad",
    "PS4JoystickController": "ps4",
    "PyGamePS4JoystickController": "pygame",
    "XboxOneJoystickController": "xbox",
    "XboxOneSwappedJoystickController": "xboxswapped",
    "LogitechJoystickController": "F710",
    "NimbusController": "nimbus",
    "WiiUController": "wiiu",
    "RC3ChanJoystickController": "rc3",
}
PLAIN = ("JoystickController", "JoystickCreatorController")

# Its names of axes -> names in our layout.
AXES = {
    "left_stick_horz": "ABS_X", "left_stick_vert": "ABS_Y",
    "right_stick_horz": "ABS_RX", "right_stick_vert": "ABS_RY",
    "left_trigger": "ABS_Z", "right_trigger": "ABS_RZ",
    "left_trigger_axis": "ABS_Z", "right_trigger_axis": "ABS_RZ",
    "dpad_horiz": "ABS_HAT0X", "dpad_leftright": "ABS_HAT0X",
    "dpad_vert": "ABS_HAT0Y", "dpad_up_down": "ABS_HAT0Y",
    "lx": "ABS_X", "ly": "ABS_Y", "rx": "ABS_RX", "ry": "ABS_RY",
    "LEFT_STICK_X": "ABS_X", "LEFT_STICK_Y": "ABS_Y",
    "RIGHT_STICK_X": "ABS_RX", "RIGHT_STICK_Y": "ABS_RY",
    "Steering": "ABS_X", "Throttle": "ABS_Y",
}  # fmt: skip

# Methods of a controller, and of its Joystick, that change what comes out of it.
PIPELINE = ("run", "run_threaded", "update", "poll", "on_throttle_changes")
