"""The bar of pages: what this console serves, for the bar at the top of every page."""

from typing import Literal, NamedTuple

from donkeycar.console.guard import Guarded


class Bar(NamedTuple):
    """The pages of a console.

    Attributes:
        place: ``"car"`` or ``"pc"``.
        titles: The title of each page by its name, in the order of the bar.
    """

    place: Literal["car", "pc"] = "car"
    titles: dict[str, str] = {"drive": "Drive"}  # noqa: RUF012 - nobody changes it


class BarPages(Guarded):
    """`/pages`: name and address of each page, and the name of the place."""

    def get(self) -> None:
        """Answer with the pages."""
        bar: Bar = self.settings["bar"]
        pages = [
            {"name": name, "title": title, "path": f"/{name}"} for name, title in bar.titles.items()
        ]
        self.finish({"place": bar.place, "name": self.console.cockpit.car_name, "pages": pages})
