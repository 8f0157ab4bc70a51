"""Settings of this car. `donkey update` replaces this file: put your own values in myconfig.py.

Values are checked when the car starts. `donkey config` shows them and where each comes from.
"""

# VEHICLE
# The loop that reads the camera and steers the wheels.
# how often the drive loop runs: the car looks and steers (times per second)
DRIVE_LOOP_HZ = 20
# what starts a turn of the drive loop: the clock, DRIVE_LOOP_HZ times a second; or the camera, with
# each new frame, and without one after one and a half times that interval
LOOP_PACE = "clock"
MAX_LOOPS = None                      # stop after this many loops; None drives until Ctrl-C

# FOLDERS
# Relative paths start at the folder of the car.
DATA_PATH = "data"                    # folder of the recordings (tubs)
MODELS_PATH = "models"                # folder of the pilots

# CAMERA
# Where frames come from, and how large they are. A frame is one picture.
# which camera: PICAM, V4L, CVCAM, WEBCAM, CSIC, STREAM, OAKD, D435, IMAGE_LIST, TUB, MOCK or SIM
CAMERA_TYPE = "PICAM"
IMAGE_W = 160                         # width of a frame (pixels)
IMAGE_H = 120                         # height of a frame (pixels)
IMAGE_DEPTH = 3                       # colour channels of a frame: 3 is RGB, 1 is grey
# frame rate of the camera (frames per second); more than DRIVE_LOOP_HZ is rarely useful
CAMERA_FRAMERATE = 20
CAMERA_VFLIP = False                  # turn the picture upside down
CAMERA_HFLIP = False                  # swap left and right
# which camera on a ribbon cable, if there are several; of a USB camera, the number of its
# /dev/video
CAMERA_INDEX = 0
# which USB camera (V4L): its path, or a part of its name; '' is the one with the number
# CAMERA_INDEX. Of STREAM: rtsp://..., http://... or the path of a video file
CAMERA_SOURCE = ""
# two cameras of CAMERA_TYPE side by side; drive --camera=stereo does the same
CAMERA_STEREO = False
CAMERA_INDEX_B = 1                    # CAMERA_INDEX of the second camera of CAMERA_STEREO
CAMERA_SOURCE_B = ""                  # CAMERA_SOURCE of the second camera of CAMERA_STEREO
# exposure time of any real camera but STREAM (milliseconds); None leaves it to the camera
CAMERA_EXPOSURE_MS = None
# amplification of a Pi or Jetson camera or an OAK-D, 1 means none; of a USB or RealSense camera, in
# its own unit; None leaves it to the camera
CAMERA_GAIN = None
# colour of the light, for any real camera but STREAM: 2800 is a warm lamp, 6500 daylight (kelvin);
# None leaves it to the camera
CAMERA_WHITE_BALANCE_K = None
# amplification of red of a Pi camera, with CAMERA_BLUE_GAIN instead of CAMERA_WHITE_BALANCE_K; None
# leaves it to the camera
CAMERA_RED_GAIN = None
CAMERA_BLUE_GAIN = None               # amplification of blue of a Pi camera
PATH_MASK = "data/images/*.jpg"       # pictures that camera IMAGE_LIST shows in turn
CAMERA_TUB = "data"                   # recording that camera TUB plays again
# age of a frame of SIM, TUB, MOCK or IMAGE_LIST when the car gets it (seconds); 0.06 is typical of
# a Pi camera
CAMERA_LATENCY_S = 0.06
CAMERA_JITTER_S = 0.015               # standard deviation of CAMERA_LATENCY_S (seconds)

# DRIVETRAIN
# What turns the wheels. docs/drivetrains.md says what to wire where.
# hardware that steers and drives: PWM_STEERING_THROTTLE, I2C_SERVO, SERVO_ESC, SERVO_HBRIDGE_2PIN,
# SERVO_HBRIDGE_3PIN, DC_STEER_THROTTLE, DC_TWO_WHEEL, DC_TWO_WHEEL_L298N, MM1, VESC, MOCK or SIM;
# MOCK moves nothing
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"

