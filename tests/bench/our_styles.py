"""Make the styles of an image as a worker does, and print what that costs.

    python our_styles.py FILE RUNS [LEFT TOP WIDTH HEIGHT]

The counterpart of sharp_styles.mjs; `bench_images.py` runs both.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from feedgen.artwork import engine
from feedgen.artwork.renditions import derive
from feedgen.model import CropArea


def main(path: Path, runs: int, edges: list[float]) -> None:
    area = None
    if edges:
        area = CropArea(left=edges[0], top=edges[1], width=edges[2], height=edges[3])
    upload = path.read_bytes()
    walls, processor, size = [], [], 0
    for _ in range(runs):
        start, spent = time.perf_counter(), time.process_time()
        derived = derive(upload, area)
        walls.append(time.perf_counter() - start)
        processor.append(time.process_time() - spent)
        size = sum(len(each.data) for each in derived.renditions[1:])
        del derived
        engine.give_memory_back()
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    peak = int(found[1]) / 1024 if found else 0.0
    print(json.dumps({"wall": min(walls), "cpu": min(processor), "peak": peak, "bytes": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), [float(edge) for edge in sys.argv[3:]])
