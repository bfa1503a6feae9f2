"""The methods that potential can be estimated with, the simplest first."""

from __future__ import annotations

from planner.potential.methods.baselines import LastYear, Linear, Mean, Smoothing
from planner.potential.methods.blend import Blend
from planner.potential.methods.models import Method
from planner.potential.methods.shrinkage import Shrinkage
from planner.potential.methods.trees import Trees


def methods() -> tuple[Method, ...]:
    """Return all methods, the simplest first."""
    return (LastYear(), Mean(), Smoothing(), Linear(), Shrinkage(), Trees(), Blend())


def method_named(name: str) -> Method:
    """Return the method with a name.

    Raises
    ------
    KeyError
        When there is none.
    """
    return {method.name: method for method in methods()}[name]