# SPEED CONTROLLER
# Most speed controllers (ESC) brake before they reverse, and must see neutral in between.
ESC_BRAKE_S = 0.05                    # time of braking before reverse (seconds)
ESC_NEUTRAL_S = 0.05                  # time of neutral after that brake (seconds)

# WHEELS
# Servos, speed controllers and motors. A pin is written as RPI_GPIO.BOARD.33, RPI_GPIO.BCM.13,
# PCA9685.<bus>:<address>.<channel> such as PCA9685.1:40.0, or PWM.<chip>.<channel>.
# steering servo and speed controller; MOCK shows these pulses too
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # factor on its pulses, to correct the PWM frequency
    "PWM_STEERING_INVERTED": False,   # invert its signal: low instead of high
    "PWM_THROTTLE_PIN": "PCA9685.1:40.0",  # pin of the speed controller
    "PWM_THROTTLE_SCALE": 1.0,        # factor on its pulses, to correct the PWM frequency
    "PWM_THROTTLE_INVERTED": False,   # invert its signal: low instead of high
    "STEERING_LEFT_PWM": 460,         # pulse for full left (4096ths of a frame)
    "STEERING_RIGHT_PWM": 290,        # pulse for full right (4096ths of a frame)
    # pulse for straight ahead (4096ths of a frame); None is half-way
    "STEERING_MID_PWM": None,
    "THROTTLE_FORWARD_PWM": 500,      # pulse for full forward (4096ths of a frame)
    "THROTTLE_STOPPED_PWM": 370,      # pulse for standing still (4096ths of a frame)
    "THROTTLE_REVERSE_PWM": 220,      # pulse for full reverse (4096ths of a frame)
    # deadband: distance from THROTTLE_STOPPED_PWM at which the motor starts to turn (4096ths of a
    # frame)
    "THROTTLE_DEAD_PWM": 0,
}
# steering servo and a motor on two pins
SERVO_HBRIDGE_2PIN = {
    "FWD_DUTY_PIN": "RPI_GPIO.BOARD.18",  # PWM pin for forward
    "BWD_DUTY_PIN": "RPI_GPIO.BOARD.16",  # PWM pin for backward
    "PWM_STEERING_PIN": "RPI_GPIO.BOARD.33",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # factor on its pulses, to correct the PWM frequency
    "PWM_STEERING_INVERTED": False,   # invert its signal: low instead of high
    "STEERING_LEFT_PWM": 460,         # pulse for full left (4096ths of a frame)
    "STEERING_RIGHT_PWM": 290,        # pulse for full right (4096ths of a frame)
    # pulse for straight ahead (4096ths of a frame); None is half-way
    "STEERING_MID_PWM": None,
}
# steering servo and a motor on three pins
SERVO_HBRIDGE_3PIN = {
    "FWD_PIN": "RPI_GPIO.BOARD.18",   # pin that is high for forward
    "BWD_PIN": "RPI_GPIO.BOARD.16",   # pin that is high for backward
    "DUTY_PIN": "RPI_GPIO.BOARD.35",  # PWM pin for the power
    "PWM_STEERING_PIN": "RPI_GPIO.BOARD.33",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # factor on its pulses, to correct the PWM frequency
    "PWM_STEERING_INVERTED": False,   # invert its signal: low instead of high
    "STEERING_LEFT_PWM": 460,         # pulse for full left (4096ths of a frame)
    "STEERING_RIGHT_PWM": 290,        # pulse for full right (4096ths of a frame)
    # pulse for straight ahead (4096ths of a frame); None is half-way
    "STEERING_MID_PWM": None,
}
# one motor steers, one drives
DC_STEER_THROTTLE = {
    "LEFT_DUTY_PIN": "RPI_GPIO.BOARD.18",  # PWM pin for angles above 0 (right)
    "RIGHT_DUTY_PIN": "RPI_GPIO.BOARD.16",  # PWM pin for angles below 0 (left)
    "FWD_DUTY_PIN": "RPI_GPIO.BOARD.15",  # PWM pin for forward
    "BWD_DUTY_PIN": "RPI_GPIO.BOARD.13",  # PWM pin for backward
}
# a motor per side, two pins each
DC_TWO_WHEEL = {
    "LEFT_FWD_DUTY_PIN": "RPI_GPIO.BOARD.18",  # PWM pin for left forward
    "LEFT_BWD_DUTY_PIN": "RPI_GPIO.BOARD.16",  # PWM pin for left backward
    "RIGHT_FWD_DUTY_PIN": "RPI_GPIO.BOARD.15",  # PWM pin for right forward
    "RIGHT_BWD_DUTY_PIN": "RPI_GPIO.BOARD.13",  # PWM pin for right backward
}
# a motor per side, three pins each
DC_TWO_WHEEL_L298N = {
    "LEFT_FWD_PIN": "RPI_GPIO.BOARD.16",  # pin that is high for left forward
    "LEFT_BWD_PIN": "RPI_GPIO.BOARD.18",  # pin that is high for left backward
    "LEFT_EN_DUTY_PIN": "RPI_GPIO.BOARD.22",  # PWM pin for the left power
    "RIGHT_FWD_PIN": "RPI_GPIO.BOARD.15",  # pin that is high for right forward
    "RIGHT_BWD_PIN": "RPI_GPIO.BOARD.13",  # pin that is high for right backward
    "RIGHT_EN_DUTY_PIN": "RPI_GPIO.BOARD.11",  # PWM pin for the right power
}
# PWM frequency of servo and speed controller (times per second); calibrate again after a change
PWM_FREQUENCY = 60
PCA9685_OSCILLATOR_HZ = 25000000      # measured clock frequency of the PCA9685 (hertz)
MOTOR_PWM_FREQUENCY = 60              # PWM frequency of motors on pins of the Pi (times per second)
# duty cycle of motors on pins at full throttle: the share of the time that they have power
MOTOR_MAX_DUTY = 0.9

