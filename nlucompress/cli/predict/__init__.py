"""`nlucompress predict`: of texts and of tagged tokens."""
