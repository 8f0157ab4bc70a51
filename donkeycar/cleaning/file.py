"""The file of a cleaning: JSON of a known version, read with checks, written in one step."""

import json
from pathlib import Path

from donkeycar.cleaning.cleaning import FORMAT, Cleaning
from donkeycar.errors import ConfigError, text_of
from donkeycar.files import write_atomically
from donkeycar.json_text import parse_json

# It goes into the sidecar of every pilot that is trained with it.
MAX_BYTES = 1_000_000


def read_cleaning(path: str | Path) -> Cleaning:
    """Read a cleaning, trusting nothing in its file.

    Raises:
        ConfigError: If there is no file, or it is something else.

    Example:
        ``read_cleaning("cleaning.json").apply(records)``
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise ConfigError(
            f"A cleaning must be a file of donkey tub fit. Received: {path}, which is not there. "
            f"Make it: donkey tub fit TUB --fence COLUMN --out {path}"
        )
    if not path.is_file():
        raise ConfigError(f"A cleaning must be a file. Received: {path}. Name the .json file in it")
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {text_of(error)}") from error
    if len(text) > MAX_BYTES:
        raise ConfigError(
            f"A cleaning must have at most {MAX_BYTES} bytes. Received: {path}, which has more. "
            "Fit it by fewer columns"
        )
    try:
        content = parse_json(text, max_depth=20)
    except ValueError as error:
        raise ConfigError(f"{path} is not a cleaning: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        said = content.get("format") if isinstance(content, dict) else content
        raise ConfigError(
            f'A cleaning must say "format": "{FORMAT}". Received: {said!r:.60} in {path}. '
            "Make it with donkey tub fit of this version"
        )
    return Cleaning.from_json(content, str(path))


def write_cleaning(path: str | Path, cleaning: Cleaning) -> None:
    """Write a cleaning.

    Raises:
        ConfigError: If it is too long for a file.
        OSError: If the disk does not take it; `path` is as it was.
    """
    text = json.dumps(cleaning.to_json(), indent=2, allow_nan=False) + "\n"
    if len(text.encode()) > MAX_BYTES:
        raise ConfigError(
            f"A cleaning must have at most {MAX_BYTES} bytes. Received: {len(text.encode())}. "
            "Fit it by fewer columns, or by fewer ranges"
        )
    write_atomically(Path(path).expanduser(), text)
