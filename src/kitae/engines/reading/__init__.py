"""Bytes of a file -> rows: encodings, formats, mending by named rules, quarantine. Knows no stage."""
