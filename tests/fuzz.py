"""Feeds mutated files to the readers: `python tests/fuzz.py --seconds 60 --seed 1`.

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
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import nlucompress as nc
from nlucompress.errors import NluCompressError
from nlucompress.importers.examples import parse_examples
from nlucompress.importers.keyfile import read_keys
from tests import mutations
from tests.golden.sources import SOURCES
from tests.hostile.samples import answers, model_bytes
from tests.unit import fasttext_files, skops_files, tagger_files, vector_files

SECONDS_PER_CALL = 5
MEMORY = 2 << 30

TEXTS = {
    "keys": b"red\t1 0 0.5\ngreen\t0 1 -0.25\nblue\t-2 1e-3 3\n",
    "glove": b"red 1 0 0.5\ngreen 0 1 -0.25\nblue -2 .125 3\n",
    "word2vec": b"3 2\nred 1 0\ngreen 0 1\nblue -2 0.125\n",
    "gzip": mutations.gzipped(b"red 1 0 0.5\ngreen 0 1 -0.25\n"),
}
EXAMPLES = "call\tcall mom\nplay\tplay music, please\nfüße\t東京\n".encode()


def read_model(data: bytes) -> None:
    """Read a file as a model, with digests and without, and ask it everything."""
    with contextlib.suppress(NluCompressError):
        answers(data)
    answers(data, verify=False)


def import_table(data: bytes) -> None:
    """Import a file of vectors or tensors, and read it as keys of others."""
    with contextlib.suppress(NluCompressError):
        read_keys(io.BytesIO(data))
    nc.import_model(io.BytesIO(data))


def read_examples(data: bytes) -> None:
    """Read labelled utterances."""
    parse_examples(io.BytesIO(data), "data")


READERS: dict[str, Callable[[bytes], None]] = {
    "model": read_model,
    "import": import_table,
    "examples": read_examples,
}


def seeds() -> list[tuple[str, bytes]]:
    """Valid inputs and their readers; models are worth most of the time."""
    models = [model_bytes(source()) for source in SOURCES.values()]
    tables = [
        mutations.plain_safetensors(),
        *TEXTS.values(),
        *tagger_files.FILES.values(),
        *fasttext_files.FILES.values(),
        skops_files.skops(),
        *[make() for make in vector_files.FILES.values()],
    ]
    return [
        *[("model", data) for data in models],
        *[("import", data) for data in tables],
        ("import", models[1]),
        ("examples", EXAMPLES),
    ]


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
