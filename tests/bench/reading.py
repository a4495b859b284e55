"""Files of vectors against gensim's readers: seconds as a ratio, and the peak of memory.

    python -m tests.bench.reading [--rows N] [--width N]

Each reader runs in a process of its own, one after the other, over the same file of random numbers;
the time is that of the import alone, and the peak is what the process gained by it. Run by
`make reading`, in the environment of `make differential`, which has gensim.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

_READ = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
reader, path, binary = sys.argv[1], sys.argv[2], sys.argv[3] == "binary"
if reader == "gensim":
    from gensim.models import KeyedVectors
    read = lambda: KeyedVectors.load_word2vec_format(path, binary=binary)
else:
    from nlucompress.importers.detect import import_model
    import nlucompress.importers.vectors.text, nlucompress.importers.vectors.word2vec_binary
    read = lambda: import_model(path)
def peak():
    with open("/proc/self/status") as file:
        return 1024 * next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
before, begin = peak(), time.perf_counter()
read()
print(json.dumps([time.perf_counter() - begin, peak() - before]))
"""


def measured(reader: str, path: Path, kind: str) -> tuple[float, int]:
    """Seconds, and bytes that the peak rose by; the better of two runs."""
    found = []
    for _ in range(2):
        command = [sys.executable, "-c", _READ, reader, str(path), kind]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        seconds, peak = json.loads(done.stdout)
        found.append((float(seconds), int(peak)))
    return min(found)


def main() -> None:
    """Write the files, read them and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--width", type=int, default=100)
    options = parser.parse_args()
    drawn = np.random.default_rng(1)
    values = drawn.normal(size=(options.rows, options.width)).astype(np.float32)
    header = f"{options.rows} {options.width}\n".encode()
    print("file    reader       bytes   seconds      MB/s  peak / file   time / gensim's")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("text", "binary"):
            path = Path(folder) / kind
            with path.open("wb") as file:
                file.write(header)
                for number, row in enumerate(values):
                    text = " ".join(f"{each:.6f}" for each in row).encode() + b"\n"
                    file.write(b"word%d " % number + (text if kind == "text" else row.tobytes()))
            size, theirs = path.stat().st_size, 0.0
            for reader in ("gensim", "nlucompress"):
                seconds, peak = measured(reader, path, kind)
                theirs = theirs or seconds
                print(
                    f"{kind:7} {reader:11} {size:>11,} {seconds:8.2f} {size / seconds / 1e6:9.1f}"
                    f" {peak / size:12.2f} {seconds / theirs:17.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