# SERIAL DRIVETRAINS
# Boards on a serial line: VESC and MM1.
VESC_SERIAL_PORT = "/dev/ttyACM0"     # serial port of the VESC
VESC_BAUDRATE = 115200                # speed of the serial line (baud)
# share of the battery's voltage at full throttle; a number below 0 reverses the motor
VESC_MAX_SPEED_PERCENT = 0.2
VESC_STEERING_SCALE = 0.5             # travel of its servo from the middle to the end
VESC_STEERING_OFFSET = 0.5            # position of its servo when the car goes straight ahead
# tell the VESC 20 times a second that all is well; if False, it only gets orders, 10 times a second
VESC_START_HEARTBEAT = True
VESC_TIMEOUT = 0.05                   # how long it may take to answer that it is a VESC (seconds)
# serial port of the RoboHAT; a Pi 5 has this port only with dtparam=uart0=on, a Pi 3 or 4 with
# dtoverlay=disable-bt, in /boot/firmware/config.txt
MM1_SERIAL_PORT = "/dev/ttyAMA0"
MM1_STEERING_MID = 1500               # pulse for straight ahead (us)
MM1_MAX_FORWARD = 2000                # pulse for full forward (us)
MM1_STOPPED_PWM = 1500                # pulse for standing still (us)
MM1_MAX_REVERSE = 1000                # pulse for full reverse (us)

# WHEELS OF OLD CARS
# For DRIVE_TRAIN_TYPE I2C_SERVO and SERVO_ESC only: a PCA9685, as donkeycar 3 and 4 had it.
PCA9685_I2C_ADDR = 64                 # I2C address of the PCA9685
PCA9685_I2C_BUSNUM = None             # I2C bus of the PCA9685; None is bus 1
STEERING_CHANNEL = 1                  # channel of the steering servo
THROTTLE_CHANNEL = 0                  # channel of the speed controller
# as PWM_STEERING_THROTTLE['STEERING_LEFT_PWM']; None takes the value from there
STEERING_LEFT_PWM = None
# as PWM_STEERING_THROTTLE['STEERING_RIGHT_PWM']; None takes the value from there
STEERING_RIGHT_PWM = None
# as PWM_STEERING_THROTTLE['THROTTLE_FORWARD_PWM']; None takes the value from there
THROTTLE_FORWARD_PWM = None
# as PWM_STEERING_THROTTLE['THROTTLE_STOPPED_PWM']; None takes the value from there
THROTTLE_STOPPED_PWM = None
# as PWM_STEERING_THROTTLE['THROTTLE_REVERSE_PWM']; None takes the value from there
THROTTLE_REVERSE_PWM = None
# as PWM_STEERING_THROTTLE['STEERING_MID_PWM']; None takes the value from there
STEERING_MID_PWM = None
# as PWM_STEERING_THROTTLE['THROTTLE_DEAD_PWM']; None takes the value from there
THROTTLE_DEAD_PWM = None

