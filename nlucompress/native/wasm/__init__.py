"""The reader for WebAssembly, and what builds it."""
