"""Table of the pages: what each is called, where it is offered, and which module has its actions.

The process that drives reads this table, so it imports nothing.
"""

from typing import Literal, NamedTuple

Place = Literal["car", "pc"]


class Page(NamedTuple):
    """One page of the lab.

    Attributes:
        title: Its name in the bar.
        actions: Module with its ``ACTIONS``; imported when the page is first asked for something.
        places: Where the bar offers it.
    """

    title: str
    actions: str
    places: tuple[Place, ...] = ("car", "pc")


# Name (of the folder in `pages/`, and in the address) -> row, in the order of the bar.
PAGES: dict[str, Page] = {
    "data": Page("Data", "donkeycar.lab.data.actions"),
    "train": Page("Train", "donkeycar.lab.train", ("pc",)),
    "simulator": Page("Simulator", "donkeycar.lab.simulator", ("pc",)),
    "car": Page("Car", "donkeycar.lab.car"),
    "settings": Page("Settings", "donkeycar.lab.settings"),
}


def titles(place: Place) -> dict[str, str]:
    """The title of each page that is offered in a place, by name."""
    return {name: page.title for name, page in PAGES.items() if place in page.places}
