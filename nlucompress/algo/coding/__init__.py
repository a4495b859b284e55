"""Numbers to few bits and back: bit arrays, offsets, prefix codes, coded rows."""
