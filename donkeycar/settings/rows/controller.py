"""Settings of controllers other than the web page: gamepads and RC receivers."""

from typing import NamedTuple

from donkeycar.settings.setting import Group, Setting, dead, later


class ControllerWord(NamedTuple):
    """What the settings know of a word of `CONTROLLER_TYPE`.

    The rest is its row in `assembly.controller`.

    Attributes:
        device: What the car hears: ``"gamepad"``, ``"receiver"`` (of a remote control) or
            ``"none"``.
        reads: Names, and beginnings of names that end in "_", that do something with this
            controller, and nothing with controllers that do not name them. Those that every
            controller reads are in no row.
        switch: A setting that also turns it on, without `USE_JOYSTICK_AS_DEFAULT`; "" for none.
        pins: Settings that hold the GPIO numbers of its channels.
    """

    device: str
    reads: tuple[str, ...] = ()
    switch: str = ""
    pins: tuple[str, ...] = ()


_RC_PINS = ("STEERING_RC_GPIO", "THROTTLE_RC_GPIO", "DATA_WIPER_RC_GPIO")

CONTROLLER_WORDS = {
    **dict.fromkeys(
        ("xbox", "xboxswapped", "ps3", "ps3sixad", "ps4", "pygame", "F710", "nimbus", "wiiu",
         "rc3"),
        ControllerWord("gamepad"),
    ),
    "MM1": ControllerWord("receiver", reads=("MM1_",)),
    "pigpio_rc": ControllerWord(
        "receiver", reads=("PIGPIO_", *_RC_PINS), switch="USE_RC", pins=_RC_PINS
    ),
    "custom": ControllerWord("gamepad"),
    "evdev": ControllerWord("gamepad"),
    "mock": ControllerWord("none"),
}  # fmt: skip

CONTROLLER = Group(
    "GAMEPAD AND RADIO",
    "A gamepad plugged into the car, or the receiver of a remote control.",
    (
        Setting("USE_JOYSTICK_AS_DEFAULT", False, "drive with a gamepad even without --js"),
        Setting(
            "CONTROLLER_TYPE", "xbox", "kind of gamepad or remote control",
            choices=tuple(CONTROLLER_WORDS),
            advice="A Logitech F310 is an 'F710' here. For any other pad write 'custom', and run "
            "`donkey gamepad learn`",
        ),
        Setting(
            "CONTROLLER_BINDINGS", {}, "changes to what its buttons do, e.g. {'BTN_SOUTH': 'stop'}",
            kind="names",
        ),
        Setting(
            "JOYSTICK_MAX_THROTTLE", 0.5,
            "throttle limit at the start: what a full stick gives",
            low=0, high=1,
            advice="JOYSTICK_THROTTLE_DIR = 1.0 turns the stick round",
        ),
        Setting(
            "JOYSTICK_STEERING_SCALE", 1.0,
            "steering that a full stick gives",
            low=-10, high=10,
        ),
        Setting(
            "JOYSTICK_DEADZONE", 0.01,
            "deadband of a stick around its middle; throttle uses at least 0.05",
            low=0, high=0.9,
        ),
        Setting(
            "JOYSTICK_THROTTLE_DIR", -1.0,
            "-1.0 if the stick reports negative numbers when pushed up",
            choices=(-1.0, 1.0)),
        Setting(
            "JOYSTICK_DEVICE_FILE", "/dev/input/js0",
            "device of the gamepad; js0 takes the first one there is",
        ),
        Setting("JOYSTICK_ERASE_RECORDS", 100, "records that one press erases", low=1, high=100000),
        Setting(
            "AUTO_RECORD_ON_THROTTLE", True,
            "start and end recording with the gamepad's throttle",
        ),
        Setting(
            "AI_LAUNCH_ENABLE_BUTTON", "R2",
            "button that arms the push of AI_LAUNCH_DURATION; it cannot be the stop button",
        ),
        Setting("MOCK_JOYSTICK_STEERING", 0.0, "steering of CONTROLLER_TYPE mock", low=-1, high=1),
        Setting("MOCK_JOYSTICK_THROTTLE", 0.0, "throttle of CONTROLLER_TYPE mock", low=-1, high=1),
        Setting("USE_RC", False, "drive with the receiver of a remote control on GPIO pins"),
        *(
            Setting(
                name, pin, f"GPIO (BCM) of the {what}", low=0, high=27,
                advice="Count GPIO numbers (BCM), not pins of the header: its pin 37 is GPIO 26",
            )
            for name, pin, what in (
                ("STEERING_RC_GPIO", 26, "steering channel"),
                ("THROTTLE_RC_GPIO", 20, "throttle channel"),
                ("DATA_WIPER_RC_GPIO", 19, "third channel, RC3"),
            )
        ),
        *(
            Setting(name, pulse, what, kind="float", unit="us", low=800, high=2200)
            for name, pulse, what in (
                ("PIGPIO_STEERING_MID", 1500, "pulse for straight ahead"),
                ("PIGPIO_MAX_FORWARD", 2000, "pulse for full forward"),
                ("PIGPIO_STOPPED_PWM", 1500, "pulse for standing still"),
                ("PIGPIO_MAX_REVERSE", 1000, "pulse for full reverse"),
            )
        ),
        Setting("PIGPIO_INVERT", False, "reverse every channel of the receiver"),
        Setting(
            "PIGPIO_JITTER", 0.025,
            "deadband of its sticks, as a share of their travel",
            low=0, high=0.9,
        ),
        dead("PIGPIO_SHOW_STEERING_VALUE", "`donkey gamepad test` shows what sticks do"),
        *later(
            "a gamepad at another computer (plug it into the phone or PC with the drive page)",
            (
                Setting("USE_NETWORKED_JS", False, "use a gamepad of another computer"),
                Setting(
                    "NETWORK_JS_SERVER_IP", None,
                    "address of that computer",
                    kind="str", optional=True
                ),
            ),
        ),
    ),
)  # fmt: skip

ESC = Group(
    "SPEED CONTROLLER",
    "Most speed controllers (ESC) brake before they reverse, and must see neutral in between.",
    (
        Setting(
            "ESC_BRAKE_S", 0.05, "time of braking before reverse", unit="seconds", low=0, high=5
        ),
        Setting(
            "ESC_NEUTRAL_S", 0.05, "time of neutral after that brake", unit="seconds", low=0, high=5
        ),
    ),
)
