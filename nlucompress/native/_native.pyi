from collections.abc import Sequence
from typing import Any

def hash_keys(keys: Sequence[bytes]) -> bytes: ...
def best_seeds(
    h1: Any, h2: Any, level: int, groups: int, cells: int, seed_bits: int
) -> tuple[bytes, bytes, bytes]: ...

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
    def find(self, keys: Sequence[str]) -> bytes: ...
    def slot(self, key: str) -> int: ...

class Reader:
    def __new__(cls, file: Any) -> Reader: ...
    def scores(self, texts: Sequence[str]) -> bytearray: ...
