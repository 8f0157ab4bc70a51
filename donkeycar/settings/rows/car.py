"""The car itself: its folder, the loop, who drives, what is recorded, the web page, the log."""

from donkeycar.settings.setting import Group, Setting

FOLDER = Group(
    "FOLDERS",
    "Relative paths start at the folder of the car.",
    (
        Setting("DATA_PATH", "data", "folder of the recordings (tubs)", kind="path"),
        Setting("MODELS_PATH", "models", "folder of the pilots", kind="path"),
    ),
)

COMPUTED = Group(
    "COMPUTED",
    "These follow from where the car is; there is nothing to set.",
    (
        Setting(
            "CAR_PATH",
            ".",
            "folder of the car",
            kind="path",
            status="computed",
            reason="it is always the folder of config.py",
        ),
        Setting(
            "PACKAGE_PATH",
            ".",
            "folder of the car, by its old name",
            kind="path",
            status="computed",
            reason="it is always the folder of config.py",
        ),
    ),
)

VEHICLE = Group(
    "VEHICLE",
    "The loop that reads the camera and steers the wheels.",
    (
        Setting(
            "DRIVE_LOOP_HZ", 20,
            "how often the drive loop runs: the car looks and steers",
            kind="float",
            unit="times per second", low=1, high=1000,
        ),
        Setting(
            "LOOP_PACE", "clock",
            "what starts a turn of the drive loop: the clock, DRIVE_LOOP_HZ times a second; or the "
            "camera, with each new frame, and without one after one and a half times that interval",
            choices=("clock", "camera"),
        ),
        Setting(
            "MAX_LOOPS", None, "stop after this many loops; None drives until Ctrl-C", kind="int",
            low=0, optional=True,
        ),
    ),
)  # fmt: skip

MODES = Group(
    "WHO DRIVES",
    "You choose on the page: user (you), local_angle (the pilot steers) or local (the pilot).",
    (
        Setting(
            "AI_THROTTLE_MULT", 1.0, "factor on the pilot's throttle in mode local",
            low=-10, high=10,
        ),
        Setting(
            "PILOT_PRECISION", "auto",
            "number format of the network that drives: float32 is the most exact, float16 a "
            "smaller file, int8 the fastest; auto takes float32, or int8 if float32 takes more "
            "than a tenth of a tick on this computer; the log says which",
            choices=("auto", "float32", "float16", "int8"),
        ),
        Setting(
            "AI_CAUTION", 0.0,
            "how much of its throttle the pilot loses where a frame is unlike its training "
            "data, or where the pilots of --folds disagree; 0 is off",
            low=0, high=1,
        ),
        Setting(
            "AI_LAUNCH_DURATION", 0.0, "length of the push when the pilot takes over",
            unit="seconds", low=0, high=60,
        ),
        Setting(
            "AI_LAUNCH_THROTTLE", 0.0, "throttle of that push", low=0, high=1
        ),
        Setting(
            "AI_LAUNCH_KEEP_ENABLED", False,
            "push every time the pilot takes over",
        ),
    ),
)  # fmt: skip

RECORDING = Group(
    "RECORDING",
    "What the car records while you drive, for training.",
    (
        Setting("RECORD_DURING_AI", False, "also record while the pilot drives"),
        Setting(
            "AUTO_CREATE_NEW_TUB", False,
            "make a new folder in DATA_PATH for every drive",
        ),
    ),
)  # fmt: skip

WEB = Group(
    "WEB PAGE",
    "Drive from a phone or a browser.",
    (
        Setting(
            "WEB_CONTROL", True,
            "serve the drive page; False drives by gamepad or remote control alone",
        ),
        Setting(
            "WEB_CONTROL_PORT", 8887, "port of the web page; 0 takes any free one",
            low=0, high=65535,
        ),
        Setting(
            "WEB_HOST", "0.0.0.0",  # noqa: S104 - a phone on the same wifi is the steering wheel
            "address that the page listens on; 127.0.0.1 admits only this computer",
        ),
        Setting(
            "WEB_AUTH", "pair", "pair admits whoever has the link or the PIN; none admits anyone",
            choices=("pair", "none"),
        ),
        Setting(
            "WEB_REMEMBER", True,
            "paired devices stay paired after a restart; False forgets them at each start",
        ),
        Setting(
            "WEB_ANNOUNCE", True,
            "tell the network by mDNS where the page is, so that donkey findcar finds it",
        ),
        Setting(
            "WEB_FOXGLOVE", False,
            "let Foxglove show the car while it drives, to whoever has a link that the page or "
            "donkey pair view has made; it can order nothing",
        ),
        Setting(
            "WEB_LAB", True,
            "offer the other pages beside the drive page: settings, recordings, pilots; a process "
            "of their own does their work, and ends when nobody has asked for ten minutes",
        ),
        Setting(
            "WEB_INIT_MODE", "user", "drive mode at the start",
            choices=("user", "local_angle", "local"),
        ),
    ),
)  # fmt: skip

LOGGING = Group(
    "LOG",
    "What the terminal and the file logs/drive.log show.",
    (
        Setting("HAVE_CONSOLE_LOGGING", True, "write the log to the terminal"),
        Setting(
            "LOGGING_LEVEL", "INFO", "lowest level of the messages that are shown",
            choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        ),
        Setting("LOGGING_FORMAT", "%(message)s", "format of a line, as in Python's logging"),
        Setting(
            "LOG_FILE_MB", 1.0,
            "size of logs/drive.log, which keeps the log after a power cut; three older files of "
            "this size stay beside it, and 0 writes none",
            kind="float", unit="MB", low=0, high=100,
        ),
        Setting("SHOW_FPS", False, "write the measured loop rate to the log"),
        Setting(
            "FPS_DEBUG_INTERVAL", 10, "time between two of these lines", kind="float",
            unit="seconds", low=0.1, high=3600,
        ),
    ),
)  # fmt: skip
