"""Command lines for people to copy; they work in any shell, also without an active environment.

They name this Python and all files by their paths, and this copy of donkeycar by its origin,
because the name alone would install the newest release.
"""

import os
import shlex
import sys
from pathlib import Path

# The name of the folder or archive if it does not exist any more.
SOMEWHERE = "path/to/donkeycar"


def pip_install(*words: str) -> str:
    """`pip install` into the environment of this program, of libraries by name.

    Example:
        >>> pip_install("gpiod").endswith(" -m pip install gpiod")
        True
    """
    return _joined(sys.executable, "-m", "pip", "install", *words)


def install_extra(extra: str) -> str:
    """`pip install` of an extra of this copy of donkeycar.

    Args:
        extra: ``"pi"``, ``"train"``, ``"convert"`` or ``"dev"``; "" is what every car has.
    """
    return pip_install(requirement(extra))


def requirement(extra: str) -> str:
    """The argument for pip that installs this copy with an extra: path, address or version."""
    words = f"[{extra}]" if extra else ""
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "setup.py").is_file():
        return f"{checkout}{words}"
    # Slow to load, and rarely needed.
    import json
    from importlib import metadata
    from urllib.parse import unquote, urlsplit

    try:
        installed = metadata.distribution("donkeycar")
    except metadata.PackageNotFoundError:
        return f"{SOMEWHERE}{words}"
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    url = str(origin.get("url", ""))
    if not url:  # it came from a package index, which has this version
        return f"donkeycar{words}=={installed.version}"
    if url.startswith("file:"):
        path = Path(unquote(urlsplit(url).path))
        return f"{path if path.exists() else SOMEWHERE}{words}"
    source = origin.get("vcs_info")
    if source:
        url = f"{source['vcs']}+{url}@{source['commit_id']}"
    return f"donkeycar{words} @ {url}"


def donkey(*words: object) -> str:
    """`donkey ...`; paths in it become absolute."""
    script = Path(sys.executable).with_name("donkey")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "donkeycar.management.cli"]
    return _joined(*start, *map(_absolute, words))


def drive(model: Path | None = None, *, folder: Path | None = None) -> str:
    """`manage.py drive` in the folder of a car.

    Args:
        model: A pilot; inside the folder it gets a relative path.
        folder: Folder of the car; ``None`` is the current one. If that is not a car, the text says
            what to do on a car.
    """
    here = folder or Path()
    words = ["manage.py", "drive"]
    if folder is None and not (here / "manage.py").exists():
        if model is None:
            return "python manage.py drive, in the folder of a car"
        return (
            f"copy {model} and the files beside it to models/ of a car, and there: "
            f"python manage.py drive --model models/{model.name}"
        )
    here = Path(os.path.abspath(here.expanduser()))
    if model is not None:
        path = Path(os.path.abspath(model.expanduser()))
        words += ["--model", str(path.relative_to(here) if path.is_relative_to(here) else path)]
    return f"cd {shlex.quote(str(here))} && {_joined(sys.executable, *words)}"


def _absolute(word: object) -> str:
    return str(word.expanduser().absolute()) if isinstance(word, Path) else str(word)


def _joined(*words: str) -> str:
    return " ".join(map(shlex.quote, words))
