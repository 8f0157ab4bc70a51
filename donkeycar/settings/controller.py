"""Driving by something other than the web page: gamepads and RC receivers."""

from donkeycar.settings.setting import Group, Setting, later

CONTROLLER = Group(
    "GAMEPAD AND RADIO",
    "A gamepad plugged into the car, or the receiver of a remote control.",
    (
        *later(
            "a gamepad plugged into the car (plug it into the computer with the drive page)",
            (
                Setting("USE_JOYSTICK_AS_DEFAULT", False, "drive by gamepad without --js"),
                Setting("JOYSTICK_MAX_THROTTLE", 0.5, "throttle of a full stick", low=0, high=1),
                Setting("JOYSTICK_STEERING_SCALE", 1.0, "steering of a full stick"),
                Setting("JOYSTICK_DEADZONE", 0.01, "stick movement that counts", low=0, high=1),
                Setting("JOYSTICK_THROTTLE_DIR", -1.0, "-1.0 if up is negative"),
                Setting("JOYSTICK_DEVICE_FILE", "/dev/input/js0", "the gamepad"),
                Setting(
                    "CONTROLLER_TYPE", "xbox", "kind of gamepad",
                    choices=(
                        "ps3", "ps3sixad", "ps4", "pygame", "xbox", "xboxswapped", "nimbus",
                        "wiiu", "F710", "rc3", "MM1", "pigpio_rc", "custom", "mock",
                    ),
                ),
                Setting("USE_NETWORKED_JS", False, "the gamepad is at another computer"),
                Setting(
                    "NETWORK_JS_SERVER_IP", None, "that computer", kind="str", optional=True
                ),
                Setting("AUTO_RECORD_ON_THROTTLE", True, "its throttle starts recording"),
                Setting("AI_LAUNCH_ENABLE_BUTTON", "R2", "button that arms the pilot's push"),
                Setting("MOCK_JOYSTICK_STEERING", 0.0, "steering of the mock", low=-1, high=1),
                Setting("MOCK_JOYSTICK_THROTTLE", 0.0, "throttle of the mock", low=-1, high=1),
            ),
        ),
        *later(
            "the receiver of a remote control",
            (
                Setting("USE_RC", False, "drive by remote control"),
                Setting("STEERING_RC_GPIO", 26, "pin of the steering channel", kind="any"),
                Setting("THROTTLE_RC_GPIO", 20, "pin of the throttle channel", kind="any"),
                Setting("DATA_WIPER_RC_GPIO", 19, "pin of the third channel", kind="any"),
                Setting("PIGPIO_STEERING_MID", 1500, "straight ahead", unit="us", low=0),
                Setting("PIGPIO_MAX_FORWARD", 2000, "full forward", unit="us", low=0),
                Setting("PIGPIO_STOPPED_PWM", 1500, "standing still", unit="us", low=0),
                Setting("PIGPIO_MAX_REVERSE", 1000, "full reverse", unit="us", low=0),
                Setting("PIGPIO_SHOW_STEERING_VALUE", False, "print the steering"),
                Setting("PIGPIO_INVERT", False, "turn its signal upside down"),
                Setting("PIGPIO_JITTER", 0.025, "change that counts", low=0, high=1),
            ),
        ),
    ),
)  # fmt: skip
