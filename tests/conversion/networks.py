"""Descriptions and files of networks as other versions of Keras write them, made by hand."""

import json
import zipfile

import h5py
import numpy as np

SHAPE = (16, 24, 3)


def layer(class_name, name, sources=(), **config):
    """One layer of a description, as Keras 2 wrote it."""
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "inbound_nodes": [[[source, 0, 0, {}] for source in sources]] if sources else [],
    }


def image(shape=SHAPE, name="img_in"):
    one = layer("InputLayer", name, batch_input_shape=[None, *shape], sparse=False, ragged=False)
    del one["config"]["trainable"]
    return one


def dense(name, source, units, activation="linear"):
    """As Keras 2.15 wrote it, with words that Keras 3 does not know."""
    zeros = {"module": "keras.initializers", "class_name": "Zeros", "config": {}}
    return layer(
        "Dense", name, [source], units=units, activation=activation, use_bias=True,
        kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        bias_initializer={**zeros, "registered_name": None}, kernel_regularizer=None,
    )  # fmt: skip


def graph(layers, inputs, outputs, name="pilot"):
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": layers,
            "input_layers": [[one, 0, 0] for one in inputs],
            "output_layers": [[one, 0, 0] for one in outputs],
        },
    }


def linear(between=()):
    """A linear pilot with a single dense layer, and whatever is to stand in front of it."""
    last = between[-1]["name"] if between else "img_in"
    return graph(
        [
            image(),
            *between,
            layer("Flatten", "flattened", [last], data_format="channels_last"),
            dense("n_outputs0", "flattened", 1),
            dense("n_outputs1", "flattened", 1),
        ],
        ["img_in"],
        ["n_outputs0", "n_outputs1"],
    )


def weights_of(sizes, seed=0):
    """Kernel and bias of dense layers, by name."""
    rng = np.random.default_rng(seed)
    return {
        name: (
            (rng.normal(size=(inputs, units)) / inputs**0.5).astype(np.float32),
            rng.normal(size=units).astype(np.float32) * np.float32(0.3),
        )
        for name, (inputs, units) in sizes.items()
    }


LINEAR_WEIGHTS = weights_of({"n_outputs0": (16 * 24 * 3, 1), "n_outputs1": (16 * 24 * 3, 1)})


def write_h5(path, config, weights=LINEAR_WEIGHTS):
    """A whole model as Keras 2 saved it."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        group = file.create_group("model_weights")
        names = [one["name"] for one in layers_of(config)]
        group.attrs["layer_names"] = np.array([name.encode() for name in names])
        group.attrs["keras_version"] = "2.15.0"
        for name in names:
            mine = weights.get(name, ())
            own = group.create_group(name)
            parts = [f"{name}/{part}:0" for part in ("kernel", "bias")[: len(mine)]]
            own.attrs["weight_names"] = np.array([part.encode() for part in parts])
            for part, value in zip(parts, mine, strict=True):
                own.create_dataset(part, data=value)
    return path


def write_keras(path, config, weights=LINEAR_WEIGHTS, *, version="2.15.0"):
    """A whole model as Keras 2.15 saved it in its new format."""
    inner = path.with_name("model.weights.h5")
    with h5py.File(inner, "w") as file:
        dense_layers = [one["name"] for one in layers_of(config) if one["name"] in weights]
        for number, name in enumerate(dense_layers):
            places = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
            for index, value in enumerate(weights[name]):
                places.create_dataset(str(index), data=value)
    outer = config
    if isinstance(config, dict):
        outer = {
            "module": "keras.src.engine.functional",
            "registered_name": config["class_name"],
            "compile_config": {"optimizer": {"class_name": "Custom>Adam", "config": {}}},
            **config,
        }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", outer if isinstance(outer, str) else json.dumps(outer))
        archive.write(inner, "model.weights.h5")
    inner.unlink()
    return path


def layers_of(config):
    return config["config"]["layers"] if isinstance(config, dict) else []


def answers(frames, weights=LINEAR_WEIGHTS):
    """What the linear pilot says to frames, computed by hand."""
    rows = frames.reshape(len(frames), -1).astype(np.float64) / 255
    return np.concatenate([rows @ kernel + bias for kernel, bias in weights.values()], axis=1)
