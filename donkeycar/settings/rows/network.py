"""What the car tells the world, and where it lives in the network."""

from donkeycar.settings.setting import Group, Setting, later

NETWORK = Group(
    "NETWORK",
    "Telemetry, pictures for other computers, the car's address.",
    (
        *later(
            "telemetry by MQTT",
            (
                Setting("HAVE_MQTT_TELEMETRY", False, "send it"),
                Setting("TELEMETRY_DONKEY_NAME", "my_robot1234", "name of the car"),
                Setting("TELEMETRY_MQTT_TOPIC_TEMPLATE", "donkey/%s/telemetry", "topic"),
                Setting("TELEMETRY_MQTT_JSON_ENABLE", False, "one message for all values"),
                Setting("TELEMETRY_MQTT_BROKER_HOST", "broker.hivemq.com", "broker"),
                Setting("TELEMETRY_MQTT_BROKER_PORT", 1883, "its port", low=1, high=65535),
                Setting("TELEMETRY_PUBLISH_PERIOD", 1, "interval", kind="float", unit="seconds",
                        low=0),
                Setting("TELEMETRY_LOGGING_ENABLE", True, "send the log too"),
                Setting("TELEMETRY_LOGGING_LEVEL", "INFO", "from this level on"),
                Setting("TELEMETRY_LOGGING_FORMAT", "%(message)s", "look of a line"),
                Setting("TELEMETRY_DEFAULT_INPUTS", "pilot/angle,pilot/throttle,recording", "what"),
                Setting("TELEMETRY_DEFAULT_TYPES", "float,float", "types of that"),
            ),
        ),
        *later(
            "sending pictures to another computer",
            (
                Setting("PUB_CAMERA_IMAGES", False, "send them"),
                Setting("USE_FPV", False, "picture without controls"),
            ),
        ),
        *later(
            "copying files to and from the car",
            (
                Setting("PI_USERNAME", "pi", "user of the car"),
                Setting("PI_HOSTNAME", "donkeypi.local", "name of the car"),
            ),
        ),
        *later("a picture of what the pilot sees", (
            Setting("SHOW_PILOT_IMAGE", False, "show it on the web page"),
        )),
        *later("a setting for the recording's notes (use --meta NAME:VALUE)", (
            Setting("METADATA", (), "notes stored with a recording", kind="any", optional=True),
        )),
    ),
)  # fmt: skip
