"""A bundle against the folder of its models: bytes, opening, and the first answer of a model.

    python -m tests.bench.fleets.bundles FOLDER --many 20000

FOLDER holds packed models: with `tests.bench.fleets.costs --keep DIR`, those in DIR/one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import nlucompress as nc
from nlucompress.fleet.bundle import writer
from nlucompress.format import codec

ASKED = 200  # models that are asked
TEXT = "play the song that i like most"


def median(times: list[float]) -> float:
    return 1e3 * statistics.median(times)


def timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def sizes(files: Mapping[str, bytes]) -> None:
    whole, bundled = sum(map(len, files.values())), sum(map(len, writer.chunks(files)))
    payloads = 0
    for data in files.values():
        frame, _ = codec.taken_apart(data)
        payloads += sum(frame.raw(name).nbytes for name in frame.entries)
    count = len(files)
    print(f"{count:,} models: {whole:,} bytes in files, {bundled:,} in a bundle")
    print(f"  {100 * (1 - bundled / whole):.1f} % smaller than the folder (at least 12)")
    print(f"  {(bundled - payloads) / count:.1f} bytes a model above payloads (at most 60)")
    print(f"  {(whole - payloads) / count:.1f} bytes a model in files")


def opening(files: Mapping[str, bytes], many: int, folder: Path) -> None:
    kinds = list(files.values())
    repeated = {f"group{at // 100:03}/skill{at:06}": kinds[at % len(kinds)] for at in range(many)}
    path = folder / "many.bundle"
    path.write_bytes(b"".join(writer.chunks(repeated)))
    times = [timed(lambda: nc.open_bundle(path)) for _ in range(9)]
    print(f"opening {many:,} models: {median(times):.1f} ms (at most 5)")


def first_answers(files: Mapping[str, bytes], folder: Path) -> None:
    names = list(files)[:: max(1, len(files) // ASKED)]
    for name in names:
        (folder / f"{name.replace('/', '_')}.nlu").write_bytes(files[name])
    path = folder / "own.bundle"
    path.write_bytes(b"".join(writer.chunks(files)))
    bundle = nc.open_bundle(path)
    nc.Classifier(bundle[names[0]]).predict([TEXT])

    def alone(name: str) -> object:
        return nc.Classifier(nc.load(folder / f"{name.replace('/', '_')}.nlu")).predict([TEXT])

    def bundled(name: str) -> object:
        return nc.Classifier(bundle[name]).predict([TEXT])

    one, other = [], []
    for name in names:
        one.append(timed(lambda name=name: alone(name)))  # type: ignore[misc]
        other.append(timed(lambda name=name: bundled(name)))  # type: ignore[misc]
        assert alone(name) == bundled(name)
    print(
        f"first answer: {median(one):.2f} ms of a file, {median(other):.2f} ms of a bundle, "
        f"{median(other) / median(one):.2f} times (at most 2)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--many", type=int, default=20_000)
    given = parser.parse_args()
    files = {path.stem: path.read_bytes() for path in sorted(given.folder.glob("*.nlu"))}
    with tempfile.TemporaryDirectory() as name:
        sizes(files)
        opening(files, given.many, Path(name))
        first_answers(files, Path(name))


if __name__ == "__main__":
    main()
