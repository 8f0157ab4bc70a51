"""Holds the part of an OAK-D and its stand-in against the depthai that this Python has."""

import sys
from types import SimpleNamespace
from typing import Any

import depthai as dai
import numpy as np

from donkeycar.parts.camera.oakd_link import QUEUE
from donkeycar.parts.camera.oakd_message import depth_of, image_of
from donkeycar.parts.camera.oakd_pipeline import COLOUR, GREY, Wanted, build
from donkeycar.testing import depthai_nodes, depthai_picture

IS_2 = dai.__version__.startswith("2")
# What the parts call, class by class.
CALLS = {
    dai.Device: (
        "getAllAvailableDevices", "getAllConnectedDevices", "getUsbSpeed", "isClosed", "close",
        "getConnectedCameraFeatures", "getCalibration",
        *(("startPipeline", "getOutputQueue") if IS_2 else ()),
    ),
    dai.DeviceInfo: ("name", "mxid" if IS_2 else "deviceId"),
    dai.Pipeline: ("create", *(() if IS_2 else ("start", "stop"))),
    dai.Node.Output: ("link", *(() if IS_2 else ("createOutputQueue",))),
    dai.DataOutputQueue if IS_2 else dai.MessageQueue: ("tryGet",),
    dai.MessageGroup: ("__getitem__",),
    dai.ImgFrame: ("getData", "getType", "getTimestamp", "getRaw" if IS_2 else "fb"),
    dai.CameraControl: ("setManualExposure", "setManualFocus", "setManualWhiteBalance"),
    dai.CalibrationHandler: ("getLensPosition",),
    dai.CameraFeatures: ("socket", "width", "height", "configs", "sensorName", "hasAutofocus"),
    dai.CameraSensorConfig: ("width", "height", "maxFps"),
    dai.CameraExposureOffset: ("START",),
    dai.UsbSpeed: ("LOW", "FULL", "HIGH", "SUPER"),
    dai.StereoDepthConfig.AlgorithmControl.DepthAlign: ("RECTIFIED_RIGHT",),
}  # fmt: skip
NODES = ["ColorCamera", "MonoCamera", "StereoDepth", "Sync", *(["XLinkOut"] if IS_2 else [])]
# Of the stand-in's nodes, what only its tests look at.
OF_TESTS = {"size", "first_source", "sizes"}


def names() -> list[str]:
    """Names that the parts or the stand-in use, and the library lacks."""
    lacking = [
        f"{owner.__name__}.{name}"
        for owner, used in CALLS.items()
        for name in used
        if not hasattr(owner, name)
    ]
    for node in NODES:
        stub, real = getattr(depthai_nodes, node), getattr(dai.node, node)
        made = stub()
        ports = {name for name in ("isp", "video", "out", "depth", "left", "right", "inputs",
                                   "rectifiedRight", "input") if hasattr(made, name)}  # fmt: skip
        called = {name for name in dir(stub) if not name.startswith("_")} - OF_TESTS
        lacking += [f"{node}.{name}" for name in ports | called if not hasattr(real, name)]
    for words, owner in (
        (COLOUR, dai.ColorCameraProperties), (GREY, dai.MonoCameraProperties),
    ):  # fmt: skip
        lacking += [word for word in words.values() if not hasattr(owner.SensorResolution, word)]
    queue = dai.Device.getOutputQueue if IS_2 else dai.Node.Output.createOutputQueue
    lacking += [word for word in QUEUE if word not in (queue.__doc__ or "")]
    return lacking


