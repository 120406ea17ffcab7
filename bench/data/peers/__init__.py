"""Other tools on the same rows, each in a virtual environment of its own."""
