"""Sequence taggers of other programs."""
