"""Commands that prove that it works."""
