"""fastText's classifiers."""
