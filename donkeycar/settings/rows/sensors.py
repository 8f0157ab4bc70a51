"""Sensors other than the camera, and lights and displays."""

from donkeycar.settings.setting import Group, Setting, later

SENSORS = Group(
    "SENSORS",
    "Odometry (counting the turns of a wheel), lidar, motion sensor, GPS.",
    (
        *later(
            "odometry",
            (
                Setting("HAVE_ODOM", False, "the car has a wheel encoder"),
                Setting("HAVE_ODOM_2", False, "the car has a second wheel encoder"),
                Setting(
                    "ENCODER_TYPE", "GPIO", "kind of encoder",
                    choices=("GPIO", "arduino", "MOCK", "Arduino", "Astar"),
                ),
                Setting(
                    "ENCODER_PPR", 20,
                    "encoder ticks per turn of the wheel",
                    kind="float", low=0,
                ),
                Setting(
                    "ENCODER_DEBOUNCE_NS", 0,
                    "shortest tick that counts",
                    unit="nanoseconds", low=0,
                ),
                Setting(
                    "TACHOMETER_MODE", 2,
                    "1 counts forward only, 2 by throttle, 3 by quadrature",
                    low=1,
                        high=3,
                    ),
                Setting("MM_PER_TICK", 12.7625, "distance per tick", unit="mm", low=0),
                Setting("ODOM_PIN", 13, "pin of the encoder", kind="any"),
                Setting("ODOM_PIN_2", 14, "pin of the second encoder", kind="any"),
                Setting("ODOM_SERIAL", "/dev/ttyACM0", "serial port of the encoder"),
                Setting("ODOM_SERIAL_BAUDRATE", 115200, "speed of that port", unit="baud", low=1),
                Setting("ODOM_SMOOTHING", 1, "number of ticks averaged", low=1),
                Setting("ODOM_DEBUG", False, "print what the encoder counts"),
                Setting(
                    "MOCK_TICKS_PER_SECOND", 0,
                    "ticks per second of encoder MOCK",
                    kind="float",
                ),
                Setting(
                    "WHEEL_BASE", 0.3,
                    "distance from front to back wheels",
                    unit="metres", low=0,
                ),
                Setting("WHEEL_RADIUS", 0.0315, "radius of a wheel", unit="metres", low=0),
                Setting(
                    "AXLE_LENGTH", 0.175,
                    "distance from left to right wheel",
                    unit="metres", low=0,
                ),
                Setting("MAX_STEERING_ANGLE", 0.7853981633974483, "largest angle of a front wheel",
                        unit="radians", low=0,
                    ),
                Setting("MIN_SPEED", 0.1, "slowest speed", unit="m/s", low=0),
                Setting("MAX_SPEED", 3.0, "fastest speed", unit="m/s", low=0),
                Setting("MIN_THROTTLE", 0.1, "least throttle that moves the car", low=0, high=1),
            ),
        ),
        *later(
            "the lidar",
            (
                Setting("USE_LIDAR", False, "the car has a lidar"),
                Setting("LIDAR_TYPE", "RP", "kind of lidar", choices=("RP", "YD")),
                Setting("LIDAR_LOWER_LIMIT", 90, "first angle", kind="float", unit="degrees"),
                Setting("LIDAR_UPPER_LIMIT", 270, "last angle", kind="float", unit="degrees"),
                Setting("HAVE_TFMINI", False, "the car has a TFMini"),
                Setting("TFMINI_SERIAL_PORT", "/dev/serial0", "serial port of the TFMini"),
            ),
        ),
        *later(
            "the motion sensor",
            (
                Setting("HAVE_IMU", False, "the car has a motion sensor (IMU)"),
                Setting(
                    "IMU_SENSOR", "mpu6050",
                    "kind of motion sensor",
                    choices=("mpu6050", "mpu9250", "bno08x")),
                Setting("IMU_ADDRESS", 0x68, "its I2C address", low=3, high=0x77),
                Setting("IMU_DLP_CONFIG", 0, "its low-pass filter", low=0, high=6),
            ),
        ),
        *later(
            "GPS",
            (
                Setting("HAVE_GPS", False, "the car has GPS"),
                Setting("GPS_SERIAL", "/dev/ttyUSB0", "serial port of the GPS"),
                Setting("GPS_SERIAL_BAUDRATE", 115200, "speed of that port", unit="baud", low=1),
                Setting(
                    "GPS_NMEA_PATH", None,
                    "file that records positions",
                    kind="str", optional=True,
                ),
                Setting("GPS_DEBUG", False, "print positions"),
            ),
        ),
        *later(
            "the filter that joins GPS and motion sensor",
            (
                Setting("USE_FUSION", False, "join GPS and motion sensor with a Kalman filter"),
                Setting("FUSION_DEBUG", False, "print its position and heading"),
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
    "An RGB LED and a small display.",
    (
        *later(
            "the display",
            (
                Setting("USE_SSD1306_128_32", False, "the car has a display"),
                Setting("SSD1306_128_32_I2C_BUSNUM", 1, "I2C bus of the display", low=0, high=255),
                Setting(
                    "SSD1306_128_32_I2C_ROTATION", 0,
                    "rotation of the display in quarter turns",
                    low=0, high=3,
                ),
                Setting("SSD1306_RESOLUTION", 1, "1 is 128x32, 2 is 128x64", low=1, high=2),
            ),
        ),
        *later(
            "the RGB LED",
            (
                Setting("HAVE_RGB_LED", False, "the car has an RGB LED"),
                Setting("LED_INVERT", False, "the LED has a common anode"),
                Setting("LED_PIN_R", 12, "pin of red", kind="any"),
                Setting("LED_PIN_G", 10, "pin of green", kind="any"),
                Setting("LED_PIN_B", 16, "pin of blue", kind="any"),
                Setting("LED_R", 0, "red while the car is ready", kind="float", low=0, high=100),
                Setting("LED_G", 0, "green while the car is ready", kind="float", low=0, high=100),
                Setting("LED_B", 1, "blue while the car is ready", kind="float", low=0, high=100),
                Setting("REC_COUNT_ALERT", 1000, "blink after every so many records", low=1),
                Setting("REC_COUNT_ALERT_CYC", 15, "how long it blinks", low=0),
                Setting(
                    "REC_COUNT_ALERT_BLINK_RATE", 0.4,
                    "how fast it blinks",
                    unit="seconds", low=0,
                ),
                Setting(
                    "RECORD_ALERT_COLOR_ARR",
                    (
                        (0, (1, 1, 1)), (3000, (5, 5, 5)), (5000, (5, 2, 0)),
                        (10000, (0, 5, 0)), (15000, (0, 5, 5)), (20000, (0, 0, 5)),
                    ),
                    "colours by number of records", kind="any",
                ),
                Setting(
                    "MODEL_RELOADED_LED_R", 100,
                    "red when a new pilot was loaded",
                    low=0, high=100,
                ),
                Setting(
                    "MODEL_RELOADED_LED_G", 0,
                    "green when a new pilot was loaded",
                    low=0, high=100,
                ),
                Setting(
                    "MODEL_RELOADED_LED_B", 0,
                    "blue when a new pilot was loaded",
                    low=0, high=100,
                ),
            ),
        ),
    ),
)  # fmt: skip
