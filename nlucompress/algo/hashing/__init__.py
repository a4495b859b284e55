"""Keys to hashes, and minimal perfect hashes."""