def pipelines() -> list[str]:
    """What is wrong with the pipelines that depthai 2 builds without a device."""
    wrong = []
    socket = dai.CameraBoardSocket
    for (width, height), pair in (((4208, 3120), (640, 480)), ((4056, 3040), (1280, 800))):
        features = [
            SimpleNamespace(socket=each, width=size[0], height=size[1], sensorName="", configs=[],
                            hasAutofocus=True)
            for each, size in ((socket.CAM_A, (width, height)), (socket.CAM_B, pair),
                               (socket.CAM_C, pair))
        ]  # fmt: skip
        for colour, depth, mode in (
            (True, True, "isp"), (True, True, "video"), (True, False, "isp"), (False, True, "isp"),
        ):  # fmt: skip
            wanted = Wanted(160, 120, 20, colour, depth, mode, (1, 6), (None, None), 8.0, 2.0, 5000)
            pipeline = dai.Pipeline()
            built = build(dai, pipeline, features, wanted, lambda socket: 120)
            leave = pipeline.create(dai.node.XLinkOut)
            leave.setStreamName("frames")
            built.output.link(leave.input)
            made = pipeline.serializeToJson()["pipeline"]
            count = len(made["nodes"])
            expected = {(True, True): 6, (True, False): 2, (False, True): 5}[colour, depth]
            if count != expected:
                wrong.append(f"{colour}, {depth}, {mode}: {count} nodes of {expected}")
            wrong += _sizes(built, mode, (width, height)) if colour and not depth else []
    return wrong


def _sizes(built: Any, mode: str, sensor: tuple[int, int]) -> list[str]:
    stub = depthai_nodes.ColorCamera()
    stub.setResolution(COLOUR[sensor])
    stub.setIspScale(1, 6)
    camera = built.output.getParent()
    real, ours = tuple(camera.getIspSize()), stub.getIspSize()
    return [] if real == ours else [f"{mode}: {real} comes out, and {ours} of the stand-in"]


def pictures() -> list[str]:
    """What is wrong with frames made of the library's own messages."""
    wrong = []
    random = np.random.default_rng(1)
    seen = np.repeat(np.repeat(random.integers(0, 256, (6, 8, 3), np.uint8), 80, 0), 80, 1)
    for kind, lay in (("YUV420p", depthai_picture.yuv420), ("NV12", depthai_picture.nv12)):
        data, stride, offsets = lay(seen, 1)
        version = dai.__version__
        ours = depthai_picture.ImgFrame(data, (640, 480), kind, stride, offsets, 0, 0, version)
        real = _message(kind, (640, 480), data)
        if not np.array_equal(image_of(real, 160, 120), image_of(ours, 160, 120)):
            wrong.append(f"a frame of {kind} differs from that of the stand-in")
        if np.median(abs(image_of(real, 160, 120).astype(int) - seen[2::4, 2::4])) > 2:
            wrong.append(f"a frame of {kind} has other colours")
    depth = random.integers(0, 65536, (480, 640), np.uint16)
    real = _message("RAW16", (640, 480), depth.view(np.uint8).ravel())
    if not np.array_equal(depth_of(real, (0, 0, 1, 1), 160, 120), depth[2::4, 2::4]):
        wrong.append("depth differs")
    if IS_2:
        return wrong
    # Padded rows, which version 2 can only get from a device.
    data, stride, _ = depthai_picture.padded(depth.view(np.uint8), 1024)
    real = _message("RAW16", (640, 480), data, stride)
    if not np.array_equal(depth_of(real, (0, 0, 1, 1), 160, 120), depth[2::4, 2::4]):
        wrong.append("depth in padded rows differs")
    return wrong


def _message(kind: str, size: tuple[int, int], data: Any, stride: int = 0) -> Any:
    message = dai.ImgFrame()
    message.setType(getattr(dai.ImgFrame.Type, kind))
    message.setWidth(size[0])
    message.setHeight(size[1])
    if stride:
        message.setStride(stride)
    message.setData(data)
    return message


def main() -> int:
    """Print what each check found; return 1 if one failed."""
    checks = {"names and arguments": names, "pictures": pictures}
    if IS_2:
        checks["pipelines"] = pipelines
    failed = False
    for name, check in checks.items():
        wrong = check()
        failed |= bool(wrong)
        print(f"  depthai {dai.__version__}, {name}: {', '.join(wrong) or 'as expected'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
