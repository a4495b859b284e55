"""Files of named tensors, one of which is the table."""
