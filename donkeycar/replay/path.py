"""Where the replay of a pilot is."""

from pathlib import Path

from donkeycar.pilots.names import beside, ending_of

SUFFIX = ".replay.h5"


def replay_path(run: Path) -> Path:
    """Where a training is recorded.

    Args:
        run: Any file of the pilot, or the replay itself.

    Example:
        >>> replay_path(Path("models/mypilot.tflite")).name
        'mypilot.replay.h5'
        >>> replay_path(Path("moons.h5")).name
        'moons.h5'
        >>> replay_path(Path("lr_0.001")).name
        'lr_0.001.replay.h5'
    """
    return run if ending_of(run) in (".h5", ".hdf5") else beside(run, SUFFIX)
