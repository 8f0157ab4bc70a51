"""Settings of training, and hyper-parameters of the network."""

from donkeycar.settings.setting import Group, Setting, later

# The same types as in `donkeycar.pilots.kinds.registry`.
PILOT_TYPES = (
    "linear", "efficient", "categorical", "inferred", "memory", "imu", "behavior", "localizer",
    "rnn", "3d", "latent",
)  # fmt: skip

TRAINING = Group(
    "TRAINING",
    "How `donkey train` makes a pilot from your recordings.",
    (
        Setting(
            "DEFAULT_MODEL_TYPE", "linear", "type of pilot if no --type is given",
            choices=(*PILOT_TYPES, *(f"tflite_{name}" for name in PILOT_TYPES)),
            later_choices=("fastai_linear", "resnet18"),
            dead_choices=("tensorrt_linear", "tensorrt_categorical", "coral"),
        ),
        Setting("BATCH_SIZE", 128, "frames per training step", low=1, high=65536),
        Setting(
            "TRAIN_TEST_SPLIT", 0.8,
            "share of the records to train on; the rest is the validation split",
            low=0.01, high=0.99,
        ),
        Setting(
            "MAX_EPOCHS", 100,
            "maximum number of epochs: passes through all training records",
            low=1, high=100000,
        ),
        Setting(
            "USE_EARLY_STOP", True, "early stopping: end when the validation loss no longer falls"
        ),
        Setting(
            "EARLY_STOP_PATIENCE", 5, "epochs without improvement before early stopping", low=1,
            high=100000,
        ),
        Setting(
            "MIN_DELTA", 0.0005,
            "smallest fall of the validation loss that counts as improvement",
            low=0, high=1000,
        ),
        Setting(
            "OPTIMIZER", None, "optimizer; None is adam", kind="str",
            choices=("adam", "adamw", "nadam", "rmsprop", "sgd"), optional=True,
        ),
        Setting(
            "WEIGHT_DECAY", None,
            "share of each weight, times the learning rate, that a step takes away; None is "
            "0.001 for adamw, 0 for the others",
            kind="float", low=0, high=1, optional=True,
        ),
        Setting(
            "LEARNING_RATE", 0.001,
            "size of a training step",
            low=1e-9, high=10,
        ),
        Setting(
            "LEARNING_RATE_SCHEDULE", "constant",
            "how the learning rate changes; constant lowers it only at the end",
            choices=("constant", "cosine", "exponential", "step"),
        ),
        Setting(
            "LEARNING_RATE_DROP", 0.5, "factor on the learning rate every EPOCHS_PER_DROP epochs",
            low=0.001, high=0.999, only_for=("LEARNING_RATE_SCHEDULE", ("exponential", "step")),
        ),
        Setting(
            "EPOCHS_PER_DROP", 10.0,
            "epochs from one LEARNING_RATE_DROP to the next",
            low=0.01, high=100000,
            only_for=("LEARNING_RATE_SCHEDULE", ("exponential", "step")),
        ),
        Setting(
            "WARMUP_EPOCHS", 0.0,
            "epochs at the start in which the learning rate rises",
            low=0, high=100000
        ),
        Setting(
            "LEARNING_RATE_DECAY", 0.0,
            "how much the learning rate falls with each training step",
            low=0, high=1
        ),
        Setting(
            "AVERAGE_WEIGHTS", True,
            "validate and keep the average of the last weights instead of the last ones",

        ),
        Setting(
            "LABEL_SHIFT", 0,
            "train on what the driver did so much later",
            unit="records", low=0,
            high=100,
        ),
        Setting(
            "LABEL_WINDOW", 1,
            "train on the mean of so many labels, an odd number; 1 is the label itself",
            unit="records", low=1, high=101,
        ),
        Setting(
            "FREEZE_LAYERS", False, "fine-tuning with --transfer: keep the first layers as they are"
        ),
        Setting(
            "NUM_LAST_LAYERS_TO_TRAIN", 7,
            "last layers that still learn; those without weights count too",
            low=1, high=1000, only_for=("FREEZE_LAYERS", (True,)),
        ),
        Setting(
            "MIXED_PRECISION", None,
            "compute in bfloat16 where that is exact enough; None does so if it is faster on "
            "this processor",
            kind="bool", optional=True,
        ),
        Setting("TENSORBOARD", False, "write a log that TensorBoard shows"),
        Setting("SHOW_PLOT", True, "write a plot of the training beside the pilot"),
        Setting("VERBOSE_TRAIN", True, "show a progress bar"),
        Setting("PRINT_MODEL_SUMMARY", True, "print the layers of the network"),
        Setting(
            "BALANCE_STEERING", 0.0,
            "how much more often rare steering is shown: 0 as often as recorded, 1 all steering "
            "equally often",
            low=0, high=1,
        ),
        Setting(
            "TRAIN_FILTER", None, "function(record) that says whether to train on a record",
            kind="function", optional=True,
        ),
    ),
)  # fmt: skip

