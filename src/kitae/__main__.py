"""`python -m kitae` is the command `kitae`."""

from kitae.cli.app import main

if __name__ == "__main__":
    main()
