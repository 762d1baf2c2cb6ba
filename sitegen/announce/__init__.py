"""Tells browsers and programs that a new revision of the site is out."""

from sitegen.announce.app import add_announcements, build_app
from sitegen.announce.run import run_announcer, serve_app

__all__ = ["add_announcements", "build_app", "run_announcer", "serve_app"]
