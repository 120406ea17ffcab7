"""Damaged files made from real ones, and what must hold for whatever the importers make of them."""
