"""Contract check of a part: whether it keeps the rules that the vehicle relies on."""

import inspect
import threading
import time
from typing import Any

from donkeycar.errors import PartError

# How often a threaded part is asked for its first value, in seconds.
POLL_S = 0.005


def check_part(
    part: Any,
    *inputs: Any,
    outputs: int = 0,
    threaded: bool | None = None,
    timeout_s: float = 2.0,
) -> Any:
    """Run a part once as a vehicle would, shut it down twice, and say what it did wrong.

    Args:
        part: The part. It is shut down afterwards.
        *inputs: Values of its input channels.
        outputs: Number of its output channels.
        threaded: Whether to run its `update` in a thread and call `run_threaded`. ``None`` does so
            only if the part has no `run`.
        timeout_s: Time limit in seconds for each of these: the first value of a threaded part, the
            end of its thread, and either shutdown.

    Returns:
        The value that the part returned.

    Raises:
        PartError: If the part broke the contract.

    Example:
        >>> class Doubler:
        ...     def run(self, value):
        ...         return 2 * value
        >>> check_part(Doubler(), 21, outputs=1)
        42
    """
    if inspect.isclass(part):
        raise PartError(f"A part must be an instance. Received: the class {part.__name__}")
    name = type(part).__name__
    if threaded is None:
        threaded = not hasattr(part, "run")
    for method in ("update", "run_threaded") if threaded else ("run",):
        if not callable(getattr(part, method, None)):
            raise PartError(f"`{name}` must have a method `{method}`. Received: {part!r}")
    if threaded:
        result = _run_threaded(part, inputs, outputs, timeout_s)
    else:
        result = part.run(*inputs)
        _check_outputs(name, result, outputs)
        _shut_down_twice(part, timeout_s)
    return result


def _run_threaded(part: Any, inputs: tuple[Any, ...], outputs: int, timeout_s: float) -> Any:
    name = type(part).__name__
    thread = threading.Thread(target=part.update, name=name, daemon=True)
    thread.start()
    deadline_s = time.monotonic() + timeout_s
    result = part.run_threaded(*inputs)
    while outputs and result is None and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
        result = part.run_threaded(*inputs)
    if outputs and result is None:
        raise PartError(f"`{name}` must produce a value within {timeout_s} s. Received: None")
    _check_outputs(name, result, outputs)
    if not thread.is_alive():
        raise PartError(f"`{name}.update` must go on until `shutdown`. It ended before")
    _shut_down_twice(part, timeout_s)
    thread.join(timeout_s)
    if thread.is_alive():
        raise PartError(
            f"`{name}.update` must return after `shutdown`. It still ran {timeout_s} s later"
        )
    return result


def _check_outputs(name: str, result: Any, outputs: int) -> None:
    if result is None:
        return
    if outputs == 0:
        raise PartError(f"`{name}` has no outputs and must return None. Received: {result!r}")
    if outputs == 1 and isinstance(result, tuple) and len(result) == 1:
        raise PartError(
            f"`{name}` has one output and must return the value itself. Received: {result!r}"
        )
    if outputs > 1 and (not isinstance(result, tuple) or len(result) != outputs):
        raise PartError(f"`{name}` must return a tuple of {outputs} values. Received: {result!r}")


def _shut_down_twice(part: Any, timeout_s: float) -> None:
    shutdown = getattr(part, "shutdown", None)
    if shutdown is None:
        return
    for call in ("first", "second"):
        started_s = time.monotonic()
        shutdown()
        took_s = time.monotonic() - started_s
        if took_s > timeout_s:
            raise PartError(
                f"`{type(part).__name__}.shutdown` must return within {timeout_s} s. "
                f"Received: {took_s:.2f} s at the {call} call"
            )
