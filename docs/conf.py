"""Configuration of the documentation: Sphinx with MyST and numpydoc, built offline by `make docs`."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # a few small networks are drawn: compiling would take longer
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # environments draw themselves without a screen

import astrosim  # noqa: E402  # behind the path that it may lie on

project = "astrosim"
author = "The astrosim authors"
project_copyright = author
version = release = astrosim.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "generated_pages",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_ext", "_templates"]
nitpicky = True
nitpick_ignore_regex = [
    ("py:obj", ".*"),  # words between single backticks in docstrings, which need not be objects of a page
    ("py:class", ".*"),  # bases that belong to other packages, or to no public door
]

myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 4
smartquotes_action = "q"  # options keep their two hyphens
nb_execution_mode = "off"  # notebooks show the outputs that they were executed with

default_role = "py:obj"
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # numpydoc's sections say the types, with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = f"astrosim {release}"
html_static_path = ["_static"]
html_css_files = ["astrosim.css"]
html_sidebars = {"gallery": [], "search": [], "genindex": []}  # pages that no other page of their part stands beside
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
html_theme_options = {
    "logo": {"text": "astrosim"},
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "show_nav_level": 1,
    "navigation_depth": 3,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
}
copybutton_exclude = ".linenos, .gp, .go"
