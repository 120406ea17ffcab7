"""The terminal: parses and renders, never computes. One file per group of commands."""
