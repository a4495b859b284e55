"""merge: the weights of two models of one basis, mixed."""
