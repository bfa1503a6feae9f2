"""The API's own schema, asked at random: nothing that anybody sends makes the server fail."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reviews import Review

# What ends the session, starts a planning run, or removes who asks.
LEFT_OUT = {("POST", "/api/sign-out"), ("POST", "/api/plans/{plan}/runs"), ("GET", "/enter")}


def load(review: Review, name: str) -> Any:
    document = review.client(name).get("/api/schema.json").json()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "plan" and path:
                    # Any other key is a 404; the plan that is there is what can go wrong.
                    parameter["schema"] = {"enum": ["baseline", "baseline", "nowhere"]}
    return schemathesis.openapi.from_dict(document)


# Both stores and two kinds of users; the second store and user are asked less often.
@pytest.mark.parametrize(
    ("shared_review", "name", "examples"),
    [("sqlite", "owner", 8), ("postgresql", "owner", 4), ("postgresql", "mia", 6)],
    indirect=["shared_review"],
)
def test_no_request_makes_the_server_fail(shared_review: Review, name: str, examples: int) -> None:
    """Every operation with generated parameters and bodies answers below 500."""
    client, faults = shared_review.client(name), []
    for result in load(shared_review, name).get_all_operations():
        operation = result.ok()
        if (operation.method.upper(), operation.path) in LEFT_OUT:
            continue

        faults += ask_at_random(client, operation, shared_review.url, examples)
    assert faults == [], json.dumps(faults[:5], indent=1, default=str)


def ask_at_random(
    client: httpx.Client, operation: Any, url: str, examples: int
) -> list[tuple[Any, ...]]:
    """Return what made the server fail, of some requests that fit an operation."""
    faults = []

    @given(data=st.data())
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        wanted = case.as_transport_kwargs(base_url=url)
        kept = {key: value for key, value in wanted.items() if key in KNOWN}
        headers = {
            key: value
            for key, value in dict(wanted.get("headers") or {}).items()
            if key.lower() in {"accept", "content-type"}
        }
        answer = client.request(**kept, headers=headers)
        if answer.status_code >= 500:
            faults.append((operation.label, answer.status_code, answer.text[:200], str(kept)[:300]))

    ask()
    return faults


KNOWN = {"method", "url", "params", "json", "data", "content"}
