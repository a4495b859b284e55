"""diff: what changed between two models, as a report or as an overlay."""
