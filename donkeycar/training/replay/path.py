"""Where the replay of a pilot is."""

from pathlib import Path

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
    """
    return run if run.suffix in (".h5", ".hdf5") else run.with_suffix(SUFFIX)
