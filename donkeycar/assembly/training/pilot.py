"""Options of a pilot type, from the settings of a car."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from donkeycar.config import Config
from donkeycar.settings.schema import SETTINGS

if TYPE_CHECKING:
    from donkeycar.pilots.kinds.registry import PilotType

# Choices of the network that every kind takes, and their settings.
NETWORK_SETTINGS = {
    "activation": "ACTIVATION",
    "initializer": "INITIALIZER",
    "l1": "L1_PENALTY",
    "l2": "L2_PENALTY",
    "max_norm": "MAX_NORM",
    "dropout": "DROPOUT",
    "batch_norm": "BATCH_NORM",
}
# Options of single kinds, and their settings.
OPTION_SETTINGS = {
    "throttle_range": "MODEL_CATEGORICAL_MAX_THROTTLE_RANGE",
    "sequence_length": "SEQUENCE_LENGTH",
    "memory_length": "SEQUENCE_LENGTH",
    "memory_depth": "MEM_DEPTH",
    "behaviors": "BEHAVIOR_LIST",
    "num_locations": "NUM_LOCATIONS",
}
# Names of settings that differ from the name of the option.
TRANSLATIONS: dict[str, Callable[[Any], Any]] = {
    "throttle_range": lambda highest: None if highest is None else [0.0, highest],
    "behaviors": list,
}


def pilot_options_from(cfg: Config, kind: "PilotType") -> tuple[dict[str, Any], list[str]]:
    """Collect the options of a kind of pilot.

    Returns:
        Options of the pilot, including those of its network, and a sentence for each setting of the
        owner that has no effect on this kind.
    """
    from donkeycar.pilots.kinds.registry import NETWORK

    options: dict[str, Any] = {
        name: TRANSLATIONS.get(name, lambda value: value)(cfg[setting])
        for name, setting in OPTION_SETTINGS.items()
        if name in kind.options
    }
    used = {OPTION_SETTINGS[name] for name in options}
    useless = [
        f"{setting} has no effect on a pilot of type {kind.name}"
        for setting in dict.fromkeys(OPTION_SETTINGS.values())
        if setting not in used and changed_by_owner(cfg, setting)
    ]
    options[NETWORK] = {name: cfg[setting] for name, setting in NETWORK_SETTINGS.items()}
    return options, useless


def changed_by_owner(cfg: Config, setting: str) -> bool:
    """Whether the owner wrote another value than the default."""
    return cfg.is_own(setting) and bool(cfg[setting] != SETTINGS[setting].default)
