from collections.abc import Sequence
from typing import Any

unicode_version: str

def hash_keys(keys: Sequence[bytes]) -> bytes: ...
def decimals(text: bytes) -> bytes | None: ...
def best_seeds(
    h1: Any, h2: Any, level: int, groups: int, cells: int, seed_bits: int
) -> tuple[bytes, bytes, bytes]: ...
def solve_static(
    handles: Any,
    fingerprints: Any,
    fingerprint_bits: int,
    stream: Any,
    starts: Any,
    ends: Any,
    slack: int,
) -> tuple[bytes, bytes]: ...
def ngrams(
    texts: Sequence[str],
    words: tuple[int, int],
    chars: tuple[int, int],
    counted: bool,
    symbols: bool,
    borders: bool,
) -> tuple[bytes, bytes, bytes, bytes, bytes]: ...
def dual_path(
    starts: Any,
    columns: Any,
    values: Any,
    order: Any,
    targets: Any,
    costs: Any,
    margins: Any,
    squares: Any,
    offset: Any,
    features: int,
    label: int,
    path: Any,
    tolerance: float,
    passes: int,
) -> list[tuple[bytes, bytes, float, int]]: ...
def float_texts(row: Any) -> str: ...
def exit_on_lost_map(line: bytes, code: int) -> None: ...

class Keys:
    def __new__(
        cls,
        data: Any,
        size: int,
        cells: int,
        seed_bits: int,
        levels: tuple[int, ...],
        fingerprint_bits: int,
    ) -> Keys: ...
    @classmethod
    def static(
        cls,
        data: Any,
        size: int,
        fingerprint_bits: int,
        stored: int,
        stride: int,
        width: int,
        places: int,
    ) -> Keys: ...
    def find(self, keys: Sequence[str]) -> bytes: ...
    def slots(self, h1: Any, h2: Any) -> bytes: ...
    def slot(self, key: str) -> int: ...

class Reader:
    def __new__(cls, file: Any, *overlays: Any) -> Reader: ...
    @classmethod
    def sealed(cls, file: Any) -> Reader: ...
    def scores(self, texts: Sequence[str]) -> bytearray: ...
    def choose(self, texts: Sequence[str], labels: tuple[str, ...]) -> list[str]: ...
    def explain(self, texts: Sequence[str], top: int) -> list[list[tuple[str, float]]]: ...
    def margins(self) -> bool: ...

class Rows:
    def __new__(cls, file: Any, table: str) -> Rows: ...
    @classmethod
    def sealed(cls, file: Any, table: str | None) -> Rows: ...
    def rows(self, index: Any) -> bytearray: ...
    def of(self, keys: Sequence[str]) -> list[bytes | None]: ...
