"""Labels in columns: different labels print differently, and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlucompress.cli.shared.show.cells import named_examples
from nlucompress.cli.shared.show.printable import cell
from nlucompress.data.examples import Examples

PIECES = st.sampled_from(["\t", "\n", "\\", "t", "n", "x09", "u2028", "\u2028", "\x85", "a", "\\t"])
LABELS = st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=2, max_size=2, unique=True)


@given(LABELS)
def test_labels_stay_different_on_one_line(labels: list[str]) -> None:
    shown = [cell(label) for label in labels]
    assert shown[0] != shown[1]
    assert all(each.isprintable() for each in shown)
    read = named_examples(Examples(tuple(shown), ("a", "b")), labels)
    if not set(shown) & set(labels):
        assert list(read.labels) == labels


def test_what_is_printed() -> None:
    assert [cell(each) for each in ("a\tb", "a\\tb", "C:\\dir", "\\\t")] == [
        "a\\tb",
        "a\\\\tb",
        "C:\\dir",
        "\\\\\\t",
    ]
