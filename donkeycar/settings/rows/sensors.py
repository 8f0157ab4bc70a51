"""What the car measures besides the camera, and the lights and displays it has."""

from donkeycar.settings.setting import Group, Setting, later

SENSORS = Group(
    "SENSORS",
    "Odometry, lidar, motion sensor, GPS.",
    (
        *later(
            "odometry",
            (
                Setting("HAVE_ODOM", False, "the wheels are counted"),
                Setting("HAVE_ODOM_2", False, "a second wheel is counted"),
                Setting(
                    "ENCODER_TYPE", "GPIO", "what counts",
                    choices=("GPIO", "arduino", "MOCK", "Arduino", "Astar"),
                ),
                Setting("ENCODER_PPR", 20, "ticks per turn", kind="float", low=0),
                Setting("ENCODER_DEBOUNCE_NS", 0, "shortest tick", unit="nanoseconds", low=0),
                Setting("TACHOMETER_MODE", 2, "1 forward only, 2 by throttle, 3 quadrature", low=1,
                        high=3),
                Setting("MM_PER_TICK", 12.7625, "distance of a tick", unit="mm", low=0),
                Setting("ODOM_PIN", 13, "pin of the counter", kind="any"),
                Setting("ODOM_PIN_2", 14, "pin of the second one", kind="any"),
                Setting("ODOM_SERIAL", "/dev/ttyACM0", "line of the counter"),
                Setting("ODOM_SERIAL_BAUDRATE", 115200, "its speed", unit="baud", low=1),
                Setting("ODOM_SMOOTHING", 1, "ticks averaged", low=1),
                Setting("ODOM_DEBUG", False, "print what is counted"),
                Setting("MOCK_TICKS_PER_SECOND", 0, "of the mock", kind="float"),
                Setting("WHEEL_BASE", 0.3, "front to back wheels", unit="metres", low=0),
                Setting("WHEEL_RADIUS", 0.0315, "of a wheel", unit="metres", low=0),
                Setting("AXLE_LENGTH", 0.175, "left to right wheel", unit="metres", low=0),
                Setting("MAX_STEERING_ANGLE", 0.7853981633974483, "of a front wheel",
                        unit="radians", low=0),
                Setting("MIN_SPEED", 0.1, "slowest", unit="m/s", low=0),
                Setting("MAX_SPEED", 3.0, "fastest", unit="m/s", low=0),
                Setting("MIN_THROTTLE", 0.1, "that moves the car", low=0, high=1),
            ),
        ),
        *later(
            "the lidar",
            (
                Setting("USE_LIDAR", False, "the car has one"),
                Setting("LIDAR_TYPE", "RP", "kind", choices=("RP", "YD")),
                Setting("LIDAR_LOWER_LIMIT", 90, "first angle", kind="float", unit="degrees"),
                Setting("LIDAR_UPPER_LIMIT", 270, "last angle", kind="float", unit="degrees"),
                Setting("HAVE_TFMINI", False, "the car has a TFMini"),
                Setting("TFMINI_SERIAL_PORT", "/dev/serial0", "its line"),
            ),
        ),
        *later(
            "the motion sensor",
            (
                Setting("HAVE_IMU", False, "the car has one"),
                Setting("IMU_SENSOR", "mpu6050", "kind", choices=("mpu6050", "mpu9250")),
                Setting("IMU_ADDRESS", 0x68, "its address", low=3, high=0x77),
                Setting("IMU_DLP_CONFIG", 0, "its filter", low=0, high=6),
            ),
        ),
        *later(
            "GPS",
            (
                Setting("HAVE_GPS", False, "the car has one"),
                Setting("GPS_SERIAL", "/dev/ttyUSB0", "its line"),
                Setting("GPS_SERIAL_BAUDRATE", 115200, "its speed", unit="baud", low=1),
                Setting("GPS_NMEA_PATH", None, "file to record", kind="str", optional=True),
                Setting("GPS_DEBUG", False, "print positions"),
            ),
        ),
        *later(
            "the performance monitor",
            (Setting("HAVE_PERFMON", False, "record load, memory and clock of the computer"),),
        ),
    ),
)  # fmt: skip

LIGHTS = Group(
    "LIGHTS AND DISPLAY",
    "An RGB LED, a small display.",
    (
        *later(
            "the display",
            (
                Setting("USE_SSD1306_128_32", False, "the car has one"),
                Setting("SSD1306_128_32_I2C_BUSNUM", 1, "its bus", low=0, high=255),
                Setting("SSD1306_128_32_I2C_ROTATION", 0, "quarter turns", low=0, high=3),
                Setting("SSD1306_RESOLUTION", 1, "1 is 128x32, 2 is 128x64", low=1, high=2),
            ),
        ),
        *later(
            "the RGB LED",
            (
                Setting("HAVE_RGB_LED", False, "the car has one"),
                Setting("LED_INVERT", False, "it has a common anode"),
                Setting("LED_PIN_R", 12, "pin of red", kind="any"),
                Setting("LED_PIN_G", 10, "pin of green", kind="any"),
                Setting("LED_PIN_B", 16, "pin of blue", kind="any"),
                Setting("LED_R", 0, "red of ready", kind="float", low=0, high=100),
                Setting("LED_G", 0, "green of ready", kind="float", low=0, high=100),
                Setting("LED_B", 1, "blue of ready", kind="float", low=0, high=100),
                Setting("REC_COUNT_ALERT", 1000, "blink every so many records", low=1),
                Setting("REC_COUNT_ALERT_CYC", 15, "length of that", low=0),
                Setting("REC_COUNT_ALERT_BLINK_RATE", 0.4, "pace of that", unit="seconds", low=0),
                Setting(
                    "RECORD_ALERT_COLOR_ARR",
                    (
                        (0, (1, 1, 1)), (3000, (5, 5, 5)), (5000, (5, 2, 0)),
                        (10000, (0, 5, 0)), (15000, (0, 5, 5)), (20000, (0, 0, 5)),
                    ),
                    "colour by number of records", kind="any",
                ),
                Setting("MODEL_RELOADED_LED_R", 100, "red of a new pilot", low=0, high=100),
                Setting("MODEL_RELOADED_LED_G", 0, "green of it", low=0, high=100),
                Setting("MODEL_RELOADED_LED_B", 0, "blue of it", low=0, high=100),
            ),
        ),
    ),
)  # fmt: skip
