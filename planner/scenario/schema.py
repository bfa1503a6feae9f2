"""The JSON schema of a scenario, for editors that complete and check TOML."""

from __future__ import annotations

import json

from planner.scenario.model import Scenario


def schema_text() -> str:
    """Return the schema, made from the models that read the scenario."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extends"] = {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"path": {"type": "string"}, "outside": {"const": True}},
                "required": ["path", "outside"],
                "additionalProperties": False,
            },
        ],
        "description": "Another scenario beside this one or below; only the differences are "
        "written. One elsewhere: { path = ..., outside = true }.",
    }
    # A scenario that extends another may leave everything to it.
    schema.pop("required", None)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
