"""How the documentation is built: offline, with warnings as errors (``make docs``)."""

import sys
from pathlib import Path

from planner import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "Territory planner"
release = __version__
copyright = "the territory planner's authors, Apache-2.0"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "extensions.reference",
    "extensions.formulas",
]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Territory planner"
html_static_path: list[str] = []
html_math_renderer = "svg"
html_show_sphinx = False
exclude_patterns = ["_build", "extensions"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
nitpicky = False
# Options are written with two hyphens, which must stay two.
smartquotes = False
