"""Encodings of a matrix, one file each, and of the numbers in it."""
