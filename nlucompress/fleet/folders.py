"""A folder of models, of this machine or behind an address: names, and stamps of its files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Protocol

from nlucompress.errors import DataError
from nlucompress.io import addresses

OWN = ".fleet"  # the folder of the manifest, in the folder of outputs


class Folder(Protocol):
    """Files by their names below one folder; names have ``/`` between folders."""

    address: str

    def names(self, pattern: str) -> list[str]:
        """Those that match a pattern, sorted; ``**`` is any number of folders."""

    def stamp(self, name: str) -> str | None:
        """What changes when the file does; None where there is none."""


class LocalFolder:
    """A folder of this machine: every question is asked of the disk."""

    def __init__(self, address: str) -> None:
        """A folder that may be missing."""
        self.address = address

    def names(self, pattern: str) -> list[str]:
        """Those that match a pattern, sorted."""
        import glob

        found = glob.iglob(pattern, root_dir=self.address, recursive=True)
        slashed = (name.replace(os.sep, "/") for name in found)
        return sorted(name for name in slashed if os.path.isfile(self._path(name)))

    def stamp(self, name: str) -> str | None:
        """What changes when the file does."""
        return addresses.stamp_of(self._path(name))

    def _path(self, name: str) -> str:
        return addresses.joined(self.address, name)


class RemoteFolder:
    """A folder behind an address: listed once, since every question costs a request."""

    def __init__(self, address: str) -> None:
        """List the folder, which may be missing.

        Raises:
            DataError: It cannot be listed.
        """
        self.address = address
        system, root = addresses.filesystem(address)
        try:
            system.invalidate_cache()  # what an earlier run in this process has listed
            listed = system.find(root, withdirs=False, detail=True)
        except FileNotFoundError:
            listed = {}
        except Exception as error:  # each file system raises its own
            raise DataError(f"{address}: cannot list: {error}") from None
        start = len(root.rstrip("/")) + 1 if root.strip("/") else 0
        self._stamps = {
            path[start:].lstrip("/"): addresses.stamp(info) for path, info in listed.items()
        }

    def names(self, pattern: str) -> list[str]:
        """Those that match a pattern, sorted."""
        from fsspec.utils import glob_translate

        match = re.compile(glob_translate(pattern)).match
        visible = (name for name in self._stamps if not re.search(r"(^|/)\.", name))
        return sorted(filter(match, visible))

    def stamp(self, name: str) -> str | None:
        """What changed when the folder was listed."""
        return self._stamps.get(name)


def opened(address: str) -> Folder:
    """The folder of an address.

    Raises:
        DataError: It cannot be listed.
        UsageError: What reads such addresses is not installed.
    """
    return RemoteFolder(address) if addresses.is_address(address) else LocalFolder(address)


def check_name(name: str, where: str) -> None:
    """Refuse a name that leads out of its folder, or into our own.

    Raises:
        DataError: It does.
    """
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or not set(parts).isdisjoint(("", ".", "..", OWN)):
        raise DataError(f"{where}: {name!r} is not a path below the folder of models")


def inside(inner: str, outer: str) -> bool:
    """Whether a folder is another one or lies in it."""
    if addresses.is_address(inner) or addresses.is_address(outer):
        return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")
    first, second = os.path.realpath(inner), os.path.realpath(outer)
    return first == second or first.startswith(second.rstrip(os.sep) + os.sep)


def common_of(names: Iterable[str]) -> set[str]:
    """Names that occur more than once."""
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
