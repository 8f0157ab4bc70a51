"""Next step for hardware that does not open: one sentence for each cause."""

from collections.abc import Mapping

# A sentence by errno of Linux; 0 stands for any other error.
Steps = Mapping[int, str]


def way_on(error: BaseException, steps: Steps) -> str:
    """The next step after an error.

    Args:
        error: The error that the system or a library raised.
        steps: The sentences by errno.

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
    """Turn any error of a library that does not load into an `ImportError`.

    A caller that tries until the motor is off looks for this cause: another try cannot help.

    Example:
        >>> not_loaded(RuntimeError("no chip of pins"))
        ImportError('no chip of pins')
    """
    if isinstance(error, ImportError):
        return error
    cause = ImportError(str(error))
    cause.__cause__ = error
    return cause
