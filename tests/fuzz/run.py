"""Feeds mutated files to the readers: `python tests/fuzz/run.py --seconds 60 --seed 1`.

A reader may answer or raise one of our errors. Any other exception, a call of more than five
seconds or more memory than the limit is a finding: the input is written to a file that
`--replay FILE` runs again, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

import nlucompress as nc
from nlucompress.data.examples import parse_examples
from nlucompress.errors import NluCompressError, UsageError
from nlucompress.format import codec
from nlucompress.importers.reading.keyfile import read_keys
from tests.fuzz import mutations
from tests.fuzz.seeds import DIRECTORY, SHARDS, TENSOR, TOKENIZER, seeds
from tests.hostile.samples import answers

SECONDS_PER_CALL = 5
MEMORY = 2 << 30


def read_model(data: bytes) -> None:
    """Read a file as a model, with digests and without, and ask it everything."""
    with contextlib.suppress(NluCompressError):
        answers(data)
    answers(data, verify=False)


def import_file(data: bytes) -> None:
    """Read a file as keys of others, import it, and ask what it became everything."""
    with contextlib.suppress(NluCompressError):
        read_keys(io.BytesIO(data))
    try:
        model = nc.import_model(io.BytesIO(data))
    except UsageError:  # several tensors can be the table
        model = nc.import_model(io.BytesIO(data), nc.ImportOptions(tensor=TENSOR))
    answers(codec.to_bytes(model))


def import_directory(tokenizer: bytes) -> None:
    """Import a directory of model2vec with this tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {**DIRECTORY, TOKENIZER: tokenizer}.items():
            (Path(folder) / name).write_bytes(content)
        answers(codec.to_bytes(nc.import_model(folder)))


def import_shards(index: bytes) -> None:
    """Import tensors that lie in two files, by this index."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in SHARDS.items():
            (Path(folder) / name).write_bytes(content)
        (Path(folder) / "index.json").write_bytes(index)
        options = nc.ImportOptions(tensor="embedding")
        answers(codec.to_bytes(nc.import_model(Path(folder) / "index.json", options)))


def read_examples(data: bytes) -> None:
    """Read labelled utterances."""
    parse_examples(io.BytesIO(data), "data")


READERS: dict[str, Callable[[bytes], None]] = {
    "model": read_model,
    "import": import_file,
    "directory": import_directory,
    "shards": import_shards,
    "examples": read_examples,
}


class TooSlowError(Exception):
    """A call took more than its time."""


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {SECONDS_PER_CALL} seconds")


def attempt(reader: str, data: bytes) -> str:
    """Run a reader: `accepted`, `refused`, or the traceback of a finding."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_CALL)
    try:
        READERS[reader](data)
    except NluCompressError:
        return "refused"
    except (Exception, Warning):
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "accepted"


def fuzz(seconds: float, seed: int, folder: Path) -> int:
    """Mutate and read until the time is over; the number of different findings."""
    random = np.random.default_rng(seed)
    valid = seeds()
    calls: Counter[str] = Counter()
    found: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        reader, data = valid[int(random.integers(len(valid)))]
        others = [other for name, other in valid if name == reader]
        mutated = mutations.mutate(data, others, random)
        finding = attempt(reader, mutated)
        if finding in ("accepted", "refused"):
            calls[f"{reader} {finding}"] += 1
            continue
        where = "".join(finding.splitlines()[-4:])
        if where not in found:
            found.add(where)
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"fuzz-{seed}-{len(found)}.{reader}"
            path.write_bytes(mutated)
            print(f"{path}\n{finding}", file=sys.stderr)
    counted = ", ".join(f"{what} {count:,}" for what, count in sorted(calls.items()))
    print(f"{counted}; findings {len(found)}")
    return len(found)


def replay(path: Path) -> int:
    """Run one written input again."""
    finding = attempt(path.suffix[1:], path.read_bytes())
    print(finding)
    return int(finding not in ("accepted", "refused"))


def main() -> int:
    """Parse the command line and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--replay", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_slow)
    if options.replay:
        return replay(options.replay)
    return int(fuzz(options.seconds, options.seed, options.folder) > 0)


if __name__ == "__main__":
    sys.exit(main())