NETWORKS = Group(
    "TYPES OF PILOT",
    "Hyper-parameters of the network, and options of some types of pilot.",
    (
        Setting(
            "ACTIVATION", "relu", "activation function of the hidden layers",
            choices=("relu", "leaky_relu", "elu", "tanh", "sigmoid", "maxout"),
        ),
        Setting(
            "INITIALIZER", "glorot_uniform", "how the initial weights are drawn",
            choices=("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"),
        ),
        Setting(
            "L1_PENALTY", 0.0,
            "L1 regularisation: factor on the sum of all absolute weights",
            low=0, high=1000,
        ),
        Setting(
            "L2_PENALTY", 0.0,
            "L2 regularisation: factor on the sum of their squares",
            low=0, high=1000,
        ),
        Setting(
            "MAX_NORM", None, "largest norm of the weights into a unit; None is no limit",
            kind="float", low=1e-6, high=1e6, optional=True,
        ),
        Setting(
            "DROPOUT", None, "dropout rate; None is that of the pilot type",
            kind="float", low=0, high=0.99, optional=True,
        ),
        Setting(
            "BATCH_NORM", None, "batch normalisation; None does what the pilot type does",
            kind="bool", optional=True,
        ),
        Setting(
            "MODEL_CATEGORICAL_MAX_THROTTLE_RANGE", None,
            "throttle of the last bin (the first is 0); None covers what was driven, reverse "
            "included",
            kind="float", low=0.01,
            high=1, optional=True,
        ),
        Setting(
            "SEQUENCE_LENGTH", 3,
            "frames that rnn and 3d see at once; past answers that memory reads",
            low=1, high=64,
        ),
        Setting(
            "MEM_DEPTH", 0,
            "extra dense layers that memory has for its past answers",
            low=0, high=16,
        ),
        Setting(
            "BEHAVIOR_LIST", ("Left_Lane", "Right_Lane"),
            "names of the behaviors: ways of driving",
            kind="strings"
        ),
        Setting("NUM_LOCATIONS", 10, "places that the localizer knows", low=2, high=1000),
    ),
)  # fmt: skip

OTHER_TRAINING = Group(
    "MORE TRAINING",
    "Other frameworks, lights.",
    (
        *later(
            "a choice of framework",
            (
                Setting(
                    "DEFAULT_AI_FRAMEWORK", "tensorflow", "framework that trains the pilot",
                    choices=("tensorflow",), later_choices=("pytorch",),
                ),
            ),
        ),
        *later(
            "a light that shows the behavior or the place",
            (
                Setting(
                    "BEHAVIOR_LED_COLORS", ((0, 10, 0), (10, 0, 0)),
                    "colour of each behavior",
                    kind="any"
                ),
                Setting("LOC_COLORS", (), "colour of each place", kind="any"),
            ),
        ),
    ),
)  # fmt: skip
