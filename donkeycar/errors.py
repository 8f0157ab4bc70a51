"""All errors that donkeycar raises on purpose.

* DonkeyError
  + ConfigError      (ValueError)    a setting or an argument is missing, unknown or out of range
  + PartError        (RuntimeError)  a part broke its contract
    - PartFailed                     a part raised while driving
    - StaleData                      a threaded part stopped producing
  + DeviceError      (OSError)       hardware, or the library that drives it, did not answer
    - DeviceReset                    hardware forgot what it was told
  + TubError         (ValueError)    a record or a tub on disk is malformed
  + AnalysisError    (ValueError)    a question that cannot be answered from recordings
  + PilotError       (ValueError)    a model cannot drive this car
  + TrainingError    (ValueError)    there is nothing sensible to train on
  + SimError         (ValueError)    a track or a simulated car is impossible

A message gives the rule, then the received value, then the next step:
``` `rate_hz` must be greater than 0. Received: rate_hz=0```.
"""


def text_of(error: BaseException) -> str:
    """The text of an error, or its type; it also works for an error whose own code fails.

    Of the system's errors, without the number: it means nothing to a driver.

    Example:
        >>> text_of(ValueError("no answer")), text_of(KeyError())
        ('no answer', 'KeyError')
        >>> text_of(FileNotFoundError(2, "No such file or directory", "pilot.keras"))
        'pilot.keras: No such file or directory'
    """
    try:
        if isinstance(error, OSError) and error.strerror:
            place = "" if error.filename is None else f"{error.filename}: "
            return f"{place}{error.strerror}"
        return str(error) or type(error).__name__
    except BaseException:  # also one that would end the program: the motor may still be on
        return f"{type(error).__name__}, which fails when it is asked what is wrong"


def repr_of(error: BaseException) -> str:
    """`repr` of an error, or its type if its own code fails."""
    try:
        return repr(error)
    except BaseException:
        return type(error).__name__


def ending_of(error: BaseException) -> str:
    """The reason for an end: text of an error, `repr` of exceptions that end a program.

    Example:
        >>> ending_of(ValueError("no answer")), ending_of(SystemExit(3))
        ('no answer', 'SystemExit(3)')
    """
    return text_of(error) if isinstance(error, Exception) else repr_of(error)


class DonkeyError(Exception):
    """Base class of all errors of donkeycar."""


class ConfigError(DonkeyError, ValueError):
    """A setting or an argument is missing, unknown or out of range."""


class PartError(DonkeyError, RuntimeError):
    """A part broke its contract."""


class PartFailed(PartError):
    """A part raised while driving; the cause is chained."""


class StaleData(PartError):
    """A threaded part stopped producing values."""


class DeviceError(DonkeyError, OSError):
    """Hardware, or the library that drives it, did not answer as expected."""


class DeviceReset(DeviceError):
    """Hardware forgot what it was told: it lost its power, or another program set it up anew.

    It is ready again, and off.
    """


class TubError(DonkeyError, ValueError):
    """A record or a tub on disk is malformed."""


class AnalysisError(DonkeyError, ValueError):
    """A question that cannot be answered from recordings, or that the engine refuses."""


class PilotError(DonkeyError, ValueError):
    """A model cannot drive this car."""


class TrainingError(DonkeyError, ValueError):
    """There is nothing sensible to train on."""


class SimError(DonkeyError, ValueError):
    """A track or a simulated car is impossible."""
