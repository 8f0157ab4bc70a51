"""For `mutation`: records the functions that child processes of a test call.

mutmut tries a mutant with the tests that call its function, but it sees the calls of its own
process alone. Functions that only a guardian or a watchdog runs would count as untested. So each
child process of a test imports this module first, and it writes down the calls.
"""

import os

from mutmut.mutation import trampoline

# Environment variable with the file for the names.
FILE = "MUTATION_CALLS"


class Calls:
    """Writes down the name of each function that is called, once.

    Args:
        path: Path of the file.
        own: Id of a process whose calls mutmut sees by itself, 0 for none.
    """

    def __init__(self, path: str, *, own: int = 0) -> None:
        self._path = path
        self._own = own
        self._seen: set[str] = set()
        self._mutmut = trampoline.record_trampoline_hit
        trampoline.record_trampoline_hit = self.record

    def record(self, name: str, caller: str | None = None) -> None:
        """Replace the function of mutmut that each function of the package calls first."""
        if os.getpid() == self._own:
            self._mutmut(name, caller)
        elif name not in self._seen:
            self._seen.add(name)
            # In a single write, because several processes write to the file.
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            os.write(fd, f"{name}\n".encode())
            os.close(fd)
