"""Makes the layers of a network the way the choices say; every network here is built with it."""

from collections.abc import Callable
from random import Random
from typing import Any

from donkeycar.pilots.network_choices import NetworkChoices

# Between the name of a layer and that of its twin, of which maxout takes the larger.
TWIN = "_twin"


class NetworkBuilder:
    """Hidden layers and outputs of one network.

    A hidden layer is a layer, perhaps batch normalisation, the activation, perhaps dropout. The
    layer itself always has the name it is given.

    Args:
        choices: What is to be compared; ``None`` is the documented network.
        seed: Makes initial weights and dropout repeatable; ``None`` is different every time.
        batch_norm: Whether this network has batch normalisation if `choices` says nothing.
    """

    def __init__(
        self,
        choices: NetworkChoices | None = None,
        *,
        seed: int | None = None,
        batch_norm: bool = False,
    ) -> None:
        import keras

        self.choices = choices or NetworkChoices()
        self._keras = keras
        self._batch_norm = (
            batch_norm if self.choices.batch_norm is None else self.choices.batch_norm
        )
        self._draws = None if seed is None else Random(seed)

    def image(self, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Make the image input, and what the network computes with: -1 to +1.

        Scaled to -1..1 instead of donkeycar's 0..1, steering correlates by 0.79 with the driver's
        instead of 0.51 after eight epochs on a real recording of 2,800 frames.

        Args:
            shape: Without the batch; ``uint8``, RGB, 0 to 255.
        """
        image = self._keras.Input(shape=tuple(shape), dtype="uint8", name="img_in")
        scale = self._keras.layers.Rescaling(1 / 127.5, offset=-1, name="scale")
        return image, scale(image)

    def vector(self, size: int, name: str) -> Any:
        """Make an input of `size` numbers."""
        return self._keras.Input(shape=(size,), dtype="float32", name=name)

    def conv(
        self,
        x: Any,
        filters: int,
        size: int,
        *,
        name: str,
        stride: int | tuple[int, ...] = 1,
        padding: str = "valid",
        dropout: float = 0.0,
        rank: int = 2,
    ) -> Any:
        """Add a convolution over images; of `rank` 3, over images in a row."""
        kind = {2: self._keras.layers.Conv2D, 3: self._keras.layers.Conv3D}[rank]

        def make(layer_name: str, **settings: Any) -> Any:
            return kind(
                filters, size, strides=stride, padding=padding, name=layer_name,
                **self._weights(list(range(rank + 1))), **settings,
            )  # fmt: skip

        return self._hidden(make, x, name, dropout)

    def dense(self, x: Any, units: int, *, name: str, dropout: float = 0.0) -> Any:
        """Add a fully connected layer."""

        def make(layer_name: str, **settings: Any) -> Any:
            return self._keras.layers.Dense(
                units, name=layer_name, **self._weights([0]), **settings
            )

        return self._hidden(make, x, name, dropout)

    def flat(self, x: Any, *, name: str) -> Any:
        """Lay everything out in one row."""
        return self._keras.layers.Flatten(name=name)(x)

    def joined(self, *parts: Any) -> Any:
        """Lay rows behind each other."""
        return self._keras.layers.Concatenate(name="joined")(parts)

    def model(self, inputs: Any, outputs: dict[str, Any], *, name: str) -> Any:
        """Put the network together."""
        return self._keras.Model(inputs=inputs, outputs=outputs, name=name)

    def dropout(self, x: Any, share: float, *, name: str) -> Any:
        """Leave out a share of `x` in training, or the share that the choices say."""
        if self.choices.dropout is not None:
            share = self.choices.dropout
        return self._keras.layers.Dropout(share, seed=self.draw(), name=name)(x)

    def output(self, x: Any, units: int, *, name: str, activation: str | None = None) -> Any:
        """Add an output; it stays float32 when the rest computes in a shorter format."""
        return self._keras.layers.Dense(
            units, activation=activation, name=name, dtype="float32",
            kernel_initializer=self.initial(),
        )(x)  # fmt: skip

    def draw(self) -> int | None:
        """Draw a seed. Layers that share one start with the same weights: each gets its own."""
        return None if self._draws is None else self._draws.getrandbits(31)

    def initial(self) -> Any:
        """Distribution of the initial weights of one layer."""
        kinds = self._keras.initializers
        return {
            "glorot_uniform": kinds.GlorotUniform,
            "glorot_normal": kinds.GlorotNormal,
            "he_uniform": kinds.HeUniform,
            "he_normal": kinds.HeNormal,
        }[self.choices.initializer](seed=self.draw())

    def _weights(self, axes: list[int]) -> dict[str, Any]:
        """Settings of a layer's weights; `axes` are those that lead into one unit."""
        settings: dict[str, Any] = {"kernel_initializer": self.initial()}
        choices = self.choices
        if choices.l1 or choices.l2:
            settings["kernel_regularizer"] = self._keras.regularizers.L1L2(choices.l1, choices.l2)
        if choices.max_norm is not None:
            settings["kernel_constraint"] = self._keras.constraints.MaxNorm(
                choices.max_norm, axis=axes
            )
        return settings

    def _hidden(self, make: Callable[..., Any], x: Any, name: str, dropout: float) -> Any:
        """Apply a layer and what belongs behind it."""
        layers = self._keras.layers
        if self.choices.activation == "maxout":
            twins = [make(name)(x), make(name + TWIN)(x)]
            x = layers.Maximum(name=f"{name}_maxout")(twins)
            x = self._normalised(x, name)
        elif self._batch_norm:
            x = self._normalised(make(name, use_bias=False)(x), name)
            x = layers.Activation(self.choices.activation, name=f"{name}_activation")(x)
        else:
            x = make(name, activation=self.choices.activation)(x)
        return self.dropout(x, dropout, name=f"{name}_dropout") if dropout else x

    def _normalised(self, x: Any, name: str) -> Any:
        if not self._batch_norm:
            return x
        return self._keras.layers.BatchNormalization(name=f"{name}_norm")(x)
