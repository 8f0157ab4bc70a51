"""Hyper-parameters of a network that the owner can set: activation, dropout rate and so on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from donkeycar.errors import PilotError
from donkeycar.json_text import is_number

ACTIVATIONS = ("relu", "leaky_relu", "elu", "tanh", "sigmoid", "maxout")
INITIALIZERS = ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal")


@dataclass(frozen=True)
class NetworkChoices:
    """Choices that every type of pilot takes; the defaults give the documented networks.

    They apply to the hidden convolutions and dense layers, but not to outputs and the inside of an
    LSTM.

    Args:
        activation: One of `ACTIVATIONS`; ``maxout`` takes the larger of two layers, and therefore
            has twice the weights.
        initializer: One of `INITIALIZERS`, the distribution that initial weights are drawn from.
        l1: Factor of the sum of all absolute weights in the loss, 0 or more.
        l2: Factor of the sum of all squared weights in the loss, 0 or more.
        max_norm: Largest norm of the weights into one unit, greater than 0; ``None`` for no limit.
        dropout: Dropout rate, the share of activations left out in training, 0 to less than 1,
            wherever the type has dropout; ``None`` is the rate of the type.
        batch_norm: Whether there is batch normalisation before the activation of each hidden layer;
            ``None`` is the default of the type.

    Raises:
        PilotError: If an argument is out of range.
    """

    activation: str = "relu"
    initializer: str = "glorot_uniform"
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float | None = None
    dropout: float | None = None
    batch_norm: bool | None = None

    def __post_init__(self) -> None:
        dropout, max_norm = self.dropout, self.max_norm
        for name, good, rule in (
            ("activation", self.activation in ACTIVATIONS, f"one of {', '.join(ACTIVATIONS)}"),
            ("initializer", self.initializer in INITIALIZERS, f"one of {', '.join(INITIALIZERS)}"),
            ("l1", is_number(self.l1) and self.l1 >= 0, "0 or more"),
            ("l2", is_number(self.l2) and self.l2 >= 0, "0 or more"),
            (
                "max_norm",
                max_norm is None or (is_number(max_norm) and max_norm > 0),
                "greater than 0, or None",
            ),
            (
                "dropout",
                dropout is None or (is_number(dropout) and 0 <= dropout < 1),
                "0 to less than 1, or None",
            ),
            ("batch_norm", self.batch_norm in (None, True, False), "True, False or None"),
        ):
            if not good:
                value = getattr(self, name)
                raise PilotError(f"`{name}` must be {rule}. Received: {name}={value!r:.60}")

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: object) -> "NetworkChoices":
        """Read the JSON of `to_json`, trusting nothing in it; missing values get their defaults.

        Raises:
            PilotError: If it is not an object of known choices.

        Example:
            >>> NetworkChoices.from_json({"activation": "elu"}).activation
            'elu'
        """
        known = {field.name for field in fields(cls)}
        if not isinstance(content, Mapping) or not known.issuperset(content):
            raise PilotError(
                f"`network` must be an object with some of {', '.join(sorted(known))}. "
                f"Received: {content!r:.80}"
            )
        return cls(**content)
