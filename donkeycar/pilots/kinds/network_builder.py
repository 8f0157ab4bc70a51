"""Builds the layers of a network from the owner's choices, the hyper-parameters."""

from collections.abc import Callable
from random import Random
from typing import Any

from donkeycar.pilots.kinds.network_choices import NetworkChoices

# Separator in the name of a layer's twin; maxout takes the larger output of the two.
TWIN = "_twin"
# A few thousand records give only some dozen steps per epoch: with the usual 0.99, the average
# would still contain the untrained network when the first epoch is validated.
NORM_MOMENTUM = 0.9


class NetworkBuilder:
    """Hidden layers and outputs of one network.

    A hidden layer consists of the layer, optional batch normalisation, the activation and optional
    dropout. The layer itself always has the given name.

    Args:
        choices: Hyper-parameters; ``None`` gives the documented network.
        seed: Random seed of initial weights and dropout; ``None`` is different every time.
    """

    def __init__(self, choices: NetworkChoices | None = None, *, seed: int | None = None) -> None:
        import keras

        self.choices = choices or NetworkChoices()
        self.layers = keras.layers
        self._keras = keras
        self._draws = None if seed is None else Random(seed)

    def image(self, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Make the image input, and scale it to -1..1.

        With -1..1 instead of 0..1 as in earlier versions, steering has a correlation of 0.79 with
        the driver's instead of 0.51, after eight epochs on a real recording of 2,800 frames.

        Args:
            shape: Shape without the batch; ``uint8``, RGB, 0 to 255.
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
        batch_norm: bool = False,
        rank: int = 2,
    ) -> Any:
        """Add a convolution.

        Args:
            x: Its input, ``(batch, height, width, channels)``; or a list of such, to each of which
                it is applied.
            filters: Number of filters.
            size: Side of each filter, in pixels.
            name: Name of the layer.
            stride: Step between neighbours.
            padding: ``valid`` or ``same``.
            dropout: Dropout rate of this type.
            batch_norm: Whether this type has batch normalisation here.
            rank: 3 for a convolution over a sequence of images, too.
        """
        kind = {2: self.layers.Conv2D, 3: self.layers.Conv3D}[rank]

        def make(layer_name: str, **settings: Any) -> Any:
            return kind(
                filters, size, strides=stride, padding=padding, name=layer_name,
                **self._weights(list(range(rank + 1))), **settings,
            )  # fmt: skip

        return self._hidden(make, x, name, dropout, batch_norm)

    def dense(
        self,
        x: Any,
        units: int,
        *,
        name: str,
        dropout: float = 0.0,
        batch_norm: bool = False,
    ) -> Any:
        """Add a fully connected layer; see `conv`."""

        def make(layer_name: str, **settings: Any) -> Any:
            return self.layers.Dense(units, name=layer_name, **self._weights([0]), **settings)

        return self._hidden(make, x, name, dropout, batch_norm)

    def apply(self, layer: Callable[[Any], Any], x: Any) -> Any:
        """Apply a layer; for a list, apply the same layer to each element.

        `TimeDistributed` does the same, but LiteRT then knows the shapes only when it runs: `rnn`
        takes 8.3 ms instead of 2.1 (measured on one core of x86).
        """
        return [layer(one) for one in x] if isinstance(x, list) else layer(x)

    def apart(self, x: Any) -> list[Any]:
        """Split a sequence of images, ``(batch, length, ...)``, into a list of images."""
        return [x[:, number] for number in range(x.shape[1])]

    def in_a_row(self, parts: list[Any], *, name: str) -> Any:
        """Stack a list of images into a sequence again."""
        shape = (1, *parts[0].shape[1:])
        longer = [
            self.layers.Reshape(shape, name=f"{name}_{number}")(part)
            for number, part in enumerate(parts)
        ]
        return self.layers.Concatenate(axis=1, name=name)(longer) if len(parts) > 1 else longer[0]

    def flat(self, x: Any, *, name: str = "flattened") -> Any:
        """Flatten."""
        return self.apply(self.layers.Flatten(name=name), x)

    def joined(self, *parts: Any) -> Any:
        """Concatenate rows."""
        return self.layers.Concatenate(name="joined")(parts)

    def dropout(self, x: Any, share: float, *, name: str) -> Any:
        """Add dropout with this rate, or with the rate in the choices."""
        if self.choices.dropout is not None:
            share = self.choices.dropout
        return self.apply(self.layers.Dropout(share, seed=self.draw(), name=name), x)

    def output(self, x: Any, units: int, *, name: str, activation: str | None = None) -> Any:
        """Add an output; it stays float32 when the rest computes with lower precision."""
        return self.layers.Dense(
            units, activation=activation, name=name, dtype="float32",
            kernel_initializer=self.initial(),
        )(x)  # fmt: skip

    def model(self, inputs: Any, outputs: dict[str, Any], *, name: str) -> Any:
        """Build the model.

        Args:
            inputs: The image, or a dictionary of inputs by name.
            outputs: Outputs, by the name of their meaning.
            name: Name of the type.
        """
        return self._keras.Model(inputs=inputs, outputs=outputs, name=name)

    def draw(self) -> int | None:
        """Draw a seed, one per layer: layers with the same seed would start with equal weights."""
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

    def orthogonal(self) -> Any:
        """Distribution of the recurrent weights."""
        return self._keras.initializers.Orthogonal(seed=self.draw())

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

    def _hidden(
        self, make: Callable[..., Any], x: Any, name: str, dropout: float, batch_norm: bool
    ) -> Any:
        """Apply a layer, batch normalisation, activation and dropout."""
        choices = self.choices
        if choices.batch_norm is not None:
            batch_norm = choices.batch_norm
        if choices.activation == "maxout":
            layers = make(name), make(name + TWIN), self.layers.Maximum(name=f"{name}_maxout")
            x = self.apply(lambda one: layers[2]([layers[0](one), layers[1](one)]), x)
            x = self._normalised(x, name) if batch_norm else x
        elif batch_norm:
            x = self._normalised(self.apply(make(name), x), name)
            x = self.apply(self.layers.Activation(choices.activation, name=f"{name}_activation"), x)
        else:
            x = self.apply(make(name, activation=choices.activation), x)
        return self.dropout(x, dropout, name=f"{name}_dropout") if dropout else x

    def _normalised(self, x: Any, name: str) -> Any:
        layer = self.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")
        return self.apply(layer, x)
