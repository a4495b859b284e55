"""The version, written once: pyproject.toml reads it here too."""

VERSION = "0.1.0"
