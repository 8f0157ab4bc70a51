"""Parts that do not wait for the next tick: the way from the camera to the motor.

A picture is worth less with every millisecond. A threaded part that is added with ``prompt=True``
and has an attribute ``wake`` gets a function there, to call when it has news: a camera a frame, a
pilot an answer. While the loop waits for its next tick it then runs that part, and of the prompt
parts after it those that read what was just written; of a part that has ``run_prompt(*inputs)``,
that instead of ``run``. It is always the loop's own thread: while a part hangs in it, nothing
orders anything.
"""

import logging
import time
from collections.abc import Sequence

from donkeycar.errors import PartFailed
from donkeycar.loop.entry import Entry
from donkeycar.memory import Memory

logger = logging.getLogger(__name__)


def prompt_entries(entries: Sequence[Entry]) -> list[Entry]:
    """The parts that run on news, in their order.

    None if a part that does not changes what one of them writes, as a limit for the throttle does:
    it must see every order, so all of them wait for ticks.
    """
    prompt = [entry for entry in entries if entry.prompt and not entry.optional]
    written = {channel for entry in prompt for channel in entry.outputs}
    for entry in entries:
        if entry not in prompt and not written.isdisjoint(entry.outputs):
            logger.info("%s changes orders, so they go out once a tick", entry.name)
            return []
    return prompt


def run_news(entries: Sequence[Entry], mem: Memory) -> None:
    """Run the parts that have news, and those after them that read what was just written.

    Raises:
        PartFailed: If a part raised; the cause is chained.
    """
    fresh: set[str | None] = set()
    for entry in entries:
        if not entry.has_news and fresh.isdisjoint(entry.inputs):
            continue
        entry.has_news = False
        if entry.condition and not mem.get(entry.condition)[0]:
            continue
        started_s = time.perf_counter()
        try:
            values = getattr(entry.part, "run_prompt", entry.run)(*mem.get(entry.inputs))
            if values is not None and entry.outputs:
                mem.put(entry.outputs, values)
                fresh.update(entry.outputs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever it is, as in a tick
            raise PartFailed(entry.complaint(error)) from error
        entry.watch.add(time.perf_counter() - started_s)
