"""The type that filters of donkeycar 5 name: ``from donkeycar.pipeline.types import TubRecord``."""

from typing import Any


class TubRecord(dict[str, Any]):
    """A record as `TRAIN_FILTER` functions know it: a dictionary, also called `underlying`."""

    @property
    def underlying(self) -> dict[str, Any]:
        """The record itself."""
        return self


def __getattr__(name: str) -> Any:
    from donkeycar.gone import missing

    raise missing(__name__, name)
