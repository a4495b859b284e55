"""compress: from a model to the smallest file that keeps its promises."""
