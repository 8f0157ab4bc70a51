"""How a pilot is trained, and what its network is made of."""

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
            "DEFAULT_MODEL_TYPE", "linear", "kind of pilot without --type",
            choices=(*PILOT_TYPES, *(f"tflite_{name}" for name in PILOT_TYPES)),
            later_choices=("fastai_linear", "resnet18"),
            dead_choices=("tensorrt_linear", "tensorrt_categorical", "coral"),
        ),
        Setting("BATCH_SIZE", 128, "frames per training step", low=1, high=65536),
        Setting(
            "TRAIN_TEST_SPLIT", 0.8, "share of the records that is learnt from; the rest judges",
            low=0.01, high=0.99,
        ),
        Setting("MAX_EPOCHS", 100, "most times through all records", low=1, high=100000),
        Setting("USE_EARLY_STOP", True, "end when the pilot stops getting better"),
        Setting(
            "EARLY_STOP_PATIENCE", 5, "epochs without getting better before that", low=1,
            high=100000,
        ),
        Setting("MIN_DELTA", 0.0005, "smallest gain that counts as better", low=0, high=1000),
        Setting(
            "OPTIMIZER", None, "how it learns; None is adam", kind="str",
            choices=("adam", "adamw", "nadam", "rmsprop", "sgd"), optional=True,
        ),
        Setting(
            "WEIGHT_DECAY", None, "share of a weight, times the rate, that it loses in a step; "
            "None is 0.001 for adamw, 0 for the others", kind="float", low=0, high=1, optional=True,
        ),
        Setting("LEARNING_RATE", 0.001, "size of a learning step", low=1e-9, high=10),
        Setting(
            "LEARNING_RATE_SCHEDULE", "constant", "how it goes on; constant cools down at the end",
            choices=("constant", "cosine", "exponential", "step"),
        ),
        Setting(
            "LEARNING_RATE_DROP", 0.5, "what it is multiplied by every EPOCHS_PER_DROP",
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
            "LEARNING_RATE_DECAY", 0.0, "how much the step shrinks per step taken", low=0, high=1
        ),
        Setting(
            "AVERAGE_WEIGHTS", True, "judge and keep the mean of the last weights, not the last"
        ),
        Setting(
            "LABEL_SHIFT", 0, "teach what the driver did so much later", unit="records", low=0,
            high=100,
        ),
        Setting(
            "LABEL_WINDOW", 1, "teach the mean of so many labels, an odd number; 1 is the label "
            "itself", unit="records", low=1, high=101,
        ),
        Setting(
            "FREEZE_LAYERS", False, "with --transfer, keep the first layers as they are"
        ),
        Setting(
            "NUM_LAST_LAYERS_TO_TRAIN", 7, "layers that still learn, those without weights "
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
            "how far rare steering is shown more often: 0 as recorded, 1 all alike", low=0, high=1,
        ),
        Setting(
            "TRAIN_FILTER", None, "function(record) that says whether a record is learnt from",
            kind="function", optional=True,
        ),
    ),
)  # fmt: skip

NETWORKS = Group(
    "KINDS OF PILOT",
    "What a network is made of, and what some kinds of pilot leave open.",
    (
        Setting(
            "ACTIVATION", "relu", "of the hidden layers",
            choices=("relu", "leaky_relu", "elu", "tanh", "sigmoid", "maxout"),
        ),
        Setting(
            "INITIALIZER", "glorot_uniform", "how the first weights are drawn",
            choices=("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"),
        ),
        Setting("L1_PENALTY", 0.0, "on the sum of all weights", low=0, high=1000),
        Setting("L2_PENALTY", 0.0, "on the sum of their squares", low=0, high=1000),
        Setting(
            "MAX_NORM", None, "largest norm of the weights into a unit; None is any",
            kind="float", low=1e-6, high=1e6, optional=True,
        ),
        Setting(
            "DROPOUT", None, "share that is left out in training; None is what the kind has",
            kind="float", low=0, high=0.99, optional=True,
        ),
        Setting(
            "BATCH_NORM", None, "normalise over each batch; None is what the kind does",
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