# WEB PAGE
# Drive from a phone or a browser.
# serve the drive page; False drives by gamepad or remote control alone
WEB_CONTROL = True
WEB_CONTROL_PORT = 8887               # port of the web page; 0 takes any free one
# address that the page listens on; 127.0.0.1 admits only this computer
WEB_HOST = "0.0.0.0"
# pair admits whoever has the link or the PIN; none admits anyone
WEB_AUTH = "pair"
# paired devices stay paired after a restart; False forgets them at each start
WEB_REMEMBER = True
# tell the network by mDNS where the page is, so that donkey findcar finds it
WEB_ANNOUNCE = True
# let Foxglove show the car while it drives, to whoever has a link that the page or donkey pair view
# has made; it can order nothing
WEB_FOXGLOVE = False
# offer the other pages beside the drive page: settings, recordings, pilots; a process of their own
# does their work, and ends when nobody has asked for ten minutes
WEB_LAB = True
WEB_INIT_MODE = "user"                # drive mode at the start: user, local_angle or local

# GAMEPAD AND RADIO
# A gamepad plugged into the car, or the receiver of a remote control.
USE_JOYSTICK_AS_DEFAULT = False       # drive with a gamepad even without --js
# kind of gamepad or remote control: xbox, xboxswapped, ps3, ps3sixad, ps4, pygame, F710, nimbus,
# wiiu, rc3, MM1, pigpio_rc, custom, evdev or mock
CONTROLLER_TYPE = "xbox"
CONTROLLER_BINDINGS = {}              # changes to what its buttons do, e.g. {'BTN_SOUTH': 'stop'}
JOYSTICK_MAX_THROTTLE = 0.5           # throttle limit at the start: what a full stick gives
JOYSTICK_STEERING_SCALE = 1.0         # steering that a full stick gives
# deadband of a stick around its middle; throttle uses at least 0.05
JOYSTICK_DEADZONE = 0.01
JOYSTICK_THROTTLE_DIR = -1.0          # -1.0 if the stick reports negative numbers when pushed up
JOYSTICK_DEVICE_FILE = "/dev/input/js0"  # device of the gamepad; js0 takes the first one there is
JOYSTICK_ERASE_RECORDS = 100          # records that one press erases
AUTO_RECORD_ON_THROTTLE = True        # start and end recording with the gamepad's throttle
# button that arms the push of AI_LAUNCH_DURATION; it cannot be the stop button
AI_LAUNCH_ENABLE_BUTTON = "R2"
MOCK_JOYSTICK_STEERING = 0.0          # steering of CONTROLLER_TYPE mock
MOCK_JOYSTICK_THROTTLE = 0.0          # throttle of CONTROLLER_TYPE mock
USE_RC = False                        # drive with the receiver of a remote control on GPIO pins
STEERING_RC_GPIO = 26                 # GPIO (BCM) of the steering channel
THROTTLE_RC_GPIO = 20                 # GPIO (BCM) of the throttle channel
DATA_WIPER_RC_GPIO = 19               # GPIO (BCM) of the third channel, RC3
PIGPIO_STEERING_MID = 1500            # pulse for straight ahead (us)
PIGPIO_MAX_FORWARD = 2000             # pulse for full forward (us)
PIGPIO_STOPPED_PWM = 1500             # pulse for standing still (us)
PIGPIO_MAX_REVERSE = 1000             # pulse for full reverse (us)
PIGPIO_INVERT = False                 # reverse every channel of the receiver
PIGPIO_JITTER = 0.025                 # deadband of its sticks, as a share of their travel

