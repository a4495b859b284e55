"""Bytes of files and streams: addresses, packings, archives, whole-or-not-at-all writing."""
