"""Pipelines of scikit-learn, from memory, pickles and skops files."""
