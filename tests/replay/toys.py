"""Small networks and data that replays are tried with."""

import numpy as np

# Ten points on a line and their classes; logistic regression with half the squared slope as
# penalty, summed over the points, has a mean log loss of 0.3329.
TEN_POINTS = np.array([[-2.2], [-1.4], [-0.8], [0.2], [0.4], [0.8], [1.2], [2.2], [2.9], [4.6]])
TEN_LABELS = np.array([0, 0, 1, 0, 1, 1, 1, 1, 1, 1])
TEN_LOSS = 0.3329


def moons(count=120, seed=0):
    """Two half moons in a plane, and which of them each point belongs to."""
    rng = np.random.default_rng(seed)
    turn, label = rng.uniform(0, np.pi, count), rng.integers(0, 2, count)
    x = np.where(label, 1 - np.cos(turn), np.cos(turn))
    y = np.where(label, 0.5 - np.sin(turn), np.sin(turn))
    points = np.stack((x, y), axis=1) + rng.normal(0, 0.1, (count, 2))
    return points.astype(np.float32), label.astype(np.float32)


def ball(count=1000, sides=10, seed=0):
    """Points in a ball of many dimensions with a spread of 1 along each, and which are inside.

    Half of them are nearer to the middle than the others.
    """
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, sides))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    radius = rng.uniform(size=count) ** (1 / sides)
    points *= radius[:, None] * np.sqrt(sides + 2)
    return points.astype(np.float32), (radius < 0.5 ** (1 / sides)).astype(np.float32)


def moon_network(seed=0):
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(8, activation="tanh", name="eight"),
            layers.Dense(2, activation="tanh", name="two"),
            layers.Dense(1, activation="sigmoid", name="moon"),
        ]
    )
    # Eagerly: for a few small steps, tracing takes longer than training.
    model.compile(
        keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"], run_eagerly=True
    )
    return model


def block(activation, initializer, seed=0):
    """Five layers of a hundred units, which show what an initialiser does."""
    import keras

    keras.utils.set_random_seed(seed)
    dense = keras.layers.Dense
    hidden = [
        dense(100, activation=activation, kernel_initializer=initializer, name=f"hidden_{number}")
        for number in range(1, 6)
    ]
    out = dense(1, activation="sigmoid", kernel_initializer=initializer, name="out")
    model = keras.Sequential([keras.Input((10,)), *hidden, out])
    model.compile("sgd", "binary_crossentropy")
    return model


def picture_network():
    """Two outputs in a dictionary, of a picture and a vector, as pilots have them."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    image = keras.Input((16, 20, 3), dtype="uint8", name="img_in")
    beside = keras.Input((2,), name="beside_in")
    x = layers.Rescaling(1 / 255, name="scale")(image)
    x = layers.Conv2D(4, 5, strides=2, activation="relu", name="conv")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Concatenate(name="both")([x, beside])
    x = layers.Dense(6, name="dense")(x)
    x = layers.LeakyReLU(name="leaky")(x)
    outputs = {
        "throttle": layers.Dense(1, name="n_outputs1")(x),
        "angle": layers.Dense(1, name="n_outputs0")(x),
    }
    model = keras.Model([image, beside], outputs)
    losses = {"angle": "mse", "throttle": "mse"}
    model.compile(
        "adam", losses, loss_weights={"angle": 1.0, "throttle": 0.5}, run_eagerly=True,
        metrics={"angle": ["mae"], "throttle": ["mae"]},
    )  # fmt: skip
    return model


def pictures(count=24, seed=0):
    """Inputs and targets for it."""
    rng = np.random.default_rng(seed)
    inputs = {
        "img_in": rng.integers(0, 256, (count, 16, 20, 3), dtype=np.uint8),
        "beside_in": rng.normal(size=(count, 2)).astype(np.float32),
    }
    targets = {name: rng.uniform(-1, 1, count) for name in ("angle", "throttle")}
    return inputs, targets


def classes(count=60, seed=0):
    """Points of three classes around a corner each."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, count)
    corners = np.array([(0, 0), (2, 0), (0, 2)])
    points = corners[label] + rng.normal(0, 0.3, (count, 2))
    return points.astype(np.float32), label


def class_network():
    import keras

    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((2,)), dense(5, activation="relu"), dense(3)])
    model.compile(
        "adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    return model
