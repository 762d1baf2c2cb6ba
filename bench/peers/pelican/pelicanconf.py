"""Pelican as a generator of such a site: a reader of sidecars, archives by day, a category for each camera.

BENCH_ARCHIVE is the archive. Pelican knows no page of a camera's day; it has a page for each day and for each camera.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sidecars

PATH = os.environ["BENCH_ARCHIVE"]
SITEURL = ""
SITENAME = "Bench"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PLUGINS = [sidecars]
THEME = str(Path(__file__).parent / "theme")
THEME_STATIC_PATHS = []
STATIC_PATHS = []
DELETE_OUTPUT_DIRECTORY = False
DEFAULT_PAGINATION = False
ARTICLE_SAVE_AS = ""
AUTHOR_SAVE_AS = AUTHORS_SAVE_AS = TAGS_SAVE_AS = TAG_SAVE_AS = ARCHIVES_SAVE_AS = ""
CATEGORIES_SAVE_AS = "cameras/index.html"
CATEGORY_SAVE_AS = "cameras/{slug}/index.html"
DAY_ARCHIVE_SAVE_AS = "{date:%Y/%m/%d}/index.html"
DIRECT_TEMPLATES = ["index", "categories"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
CACHE_CONTENT = False
