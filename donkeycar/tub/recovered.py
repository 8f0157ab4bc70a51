"""Recovered: a tub that is ready for writing, and what was wrong with it."""

from collections import Counter
from dataclasses import dataclass, field

from donkeycar.tub.bad_record import Bad
from donkeycar.tub.faults import Fault
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.pictures import Shapes


@dataclass
class Recovered:
    """A tub that is ready for writing.

    Attributes:
        manifest: The manifest, as it is now on the disk.
        next_index: The first index that no record ever had, including those of missing catalogs.
        runs: The indexes of the records, as unbroken ranges in rising order.
        last_catalog_lines: Number of lines in the newest catalog.
        session_ids: Sessions found in the records, oldest first.
        faults: The faults that were found.
        shapes: Number of images of each shape, by input, among the checked ones.
        num_grey: Number of images without colours, by input, among the checked ones.
        bad_images: Records that are not deleted and have no good image, if all were checked.
    """

    manifest: Manifest
    next_index: int = 0
    runs: list[range] = field(default_factory=list)
    last_catalog_lines: int = 0
    session_ids: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    shapes: Shapes = field(default_factory=dict)
    num_grey: Counter[str] = field(default_factory=Counter)
    bad_images: dict[int, Bad] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What was wrong and what was done about it, one sentence each."""
        return [fault.done for fault in self.faults if fault.done]
