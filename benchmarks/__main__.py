"""Run one benchmark: ``python -m benchmarks NAME [arguments]``.

Every module of this folder that has a function ``run`` is a command; its ``add_arguments`` says
what it takes, and the first line of its docstring what it does.
"""

from __future__ import annotations

import argparse
import pkgutil
from importlib import import_module
from types import ModuleType

import benchmarks


def find_commands() -> dict[str, ModuleType]:
    """Return the modules of this folder that can be run, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(benchmarks.__path__))
    modules = {name: import_module(f"benchmarks.{name}") for name in names if name != "__main__"}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main() -> None:
    """Read the command line and run the benchmark that it names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True)
    modules = find_commands()
    for name, module in modules.items():
        first_line = (module.__doc__ or "").strip().splitlines()[0]
        module.add_arguments(commands.add_parser(name, help=first_line))
    arguments = parser.parse_args()
    modules[arguments.name].run(arguments)


if __name__ == "__main__":
    main()
