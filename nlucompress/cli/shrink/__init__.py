"""Commands that make it small."""
