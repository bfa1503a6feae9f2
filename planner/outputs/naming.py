"""Names that are safe as a file's or a folder's."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60


def slug(name: str) -> str:
    """Return a name as lower-case letters, digits and hyphens; ``plan`` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    joined = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return joined[:LONGEST].rstrip("-") or "plan"
