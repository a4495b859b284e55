"""Key indexes by hashes alone and by a static function (FORMAT.md, sections 6.3 and 6.4)."""

from __future__ import annotations

from itertools import pairwise

from tests.reference.hash import MASK32, MASK64, Bits, key_bytes, murmur3, require


class HashesIndex:
    """The hashes of all keys, in order."""

    def __init__(self, data: bytes) -> None:
        """Cut the hashes apart."""
        numbers = [int.from_bytes(data[at : at + 8], "big") for at in range(0, len(data), 8)]
        hashes = list(zip(numbers[::2], numbers[1::2], strict=True))
        require(len(hashes) < 2**32, "too many keys")
        require(all(a[0] // 2 < b[0] // 2 for a, b in pairwise(hashes)), "the hashes do not ascend")
        self.size = len(hashes)
        self.rows = {pair: row for row, pair in enumerate(hashes)}

    def find(self, key: str) -> int | None:
        """The row of a key, or None."""
        return self.rows.get(murmur3(key_bytes(key)))


class StaticIndex:
    """A static function. A key's row is found by its handle."""

    def __init__(
        self, data: bytes, size: int, r: int, stored: int, places: int, offsets: tuple[int, int]
    ) -> None:
        """Read where the shards are."""
        self.size, self.fingerprint_bits, self.places = size, r, places
        stride, width = offsets
        require(stride in (16, 32, 64, 128), "no valid stride")
        require(size <= places and stored <= places, "more keys or values than bits")
        self.shards = -(-stored // 4096)
        anchor_width, anchors = places.bit_length(), -(-self.shards // stride) + 1
        vector_at = -(-(anchors * anchor_width + self.shards * width) // 8)
        require(len(data) == vector_at + -(-places // 8), "wrong length of the tensor")
        packed, self.vector = Bits(data[:vector_at]), Bits(data[vector_at:], places)
        self.starts = []
        for shard in range(self.shards):
            j, k = divmod(shard, stride)
            low = packed.value(j * anchor_width, anchor_width)
            high = packed.value((j + 1) * anchor_width, anchor_width)
            correction = packed.value(anchors * anchor_width + shard * width, width)
            self.starts.append(low + (high - low) * k // stride + correction - 2**width // 2)
        self.starts.append(places)
        require(self.starts[0] == 0, "the first shard does not begin the vector")
        sizes = [end - begin for begin, end in pairwise(self.starts)]
        require(all(m == 0 or m >= 57 for m in sizes), "a shard of no valid size")

    def find(self, key: str) -> int | None:
        """The handle of a key, or None."""
        h1, h2 = murmur3(key_bytes(key))
        handle = h1 // 2
        if self.shard(handle)[1] == 0:
            return None
        bits = ValueBits(self, handle, self.fingerprint_bits)
        same = bits.read(self.fingerprint_bits) == h2 >> (64 - self.fingerprint_bits)
        return handle if same else None

    def shard(self, handle: int) -> tuple[int, int]:
        """First bit and number of bits of the shard of a key."""
        if not self.shards:
            return 0, 0
        number = (handle >> 31) * self.shards >> 32
        return self.starts[number], self.starts[number + 1] - self.starts[number]

    def bit(self, handle: int, k: int) -> int:
        """Bit `k` of a key."""
        begin, m = self.shard(handle)
        turned = (handle + k * 0x9E3779B9) & MASK32
        start = min(max((turned * m >> 32) - 28, 0), m - 57)
        t = (handle + (k + 1) * 0x9E3779B97F4A7C15) & MASK64
        c = ((t ^ t >> 32) * 0xD6E8FEB86659FD93 & MASK64) >> 7
        return (self.vector.value(begin + start, 57) & c).bit_count() % 2


class ValueBits(Bits):
    """The bits of a key up to an end."""

    def __init__(self, keys: StaticIndex, handle: int, end: int) -> None:
        """Begin with the first."""
        super().__init__(b"", end)
        self.keys, self.handle = keys, handle

    def value(self, position: int, width: int) -> int:
        """The number that the `width` bits from `position` on spell."""
        require(position + width <= self.length, "reading beyond the end of the value")
        number = 0
        for k in range(position, position + width):
            number = 2 * number + self.keys.bit(self.handle, k)
        return number
