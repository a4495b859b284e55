"""Many models as one job: recipes, the engine that runs them, what came out, and bundles."""
