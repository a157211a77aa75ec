"""What a newcomer waits for: `feedgen --help`, and `feedgen demo` on a warm machine.

    python tests/bench/bench_start.py [RUNS]

Prints the CPU of `--help` (user and system, the best and the middle of all runs, beside an empty
interpreter and a bare `import click`), and the wall time of the first and of a second demo in a
fresh folder.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def cpu_of(arguments: list[str]) -> float:
    """Return the CPU in milliseconds that running `arguments` costs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "feedgen --help": [sys.executable, "-m", "feedgen", "--help"],
    }
    for command in commands.values():
        cpu_of(command)
    measured = {name: [cpu_of(command) for _ in range(runs)] for name, command in commands.items()}
    for name, values in measured.items():
        print(f"{name:<26} best {min(values):6.0f} ms, median {statistics.median(values):6.0f} ms")
    with tempfile.TemporaryDirectory() as folder:
        demo = [sys.executable, "-m", "feedgen", "demo", str(Path(folder) / "demo")]
        for which in ("first", "second"):
            start = time.perf_counter()
            subprocess.run(demo, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(f"feedgen demo, {which:<12} {time.perf_counter() - start:6.2f} s wall")


if __name__ == "__main__":
    main()
