"""For `mutation`: what the processes that a test starts call of the package.

mutmut tries a broken version with the tests that call its function, and sees the calls of its own
process alone. What runs only in a guardian or a watchdog would count as untested. A process of a
test imports this before anything else, and writes down what it calls.
"""

import os

from mutmut.mutation import trampoline

# Environment: the file that takes the names.
FILE = "MUTATION_CALLS"


class Calls:
    """Writes down the name of each function that is called, once.

    Args:
        path: Of the file.
        own: Number of a process whose calls mutmut sees by itself, 0 for none.
    """

    def __init__(self, path: str, *, own: int = 0) -> None:
        self._path = path
        self._own = own
        self._seen: set[str] = set()
        self._mutmut = trampoline.record_trampoline_hit
        trampoline.record_trampoline_hit = self.record

    def record(self, name: str, caller: str | None = None) -> None:
        """As of mutmut, which calls it first thing in each function of the package."""
        if os.getpid() == self._own:
            self._mutmut(name, caller)
        elif name not in self._seen:
            self._seen.add(name)
            # In one piece: several processes write.
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            os.write(fd, f"{name}\n".encode())
            os.close(fd)
