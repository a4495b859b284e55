"""A server of S3 on loopback, and a way to it that breaks where a test wants it to."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

BUCKET = "fleet-of-tests"


class Store:
    """A bucket of moto's server; a new server begins empty."""

    def __init__(self, address: tuple[str, int], client: Any) -> None:
        self.address = address
        self._client = client

    def put(self, name: str, data: bytes) -> None:
        self._client.put_object(Bucket=BUCKET, Key=name, Body=data)

    def get(self, name: str) -> bytes:
        found: bytes = self._client.get_object(Bucket=BUCKET, Key=name)["Body"].read()
        return found

    def names(self) -> set[str]:
        listed = self._client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {each["Key"] for each in listed}


def environment(address: tuple[str, int]) -> dict[str, str]:
    """What leads a process to a server."""
    host, port = address
    return {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }


@contextmanager
def served() -> Iterator[Store]:
    """A server with an empty bucket."""
    pytest.importorskip("s3fs", reason="addresses of S3 need s3fs")
    server = pytest.importorskip("moto.server", reason="a server of S3 is moto's")
    import boto3

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    address = running.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{address[0]}:{address[1]}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    try:
        yield Store(address, client)
    finally:
        client.close()
        running.stop()


class BrokenWay:
    """Carries connections to a server; one that sends more than so many bytes ends or hangs."""

    def __init__(self, target: tuple[str, int], most: int, hangs: bool = False) -> None:
        self._target, self._most, self._hangs = target, most, hangs
        self._over = threading.Event()
        self.reached = threading.Event()  # set when a connection was broken
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                threading.Thread(target=self._carry, args=(far, near), daemon=True).start()
                threading.Thread(
                    target=self._carry, args=(near, far, self._most), daemon=True
                ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, most: int | None = None) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                sent += len(data)
                if most is not None and sent > most:
                    self.reached.set()
                    if self._hangs:
                        self._over.wait()
                    break
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
