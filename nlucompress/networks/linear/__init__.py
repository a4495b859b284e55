"""Linear models: from text to weighted keys to scores."""
