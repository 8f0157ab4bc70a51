"""Command line of `drive`, checked before the hardware and the pilot are opened."""

import argparse
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError, PilotError
from donkeycar.words import nearest


def check_words(args: argparse.Namespace) -> list[tuple[str, Any]]:
    """Refuse a pilot that does not exist, and invalid words.

    The content of the pilot's files is checked when they are opened.

    Args:
        args: The options, with `model`, `model_type` and `meta`.

    Returns:
        The pairs of `--meta`.

    Raises:
        ConfigError: If a word is wrong.
        PilotError: If there is no such pilot, or its type is not known.
    """
    if args.model_type is not None:
        _check_type(args.model_type)
        if args.model is None:
            raise ConfigError(
                f"`--type` says what kind of network --model is. Received: --type "
                f"{args.model_type} alone. Add --model, or leave both out to drive by hand."
            )
    if args.model is not None:
        _check_model(args.model.expanduser(), args.model_type)
    return [_pair(text) for text in args.meta]


def _check_type(name: str) -> None:
    from donkeycar.settings.rows.training import PILOT_TYPES

    if name.removeprefix("tflite_") not in PILOT_TYPES:
        near = nearest(name, PILOT_TYPES)
        raise ConfigError(
            f"`--type` must be one of {', '.join(PILOT_TYPES)}. Received: --type {name}"
            + (f". Did you mean {near}?" if near else "")
        )


def _check_model(path: Path, model_type: str | None) -> None:
    from donkeycar.pilots.files.names import ENDINGS, MARKS, beside

    if path.is_dir():
        return
    endings = [f"{mark}.tflite" for mark in MARKS.values()]
    files = [beside(path, ending) for ending in (*ENDINGS, *endings)]
    if not path.exists() and not any(file.exists() for file in files):
        raise PilotError(f"There is no model {path}. Run `donkey train` to make one.")
    # Donkeycar 2 wrote HDF5 files without an ending.
    if path.suffix not in ENDINGS and path.exists():
        from donkeycar.pilots.files.next_step import next_step

        raise PilotError(f"{path} is not the file of a pilot. {next_step(path)}")
    if model_type is None and not beside(path, ".json").exists():
        raise PilotError(
            f"{path} does not say what kind of pilot it is. Say it with --type, for example "
            "--type linear."
        )


def _pair(text: str) -> tuple[str, Any]:
    name, colon, value = text.partition(":")
    if not (name and colon):
        raise ConfigError(f"`--meta` must be NAME:VALUE. Received: --meta {text}")
    return name, value
