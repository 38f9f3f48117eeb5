"""The `coscribe` command; also what `python -m coscribe` runs."""

from coscribe.cli.command import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
