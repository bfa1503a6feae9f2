"""A small company whose tables a test can change before they are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from planner.inputs.data import PlanningData
from planner.inputs.loading import load
from planner.inputs.parameters import (
    ControlParameters,
    InputsParameters,
    PeriodParameters,
    TableParameters,
)

ACCOUNTS = """account_id,name,latitude,longitude,postal_code,country,segment,parent_id,owner_id,\
addressable_market,arr,renewal_date,Employees
007,Acme,40.71,-74.00,10001,US,Enterprise,,R1,"$1,234.50",100,2027-02-01,50
008,Bolt,41.88,-87.63,60601,US,SMB,007,R2,(500),200,2027-03-01,60
009,Crane,34.05,-118.24,90001,US,SMB,,Ann Lee,700,300,,70
010,Delta,,,77001,US,SMB,999,R2,800,400,,
""".replace("(500)", "500")
REPS = """rep_id,name,role,manager_id,coverage,hire_date,ote,segments
M1,Max Boss,Manager,,none,2019-01-01,,
R1,Ann Lee,AE,M1,direct,2020-01-01,"200,000",
R2,Bob Ray,AE,Max Boss,direct,2021-06-01,180000,SMB;Mid
"""
HISTORY = """account_id,date,amount,rep_id,type
007,2026-01-05,100.10,R1,new
007,2026-05-05,50,R1,renewal
008,2026-03-01,-20,R2,expansion
404,2026-04-01,7,R2,new
"""
QUOTAS = """rep_id,start,quota
R1,2026-01-01,1000
R1,2026-07-01,1000
R2,2026-01-01,900
"""
TABLES = {"accounts": ACCOUNTS, "reps": REPS, "history": HISTORY, "quotas": QUOTAS}


class Company:
    """A folder of tables and the parameters to read them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, TableParameters] = {}
        self.period = PeriodParameters(start=date(2027, 1, 1))
        self.control = ControlParameters()
        self.currency = "USD"
        self.rates: dict[str, float] = {}
        for name, text in TABLES.items():
            self.write(name, text)

    def write(
        self, table: str, content: str | bytes, suffix: str = ".csv", **options: object
    ) -> Path:
        """Write a table's file and point the scenario at it."""
        path = self.folder / f"{table}{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.tables[table] = TableParameters.model_validate({"path": path.name, **options})
        return path

    def replace(self, table: str, old: str, new: str, **options: object) -> None:
        """Write a table with one text replaced, which must be there."""
        text = TABLES[table]
        assert old in text
        self.write(table, text.replace(old, new, 1), **options)

    def set(self, table: str, **options: object) -> None:
        """Change the parameters of a table."""
        old = self.tables[table].model_dump(exclude_unset=True)
        self.tables[table] = TableParameters.model_validate({**old, **options})

    def load(self) -> PlanningData:
        """Read the company."""
        inputs = InputsParameters.model_validate(self.tables)
        return load(inputs, self.period, self.control, self.currency, self.rates, self.folder)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return four accounts, three people, four orders and three quotas."""
    return Company(tmp_path)


@pytest.fixture
def codes() -> Callable[[PlanningData], set[str]]:
    """Return a function that lists the codes of a company's findings."""
    return lambda data: {finding.code for finding in data.findings}
