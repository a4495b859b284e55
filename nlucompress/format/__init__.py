"""Bytes to Model and back; FORMAT.md beside this file is the specification."""
