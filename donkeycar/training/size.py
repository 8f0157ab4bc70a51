"""Refuses to train a pilot that is too large for a car, before the first epoch."""

from typing import Any

from donkeycar.errors import TrainingError
from donkeycar.pilots.files.litert_file import MAX_BYTES
from donkeycar.pilots.kinds.registry import PilotType, pilot_type
from donkeycar.pilots.transform import Shape, describe
from donkeycar.training.export.save import without_outputs
from donkeycar.training.options import TrainingOptions
from donkeycar.training.records.found import found_options
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.sizes import usual_shape

# A weight is four bytes in a float32 file; its description took 9 to 60 kB in every type.
BYTES_A_WEIGHT = 4
DESCRIPTION_BYTES = 100_000
# Frames with a shorter side are not recommended.
SMALLEST_PX = 40


def check_size(recordings: Recordings, options: TrainingOptions) -> None:
    """Refuse to train a pilot that a car would refuse to open. Call it after `import_keras`.

    Args:
        recordings: The records; the size of most pictures counts.
        options: Training options.

    Raises:
        TrainingError: If the pilot would be too large; the message says which frames would fit.
        PilotError: If the frames do not fit the type.
    """
    usual = usual_shape(recordings)
    if usual is None:
        return  # decoding reports what is wrong with them
    height, width, channels = usual
    kind = pilot_type(options.type)
    found = found_options(kind, options.pilot_options, recordings)
    network = options.network_choices

    def size(shape: Shape) -> int:
        return litert_bytes(kind, kind.build(shape, network=network, **found))

    shape = options.transforms.output_shape((height, width, channels))
    needed = size(shape)
    if needed <= MAX_BYTES:
        return
    smaller = shape
    while size(smaller) > MAX_BYTES and min(smaller[:2]) >= 2 * SMALLEST_PX:
        smaller = (smaller[0] // 2, smaller[1] // 2, smaller[2])
    raise TrainingError(
        f"A car opens pilots of at most {MAX_BYTES // 1_000_000} MB. Received: type {kind.name} "
        f"for frames of {describe(shape)}, which makes {needed / 1e6:.0f} MB. Let the pilot see "
        f"less: RESIZE at the end of TRANSFORMATIONS, with RESIZE_WIDTH={smaller[1]} and "
        f"RESIZE_HEIGHT={smaller[0]}, makes {size(smaller) / 1e6:.0f} MB of the same recordings."
    )


def litert_bytes(kind: PilotType, model: Any) -> int:
    """Largest possible size of the float32 file of a network."""
    driving = without_outputs(model, kind.only_in_training)
    return int(driving.count_params()) * BYTES_A_WEIGHT + DESCRIPTION_BYTES
