"""Linear models: losses and the solver."""
