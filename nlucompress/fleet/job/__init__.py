"""What a worker does: one model through a recipe, held to its time, told in a row."""