# WHO DRIVES
# You choose on the page: user (you), local_angle (the pilot steers) or local (the pilot).
AI_THROTTLE_MULT = 1.0                # factor on the pilot's throttle in mode local
# number format of the network that drives: float32 is the most exact, float16 a smaller file, int8
# the fastest; auto takes float32, or int8 if float32 takes more than a tenth of a tick on this
# computer; the log says which
PILOT_PRECISION = "auto"
# how much of its throttle the pilot loses where a frame is unlike its training data, or where the
# pilots of --folds disagree; 0 is off
AI_CAUTION = 0.0
AI_LAUNCH_DURATION = 0.0              # length of the push when the pilot takes over (seconds)
AI_LAUNCH_THROTTLE = 0.0              # throttle of that push
AI_LAUNCH_KEEP_ENABLED = False        # push every time the pilot takes over

# RECORDING
# What the car records while you drive, for training.
RECORD_DURING_AI = False              # also record while the pilot drives
AUTO_CREATE_NEW_TUB = False           # make a new folder in DATA_PATH for every drive

# SIMULATOR
# A car and a track inside this computer: CAMERA_TYPE and DRIVE_TRAIN_TYPE are then SIM.
SIM_TRACK = "warehouse"               # oval, warehouse, circuit_launch, or a .json file
SIM_SEED = 1                          # random seed: the same number gives the same world
SIM_TIME_SCALE = 1.0                  # simulated seconds per second

# TRAINING
# How `donkey train` makes a pilot from your recordings.
# type of pilot if no --type is given: linear, efficient, categorical, inferred, memory, imu,
# behavior, localizer, rnn, 3d, latent, tflite_linear, tflite_efficient, tflite_categorical,
# tflite_inferred, tflite_memory, tflite_imu, tflite_behavior, tflite_localizer, tflite_rnn,
# tflite_3d or tflite_latent
DEFAULT_MODEL_TYPE = "linear"
BATCH_SIZE = 128                      # frames per training step
# share of the records to train on; the rest is the validation split
TRAIN_TEST_SPLIT = 0.8
# maximum number of epochs: passes through all training records
MAX_EPOCHS = 100
USE_EARLY_STOP = True                 # early stopping: end when the validation loss no longer falls
EARLY_STOP_PATIENCE = 5               # epochs without improvement before early stopping
# smallest fall of the validation loss that counts as improvement
MIN_DELTA = 0.0005
OPTIMIZER = None                      # optimizer: adam, adamw, nadam, rmsprop or sgd; None is adam
# share of each weight, times the learning rate, that a step takes away; None is 0.001 for adamw, 0
# for the others
WEIGHT_DECAY = None
LEARNING_RATE = 0.001                 # size of a training step
# how the learning rate changes: constant, cosine, exponential or step; constant lowers it only at
# the end
LEARNING_RATE_SCHEDULE = "constant"
LEARNING_RATE_DROP = 0.5              # factor on the learning rate every EPOCHS_PER_DROP epochs
EPOCHS_PER_DROP = 10.0                # epochs from one LEARNING_RATE_DROP to the next
WARMUP_EPOCHS = 0.0                   # epochs at the start in which the learning rate rises
LEARNING_RATE_DECAY = 0.0             # how much the learning rate falls with each training step
# validate and keep the average of the last weights instead of the last ones
AVERAGE_WEIGHTS = True
LABEL_SHIFT = 0                       # train on what the driver did so much later (records)
# train on the mean of so many labels, an odd number (records); 1 is the label itself
LABEL_WINDOW = 1
# fine-tuning with --transfer: keep the first layers as they are
FREEZE_LAYERS = False
# last layers that still learn; those without weights count too
NUM_LAST_LAYERS_TO_TRAIN = 7
# compute in bfloat16 where that is exact enough; None does so if it is faster on this processor
MIXED_PRECISION = None
TENSORBOARD = False                   # write a log that TensorBoard shows
SHOW_PLOT = True                      # write a plot of the training beside the pilot
VERBOSE_TRAIN = True                  # show a progress bar
PRINT_MODEL_SUMMARY = True            # print the layers of the network
# how much more often rare steering is shown: 0 as often as recorded, 1 all steering equally often
BALANCE_STEERING = 0.0
TRAIN_FILTER = None                   # function(record) that says whether to train on a record

