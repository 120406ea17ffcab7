"""One look at the bytes of a column tells which rows a slower check may find something in."""
