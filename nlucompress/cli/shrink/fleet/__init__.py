"""`nlucompress fleet`: a recipe over many models, and bundles of what it made."""
