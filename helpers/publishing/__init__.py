"""The course as a site to read: pages made from the executed notebooks, nothing executed again.

`pages` says which pages there are, `notebooks` prepares a lecture for reading, `strips` draws the frames that move
without a kernel, and `site` puts all of it before Sphinx, whose settings, style and script stand in `docs/site/`.
"""
