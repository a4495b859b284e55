"""Commands that use it."""
