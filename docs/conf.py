"""The documentation site: ``pip install -e ".[docs]" && sphinx-build docs site``."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import micrograd_tut

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "micrograd_tut"
author = "the developers of micrograd_tut"
release = version = micrograd_tut.__version__
copyright = author

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "accessible",
    "knowledge_check",
    "mathml",
    "parts",
    "public_names",
    "browser_python",
]
exclude_patterns = ["extensions", "console"]

# Docstrings: plain `names` are code, and types are in the signatures.
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_use_ivar = True
python_use_unqualified_type_names = True

# Lessons are executed, and an error in one ends the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_ipywidgets_js = {}  # a progress bar needs no script from elsewhere

# A line about each kernel, and one that it is not encrypted, would hide real warnings.
ipython = tempfile.TemporaryDirectory()
profile = Path(ipython.name) / "profile_default"
profile.mkdir()
(profile / "ipython_kernel_config.py").write_text('c.IPKernelApp.log_level = "ERROR"')
os.environ["IPYTHONDIR"] = ipython.name
logging.getLogger("traitlets").setLevel("WARNING")

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

# Prompts are not copied.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "micrograd_tut"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_favicon = "static/icon.svg"
html_copy_source = False
html_show_sphinx = False
