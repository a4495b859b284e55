"""Models of fastText."""
