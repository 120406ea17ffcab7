"""What runs next: the recipe, the order of stages, fingerprints, the runner."""