# TYPES OF PILOT
# Hyper-parameters of the network, and options of some types of pilot.
# activation function of the hidden layers: relu, leaky_relu, elu, tanh, sigmoid or maxout
ACTIVATION = "relu"
# how the initial weights are drawn: glorot_uniform, glorot_normal, he_uniform or he_normal
INITIALIZER = "glorot_uniform"
L1_PENALTY = 0.0                      # L1 regularisation: factor on the sum of all absolute weights
L2_PENALTY = 0.0                      # L2 regularisation: factor on the sum of their squares
MAX_NORM = None                       # largest norm of the weights into a unit; None is no limit
DROPOUT = None                        # dropout rate; None is that of the pilot type
BATCH_NORM = None                     # batch normalisation; None does what the pilot type does
# throttle of the last bin (the first is 0); None covers what was driven, reverse included
MODEL_CATEGORICAL_MAX_THROTTLE_RANGE = None
# frames that rnn and 3d see at once; past answers that memory reads
SEQUENCE_LENGTH = 3
MEM_DEPTH = 0                         # extra dense layers that memory has for its past answers
BEHAVIOR_LIST = ["Left_Lane", "Right_Lane"]  # names of the behaviors: ways of driving
NUM_LOCATIONS = 10                    # places that the localizer knows

# BEHAVIORS AND PLACES
# Chosen with a programmable button of the page or the gamepad, and recorded.
TRAIN_BEHAVIORS = False               # let a button choose how to drive, from BEHAVIOR_LIST
BEHAVIOR_BUTTON = "w1"                # button that chooses the next behavior: w1, w2, w3, w4 or w5
TRAIN_LOCALIZER = False               # let a button say at which of NUM_LOCATIONS places the car is
LOCATION_BUTTON = "w2"                # button that chooses the next place: w1, w2, w3, w4 or w5

# WHAT THE PILOT SEES
# Changes that are made to every frame, in training and in driving alike.
# changes to every frame, in this order: CROP, CUT, TRAPEZE, TRAPEZE_EDGE, CANNY, BLUR, RESIZE,
# SCALE, RGB2BGR, BGR2RGB, RGB2HSV, HSV2RGB, BGR2HSV, HSV2BGR, RGB2GRAY, BGR2GRAY, HSV2GRAY,
# GRAY2RGB or GRAY2BGR
TRANSFORMATIONS = []
# the same, but in training after the random changes: CROP, CUT, TRAPEZE, TRAPEZE_EDGE, CANNY, BLUR,
# RESIZE, SCALE, RGB2BGR, BGR2RGB, RGB2HSV, HSV2RGB, BGR2HSV, HSV2BGR, RGB2GRAY, BGR2GRAY, HSV2GRAY,
# GRAY2RGB or GRAY2BGR
POST_TRANSFORMATIONS = []
ROI_CROP_TOP = 45                     # rows at the top that CROP blackens and CUT cuts off (pixels)
ROI_CROP_BOTTOM = 0                   # rows at the bottom that they remove (pixels)
ROI_CROP_RIGHT = 0                    # columns at the right that they remove (pixels)
ROI_CROP_LEFT = 0                     # columns at the left that they remove (pixels)
# column of the upper left corner of TRAPEZE (pixels); TRAPEZE_EDGE counts from the edges
ROI_TRAPEZE_UL = 20
ROI_TRAPEZE_UR = 140                  # column of the upper right corner (pixels)
ROI_TRAPEZE_LL = 0                    # column of the lower left corner (pixels)
ROI_TRAPEZE_LR = 160                  # column of the lower right corner (pixels)
ROI_TRAPEZE_MIN_Y = 60                # row of its upper edge (pixels)
ROI_TRAPEZE_MAX_Y = 120               # row of its lower edge (pixels)
CANNY_LOW_THRESHOLD = 60              # lower threshold of CANNY: gradient that continues an edge
CANNY_HIGH_THRESHOLD = 110            # upper threshold of CANNY: gradient that starts an edge
CANNY_APERTURE = 3                    # size of its Sobel filter: 3, 5 or 7 (pixels)
BLUR_KERNEL = 5                       # kernel width of BLUR, an odd number (pixels)
# kernel height of BLUR, an odd number (pixels); None is the width
BLUR_KERNEL_Y = None
BLUR_GAUSSIAN = True                  # BLUR gives near pixels more weight
RESIZE_WIDTH = 160                    # width after RESIZE (pixels)
RESIZE_HEIGHT = 120                   # height after RESIZE (pixels)
SCALE_WIDTH = 1.0                     # factor of SCALE on the width
SCALE_HEIGHT = None                   # factor of SCALE on the height; None is SCALE_WIDTH

