"""The accounts of a company: ids, owners, families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs import account_checks, rep_checks
from planner.inputs.families import find_ancestors
from planner.inputs.frames import Frame
from planner.inputs.identities import Directory, index_ids, match_ids, shorten, translate_words

if TYPE_CHECKING:
    import pandas as pd

STATUS_WORDS = {
    "customer": "customer", "client": "customer", "active": "customer",
    "customer - direct": "customer", "customer - channel": "customer",
    "active customer": "customer", "existing customer": "customer",
    "prospect": "prospect", "prospective": "prospect", "lead": "prospect", "target": "prospect",
    "suspect": "prospect", "opportunity": "prospect",
    "closed": "closed", "inactive": "closed", "lost": "closed", "out of business": "closed",
    "former customer": "closed", "churned": "closed",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts that take part, sorted by id, and what is wrong with them."""

    table: pd.DataFrame
    index: dict[str, str]
    findings: tuple[Finding, ...]


def add_families(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``family``: the ultimate parent's id, through parents that take no part as well.

    An unknown parent still names the family that its children share.
    """
    import pandas as pd

    data = frame.copy(deep=False)
    ids = data["account_id"].fillna("")
    words = ids.tolist()
    index = index_ids(text for text in words if text)
    parents = match_ids(data["parent_id"], index).fillna(data["parent_id"])
    own = parents.isna() | (parents == ids)
    pairs = (ids[~own].tolist(), parents[~own].tolist())
    links = {child: parent for child, parent in zip(*pairs, strict=True) if child}
    # Two unknown spellings of one parent, of 15 and 18 characters, are one family.
    links = {child: index.get(shorten(parent), shorten(parent)) for child, parent in links.items()}
    ancestors = find_ancestors(links)
    families = [ancestors.get(text, text) for text in words]
    data["family"] = pd.Series(families, index=ids.index, dtype="str")
    data["parent_id"] = parents.where(~own, None).astype("str")
    return data


def gather_accounts(frame: Frame, directory: Directory) -> Accounts:
    """Check the accounts and join them to their owners.

    Parameters
    ----------
    frame
        The accounts that take part, with families and money in minor units.
    directory
        The reps by id and name.
    """
    data = frame.frame.copy(deep=False)
    data["owner_given"] = data["owner_id"]
    data["owner_id"] = directory.match(data["owner_given"])
    data["status"] = translate_words(data["status"], STATUS_WORDS)
    findings = [
        *rep_checks.check_duplicate_ids(data, "accounts", "account_id"),
        *account_checks.check_accounts(frame, data, directory),
    ]
    known = data[data["account_id"].notna() & ~data["account_id"].duplicated()]
    table = known.sort_values("account_id", kind="stable")
    table = table.reset_index(drop=True)
    return Accounts(
        table=table, index=index_ids(table["account_id"].tolist()), findings=tuple(findings)
    )
