"""Conditional random fields: expected counts and the solver."""
