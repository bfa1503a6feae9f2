"""A plan's folder for one CRM: checked in memory, then written with its README."""

from __future__ import annotations

from pathlib import Path

from planner.outputs.crm.dynamics import dynamics_package
from planner.outputs.crm.files import LARGEST_BYTES, check_file, write_file
from planner.outputs.crm.hubspot import hubspot_package
from planner.outputs.crm.package import Package
from planner.outputs.crm.readme import write_readme
from planner.outputs.crm.review import changes_table, open_opportunities_table, plan_changes
from planner.outputs.crm.salesforce import salesforce_package
from planner.outputs.csv_files import write_csv
from planner.outputs.parameters import ExportParameters
from planner.outputs.plan import Plan


def make_package(plan: Plan, system: str) -> Package:
    """Return the load files of a plan for a CRM, each held against its specification.

    Parameters
    ----------
    system
        salesforce, hubspot or dynamics.

    Raises
    ------
    FaultError
        When a file is not as the CRM wants it.
    """
    settings = ExportParameters.model_validate(plan.provenance.scenario.get("export") or {})
    if system == "salesforce":
        package = salesforce_package(plan, settings.salesforce)
    elif system == "hubspot":
        package = hubspot_package(plan, settings.hubspot)
    else:
        package = dynamics_package(plan, settings.dynamics)
    for file in package.files:
        check_file(file)
    return package


def write_crm(
    plan: Plan, folder: Path, system: str, against: Plan | None, largest: int = LARGEST_BYTES
) -> None:
    """Write the load files, the README and what people look at before they load.

    Parameters
    ----------
    against
        An earlier plan to report changes against; today's owners where None.
    largest
        Bytes that one file may have.
    """
    package = make_package(plan, system)
    names = {
        file.stem: [
            path.name for path in write_file(file, folder, newline=package.newline, largest=largest)
        ]
        for file in package.files
    }
    changes = plan_changes(plan, against)
    currency = plan.data.currency
    write_csv(changes_table(changes), currency, folder / "changes.csv")
    write_csv(open_opportunities_table(plan), currency, folder / "open_opportunities.csv")
    write_readme(plan, package, names, changes, against, folder / "README.md")
