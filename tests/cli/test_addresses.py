"""Models and data behind addresses: archives, http, and a server of S3 on loopback."""

from __future__ import annotations

import functools
import http.server
import json
import signal
import subprocess
import threading
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests import object_store
from tests.cli.program import BAD_INPUT, DONE, PROGRAM, USAGE, Ran, environment, run, shell
from tests.object_store import BUCKET, BrokenWay, Store

pytest.importorskip("fsspec", reason="addresses need fsspec")
ROOT = f"s3://{BUCKET}"


@pytest.fixture(scope="module")
def served() -> Iterator[Store]:
    with object_store.served() as store:
        yield store


@pytest.fixture
def store(served: Store, workdir: Path) -> Store:
    """The server, with the folder's models and data in its bucket."""
    for name in ("full.nlu", "small.nlu", "dev.tsv", "utterances.txt", "vectors.txt"):
        served.put(name, (workdir / name).read_bytes())
    for path in (workdir / "skills").iterdir():
        served.put(f"skills/{path.name}", path.read_bytes())
    return served


def there(folder: Path, store: Store, *arguments: str) -> Ran:
    return run(folder, *arguments, env=object_store.environment(store.address))


def test_commands_read_and_write_there(store: Store, workdir: Path) -> None:
    env = object_store.environment(store.address)
    line = (
        f"nlucompress quantize {ROOT}/full.nlu --bits 5 | nlucompress phash | "
        f"nlucompress pack -o {ROOT}/made/new.nlu"
    )
    assert shell(workdir, line, env).code == DONE
    assert store.get("made/new.nlu") == (workdir / "small.nlu").read_bytes()
    twice = there(workdir, store, "pack", "hashed.nlu", "-o", f"{ROOT}/made/new.nlu")
    assert twice.code == USAGE
    assert f"{ROOT}/made/new.nlu: exists already" in twice.err
    same = there(workdir, store, "quantize", f"{ROOT}/full.nlu", "-o", f"{ROOT}/full.nlu")
    assert same.code == USAGE
    assert "is the input too" in same.err
    measured = there(
        workdir,
        store,
        *("evaluate", f"{ROOT}/made/new.nlu", "--data", f"{ROOT}/dev.tsv"),
        *("--reference", f"{ROOT}/full.nlu", "--json"),
    )
    assert measured.code == DONE, measured.err
    assert json.loads(measured.out)["examples"] == 150
    said = there(workdir, store, "predict", f"{ROOT}/small.nlu", f"{ROOT}/utterances.txt")
    assert (said.code, said.out) == (
        DONE,
        run(workdir, "predict", "small.nlu", "utterances.txt").out,
    )
    brought = there(workdir, store, "import", f"{ROOT}/vectors.txt", "-o", "v.nlu")
    assert brought.code == DONE, brought.err
    lacking = there(workdir, store, "inspect", f"{ROOT}/none.nlu")
    assert (lacking.code, lacking.err) == (
        BAD_INPUT,
        f"nlucompress: error: {ROOT}/none.nlu: not found\n",
    )


def test_a_fleet_there(store: Store, workdir: Path) -> None:
    pytest.importorskip("distributed", reason="fleets need Dask")
    store.put("recipe.toml", (workdir / "recipe.toml").read_bytes())
    words = ("fleet", f"{ROOT}/recipe.toml", f"{ROOT}/skills/", "-o", f"{ROOT}/out", "--jobs", "1")
    done = there(workdir, store, *words)
    assert done.code == DONE, done.err
    assert "2 done, 0 missed a gate, 0 failed; 0 stood" in done.lines[0]
    here = run(workdir, "run", "recipe.toml", "skills/first.nlu", "-o", "first.nlu")
    assert here.code == DONE
    assert store.get("out/first.nlu") == (workdir / "first.nlu").read_bytes()
    assert "; 2 stood" in there(workdir, store, *words).lines[0]
    bundled = there(workdir, store, "fleet", "bundle", f"{ROOT}/out", "-o", f"{ROOT}/s.bundle")
    assert bundled.code == DONE, bundled.err
    shown = there(workdir, store, "inspect", f"{ROOT}/s.bundle")
    assert shown.lines[0].startswith(f"{ROOT}/s.bundle: bundle of 2 models, ")


LARGE = ("quantize", "big.nlu", "--bits", "8", "--force", "-o", f"{ROOT}/target.nlu")


def started(folder: Path, way: BrokenWay, words: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(PROGRAM), *words],
        cwd=folder,
        stderr=subprocess.PIPE,
        env=environment(**object_store.environment(way.address)),
    )


@pytest.mark.parametrize("before", [b"what stood there", None])
@pytest.mark.parametrize("killed", [False, True])
def test_an_interrupted_upload(
    store: Store, workdir: Path, killed: bool, before: bytes | None
) -> None:
    if before is not None:
        store.put("target.nlu", before)
    names = store.names()
    way = BrokenWay(store.address, 40_000, hangs=killed)
    process = started(workdir, way, LARGE)
    try:
        if killed:
            assert way.reached.wait(60)
            process.kill()
            assert process.wait(60) == -signal.SIGKILL
        else:
            _, said = process.communicate(timeout=120)
            assert process.returncode == BAD_INPUT
            assert f"{ROOT}/target.nlu: cannot write: ".encode() in said
            assert said.count(b"\n") == len(said.splitlines())
            assert b"Traceback" not in said
    finally:
        way.close()
        if process.poll() is None:
            process.kill()
        assert process.stderr is not None
        process.stderr.close()
    assert store.names() == names
    if before is not None:
        assert store.get("target.nlu") == before


def test_an_archive_is_a_folder_of_models(workdir: Path) -> None:
    pytest.importorskip("distributed", reason="fleets need Dask")
    with zipfile.ZipFile(workdir / "skills.zip", "w") as archive:
        for path in (workdir / "skills").iterdir():
            archive.write(path, path.name)
    words = ("fleet", "recipe.toml", "zip://::skills.zip", "-o", "out", "--jobs", "1")
    assert "2 done" in run(workdir, *words).lines[0]
    assert "; 2 stood" in run(workdir, *words).lines[0]
    shown = run(workdir, "inspect", "zip://first.nlu::skills.zip")
    assert shown.code == DONE
    assert shown.lines[1:] == run(workdir, "inspect", "skills/first.nlu").lines[1:]
    refused = run(workdir, "quantize", "full.nlu", "-o", "zip://q.nlu::skills.zip")
    assert refused.code == BAD_INPUT
    assert "an archive can be read only" in refused.err


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


def test_http(workdir: Path) -> None:
    pytest.importorskip("aiohttp", reason="addresses of http need aiohttp")
    handler = functools.partial(_Quiet, directory=str(workdir))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        said = run(workdir, "predict", f"{base}/small.nlu", f"{base}/utterances.txt")
        lacking = run(workdir, "predict", f"{base}/none.nlu")
        server.shutdown()
    assert (said.code, said.out) == (
        DONE,
        run(workdir, "predict", "small.nlu", "utterances.txt").out,
    )
    assert lacking.code == BAD_INPUT
    assert f"{base}/none.nlu: not found" in lacking.err


def test_directories_stay_on_this_machine(workdir: Path) -> None:
    refused = run(workdir, "export", "vectors.nlu", "--to", "model2vec", "-o", "memory://x")
    assert refused.code == USAGE
    assert "memory://x: the output is a directory; name one of this machine" in refused.err
