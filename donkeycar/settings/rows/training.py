"""Settings of training, and hyper-parameters of the network."""

from donkeycar.settings.setting import Group, Setting, later

# As `donkeycar.pilots.registry` has them.
PILOT_TYPES = (
    "linear", "efficient", "categorical", "inferred", "memory", "imu", "behavior", "localizer",
    "rnn", "3d", "latent",
)  # fmt: skip

TRAINING = Group(
    "TRAINING",
    "How `donkey train` makes a pilot of your recordings.",
    (
        Setting(
            "DEFAULT_MODEL_TYPE", "linear", "type of pilot without --type",
            choices=(*PILOT_TYPES, *(f"tflite_{name}" for name in PILOT_TYPES)),
            later_choices=("fastai_linear", "resnet18"),
            dead_choices=("tensorrt_linear", "tensorrt_categorical", "coral"),
        ),
        Setting("BATCH_SIZE", 128, "frames per training step", low=1, high=65536),
        Setting(
            "TRAIN_TEST_SPLIT", 0.8, "share of the records for training; the rest validates",
            low=0.01, high=0.99,
        ),
        Setting("MAX_EPOCHS", 100, "epochs at most: times through all records", low=1, high=100000),
        Setting(
            "USE_EARLY_STOP", True, "early stopping: end when the validation loss stops falling"
        ),
        Setting(
            "EARLY_STOP_PATIENCE", 5, "epochs without a lower loss before that", low=1,
            high=100000,
        ),
        Setting("MIN_DELTA", 0.0005, "smallest fall of the loss that counts", low=0, high=1000),
        Setting(
            "OPTIMIZER", None, "optimizer; None is adam", kind="str",
            choices=("adam", "adamw", "nadam", "rmsprop", "sgd"), optional=True,
        ),
        Setting(
            "WEIGHT_DECAY", None, "weight decay: share of a weight, times the rate, lost per step; "
            "None is 0.001 for adamw, 0 for the others", kind="float", low=0, high=1, optional=True,
        ),
        Setting("LEARNING_RATE", 0.001, "size of a training step", low=1e-9, high=10),
        Setting(
            "LEARNING_RATE_SCHEDULE", "constant", "its schedule; constant cools down at the end",
            choices=("constant", "cosine", "exponential", "step"),
        ),
        Setting(
            "LEARNING_RATE_DROP", 0.5, "what the rate is multiplied by every EPOCHS_PER_DROP",
            low=0.001, high=0.999, only_for=("LEARNING_RATE_SCHEDULE", ("exponential", "step")),
        ),
        Setting(
            "EPOCHS_PER_DROP", 10.0, "see LEARNING_RATE_DROP", low=0.01, high=100000,
            only_for=("LEARNING_RATE_SCHEDULE", ("exponential", "step")),
        ),
        Setting(
            "WARMUP_EPOCHS", 0.0, "epochs in which the rate rises first", low=0, high=100000
        ),
        Setting(
            "LEARNING_RATE_DECAY", 0.0, "how much the rate shrinks per step", low=0, high=1
        ),
        Setting(
            "AVERAGE_WEIGHTS", True, "validate and keep the running mean of the weights"
        ),
        Setting(
            "LABEL_SHIFT", 0, "learn what the driver did so much later", unit="records", low=0,
            high=100,
        ),
        Setting(
            "LABEL_WINDOW", 1, "learn the mean of so many labels, an odd number; 1 is the label "
            "itself", unit="records", low=1, high=101,
        ),
        Setting(
            "FREEZE_LAYERS", False, "fine-tuning with --transfer: train the last layers only"
        ),
        Setting(
            "NUM_LAST_LAYERS_TO_TRAIN", 7, "last layers that are trained, those without weights "
            "counted", low=1, high=1000, only_for=("FREEZE_LAYERS", (True,)),
        ),
        Setting(
            "MIXED_PRECISION", None, "compute in bfloat16 where that is enough; None is where "
            "this processor is faster with it", kind="bool", optional=True,
        ),
        Setting("TENSORBOARD", False, "write a log that TensorBoard shows"),
        Setting("SHOW_PLOT", True, "write a picture of the training beside the pilot"),
        Setting("VERBOSE_TRAIN", True, "show a progress bar"),
        Setting("PRINT_MODEL_SUMMARY", True, "print the layers of the network"),
        Setting(
            "BALANCE_STEERING", 0.0,
            "show rare steering more often: 0 as recorded, 1 all alike", low=0, high=1,
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
            "INITIALIZER", "glorot_uniform", "distribution of the first weights",
            choices=("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"),
        ),
        Setting("L1_PENALTY", 0.0, "factor of the sum of all weights", low=0, high=1000),
        Setting("L2_PENALTY", 0.0, "factor of the sum of their squares", low=0, high=1000),
        Setting(
            "MAX_NORM", None, "largest norm of the weights into a unit; None is any",
            kind="float", low=1e-6, high=1e6, optional=True,
        ),
        Setting(
            "DROPOUT", None, "dropout rate; None is that of the type",
            kind="float", low=0, high=0.99, optional=True,
        ),
        Setting(
            "BATCH_NORM", None, "batch normalisation; None is what the type has",
            kind="bool", optional=True,
        ),
        Setting(
            "MODEL_CATEGORICAL_MAX_THROTTLE_RANGE", None, "throttle of the last bin, the first "
            "one being 0; None is what was driven, reverse included", kind="float", low=0.01,
            high=1, optional=True,
        ),
        Setting(
            "SEQUENCE_LENGTH", 3, "frames that rnn and 3d see at once, answers that memory "
            "remembers", low=1, high=64,
        ),
        Setting("MEM_DEPTH", 0, "layers of the memory", low=0, high=16),
        Setting(
            "BEHAVIOR_LIST", ("Left_Lane", "Right_Lane"), "ways of driving", kind="strings"
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
                    "DEFAULT_AI_FRAMEWORK", "tensorflow", "what trains the pilot",
                    choices=("tensorflow",), later_choices=("pytorch",),
                ),
            ),
        ),
        *later(
            "a light that shows it",
            (
                Setting(
                    "BEHAVIOR_LED_COLORS", ((0, 10, 0), (10, 0, 0)), "of each behavior", kind="any"
                ),
                Setting("LOC_COLORS", (), "of each place", kind="any"),
            ),
        ),
    ),
)  # fmt: skip
