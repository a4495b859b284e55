"""Training near the weights of the model that is replaced."""
