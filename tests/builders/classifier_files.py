"""Smallest files of foreign linear classifiers, written from their importers' descriptions."""

from __future__ import annotations

from collections.abc import Sequence

STATE = """initial_t 0
norm normalizer 85.5
t 24
sd::oec.weighted_labeled_examples 0
current_pass 0
l1_state 0
l2_state 1
"""
NAMED = (
    "7:28:-0.5 4.1 1",
    "7[1]:29:0.25 4.1 1",
    "w^the:12344:0.125 8.5 1",
    "w^the[2]:12346:-1.5 6.2 1",
    "föö:150328:1e-1 1 1",
    "Constant:202096:0.5 1 1",
    "Constant[2]:202098:-0.25 1 1",
)


def vowpal(
    weights: Sequence[str] = NAMED,
    options: str = "--oaa 3",
    bounds: tuple[str, str] = ("-1", "1"),
    bits: int = 18,
    ngrams: str = "",
    state: str = STATE,
    skips: str = "",
) -> bytes:
    """What `vw --invert_hash` writes, or `--readable_model` with weights that have no names."""
    count = len(ngrams.split())
    low, high = bounds
    return (
        f"Version 9.11.9\nId \nMin label:{low}\nMax label:{high}\nbits:{bits}\nlda:0\n"
        f"{count} ngram:{ngrams}\n0 skip:{skips}\noptions: {options}\nChecksum: 12\n"
        f":{int(bool(state))}\n{state}" + "".join(f"{line}\n" for line in weights)
    ).encode()


PLACES = ("28:-0.5 4.1 1", "29:0.25 4.1 1", "12346:-1.5 6.2 1", "202096:0.5", "202098:-0.25 1 1")


def liblinear(
    solver: str = "L2R_LR",
    labels: Sequence[int] = (3, 1, -2),
    weights: Sequence[str] = ("0.5 -0.25 1", "0 0 2e-1", "-1 0 0", "0.125 0.25 -1.5"),
    bias: str = "1",
    features: int = 3,
) -> bytes:
    """A model file of LIBLINEAR; the last line of weights is the bias."""
    names = " ".join(map(str, labels))
    return (
        f"solver_type {solver}\nnr_class {len(labels)}\nlabel {names}\nnr_feature {features}\n"
        f"bias {bias}\nw\n" + "".join(f"{line} \n" for line in weights)
    ).encode()


JSON = """{"labels": ["on", "off"], "features": {"kind": "ngrams", "words": [1, 2], "chars": [],
 "weighting": "binary"}, "network": {"kind": "linear", "settings": {"link": "softmax"},
 "tensors": {"bias": [[0.5, -0.25]]}}, "tables": {
"features": {
"light": [1.5, 0.0],
"füße": [0.0, -3.25]}}}
""".encode()

FILES = {
    "vowpal-wabbit": vowpal(),
    "vowpal-wabbit places": vowpal(PLACES, "--oaa 3 --hash all", ngrams="2 w3"),
    "liblinear": liblinear(),
    "nlucompress-json": JSON,
}
