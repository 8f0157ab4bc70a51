"""Links that show the car in Foxglove, for the page: make them, list them, end them."""

import json
from typing import Any

from tornado.web import HTTPError

from donkeycar.console.device_label import device_label
from donkeycar.console.foxglove import FoxgloveSocket
from donkeycar.console.guard import Guarded, Route
from donkeycar.console.view_links import TooManyLinks, foxglove_addresses
from donkeycar.foxglove.topics import LAYOUT


class FoxgloveLinks(Guarded):
    """`/foxglove/links`: the links that show the car; make one, or end one."""

    def get(self) -> None:
        """List the links, the newest first."""
        watching = {socket.who for socket in self.settings["foxglove"].sockets}
        links = self.console.access.views.links.items()
        self.finish({
            "links": [
                {
                    "id": name,
                    "label": link.label,
                    "made_at": link.made_at,
                    "is_here": f"view {name}" in watching,
                }
                for name, link in reversed(links)
            ]
        })  # fmt: skip

    async def post(self) -> None:
        """Make a link, and answer with it this one time; or remove one."""
        views, keeper = self.console.access.views, self.console.keeper
        fields = self._fields()
        if fields.get("make") is True:
            label = device_label(self.request.headers.get("User-Agent", ""))
            try:
                token, link = views.make(label)
            except TooManyLinks:
                raise HTTPError(409, reason="There are too many links. Remove one") from None
            await keeper.keep_view(link)
            self.finish(foxglove_addresses(self.request.host, token))
            return
        name = fields.get("remove")
        gone = views.links.get(name) if isinstance(name, str) else None
        if gone is None:
            raise HTTPError(404, reason="There is no such link")
        views.forget([str(name)])
        await keeper.forget_view(gone)
        self.get()

    def _fields(self) -> dict[str, Any]:
        try:
            fields: Any = json.loads(self.request.body)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise HTTPError(400, reason="The body must be an object with `make` or `remove`")
        return fields


class FoxgloveLayout(Guarded):
    """`/foxglove/layout.json`: how Foxglove shows a car, to be imported there."""

    def get(self) -> None:
        """Hand the file out."""
        self.set_header("Content-Type", "application/json")
        self.set_header("Content-Disposition", 'attachment; filename="donkeycar.json"')
        self.finish(LAYOUT.read_bytes())


# Routes of a console that may be watched in Foxglove.
FOXGLOVE: list[Route] = [
    (r"/foxglove/links", FoxgloveLinks, {}),
    (r"/foxglove/layout\.json", FoxgloveLayout, {}),
    (r"/foxglove/([A-Za-z0-9_-]{32})", FoxgloveSocket, {}),
]
