"""The embedded simulator, and the keys of the external one."""

from donkeycar.settings.setting import Group, Setting, family, later

SIMULATOR = Group(
    "SIMULATOR",
    "A car and a track inside this computer: CAMERA_TYPE and DRIVE_TRAIN_TYPE are then SIM.",
    (
        Setting(
            "SIM_TRACK", "warehouse",
            "oval, warehouse, circuit_launch, or a .json file",
        ),
        Setting(
            "SIM_SEED", 1, "random seed: the same number gives the same world",
            low=0, high=2**32 - 1,
        ),
        Setting(
            "SIM_TIME_SCALE", 1.0, "simulated seconds per second", low=0.01, high=1000,
        ),
    ),
)  # fmt: skip

OTHER_SIMULATOR = Group(
    "EXTERNAL SIMULATOR",
    "The simulator of earlier versions was a separate program.",
    later(
        "the external simulator (use CAMERA_TYPE = DRIVE_TRAIN_TYPE = 'SIM')",
        (
            Setting("DONKEY_GYM", False, "drive in the external simulator"),
            Setting("DONKEY_SIM_PATH", "path to sim", "path of the simulator's program, or remote"),
            Setting("DONKEY_GYM_ENV_NAME", "donkey-generated-track-v0", "track of the simulator"),
            family(
                "GYM_CONF",
                "look of the car in it",
                Setting("body_style", "donkey", "shape of the car"),
                Setting("body_rgb", (128, 128, 128), "colour of the car", kind="any"),
                Setting("car_name", "car", "name above the car"),
                Setting("font_size", 100, "size of the name"),
                Setting("racer_name", "Your Name", "name of the driver"),
                Setting("country", "Place", "country of the driver"),
                Setting("bio", "I race robots.", "about the driver"),
            ),
            Setting("SIM_HOST", "127.0.0.1", "address of the simulator"),
            Setting(
                "SIM_ARTIFICIAL_LATENCY", 0,
                "delay that is added",
                kind="float", unit="milliseconds",
                low=0,
            ),
            Setting("SIM_RECORD_LOCATION", False, "record where the car is"),
            Setting("SIM_RECORD_GYROACCEL", False, "record turning and acceleration"),
            Setting("SIM_RECORD_VELOCITY", False, "record speed"),
            Setting("SIM_RECORD_LIDAR", False, "record the lidar"),
        ),
    ),
)  # fmt: skip
