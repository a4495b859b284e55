"""`nlucompress diff`."""
