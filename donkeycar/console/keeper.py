"""Keeper of the pairings: passes them between one run of the console and the file on disk.

A disk may be slow, full or broken, and the thread of the console hears the driver. So the disk is
written and read in a thread of its own, and the car drives on whatever that takes.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from donkeycar.console.access import Access
from donkeycar.console.pairing_file import (
    MAX_VIEWS,
    Device,
    PairingFile,
    Pairings,
    UnsafeFile,
    ViewLink,
    wall_time,
)
from donkeycar.console.view_links import NAME_LETTERS
from donkeycar.errors import text_of
from donkeycar.timing import Clock

logger = logging.getLogger(__name__)

# How often the file is looked at: a device that was revoked must not drive on.
LOOK_EVERY_S = 0.2
# A pairing answers after this long, stored or not.
STORE_WITHIN_S = 3.0
# How often the time at which a device was seen is stored: an SD card wears out.
NOTE_EVERY_S = 3600.0

# A stamp that no file has.
UNSEEN = (-1,)

T = TypeVar("T")


class Keeper:
    """Stores who is paired, and hears whom another program has revoked.

    Args:
        access: The sessions of this run.
        file: The file; ``None`` if pairings end with this run.
        clock: Source of time.
        now: Wall time in seconds, for a person to read; nothing is decided by it.

    Attributes:
        problem: Why pairings are not stored, in a sentence; "" if they are.
    """

    def __init__(
        self,
        access: Access,
        file: PairingFile | None,
        *,
        clock: Clock,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._access = access
        self._file = file
        self._clock = clock
        self._now = now
        self._turn = asyncio.Lock()
        self._started_s = clock.monotonic()
        self._noted_s: dict[str, float] = {}
        self._stamp: tuple[int, ...] = ()
        self._epoch = 0
        # What `look` would have returned, if `catch_up` read it first.
        self._unheard: list[str] | None = None
        self.problem = "" if file is not None else "Pairings end with this run."
        if file is not None:
            self._begin(file)

    async def keep(self, session: str, label: str) -> None:
        """Store a device that was paired just now; see `problem` if that fails.

        Args:
            session: Its cookie.
            label: What it is, for a person.
        """
        name = self._access.session_name(session)
        known = self._access.sessions.get(name or "")
        if name is None or known is None:
            return
        stamp = self._wall_time()
        known.device = replace(known.device, label=label, paired_at=stamp, seen_at=stamp)
        self._noted_s[name] = self._clock.monotonic()
        try:
            await asyncio.wait_for(asyncio.shield(self._store()), STORE_WITHIN_S)
        except TimeoutError:
            self._tell("The disk takes too long to store a pairing.")

    async def forget(self, names: Iterable[str]) -> None:
        """Remove devices from the file; they may not come back, whatever the disk says."""
        gone = set(names)

        def edit(pairings: Pairings) -> None:
            for digest in [one for one in pairings.devices if one[:NAME_LETTERS] in gone]:
                del pairings.devices[digest]
            pairings.invitations.clear()
            pairings.views.clear()

        if self._file is not None and not await self._change(self._file, edit):
            await self._forget_all(self._file)

    async def _forget_all(self, file: PairingFile) -> None:
        """Remove the file, from which one entry could not be removed."""
        # Removing a file needs no room. Whoever stays paired in this run pairs again after it.
        try:
            async with self._turn:
                await _in_thread(file.remove)
                # This is not what `look` takes for a revocation of everybody.
                self._stamp, self._epoch = file.stamp, 0
                self._access.views.stored.clear()
                for one in self._access.sessions.values():
                    one.stored = False
            self._tell(f"{self.problem} So all stored pairings were removed.")
        except OSError as error:
            self._tell(f"A revoked device may come back after a restart: {text_of(error)}.")

    async def keep_view(self, link: ViewLink) -> None:
        """Store a link that shows the car; see `problem` if that fails."""

        def edit(pairings: Pairings) -> None:
            if len(pairings.views) < MAX_VIEWS:
                pairings.views[link.digest] = link

        async def store(file: PairingFile) -> None:
            if await self._change(file, edit):
                self._access.views.stored.add(link.digest)

        link.made_at = self._wall_time()
        if self._file is None:
            return
        try:
            await asyncio.wait_for(asyncio.shield(store(self._file)), STORE_WITHIN_S)
        except TimeoutError:
            self._tell("The disk takes too long to store a link.")

    async def forget_view(self, link: ViewLink) -> None:
        """Remove a link from the file; it has ended already, whatever the disk says."""

        def edit(pairings: Pairings) -> None:
            pairings.views.pop(link.digest, None)

        if self._file is not None and not await self._change(self._file, edit):
            await self._forget_all(self._file)

    async def look(self) -> list[str] | None:
        """Hear what changed in the file, and note there who was seen.

        Returns:
            The public names of the sessions that another program has revoked; ``None`` if it has
            revoked nothing.
        """
        if self._file is None:
            return None
        async with self._turn:
            news = await self._read_news(self._file)
            gone, self._unheard = _both(self._unheard, news), None
        await self._note()
        return gone

    async def catch_up(self) -> None:
        """Take over what is stored now: whoever comes may have it from `donkey pair` just now."""

        async def read(file: PairingFile) -> None:
            async with self._turn:
                self._unheard = _both(self._unheard, await self._read_news(file))

        if self._file is not None:
            with suppress(TimeoutError):  # a disk that hangs: nobody new comes in
                await asyncio.wait_for(asyncio.shield(read(self._file)), STORE_WITHIN_S)

    async def _read_news(self, file: PairingFile) -> list[str] | None:
        try:
            stamp = file.stamp
            if stamp == self._stamp:
                return None
            self._stamp = stamp  # a file that is not in order is not read again until it changes
            pairings = await _in_thread(file.read)
        except (OSError, UnsafeFile) as error:
            self._tell(text_of(error))
            return None
        self.problem = ""
        return self._adopt(pairings)

    def _begin(self, file: PairingFile) -> None:
        """Take over what is stored, and count this start for the invitations."""

        def count(pairings: Pairings) -> Pairings:
            for one in list(pairings.invitations.values()):
                one.starts -= 1
                if one.starts < 0:
                    del pairings.invitations[one.digest]
            return pairings

        try:
            self._stamp = file.stamp
            pairings = file.read()
            self._epoch = pairings.epoch
            self._adopt(file.change(count) if pairings.invitations else pairings)
        except (OSError, UnsafeFile) as error:
            self._tell(text_of(error))

    def _adopt(self, pairings: Pairings) -> list[str] | None:
        is_new = pairings.epoch != self._epoch
        self._epoch = pairings.epoch
        gone = self._access.adopt(pairings, all_new=is_new)
        return gone if gone or is_new else None

    async def _store(self) -> None:
        # Also those for which the disk had no room before.
        new = [one for one in self._access.sessions.values() if not one.stored]
        uses = dict(self._access.invitations)
        made_room = tuple(self._access.made_room)

        def edit(pairings: Pairings) -> None:
            for one in new:
                pairings.devices[one.device.digest] = one.device
            for digest in made_room:
                pairings.devices.pop(digest, None)
            for digest, invitation in pairings.invitations.items():
                invitation.uses = min(invitation.uses, uses.get(digest, invitation.uses))

        if self._file is not None and await self._change(self._file, edit):
            for one in new:
                one.stored = True

    async def _note(self) -> None:
        """Store when devices were seen, if that was long ago."""
        now_s, stamp = self._clock.monotonic(), self._wall_time()
        seen: dict[str, Device] = {}
        for name, one in self._access.sessions.items():
            is_due = now_s - self._noted_s.get(name, float("-inf")) >= NOTE_EVERY_S
            if one.stored and one.used_s >= self._started_s and is_due:
                self._noted_s[name] = now_s
                one.device = replace(one.device, seen_at=stamp or one.device.seen_at)
                seen[one.device.digest] = one.device

        def edit(pairings: Pairings) -> None:
            for digest, device in seen.items():
                if pairings.devices.pop(digest, None) is not None:
                    pairings.devices[digest] = device

        if seen and self._file is not None:
            await self._change(self._file, edit)

    async def _change(self, file: PairingFile, edit: Callable[[Pairings], None]) -> bool:
        """Change the file; return whether the disk took it."""
        async with self._turn:
            try:
                # Look at it again, whatever other programs do in the meantime.
                self._stamp = UNSEEN
                await _in_thread(lambda: file.change(edit))
            except (OSError, UnsafeFile) as error:
                self._tell(f"A pairing cannot be stored: {text_of(error)}.")
                return False
            self.problem = ""
            return True

    def _wall_time(self) -> int | None:
        return wall_time(self._now())

    def _tell(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            logger.warning("%s", problem)


def _both(one: list[str] | None, other: list[str] | None) -> list[str] | None:
    """What two looks returned, as one."""
    return None if one is None and other is None else [*(one or ()), *(other or ())]


async def _in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def answer(set_it: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            set_it(value)

    def run() -> None:
        given: tuple[Callable[[Any], None], Any]
        try:
            given = done.set_result, work()
        except Exception as error:
            given = done.set_exception, error
        with suppress(RuntimeError):  # the console has ended meanwhile
            loop.call_soon_threadsafe(answer, *given)

    threading.Thread(target=run, name="pairings", daemon=True).start()
    return await done
