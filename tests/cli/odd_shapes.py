"""Companies of an odd shape: consistent tables of what hardly any company is."""

from __future__ import annotations

from tests.cli.damage import Company, Damage


def loop(company: Company, table: str, key: str, parent: str) -> None:
    """Make each row the child of the next one, and the last the child of the first."""
    rows = company.rows(table)
    for row, following in zip(rows, rows[1:] + rows[:1], strict=True):
        row[parent] = following[key]
    company.put(table, rows)


def swap_coordinates(company: Company) -> None:
    """Write longitudes as latitudes and the other way round."""
    rows = company.rows("accounts")
    for row in rows:
        row["latitude"], row["longitude"] = row["longitude"], row["latitude"]
    company.put("accounts", rows)


def grow_family(company: Company) -> None:
    """Make every account a member of the first one's family."""
    rows = company.rows("accounts")
    for row in rows[1:]:
        row["parent_id"] = rows[0]["account_id"]
    company.put("accounts", rows)


def keep_one_account(company: Company) -> None:
    """Leave one account alone in every table."""
    first = company.rows("accounts")[3]["account_id"]
    company.keep("accounts", lambda row: row["account_id"] == first)


def add_currencies(company: Company) -> None:
    """Mix three currencies into the history."""
    rows = company.rows("history")
    for number, row in enumerate(rows):
        row["currency"] = ("USD", "EUR", "JPY")[number % 3]
    company.put("history", rows)


def leave_required(company: Company) -> None:
    """Leave the required columns alone in the three main tables, and no other table."""
    for table, names in (
        ("accounts", ("account_id",)),
        ("history", ("account_id", "date", "amount")),
        ("reps", ("rep_id",)),
    ):
        company.put(table, company.rows(table), names)


# Companies of an odd shape. Those named in PLANNED are planned to the end, the others checked.
SHAPES: dict[str, Damage] = {
    "parents in a loop": lambda c: loop(c, "accounts", "account_id", "parent_id"),
    "managers in a loop": lambda c: loop(c, "reps", "rep_id", "manager_id"),
    "everyone his own manager": lambda c: c.put(
        "reps", [row | {"manager_id": row["rep_id"]} for row in c.rows("reps")]
    ),
    "each account its own parent": lambda c: c.put(
        "accounts", [row | {"parent_id": row["account_id"]} for row in c.rows("accounts")]
    ),
    "one family": grow_family,
    "coordinates swapped": swap_coordinates,
    "coordinates all 0, 0": lambda c: c.change("accounts", {"latitude": "0", "longitude": "0"}),
    "coordinates out of range": lambda c: c.change("accounts", {"latitude": "123"}),
    "coordinates all the same": lambda c: c.change(
        "accounts", {"latitude": "40.7", "longitude": "-74", "country": "US"}
    ),
    "no coordinates": lambda c: (
        c.without("accounts", "latitude", "longitude", "postal_code"),
        c.without("reps", "latitude", "longitude"),
    ),
    "poles and the date line": lambda c: c.change(
        "accounts", {"latitude": "90", "longitude": "180", "country": ""}, first=20
    ),
    "one country": lambda c: c.change("accounts", {"country": "US"}),
    "a country that is none": lambda c: c.change("accounts", {"country": "Atlantis"}),
    "one segment": lambda c: c.change("accounts", {"segment": "SMB"}),
    "a segment that nobody serves": lambda c: (
        c.change("accounts", {"segment": "Martian"}, first=3),
        c.change("reps", {"segments": "SMB;Mid-Market;Micro;Enterprise"}),
    ),
    "no segments": lambda c: c.without("accounts", "segment"),
    "all owners unknown": lambda c: c.change("accounts", {"owner_id": "NOBODY"}),
    "no owners": lambda c: c.change("accounts", {"owner_id": "", "owner_since": ""}),
    "all owned by one": lambda c: c.change("accounts", {"owner_id": "E1001"}),
    "all closed": lambda c: c.change("accounts", {"status": "closed"}),
    "all prospects": lambda c: c.change("accounts", {"status": "prospect"}),
    "all reps have left": lambda c: c.change(
        "reps", {"leave_date": "2025-01-31", "status": "leaving"}
    ),
    "all reps leave in the plan": lambda c: c.change("reps", {"leave_date": "2027-03-31"}),
    "all headcount open": lambda c: c.change(
        "reps",
        {"status": "tbh", "hire_date": "2027-06-01", "latitude": "", "longitude": "", "name": ""},
    ),
    "all on pool": lambda c: c.change("reps", {"coverage": "pool"}),
    "nobody covers": lambda c: c.change("reps", {"coverage": "none"}),
    "no managers": lambda c: (
        c.keep("reps", lambda row: row["coverage"] == "direct"),
        c.without("reps", "manager_id"),
    ),
    "one rep": lambda c: c.keep("reps", lambda row: row["rep_id"] == "E1001"),
    "capacity 0": lambda c: c.change("reps", {"capacity": "0"}),
    "capacity of a speck": lambda c: c.change("reps", {"capacity": "0.0001"}, first=3),
    "one account": keep_one_account,
    "fewer accounts than reps": lambda c: c.put("accounts", c.rows("accounts")[:3]),
    "history of zero": lambda c: c.change("history", {"amount": "0"}),
    "history of returns": lambda c: c.change("history", {"amount": "-10"}),
    "history on one day": lambda c: c.change("history", {"date": "2026-11-01"}),
    "history of one row": lambda c: c.put("history", c.rows("history")[:1]),
    "history of strangers": lambda c: c.change("history", {"account_id": "STRANGER"}),
    "history after the plan began": lambda c: c.change("history", {"date": "2027-05-05"}),
    "history long ago": lambda c: c.change("history", {"date": "1999-05-05"}),
    "no market": lambda c: c.change("accounts", {"addressable_market": "0"}),
    "market unknown": lambda c: c.change("accounts", {"addressable_market": ""}),
    "one giant": lambda c: c.change("accounts", {"addressable_market": "90000000000"}, first=1),
    "quotas of 0": lambda c: c.change("quotas", {"quota": "0", "attained": "0"}),
    "quotas that overlap": lambda c: c.change(
        "quotas", {"start": "2024-01-01", "end": "2026-12-31"}
    ),
    "pipeline of strangers": lambda c: c.change(
        "opportunities", {"account_id": "STRANGER", "rep_id": "STRANGER"}
    ),
    "pipeline of one stage": lambda c: c.change("opportunities", {"stage": "Open"}),
    "pipeline certain to be lost": lambda c: c.change("opportunities", {"probability": "7"}),
    "required columns alone": leave_required,
    "mixed currencies without a rate": add_currencies,
    "mixed currencies with rates": lambda c: (
        add_currencies(c),
        c.say("fx.EUR=1.08", "fx.JPY=0.0065"),
    ),
    "yen": lambda c: c.say('currency="JPY"'),
    "rupiah": lambda c: c.say('currency="IDR"'),
    "dinar": lambda c: c.say('currency="KWD"'),
    "no history": lambda c: c.put("history", c.rows("history")[:0] or [], c.rows("history")[0]),
    "names of markup": lambda c: (
        c.change("accounts", {"name": "</script><img src=x onerror=alert(1)>"}),
        c.change("reps", {"name": "=HYPERLINK(1)", "role": "<b>AE</b>"}),
        c.say("alignment.eligibility=[]"),
    ),
}  # fmt: skip
