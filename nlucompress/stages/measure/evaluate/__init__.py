"""evaluate: accuracy, what a model breaks that a reference got right, and gates."""