# RANDOM CHANGES
# Data augmentation: changes to frames in training only, new ones every time.
# random changes, in this order: FLIP, BRIGHTNESS, CONTRAST, SHADOW, BLUR, NOISE, JPEG, CUTOUT,
# SHIFT or ROTATE; an empty list makes none
AUGMENTATIONS = ["FLIP", "BRIGHTNESS", "SHADOW"]
# largest change of brightness and contrast, or the smallest and the largest (shares of white)
AUG_BRIGHTNESS_RANGE = 0.2
AUG_BLUR_RANGE = [0, 3]               # smallest and largest width of BLUR (pixels)

# LOG
# What the terminal and the file logs/drive.log show.
HAVE_CONSOLE_LOGGING = True           # write the log to the terminal
# lowest level of the messages that are shown: DEBUG, INFO, WARNING, ERROR or CRITICAL
LOGGING_LEVEL = "INFO"
LOGGING_FORMAT = "%(message)s"        # format of a line, as in Python's logging
# size of logs/drive.log, which keeps the log after a power cut (MB); three older files of this size
# stay beside it, and 0 writes none
LOG_FILE_MB = 1.0
SHOW_FPS = False                      # write the measured loop rate to the log
FPS_DEBUG_INTERVAL = 10               # time between two of these lines (seconds)

# OTHER CAMERAS
# Depth cameras and cameras of the Jetson.
# how to turn the picture of a Jetson's camera: 0 not, 2 upside down, 4 swap left and right, 6 swap
# top and bottom, 1 and 3 a quarter turn
CSIC_CAM_GSTREAMER_FLIP_PARM = 0
# take colour pictures with the RealSense camera; False takes the grey ones of its left infrared
# camera
REALSENSE_D435_RGB = True
REALSENSE_D435_DEPTH = True           # measure how far away each pixel is, too
REALSENSE_D435_IMU = False            # read the motion sensor; a D435i has one, a D435 has none
# serial number of the RealSense camera, if several are plugged in
REALSENSE_D435_ID = None
# take colour pictures with the OAK-D; False takes the grey ones of its right camera
OAKD_RGB = True
OAKD_DEPTH = True                     # measure how far away each pixel is, too
OAKD_ID = None                        # serial number of the OAK-D, if several are plugged in
# 'isp' scales the whole picture of the OAK-D; 'video' cuts a window of 640x480 pixels of the sensor
# out of it, which shows a small part of the road
OAKD_RGB_OUTPUT_MODE = "isp"
OAKD_RGB_ISP_SCALE_NUM = 1            # numerator of the scale of mode 'isp'
# its denominator: 1/6 makes 702x520 of 4208x3120; the car scales that to IMAGE_W and IMAGE_H
OAKD_RGB_ISP_SCALE_DEN = 6
# left edge of the window of mode 'video', a share of the width; with both None the window is in the
# middle
OAKD_RGB_SENSOR_CROP_X = None
OAKD_RGB_SENSOR_CROP_Y = None         # its upper edge, a share of the height
