"""Speed of the Data page with a tub of 100,000 records.

It makes the tub, serves it with `donkey console`, and opens the page in Chromium on the same
computer. First view is the time from the request for the page to the picture of the first record
and the plot of steering and throttle over all records; the worker has not read the tub before.
Scrubbing moves the slider as fast as the browser lets a hand: each screen refresh to another place
of the tub; what counts are the pictures of exactly the asked-for records. The memory is the largest
that the lab worker has taken.

Goals: first view under 1 s, 30 pictures a second, worker under 150 MB.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.tub.catalog import catalog_manifest
from donkeycar.tub.format import IMAGES, MANIFEST, catalog_name, image_name
from donkeycar.tub.images import encode_image
from donkeycar.tub.manifest import Manifest

FIRST_VIEW_S = 1.0
PICTURES_HZ = 30.0
WORKER_MB = 150
SCRUB_S = 3.0
RUNS = 5
KEY = "cam/image_array"
CHROMIUM = "/usr/bin/chromium"
PER_CATALOG = 1000
DIFFERENT_PICTURES = 50

SCRUB = """async (seconds) => {
  const slider = document.getElementById("scrub");
  const picture = document.getElementById("picture");
  const before = Number(picture.dataset.drawn);
  const start = performance.now();
  let place = 1;
  while (performance.now() - start < seconds * 1000) {
    place = (place * 48271) % 2147483647;
    slider.value = place % Number(slider.max);
    slider.dispatchEvent(new Event("input"));
    await new Promise(requestAnimationFrame);
  }
  return (Number(picture.dataset.drawn) - before) / ((performance.now() - start) / 1000);
}"""


def make_tub(tub: Path, count: int) -> None:
    """Write a tub as a recorder does, without waiting for the disk."""
    (tub / IMAGES).mkdir(parents=True)
    rng = np.random.default_rng(0)
    files = [
        encode_image(
            rng.normal(110, 12, (120, 160, 3)).clip(0, 255).astype(np.uint8), "image_array"
        )
        for _ in range(DIFFERENT_PICTURES)
    ]
    paths = []
    for start in range(0, count, PER_CATALOG):
        name = catalog_name(start // PER_CATALOG)
        paths.append(name)
        lines = []
        for index in range(start, min(count, start + PER_CATALOG)):
            image = image_name(index, KEY, "image_array")
            (tub / IMAGES / image).write_bytes(files[index % len(files)])
            record = {
                "_index": index, "_session_id": f"26-11-20_{index // 10_000}",
                "_timestamp_ms": 1_790_000_000_000 + index * 50, KEY: image,
                "user/angle": math.sin(index / 90), "user/mode": "user", "user/throttle": 0.3,
            }  # fmt: skip
            lines.append(json.dumps(record, sort_keys=True) + "\n")
        (tub / name).write_text("".join(lines))
        (tub / f"{name}_manifest").write_bytes(catalog_manifest(name, start))
    manifest = Manifest(
        inputs=[KEY, "user/angle", "user/throttle", "user/mode"],
        types=["image_array", "float", "float", "str"],
        paths=paths,
        current_index=count,
    )
    (tub / MANIFEST).write_bytes(manifest.to_bytes())


def worker_mb(console: int) -> float:
    """The most memory that a child of a process has taken, in MB."""
    most = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if re.search(rf"^PPid:\s+{console}$", text, re.MULTILINE):
            found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
            most = max(most, int(found[1]) / 1024 if found else 0.0)
    return most


def measure(folder: Path, browser: Any, count: int) -> tuple[float, float, float]:
    """First view in seconds, pictures a second, and memory in MB, of a console just started."""
    words = ["-m", "donkeycar.management.cli", "console", str(folder), "--no-browser"]
    with subprocess.Popen(
        [sys.executable, *words, "--port", "0"], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as console:  # fmt: skip
        try:
            links = (re.search(r"http\S+#\S+", line) for line in console.stdout or ())
            link = next(found[0] for found in links if found)
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            base = link.split("/pair")[0]
            # Pairing leads to the page, which opens the newer tub: the other one is not read yet.
            page.goto(link)
            page.locator("#facts").get_by_text("10 records").wait_for(timeout=120_000)
            page.goto("about:blank")
            start_s = time.perf_counter()
            page.goto(f"{base}/data#tub=data")
            page.locator("#facts").get_by_text(f"{count:,} records").wait_for(timeout=120_000)
            page.locator("#picture[data-drawn]").wait_for()
            page.locator("#plot[data-loaded]").wait_for()
            first_s = time.perf_counter() - start_s
            page.locator("#health[data-state]").wait_for(timeout=120_000)
            rate_hz = float(page.evaluate(SCRUB, SCRUB_S))
            context.close()
            return first_s, rate_hz, worker_mb(console.pid)
        finally:
            console.terminate()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench data_page", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="default: %(default)s")
    args = parser.parse_args(argv)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        make_tub(Path(name) / "data", args.records)
        make_tub(Path(name) / "small", 10)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        runs = [measure(Path(name), browser, args.records) for _ in range(RUNS)]
        browser.close()
    first_s, rate_hz, memory_mb = (sorted(column)[RUNS // 2] for column in zip(*runs, strict=True))
    rows = (
        ("first view", first_s, "s", first_s < FIRST_VIEW_S, f"under {FIRST_VIEW_S:g}"),
        ("scrubbing", rate_hz, "pictures/s", rate_hz >= PICTURES_HZ, f"{PICTURES_HZ:g} or more"),
        ("worker", memory_mb, "MB", memory_mb < WORKER_MB, f"under {WORKER_MB}"),
    )
    print(f"{args.records} records, medians of {RUNS} runs")
    for what, value, unit, is_met, goal in rows:
        print(f"{what:12}{value:8.2f} {unit:12}goal: {goal}{'' if is_met else '  MISSED'}")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
