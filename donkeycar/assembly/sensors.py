"""Adds the sensors, from a table with one row per sensor."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.assembly.channel import Channel
from donkeycar.assembly.recipe import Recipe
from donkeycar.config import Config
from donkeycar.timing import Clock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World


class Sensor(NamedTuple):
    """A row of `SENSORS`.

    Attributes:
        recipe: How to build its part.
        channels: The channels that it writes, in order. Channels with a `tub_type` are recorded.
        is_wanted: Whether the settings ask for it.
    """

    recipe: Recipe
    channels: Mapping[str, Channel]
    is_wanted: Callable[[Config], bool]


def _supply(cfg: Config, clock: Clock, world: "World | None") -> dict[str, Any]:
    from donkeycar.parts.sensor.pi_power import voltage_alarm

    return {"alarm": voltage_alarm(), "clock": clock}


SENSORS = {
    # Every driver is warned of under-voltage.
    "supply": Sensor(
        Recipe("donkeycar.parts.sensor.voltage_watch:VoltageWatch", _supply, threaded=False),
        channels={
            "power/reason": Channel(
                "str", "what is wrong with the supply of the Pi; '' if nothing is",
                ["add_sensors"], ["add_console"],
            ),
        },
        is_wanted=lambda cfg: True,
    ),
}  # fmt: skip


def add_sensors(car: Vehicle, cfg: Config) -> None:
    """Add the sensors that the settings ask for; before the parts that read or record them.

    Channels:
        Writes the channels of the rows of `SENSORS`, such as ``power/reason``: what is wrong with
        the supply of the Pi.
    """
    for sensor in SENSORS.values():
        if sensor.is_wanted(cfg):
            part = sensor.recipe.make(cfg, car.clock, None)
            car.add(part, outputs=list(sensor.channels), threaded=sensor.recipe.threaded)
