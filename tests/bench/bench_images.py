"""Compare the styles of an image with sharp, in one run on one machine.

    python tests/bench/bench_images.py [--sharp FOLDER] [--runs 3] [--rounds 3] [--one-heap]

FOLDER holds `node_modules/sharp`; without it sharp is installed into a scratch folder (Node 20
and npm are needed). Both sides use one thread of libvips and the same encoder settings; sharp
decodes once and encodes each style from those pixels, ours runs as in a worker. Every
measurement is a process of its own: the best wall and processor time of its runs, and its peak
of memory (VmHWM); of the rounds, taken in turn, the median counts.

"whole set" includes `stripped-original`, which sharp has to encode again and we do not: this is
what is judged. "derived" leaves it out on sharp's side, for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from feedgen.artwork import crop, gate  # noqa: E402 - the project may not be installed
from feedgen.artwork.workers import ENVIRONMENT, Workers  # noqa: E402
from feedgen.model import CropArea  # noqa: E402

Measured = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One upload and its area, with the ratios of wall, processor and memory it must keep."""

    name: str
    data: bytes
    area: CropArea | None = None
    must: tuple[float, float, float] = (1.4, 1.2, 0.7)
    ambitious: tuple[float, float, float] = (1.0, 1.0, 0.7)


def cases() -> list[Case]:
    """Return the uploads, made from numbers."""
    import numpy as np

    from tests.artwork import pictures as p

    def large(side: int) -> np.ndarray:
        quarter = p.photo(side // 2)
        half = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
        return np.concatenate([half, half[::-1]], axis=0)

    photo = large(3040)
    exact = photo[:3000, :3000].copy()
    area = CropArea(left=20, top=0, width=3000, height=3000)
    profiled = p.jpeg_insert(p.jpeg(exact), p.jpeg_profile(p.profile("p3")))
    return [
        Case(
            name="3000² of a larger JPEG",
            data=p.jpeg(photo),
            area=area,
            must=(0.75, 0.75, 0.6),
            ambitious=(0.55, 0.5, 0.35),
        ),
        Case(
            name="3000² JPEG, passes through",
            data=p.jpeg(exact),
            must=(0.6, 0.45, 0.35),
            ambitious=(0.45, 0.35, 0.25),
        ),
        Case(
            name="6000² JPEG",
            data=p.jpeg(large(6000)),
            must=(0.5, 0.5, 0.4),
            ambitious=(0.4, 0.4, 0.3),
        ),
        Case(name="3000² progressive JPEG", data=p.jpeg(exact, interlace=True)),
        Case(name="3000² JPEG, Display P3", data=profiled),
        Case(name="2400² PNG photo", data=p.png(photo[:2400, :2400].copy())),
        Case(name="3000² PNG drawing", data=p.png(p.drawing(3000))),
        Case(name="1600 × 1200 JPEG", data=p.jpeg(photo[:1200, :1600].copy())),
        Case(name="700² JPEG, enlarged", data=p.jpeg(photo[:700, :700].copy())),
    ]


def measure(command: list[str], environment: dict[str, str]) -> Measured:
    settings = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, check=True, env=settings)
    answer: Measured = json.loads(done.stdout)
    return answer


def ours(path: Path, case: Case, runs: int) -> Measured:
    area = case.area
    numbers = [str(n) for n in (area.left, area.top, area.width, area.height)] if area else []
    command = [sys.executable, str(HERE / "our_styles.py"), str(path), str(runs), *numbers]
    return measure(command, ENVIRONMENT)


def theirs(
    folder: Path, path: Path, case: Case, runs: int, *, stripped: bool, heap: dict[str, str]
) -> Measured:
    picture = gate.read(case.data)
    box = crop.resolve(case.area, *picture.upright)
    place = [str(edge) for edge in (box.left, box.top, box.width, box.height)]
    flags = ["yes" if picture.lossless else "no", "yes" if stripped else "no"]
    script = str(HERE / "sharp_styles.mjs")
    return measure(["node", script, str(folder), str(path), str(runs), *place, *flags], heap)


def median(rounds: list[Measured]) -> Measured:
    return {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}


def compare(case: Case, folder: Path, runs: int, rounds: int, heap: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "upload"
        path.write_bytes(case.data)
        one, whole, derived = [], [], []
        for _ in range(rounds):
            one.append(ours(path, case, runs))
            whole.append(theirs(folder, path, case, runs, stripped=True, heap=heap))
            derived.append(theirs(folder, path, case, runs, stripped=False, heap=heap))
    mine = median(one)
    print(f"\n{case.name}")
    for label, other in (("whole set", median(whole)), ("derived", median(derived))):
        cells = [
            f"{key} {mine[key]:7.2f} / {other[key]:7.2f} = {mine[key] / other[key]:.2f}"
            for key in ("wall", "cpu", "peak")
        ]
        judged = verdict(case, mine, other) if label == "whole set" else ""
        print(f"  {label:10s} {'   '.join(cells)}   {judged}".rstrip())


def verdict(case: Case, mine: Measured, other: Measured) -> str:
    ratios = [mine[key] / other[key] for key in ("wall", "cpu", "peak")]
    for word, limits in (("ambitious", case.ambitious), ("must", case.must)):
        if all(ratio <= limit for ratio, limit in zip(ratios, limits, strict=True)):
            return f"{word} met"
    missed = [
        name
        for name, ratio, limit in zip(("wall", "cpu", "memory"), ratios, case.must, strict=True)
        if ratio > limit
    ]
    return f"must missed: {', '.join(missed)}"


def throughput(data: list[bytes], processes: int) -> float:
    """Return images per second with this many workers, after each has started."""
    with Workers(processes) as workers, ThreadPoolExecutor(processes) as threads:
        list(threads.map(lambda each: workers.derive(each, None), data[:processes]))
        start = time.perf_counter()
        list(threads.map(lambda each: workers.derive(each, None), data))
        return len(data) / (time.perf_counter() - start)


def scratch_sharp(folder: Path) -> Path:
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), "sharp"], check=True)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sharp", type=Path, help="a folder that holds node_modules/sharp")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--one-heap", action="store_true", help="give sharp one heap of the C library, as ours has"
    )
    asked = parser.parse_args()
    heap = {"MALLOC_ARENA_MAX": "1"} if asked.one_heap else {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ours / sharp = ratio;")
    print("seconds, seconds, MB")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.sharp or scratch_sharp(Path(scratch))
        uploads = cases()
        for case in uploads:
            compare(case, folder, asked.runs, asked.rounds, heap)
    many = [case.data for case in uploads[:2]] * 8
    pairs = [(throughput(many, 1), throughput(many, 2)) for _ in range(5)]
    one, two = (max(rates) for rates in zip(*pairs, strict=True))  # the quietest moment of each
    print(f"\nimages per second: one worker {one:.2f}, two {two:.2f}: {two / one:.2f} times")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
