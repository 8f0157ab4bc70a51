"""One sentence for each cause: what to do about hardware that does not open."""

from collections.abc import Mapping

# By number of the error of Linux; 0 is any other.
Steps = Mapping[int, str]


def way_on(error: BaseException, steps: Steps) -> str:
    """The next step after an error.

    Args:
        error: What the system, or a library in its place, raised.
        steps: What helps.

    Example:
        >>> import errno
        >>> steps = {errno.EACCES: "Ask for the key", 0: "Look for the door"}
        >>> way_on(PermissionError(errno.EACCES, "closed"), steps)
        'Ask for the key'
        >>> way_on(OSError("gone"), steps)
        'Look for the door'
    """
    return steps.get(getattr(error, "errno", None) or 0, steps[0])


def not_loaded(error: Exception) -> ImportError:
    """The cause to give for a library that does not load, whatever it raised itself.

    Whoever tries until a motor is off asks for this cause: here no second try can help.

    Example:
        >>> not_loaded(RuntimeError("no chip of pins"))
        ImportError('no chip of pins')
    """
    if isinstance(error, ImportError):
        return error
    cause = ImportError(str(error))
    cause.__cause__ = error
    return cause
