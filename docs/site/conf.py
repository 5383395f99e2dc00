"""Sphinx's settings for the reading site. `course site` prepares the pages and calls Sphinx with this file."""

project = "Training neural networks"
copyright = "the authors. Text and figures: CC BY 4.0; code: BSD-3-Clause"  # the theme puts a © before it
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # a folded part of a lecture may begin below a heading's level

# The notebooks come with their outputs.
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # would be asked of another host; nothing live is on the pages
nb_merge_streams = True

# Beside the pages (`course site` lays it there): nothing is asked of another host.
mathjax_path = "mathjax/tex-chtml.js"

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False  # the notebooks to download are the learners', not those prepared for reading
html_show_sourcelink = False
templates_path = ["_templates"]
html_sidebars = {"**": ["site-name.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "show_navbar_depth": 1,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = ".cell_input div.highlight pre, div.highlight-sh pre"
