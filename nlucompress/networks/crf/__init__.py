"""Conditional random fields and the attributes of tokens that they read."""
