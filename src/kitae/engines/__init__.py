"""How things are done: everything that leans on a heavy library or serves several stages."""
