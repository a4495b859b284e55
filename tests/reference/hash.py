"""Bits, MurmurHash3, key indexes and prefix codes of a `.nlu` file, from FORMAT.md alone.

Slow and plain on purpose; see `reference_decoder`.
"""

from __future__ import annotations

from itertools import pairwise

MASK64 = 2**64 - 1
MASK32 = 2**32 - 1
C1 = 0x87C37B91114253D5
C2 = 0x4CF5AD432745937F


def require(condition: bool, message: str) -> None:
    """Refuse the file with `message` unless `condition` holds."""
    if not condition:
        raise ValueError(message)


# ---- section 4: bits ---------------------------------------------------------------------------


class Bits:
    """A byte string read as bits, most significant bit first, with a cursor."""

    def __init__(self, data: bytes, length: int | None = None) -> None:
        """Read `data`, at most its first `length` bits."""
        self.data = data
        self.length = 8 * len(data) if length is None else length
        self.at = 0

    def value(self, position: int, width: int) -> int:
        """The number that the `width` bits from `position` on spell."""
        end = position + width
        require(position >= 0 and end <= self.length, "reading beyond the end of the bits")
        last = -(-end // 8)
        number = int.from_bytes(self.data[position // 8 : last], "big")
        return (number >> (8 * last - end)) % (1 << width)

    def read(self, width: int) -> int:
        """The number at the cursor, which moves behind it."""
        number = self.value(self.at, width)
        self.at += width
        return number

    def align(self) -> int:
        """Move the cursor to the next whole byte, and give that byte's number."""
        self.at = -(-self.at // 8) * 8
        return self.at // 8


# ---- section 5: hash of a key ------------------------------------------------------------------


def rotl(x: int, r: int) -> int:
    """Rotate a 64-bit number to the left."""
    return (x << r | x >> (64 - r)) & MASK64


def fmix64(x: int) -> int:
    """The finalizer of 64 bits."""
    x ^= x >> 33
    x = x * 0xFF51AFD7ED558CCD & MASK64
    x ^= x >> 33
    x = x * 0xC4CEB9FE1A85EC53 & MASK64
    return x ^ x >> 33


def fmix32(x: int) -> int:
    """The finalizer of 32 bits."""
    x ^= x >> 16
    x = x * 0x85EBCA6B & MASK32
    x ^= x >> 13
    x = x * 0xC2B2AE35 & MASK32
    return x ^ x >> 16


def murmur3(data: bytes) -> tuple[int, int]:
    """MurmurHash3 x64 128 with seed 1: the numbers h1 and h2."""

    def mix1(k1: int) -> int:
        return rotl(k1 * C1 & MASK64, 31) * C2 & MASK64

    def mix2(k2: int) -> int:
        return rotl(k2 * C2 & MASK64, 33) * C1 & MASK64

    h1 = h2 = 1
    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        h1 ^= mix1(int.from_bytes(data[at : at + 8], "little"))
        h1 = (rotl(h1, 27) + h2) * 5 + 0x52DCE729 & MASK64
        h2 ^= mix2(int.from_bytes(data[at + 8 : at + 16], "little"))
        h2 = (rotl(h2, 31) + h1) * 5 + 0x38495AB5 & MASK64
    h1 ^= mix1(int.from_bytes(data[whole : whole + 8], "little"))
    h2 ^= mix2(int.from_bytes(data[whole + 8 :], "little"))
    h1 ^= len(data)
    h2 ^= len(data)
    h1 = (h1 + h2) & MASK64
    h2 = (h2 + h1) & MASK64
    h1, h2 = fmix64(h1), fmix64(h2)
    h1 = (h1 + h2) & MASK64
    return h1, (h2 + h1) & MASK64


def digest(data: bytes) -> str:
    """The digest of some bytes (section 3)."""
    return b"".join(half.to_bytes(8, "little") for half in murmur3(data)).hex()


def key_bytes(key: str) -> bytes:
    """The bytes of a key; a lone surrogate has the three bytes of its code point."""
    return key.encode("utf-8", "surrogatepass")


# ---- section 6: key indexes --------------------------------------------------------------------


class StringIndex:
    """Keys stored as they are."""

    def __init__(self, data: bytes, offsets: list[int]) -> None:
        """Cut `data` at `offsets`."""
        require(offsets[0] == 0 and offsets[-1] == len(data), "key offsets miss the data")
        require(all(a <= b for a, b in pairwise(offsets)), "offsets fall")
        self.size = len(offsets) - 1
        self.rows = {data[offsets[i] : offsets[i + 1]]: i for i in range(self.size)}
        require(len(self.rows) == self.size, "a key occurs twice")

    def find(self, key: str) -> int | None:
        """The row of a key, or None."""
        return self.rows.get(key_bytes(key))


class HashIndex:
    """A minimal perfect hash with fingerprints."""

    def __init__(
        self, data: bytes, size: int, groups: tuple[int, int], levels: list[int], r: int
    ) -> None:
        """Cut `data` into blocks, anchors and fingerprints, and check every count of ones."""
        self.size, self.levels, self.r = size, levels, r
        self.c, self.s = c, s = groups
        self.per_block = 500 // (c + s)
        self.rank_bits = 512 - self.per_block * (c + s)
        self.cells_at = self.rank_bits + self.per_block * s
        blocks = -(-sum(levels) // self.per_block)
        self.bpa = 1
        while self.bpa < 65536 and (2 * self.bpa - 1) * self.per_block * c < 2**self.rank_bits:
            self.bpa *= 2
        anchors_at, anchors = 64 * blocks, -(-blocks // self.bpa)
        prints_at = anchors_at + 4 * anchors
        require(len(data) == prints_at + -(-size * r // 8), "hash tensor of a wrong length")
        self.blocks = [Bits(data[64 * b : 64 * b + 64]) for b in range(blocks)]
        self.anchors = Bits(data[anchors_at:prints_at])
        self.prints = Bits(data[prints_at:])
        ones = 0
        for b, block in enumerate(self.blocks):
            require(self.ones_before(b) == ones, "rank and anchor miscount the ones")
            ones += block.value(self.cells_at, self.per_block * c).bit_count()
        require(ones == size, "the cells do not have one bit per key")

    def ones_before(self, b: int) -> int:
        """What anchor and rank claim: ones among the cells of all blocks before block `b`."""
        return self.anchors.value(b // self.bpa * 32, 32) + self.blocks[b].value(0, self.rank_bits)

    def find(self, key: str) -> int | None:
        """The row of a key, or None if no cell or another fingerprint is there."""
        h1, h2 = murmur3(key_bytes(key))
        first = 0
        for level, size in enumerate(self.levels, start=1):
            mixed = fmix64((h1 + level * h2) & MASK64)
            high, low = mixed >> 32, mixed & MASK32
            b, w = divmod(first + (high * size >> 32), self.per_block)
            block = self.blocks[b]
            seed = block.value(self.rank_bits + w * self.s, self.s)
            cell = 0
            if self.c > 1:
                cell = fmix32((low + seed * 0x9E3779B9) & MASK32) * self.c >> 32
            at = w * self.c + cell
            if block.value(self.cells_at + at, 1):
                slot = self.ones_before(b) + block.value(self.cells_at, at).bit_count()
                same = self.prints.value(slot * self.r, self.r) == h2 >> (64 - self.r)
                return slot if same else None
            first += size
        return None


# ---- section 9.2: prefix codes -----------------------------------------------------------------


class PrefixCode:
    """A canonical prefix code, read from its lengths."""

    def __init__(self, bits: Bits, alphabet: int) -> None:
        """Read the lengths of `alphabet` symbols at the cursor of `bits`."""
        lengths: list[tuple[int, int]] = []
        symbol = 0
        while symbol < alphabet:
            nibble = bits.read(4)
            require(nibble != 13, "13 is not a length of a code word")
            if nibble == 14:
                symbol += bits.read(4) + 2
            elif nibble == 15:
                symbol += bits.read(8) + 18
            else:
                if nibble:
                    lengths.append((nibble, symbol))
                symbol += 1
        require(symbol == alphabet, "a run leaves the alphabet")
        lengths.sort()
        if len(lengths) == 1:
            require(lengths[0][0] == 1, "an only symbol has one bit")
        else:
            total = sum(2 ** (12 - length) for length, _ in lengths)
            require(total in (0, 2**12), "the lengths give no complete code")
        self.words: dict[tuple[int, int], int] = {}
        word, before = -1, 0
        for length, symbol in lengths:
            word = (word + 1) << (length - before)
            before = length
            self.words[length, word] = symbol
        if len(lengths) == 1:
            self.words[1, 1] = self.words[1, 0]

    def read(self, bits: Bits) -> int:
        """The symbol whose code word is at the cursor."""
        require(bool(self.words), "reading from an empty code")
        word = length = 0
        while (length, word) not in self.words:
            word, length = 2 * word + bits.read(1), length + 1
        return self.words[length, word]


def tokens(m: int) -> int:
    """How many tokens the numbers 0 .. m - 1 have (section 9.1)."""
    return m if m <= 128 else 121 + (m - 1).bit_length()


def read_number(code: PrefixCode, bits: Bits) -> int:
    """A token and its extra bits."""
    return number_of(code.read(bits), bits)


def number_of(token: int, bits: Bits) -> int:
    """The number of a token, whose extra bits follow."""
    if token < 128:
        return token
    low = token - 120 - 1
    return (1 << low) + bits.read(low)
