"""Runs the planner as a module: ``python -m planner COMMAND``."""

from planner.cli import main

if __name__ == "__main__":
    main()
