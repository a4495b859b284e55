"""`nlucompress evaluate`: the command, and its report as text and as a page."""
