"""The site of the documentation: `sphinx-build -W --keep-going -n -b html docs build/site`."""

from reviewer import __version__

project = "reviewer"
version = release = __version__
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["man", "examples"]
nitpicky = True

myst_heading_anchors = 3

html_theme = "furo"
html_title = f"reviewer {version}"
html_show_sphinx = False
html_show_copyright = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {"source_edit_link": "", "top_of_page_buttons": []}
