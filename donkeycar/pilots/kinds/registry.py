"""Registry of the types of pilots: how each network is built, and what its outputs mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.bins import OLD_TOP, bins_head
from donkeycar.pilots.kinds.head import OutputArrays, inferred_head, locate, regression_head
from donkeycar.pilots.kinds.network_builder import NetworkBuilder
from donkeycar.pilots.kinds.network_choices import NetworkChoices
from donkeycar.pilots.kinds.options import Options, checked

# Older cars put the runtime in front of the type; here there is only one runtime.
OLD_PREFIX = "tflite_"
NETWORKS = "donkeycar.pilots.kinds.networks"
# Key of the network's choices among the options in a sidecar.
NETWORK = "network"

# Acceleration and turning rate: forward, left, up, in the order in which donkeycar records them.
IMU_CHANNELS = (
    "imu/acl_x", "imu/acl_y", "imu/acl_z", "imu/gyr_x", "imu/gyr_y", "imu/gyr_z",
)  # fmt: skip
# The same six numbers as donkeycar 5.4 names them: two channels of three numbers.
IMU_VECTORS = ("imu/accel", "imu/gyro")
# Channels of a second input -> channels that hold the same numbers in the same order.
ALIKE: Mapping[tuple[str, ...], tuple[str, ...]] = {IMU_CHANNELS: IMU_VECTORS}
BEHAVIOR_CHANNELS = ("behavior/one_hot_state_array",)


class Loss(NamedTuple):
    """The loss of one output.

    Attributes:
        name: Its name in Keras.
        weight: Its weight in the sum over all outputs.
    """

    name: str
    weight: float = 1.0


MSE = Loss("mse")
BINS = Loss("categorical_crossentropy", 0.5)


@dataclass(frozen=True)
class PilotType:
    """One kind of pilot.

    Attributes:
        name: Its name for `--type`.
        class_name: Its name in donkeycar 5.x, in ``models/database.json``.
        about: Its purpose, in a few words.
        module: In `donkeycar.pilots.kinds.networks`; its `build` takes a `NetworkBuilder`,
            the size of a frame and the options, and makes the Keras model.
        head: Turns the named outputs of the network and the options of the pilot into
            ``(angle, throttle)``.
        losses: Loss of each output of the network.
        options: Names of its options, see `donkeycar.pilots.kinds.options`.
        old_options: Options of other people's models without a sidecar.
        vector_input: Name of its second input, ``""`` if it takes only frames.
        vector_size: Size of the second input, by the options.
        vector_channels: Channels that form the second input.
        remembers: Whether the second input is its own last answers.
        looks_back: Whether it sees the last few frames at once.
        mirrors: Whether a mirrored frame with mirrored steering is a valid training sample.
        locate: Turns the outputs into the number of a place; ``None`` for types without places.
        only_in_training: Outputs that are not needed for driving.
        learns_in_bfloat16: Whether it can be trained in bfloat16. Gradients of 3D convolutions
            become NaN in bfloat16: in 10 of 10 trainings, against 0 of 10 in float32 (TensorFlow
            2.21 with oneDNN, AMD EPYC 9004).
    """

    name: str
    class_name: str
    about: str
    module: str
    head: Callable[[OutputArrays, Options], tuple[float, float]] = regression_head
    losses: Mapping[str, Loss] = field(default_factory=lambda: {"angle": MSE, "throttle": MSE})
    options: tuple[str, ...] = ()
    old_options: Options = field(default_factory=dict)
    vector_input: str = ""
    vector_size: Callable[[Options], int] = lambda options: 0
    vector_channels: tuple[str, ...] = ()
    remembers: bool = False
    looks_back: bool = False
    mirrors: bool = True
    locate: Callable[[OutputArrays, Options], int] | None = None
    only_in_training: tuple[str, ...] = ()
    learns_in_bfloat16: bool = True

    def build(
        self,
        input_shape: Sequence[int],
        *,
        network: NetworkChoices | Mapping[str, Any] | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> Any:
        """Build the untrained network.

        Args:
            input_shape: Height, width and channels of its frames.
            network: Hyper-parameters; ``None`` gives the documented network.
            seed: Random seed of weights and dropout.
            options: Options of the pilot; those that recordings give have a plain default.

        Returns:
            A ``keras.Model`` with a dictionary of outputs.

        Raises:
            PilotError: If an option is not possible, or the frames are too small.
        """
        if isinstance(network, Mapping):
            network = NetworkChoices.from_json(network)
        given = self.complete(options)
        return import_module(f"{NETWORKS}.{self.module}").build(
            NetworkBuilder(network, seed=seed), tuple(input_shape), **given
        )

    def complete(self, options: Options) -> dict[str, Any]:
        """Fill in missing options, and refuse impossible values.

        The choices of the network may be among them; they are checked, and left out.

        Raises:
            PilotError: If there is no such option, or a value is not possible.
        """
        own = {name: value for name, value in options.items() if name != NETWORK}
        NetworkChoices.from_json(options.get(NETWORK, {}))
        return checked(self.options, own, type_name=self.name)

    def settled(self, options: Options) -> dict[str, Any]:
        """Check the options of a pilot that will drive, for which recordings can give no values.

        Raises:
            PilotError: If one is missing, or not possible.
        """
        own = self.complete(options)
        missing = [name for name, value in own.items() if value is None]
        if missing:
            raise PilotError(
                f"A pilot of type {self.name} cannot drive without its options "
                f"{', '.join(missing)}. Train it again, or write them into its sidecar."
            )
        return own


_BIN_OPTIONS = ("angle_bins", "throttle_bins", "throttle_range", "choice")
_OLD_BINS = {"throttle_range": [0.0, 0.8 * OLD_TOP], "choice": "likeliest"}
_BINS = {"angle_bins": BINS, "throttle_bins": BINS}

PILOT_TYPES = {
    kind.name: kind
    for kind in (
        PilotType("linear", "KerasLinear", "the one to begin with", "linear"),
        PilotType("efficient", "KerasEfficient", "a small computer, or a fast car", "efficient"),
        PilotType(
            "categorical", "KerasCategorical", "tracks with a choice of ways", "categorical",
            head=bins_head, losses=_BINS, options=_BIN_OPTIONS, old_options=_OLD_BINS,
        ),
        PilotType(
            "inferred", "KerasInferred", "speed that follows from steering", "inferred",
            head=inferred_head, losses={"angle": MSE},
            options=("throttle_straight", "throttle_bend"),
            # Throttle of donkeycar 5.x straight ahead, and at full right.
            old_options={"throttle_straight": 0.754, "throttle_bend": 0.557},
        ),
        PilotType(
            "memory", "KerasMemory", "calm steering", "memory",
            options=("memory_length", "memory_depth", "reverse"), old_options={"reverse": False},
            vector_input="mem_in", vector_size=lambda options: 2 * options["memory_length"],
            remembers=True,
        ),
        PilotType(
            "imu", "KerasIMU", "a car that feels its own motion", "imu",
            options=("imu_mean", "imu_spread"),
            old_options={"imu_mean": [0.0] * 6, "imu_spread": [1.0] * 6},
            vector_input="imu_in", vector_size=lambda options: len(IMU_CHANNELS),
            vector_channels=IMU_CHANNELS,
            # It depends on how the sensor is mounted which axes a mirror reverses.
            mirrors=False,
        ),
        PilotType(
            "behavior", "KerasBehavioral", "ways of driving that you choose", "behavior",
            head=bins_head, losses=_BINS, options=("behaviors", *_BIN_OPTIONS),
            old_options=_OLD_BINS, vector_input="behavior_in",
            vector_size=lambda options: len(options["behaviors"]),
            vector_channels=BEHAVIOR_CHANNELS,
            # A mirror exchanges the left and the right lane.
            mirrors=False,
        ),
        PilotType(
            "localizer", "KerasLocalizer", "knowing where on the track it is", "localizer",
            losses={"angle": MSE, "throttle": MSE, "loc": Loss("categorical_crossentropy", 0.1)},
            options=("num_locations",), locate=locate,
            # A mirrored frame does not show the same place.
            mirrors=False,
        ),
        PilotType(
            "rnn", "KerasLSTM", "motion, frame by frame", "rnn",
            options=("sequence_length",), looks_back=True,
        ),
        PilotType(
            "3d", "Keras3D_CNN", "motion, all frames at once", "conv3d",
            options=("sequence_length",), looks_back=True, learns_in_bfloat16=False,
        ),
        PilotType(
            "latent", "KerasLatent", "few labels: it also learns to paint what it sees", "latent",
            losses={
                "angle": Loss("mse", 2.0), "throttle": MSE, "img_out": Loss("mse", 100.0),
            },
            only_in_training=("img_out",),
        ),
    )
}  # fmt: skip


def pilot_type(name: str) -> PilotType:
    """Find a type by its name; the ``tflite_`` in front of older names is ignored.

    Raises:
        PilotError: If there is no such type.
    """
    kind = PILOT_TYPES.get(name.removeprefix(OLD_PREFIX))
    if kind is None:
        raise PilotError(f"`type` must be one of {sorted(PILOT_TYPES)}. Received: type={name!r}")
    return kind
