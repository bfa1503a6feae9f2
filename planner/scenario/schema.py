"""The JSON schema of a scenario, for editors that complete and check TOML."""

from __future__ import annotations

import json

from planner.scenario.model import Scenario


def schema_text() -> str:
    """Return the schema, made from the models that read the scenario."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "Another scenario, from this one's folder; only the differences are written.",
    }
    # A scenario that extends another may leave everything to it.
    schema.pop("required", None)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
