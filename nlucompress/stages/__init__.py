"""The stages: each takes a Model and frozen options and returns a Model or a report."""
