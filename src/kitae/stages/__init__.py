"""The work: one package per stage. No stage imports another; they meet in artifacts."""
