"""Training replay: records a training epoch by epoch, and draws it afterwards.

The names below are loaded when first used: `ReplayRecorder` loads Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from donkeycar.replay.panel import Panel, draw, movie
    from donkeycar.replay.recorder import ReplayRecorder
    from donkeycar.replay.recording import groups_in
    from donkeycar.replay.replay import Replay

__all__ = ["Panel", "Replay", "ReplayRecorder", "draw", "groups_in", "movie"]

_HOMES = {
    "Panel": "panel",
    "Replay": "replay",
    "ReplayRecorder": "recorder",
    "draw": "panel",
    "groups_in": "recording",
    "movie": "panel",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "ReplayRecorder":
        from donkeycar.keras_backend import import_keras

        import_keras()  # without its log lines, and with donkeycar's error if it is missing
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
