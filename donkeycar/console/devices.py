"""Paired devices, for the pages: their list, and the end of a pairing."""

import json
from typing import Any

from tornado.web import HTTPError

from donkeycar.console.guard import Guarded

DRIVES = "This device drives now. Take the wheel first, or type on the car: donkey pair revoke"


class Devices(Guarded):
    """`/devices`: who is paired with the car."""

    def get(self) -> None:
        """List the devices; the one that was used last comes first."""
        console = self.console
        now_here = console.gate.users()
        sessions = sorted(console.access.sessions.items(), key=lambda each: -each[1].used_s)
        self.finish({
            "devices": [
                {
                    "id": name,
                    "label": one.device.label,
                    "paired_at": one.device.paired_at,
                    "seen_at": one.device.seen_at,
                    "is_here": name in now_here,
                    "is_you": name == self.who,
                    "is_stored": one.stored,
                }
                for name, one in sessions
            ],
            "problem": console.keeper.problem,
            "shows_foxglove": "foxglove" in self.settings,
        })  # fmt: skip

    async def post(self) -> None:
        """End the pairing of one device; nobody may push the driver out that way."""
        name = self._name()
        console = self.console
        if name not in console.access.sessions:
            raise HTTPError(404, reason="No such device is paired")
        if name != self.who and console.drives(name):
            raise HTTPError(409, reason=DRIVES)
        if name == self.who:
            # The connection of this request ends with the pairing, so the answer comes first.
            self.clear_cookie(console.cookie)
            self.finish({"devices": [], "problem": ""})
        console.revoke([name])
        await console.keeper.forget([name])
        if not self._finished:
            self.get()

    def _name(self) -> str:
        try:
            fields: Any = json.loads(self.request.body)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict) or not isinstance(fields.get("remove"), str):
            raise HTTPError(400, reason="The body must be an object with `remove`, an id")
        return str(fields["remove"])
