"""Runs the planner from a checkout: ``python cli.py COMMAND`` does what ``planner COMMAND`` does."""

from planner.cli import main

if __name__ == "__main__":
    main()
