"""`nlucompress compress`."""
