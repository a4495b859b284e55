"""Stages that measure: accuracy, flips, bytes, differences."""
