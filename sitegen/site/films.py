"""What players take of a camera's day: playlists, and the facts of its clips for lists and scripts. Reads the index only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sitegen.clip import Camera
from sitegen.site.contexts import DayFacts
from sitegen.site.footage import footage_js
from sitegen.site.m3u import clips_m3u
from sitegen.site.model import Model
from sitegen.site.playlist import Film, playlist


def lists(model: Model, facts: DayFacts, camera: Camera, root: str) -> tuple[bytes, bytes]:
    """Return clips.m3u and footage.js of a camera's day."""
    paths = model.index.in_pieces(facts.bounds.date, camera.id)
    in_pieces = {one.view.id for one in facts.shown if one.placed.clip.path in paths}
    views, full = facts.views(), model.site.full_video
    begins = model.index.begins_of_day(facts.bounds.date, camera.id)
    late = {
        one.view.id: begins[one.placed.clip.path] for one in facts.shown if one.placed.clip.path in begins
    }
    script = footage_js(camera.slug, facts.bounds, views, in_pieces, facts.gap_views, full=full, begins=late)
    return clips_m3u(views, root), script


class Playlists(NamedTuple):
    """The bytes of a camera's day's playlists."""

    originals: bytes
    """Of the previews, where the site offers nothing else."""
    low: bytes


def playlists(model: Model, day: date, camera: Camera, root: str) -> Playlists:
    """Return the playlists; a segment whose headers are not known, or whose preview is not made, is missing in them."""
    low = playlist(_films(model, day, camera, low=True), root)
    if not model.site.full_video:
        return Playlists(low, low)
    return Playlists(playlist(_films(model, day, camera, low=False), root), low)


def _films(model: Model, day: date, camera: Camera, *, low: bool) -> list[Film]:
    headers = model.index.headers_of_day(day, camera.id, low=low)
    shown = model.one_day(day).by_camera.get(camera.id, ())
    films = [
        Film(one.view.start, one.view.end, url, headers.get(one.placed.clip.path))
        for one in shown
        if one.listed_as == "segment" and one.view.end is not None
        for url in (one.view.low_video if low else one.view.video,)
        if url
    ]
    return [_in_its_time(film) for film in films]


def _in_its_time(film: Film) -> Film:
    """Return a film that lasts when its pictures are of: a sub-stream's begins and ends at key frames of its own."""
    if film.headers is None or not film.headers.begins_s:
        return film
    start = film.start + timedelta(seconds=film.headers.begins_s)
    return film._replace(start=start, end=start + timedelta(seconds=film.headers.seconds))
