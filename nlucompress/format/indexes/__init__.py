"""Key indexes: from a string to the number of its row."""
