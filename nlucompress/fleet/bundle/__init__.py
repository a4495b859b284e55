"""Bundles: many packed models in one file, each found by its name; BUNDLE.md tells the bytes."""
