"""`nlucompress train`: the command, and the options of each kind of model."""
