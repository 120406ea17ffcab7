"""Columns of text at the speed of memory: tokens, measures and signatures in compiled kernels."""
