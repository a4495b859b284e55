"""Recipes: what is done to a model, written down in TOML and checked as a whole."""
