"""Numbers to few levels: even grids, codebooks, product quantization."""
