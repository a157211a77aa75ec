"""`python -m feedgen` and the `feedgen` command."""

from feedgen.cli import main

if __name__ == "__main__":
    main()
