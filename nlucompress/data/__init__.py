"""Labelled data: texts and tagged sentences."""
