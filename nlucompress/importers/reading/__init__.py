"""What importers read with: streams, JSON, pickled values, keys and weights."""
