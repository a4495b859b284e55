"""Featurizers and NumPy forward passes: what an artifact needs to answer on its own."""
