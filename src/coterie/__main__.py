"""``python -m coterie``: the command line without its entry point."""

from coterie.cli import app

if __name__ == "__main__":
    app()
