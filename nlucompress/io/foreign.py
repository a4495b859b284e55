"""What a file is that is not what was asked for, told by its first bytes, for messages."""

from __future__ import annotations

LOOK = 4096  # bytes that are looked at, at most
_MAX_LENGTH = 100_000_000  # of a header of safetensors

_UNPACK = "unpack it first"
_IMPORT = "`nlucompress import` may read it"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", f"compressed by gzip: {_UNPACK}, by gunzip"),
    (b"\xfd7zXZ\x00", f"compressed by xz: {_UNPACK}, by unxz"),
    (b"BZh", f"compressed by bzip2: {_UNPACK}, by bunzip2"),
    (b"\x28\xb5\x2f\xfd", f"compressed by zstd: {_UNPACK}, by unzstd"),
    (b"PK\x03\x04", f"a zip archive: {_UNPACK}, by unzip"),
    (b"\x93NUMPY", f"a NumPy array: {_IMPORT}"),
    (b"\x89HDF\r\n\x1a\n", f"an HDF5 file, such as Keras writes: {_IMPORT}"),
    (b"FiFu", f"a file of finalfusion: {_IMPORT}"),
    (b"\xba\x16\x4f\x2f", f"a model of fastText: {_IMPORT}"),
    (b"lCRF", f"a model of CRFsuite: {_IMPORT}"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF"),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def named(head: bytes) -> str:
    """What a file is that begins so, with what to do; empty for text and what is unknown."""
    if head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= _MAX_LENGTH:
        return "a .nlu or safetensors file"
    for magic, what in _KINDS:
        if head.startswith(magic):
            return what
    if head[:1] == b"\x80" and b"\x02" <= head[1:2] <= b"\x05":
        return f"a Python pickle: {_IMPORT}"
    if head[:2] in _ZLIB and not _is_text(head):
        return f"compressed by zlib, as joblib does: {_IMPORT}"
    if head[257:262] == b"ustar":
        return f"a tar archive: {_UNPACK}, by tar -x"
    return ""


def instead_of_model(head: bytes) -> str:
    """The same where a model is read, which a text is not either."""
    what = named(head)
    if not what and _is_text(head):
        return "a text: `nlucompress import` brings vectors in, `train` learns from labelled lines"
    return what


def instead_of_text(head: bytes) -> str:
    """The same where text is read; text may begin as binary files do."""
    return "" if _is_text(head) else named(head)


def _is_text(head: bytes) -> bool:
    """Whether bytes are UTF-8, perhaps cut off within a character, without control characters."""
    if not head or any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True
