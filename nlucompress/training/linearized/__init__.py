"""Training a network's first-order expansion: a linear least-squares problem, without torch."""
