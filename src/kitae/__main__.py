"""`python -m kitae` is the command `kitae`."""

from kitae.cli.entry import main

if __name__ == "__main__":
    main()
