"""Errors of ``[quota]`` that one key causes, each with its finding."""

from __future__ import annotations

from planner.errors import InfeasibleError, ScenarioError
from planner.findings import Finding


def wrong_key(key: str, code: str, message: str, advice: str) -> ScenarioError:
    """Return the error of a key that asks for what does not exist or contradicts another.

    Parameters
    ----------
    key
        Its dotted path.
    code, message, advice
        Of the finding; the error says both.
    """
    return ScenarioError(f"{message} {advice}", (_find(key, code, message, advice),))


def no_room(key: str, code: str, message: str, advice: str) -> InfeasibleError:
    """Return the error of a key with which no quotas can add up.

    Parameters
    ----------
    key
        Its dotted path.
    code, message, advice
        Of the finding; the error says both.
    """
    return InfeasibleError(f"{message} {advice}", (_find(key, code, message, advice),))


def _find(key: str, code: str, message: str, advice: str) -> Finding:
    return Finding(severity="error", code=code, message=message, advice=advice, subject=key)
