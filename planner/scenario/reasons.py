"""Why a scenario's value is refused, in the words of the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST_VALUE = 80
NUMBER = "must be a number"
TABLE = "must be a table of keys, such as { key = value }"
PLAIN = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": "must be a finite number",
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, such as [1, 2]",
    "list_type": "must be a list, such as [1, 2]",
    "dict_type": TABLE,
    "model_type": TABLE,
    "model_attributes_type": TABLE,
}
LIMITS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
    "literal_error": ("expected", "must be"),
}


def word_reasons(details: Sequence[ErrorDetails]) -> str:
    """Return why a value is refused; where several kinds are allowed, each is named.

    Parameters
    ----------
    details
        What the models say about one key: one entry, or one for each kind that it may be.
    """
    reasons = list(dict.fromkeys(_word(detail) for detail in details))
    kinds = [reason.removeprefix("must be ") for reason in reasons]
    if len(reasons) > 1 and all(reason.startswith("must be ") for reason in reasons):
        return f"must be {' or '.join(kinds)}"
    return "; ".join(reasons)


def _word(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in LIMITS:
        key, words = LIMITS[kind]
        return f"{words} {_show_limit(context[key])}"
    if kind.startswith(("date_", "datetime_")):
        return "must be a date, such as 2027-01-31"
    if kind in {"too_short", "string_too_short"}:
        return "must not be empty"
    if kind == "string_pattern_mismatch" and context.get("pattern") == "^[A-Z]{3}$":
        return "must be a currency's three letters, such as USD"
    reason = detail["msg"].removeprefix("Value error, ")
    return f"{reason[:1].lower()}{reason[1:]}"


def _show_limit(limit: object) -> str:
    # Limits of Decimal fields come as the text that Python would show.
    text = str(limit).removeprefix("Decimal('").removesuffix("')")
    return f"{int(text):,}" if text.isdecimal() else text


def show_value(value: Any) -> str:
    """Return a value as TOML writes it, cut where it is long; tables are only hinted at."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        text = f"[{', '.join(show_value(item) for item in value[:LONGEST_VALUE])}]"
    else:
        text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
