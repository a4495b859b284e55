"""Arrays in, arrays out: hashing, packing, quantization and figures. No files, no global state."""
