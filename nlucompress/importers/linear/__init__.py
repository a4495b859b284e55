"""Linear classifiers of other programs."""
