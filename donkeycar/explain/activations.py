"""Activation maps (feature maps): the output of each filter of a network for a picture."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from donkeycar.errors import PilotError, text_of
from donkeycar.pilots.transform import Shape, Transforms

COLUMNS = 16
# Maps are enlarged to about this width, in pixels; they are never reduced.
TILE_PX = 64
GAP_PX, HEAD_PX, MARGIN_PX = 4, 30, 12
PAPER, INK, SOFT, DEAD = (246, 248, 250), (22, 32, 43), (86, 98, 114), (221, 160, 160)


@dataclass(frozen=True)
class FeatureMaps:
    """The feature maps of one layer for a picture.

    Attributes:
        layer: Name of the layer.
        maps: float32, ``(height, width, filters)``.
    """

    layer: str
    maps: np.ndarray

    @property
    def num_dead(self) -> int:
        """How many filters are dead: they answer the same everywhere in this picture."""
        flat = self.maps.reshape(-1, self.maps.shape[-1])
        return int(np.count_nonzero(np.ptp(flat, axis=0) == 0))


def feature_maps(network: Any, image: np.ndarray) -> list[FeatureMaps]:
    """Run a network up to each of its convolutions.

    Args:
        network: A ``keras.Model``.
        image: ``uint8``, as the network sees it, ``(height, width, channels)``. A network that
            takes several frames gets this one for each of them; other inputs are 0.

    Returns:
        The maps of every convolution in the order of the layers, for the last frame.

    Raises:
        PilotError: If it has no convolution, or takes pictures of another shape.
    """
    import keras

    layers = [layer for layer in network.layers if is_convolution(layer)]
    if not layers:
        raise PilotError(f"{network.name} has no convolution whose maps could be shown.")
    watched = keras.Model(network.inputs, [layer.output for layer in layers])
    outputs = watched([_input(one, image) for one in network.inputs], training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    found = []
    for layer, output in zip(layers, outputs, strict=True):
        maps = np.asarray(output, np.float32)[0]
        found.append(FeatureMaps(layer.name, maps if maps.ndim == 3 else maps[-1]))
    return found


def is_convolution(layer: Any) -> bool:
    """Whether a layer's output is maps of filters; also a layer that does so for every frame."""
    inner = getattr(layer, "layer", layer)
    return "Conv" in type(inner).__name__ and len(layer.output.shape) in (4, 5)


def prepared(picture: Path, camera_shape: Shape, transforms: Transforms) -> np.ndarray:
    """Read a picture as the pilot's camera would deliver it, and apply the pilot's transforms.

    Args:
        picture: A picture file.
        camera_shape: Height, width and channels of the pilot's frames.
        transforms: Transforms of the pilot.

    Raises:
        PilotError: If it cannot be read.
    """
    height, width, channels = camera_shape
    try:
        with Image.open(picture) as opened:
            shown = opened.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PilotError(f"{picture} cannot be read as a picture: {text_of(error)}") from error
    frame = transforms(np.asarray(shown))
    return frame if channels == 3 or frame.shape[2] == 1 else frame[:, :, :1]


def draw_feature_maps(found: list[FeatureMaps], image: np.ndarray) -> Image.Image:
    """Draw all maps on one sheet, each from black (lowest) to white (highest); dead ones are red.

    Args:
        found: What `feature_maps` returned.
        image: What the network saw, shown on top.
    """
    sheet_px = 2 * MARGIN_PX + COLUMNS * (TILE_PX + GAP_PX) - GAP_PX
    grids = [(layer, _grid(layer.maps)) for layer in found]
    shown = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).convert("RGB")
    height_px = MARGIN_PX + shown.height + MARGIN_PX
    height_px += sum(grid.height + HEAD_PX + MARGIN_PX for _, grid in grids)
    sheet = Image.new("RGB", (max(sheet_px, shown.width + 2 * MARGIN_PX), height_px), PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(16)
    sheet.paste(shown, (MARGIN_PX, MARGIN_PX))
    top_px = MARGIN_PX + shown.height + MARGIN_PX
    for layer, grid in grids:
        height, width, filters = layer.maps.shape
        dead = f", {layer.num_dead} say nothing" if layer.num_dead else ""
        words = f"{filters} filters, {width}x{height}{dead}"
        draw.text((MARGIN_PX, top_px + HEAD_PX / 2), layer.layer, INK, font, anchor="lm")
        left = MARGIN_PX + font.getlength(layer.layer) + 12
        draw.text((left, top_px + HEAD_PX / 2), words, SOFT, font, anchor="lm")
        sheet.paste(grid, (MARGIN_PX, top_px + HEAD_PX))
        top_px += HEAD_PX + grid.height + MARGIN_PX
    return sheet


def _input(one: Any, image: np.ndarray) -> np.ndarray:
    """The value for an input of the network."""
    shape = tuple(one.shape[1:])
    if len(shape) not in (3, 4):
        return np.zeros((1, *(side or 1 for side in shape)), np.float32)
    if shape[-3:] != image.shape:
        raise PilotError(f"This network sees {shape[-3:]}. Received: {image.shape}")
    frame = image if len(shape) == 3 else np.stack([image] * shape[0])
    scaled = frame if str(one.dtype) == "uint8" else frame.astype(np.float32) / 255
    return scaled[None]


def _grid(maps: np.ndarray) -> Image.Image:
    """The maps of one layer, in rows of sixteen."""
    height, width, filters = maps.shape
    low, high = maps.min(axis=(0, 1)), maps.max(axis=(0, 1))
    spread = np.where(high > low, high - low, 1)
    grey = (255 * (maps - low) / spread).astype(np.uint8)
    tile_w = TILE_PX
    tile_h = max(1, round(height * TILE_PX / width))
    rows = math.ceil(filters / COLUMNS)
    size = (COLUMNS * (tile_w + GAP_PX) - GAP_PX, rows * (tile_h + GAP_PX) - GAP_PX)
    grid = Image.new("RGB", size, PAPER)
    for number in range(filters):
        alive = high[number] > low[number]
        tile = (
            Image.fromarray(grey[:, :, number]).resize((tile_w, tile_h), Image.Resampling.NEAREST)
            if alive
            else Image.new("RGB", (tile_w, tile_h), DEAD)
        )
        row, column = divmod(number, COLUMNS)
        grid.paste(tile, (column * (tile_w + GAP_PX), row * (tile_h + GAP_PX)))
    return grid
