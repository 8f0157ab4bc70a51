"""Renderer: computes the frame that the camera would take at a position on the track."""

import numpy as np

from donkeycar.sim.arrays import Image
from donkeycar.sim.atlas import unpack
from donkeycar.sim.backdrop import Backdrop
from donkeycar.sim.camera import CameraModel, RayTable
from donkeycar.sim.cones import ConePainter
from donkeycar.sim.ground import GroundPainter
from donkeycar.sim.track import Track


class Renderer:
    """Renders frames of one track with one camera.

    A frame is held as one 32-bit number per pixel, so ground, walls and cones are each drawn over
    it by a single masked copy. Only numpy is used.

    Args:
        track: The track.
        camera: The camera.
    """

    def __init__(self, track: Track, camera: CameraModel) -> None:
        rays = RayTable(camera)
        self._ground = GroundPainter(track.atlas, rays)
        self._backdrop = Backdrop(
            rays, track.walls, track.file.wall_height_m, track.file.wall_colour
        )
        self._cones = ConePainter(rays, track.cones)
        self._frame = np.zeros((camera.height_px, camera.width_px), np.uint32)

    def render(self, x: float, y: float, yaw: float) -> Image:
        """Render a frame.

        Args:
            x: Position of the car in metres.
            y: Position of the car in metres.
            yaw: Heading in radians, counter-clockwise from +x.

        Returns:
            A new array, RGB, ``uint8``, shape ``(height, width, 3)``.
        """
        frame = self._frame
        self._ground.paint(frame, x, y, yaw)
        distance = self._backdrop.paint(frame, x, y, yaw)
        self._cones.paint(frame, x, y, yaw, (self._backdrop.azimuths, distance))
        return unpack(frame)
