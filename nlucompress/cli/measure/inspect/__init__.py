"""`nlucompress inspect`: the command and what it prints."""
