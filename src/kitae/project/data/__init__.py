"""What a person sees of the data and does with it: differences, restoring, forgetting, the data report."""
