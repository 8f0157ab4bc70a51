"""Telemetry, pictures for other computers, and the address of the car."""

from donkeycar.settings.setting import Group, Setting, dead, later

NETWORK = Group(
    "NETWORK",
    "Telemetry, pictures for other computers, the car's address.",
    (
        *later(
            "telemetry by MQTT",
            (
                Setting("HAVE_MQTT_TELEMETRY", False, "send telemetry"),
                Setting("TELEMETRY_DONKEY_NAME", "my_robot1234", "name of the car"),
                Setting(
                    "TELEMETRY_MQTT_TOPIC_TEMPLATE", "donkey/%s/telemetry",
                    "topic of the messages",
                ),
                Setting("TELEMETRY_MQTT_JSON_ENABLE", False, "send all values in one message"),
                Setting("TELEMETRY_MQTT_BROKER_HOST", "broker.hivemq.com", "address of the broker"),
                Setting(
                    "TELEMETRY_MQTT_BROKER_PORT", 1883,
                    "port of the broker",
                    low=1, high=65535,
                ),
                Setting(
                    "TELEMETRY_PUBLISH_PERIOD", 1,
                    "time between two messages",
                    kind="float", unit="seconds",
                        low=0,
                    ),
                Setting("TELEMETRY_LOGGING_ENABLE", True, "send the log as well"),
                Setting("TELEMETRY_LOGGING_LEVEL", "INFO", "lowest level of the messages sent"),
                Setting("TELEMETRY_LOGGING_FORMAT", "%(message)s", "format of a line"),
                Setting(
                    "TELEMETRY_DEFAULT_INPUTS", "pilot/angle,pilot/throttle,recording",
                    "channels that are sent",
                ),
                Setting("TELEMETRY_DEFAULT_TYPES", "float,float", "types of these channels"),
            ),
        ),
        *later(
            "sending pictures to another computer",
            (
                Setting("PUB_CAMERA_IMAGES", False, "send pictures"),
                Setting("USE_FPV", False, "show the picture without controls"),
            ),
        ),
        *(
            dead(name, "donkey pull USER@HOST and donkey push USER@HOST name the car")
            for name in ("PI_USERNAME", "PI_HOSTNAME")
        ),
        *later("a picture of what the pilot sees", (
            Setting("SHOW_PILOT_IMAGE", False, "show what the pilot sees on the web page"),
        )),
        *later("a setting for the recording's notes (use --meta NAME:VALUE)", (
            Setting("METADATA", (), "notes stored with a recording", kind="any", optional=True),
        )),
    ),
)  # fmt: skip
