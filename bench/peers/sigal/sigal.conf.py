"""sigal as a generator of such a site: an album for each folder (a camera's day), videos linked, no pictures made.

The archive is an argument. sigal knows no page of a day; it has one for each folder. It starts in this folder.
"""

theme = "theme"
plugin_paths = ["."]
plugins = ["sidecars"]
title = "Bench"
use_orig = True
orig_link = True
make_thumbs = False
