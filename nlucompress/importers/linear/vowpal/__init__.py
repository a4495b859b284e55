"""Text models of Vowpal Wabbit."""
