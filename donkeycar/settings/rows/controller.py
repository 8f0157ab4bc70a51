"""Driving by something other than the web page: gamepads and RC receivers."""

from donkeycar.settings.setting import Group, Setting, dead, later

CONTROLLER = Group(
    "GAMEPAD AND RADIO",
    "A gamepad plugged into the car, or the receiver of a remote control.",
    (
        Setting("USE_JOYSTICK_AS_DEFAULT", False, "drive by gamepad without --js"),
        Setting(
            "CONTROLLER_TYPE", "xbox", "kind of gamepad",
            choices=(
                "xbox", "xboxswapped", "ps3", "ps3sixad", "ps4", "pygame", "F710", "nimbus",
                "wiiu", "rc3", "MM1", "pigpio_rc", "custom", "mock",
            ),
            advice="For any other pad write 'custom', and run `donkey gamepad learn`",
        ),
        Setting(
            "CONTROLLER_BINDINGS", {}, "changes to what its buttons do, e.g. {'BTN_SOUTH': 'stop'}",
            kind="names",
        ),
        Setting(
            "JOYSTICK_MAX_THROTTLE", 0.5, "throttle of a full stick at the start", low=0, high=1,
            advice="JOYSTICK_THROTTLE_DIR = 1.0 turns the stick round",
        ),
        Setting("JOYSTICK_STEERING_SCALE", 1.0, "steering of a full stick", low=-10, high=10),
        Setting(
            "JOYSTICK_DEADZONE", 0.01, "share of a stick that is rest; of throttle 0.05 or more",
            low=0, high=0.9,
        ),
        Setting("JOYSTICK_THROTTLE_DIR", -1.0, "-1.0 if up is negative", choices=(-1.0, 1.0)),
        Setting(
            "JOYSTICK_DEVICE_FILE", "/dev/input/js0", "js0 takes the first gamepad there is",
        ),
        Setting("JOYSTICK_ERASE_RECORDS", 100, "records that one press erases", low=1, high=100000),
        Setting("AUTO_RECORD_ON_THROTTLE", True, "its throttle starts and ends recording"),
        Setting("AI_LAUNCH_ENABLE_BUTTON", "R2", "arms AI_LAUNCH_DURATION's push; never stop"),
        Setting("MOCK_JOYSTICK_STEERING", 0.0, "steering of CONTROLLER_TYPE mock", low=-1, high=1),
        Setting("MOCK_JOYSTICK_THROTTLE", 0.0, "throttle of it", low=-1, high=1),
        Setting("USE_RC", False, "drive by the receiver of a remote control on GPIO pins"),
        *(
            Setting(name, pin, f"GPIO (BCM) of the {what}", low=0, high=27)
            for name, pin, what in (
                ("STEERING_RC_GPIO", 26, "steering channel"),
                ("THROTTLE_RC_GPIO", 20, "throttle channel"),
                ("DATA_WIPER_RC_GPIO", 19, "third channel, RC3"),
            )
        ),
        *(
            Setting(name, pulse, what, kind="float", unit="us", low=800, high=2200)
            for name, pulse, what in (
                ("PIGPIO_STEERING_MID", 1500, "straight ahead"),
                ("PIGPIO_MAX_FORWARD", 2000, "full forward"),
                ("PIGPIO_STOPPED_PWM", 1500, "standing still"),
                ("PIGPIO_MAX_REVERSE", 1000, "full reverse"),
            )
        ),
        Setting("PIGPIO_INVERT", False, "turn its sticks round"),
        Setting("PIGPIO_JITTER", 0.025, "share of a stick's way that is rest", low=0, high=0.9),
        dead("PIGPIO_SHOW_STEERING_VALUE", "`donkey gamepad test` shows what sticks do"),
        *later(
            "a gamepad at another computer (plug it into the phone or PC with the drive page)",
            (
                Setting("USE_NETWORKED_JS", False, "the gamepad is at another computer"),
                Setting(
                    "NETWORK_JS_SERVER_IP", None, "that computer", kind="str", optional=True
                ),
            ),
        ),
    ),
)  # fmt: skip

ESC = Group(
    "SPEED CONTROLLER",
    "Most brake before they reverse; they need to see neutral in between.",
    (
        Setting("ESC_BRAKE_S", 0.05, "brake before reverse", unit="seconds", low=0, high=5),
        Setting("ESC_NEUTRAL_S", 0.05, "neutral after that", unit="seconds", low=0, high=5),
    ),
)
