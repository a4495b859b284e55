"""Neural sentence classifiers in NumPy, and their linearizations."""
