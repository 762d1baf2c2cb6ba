"""Which feeds and playlists each kind of page names in `<link rel="alternate">`. Pure."""

from __future__ import annotations

from functools import lru_cache

from sitegen.clip import Camera
from sitegen.site.views import FeedLink

LATEST, LATEST_ATOM, CALENDAR = "feeds/latest.json", "feeds/latest.atom", "feeds/calendar.ics"

_JSON_FEED, _ATOM, _ICALENDAR = "application/feed+json", "application/atom+xml", "text/calendar"
_HLS, _M3U = "application/vnd.apple.mpegurl", "audio/x-mpegurl"
_CAMERAS_KEPT = 256


@lru_cache(1)
def of_site(title: str) -> tuple[FeedLink, ...]:
    """Return what every page names; `title` is the site's."""
    return (
        FeedLink(f"{title}: newest events", LATEST, _JSON_FEED),
        FeedLink(f"{title}: newest events (Atom)", LATEST_ATOM, _ATOM),
        FeedLink(f"{title}: events and outages", CALENDAR, _ICALENDAR),
    )


@lru_cache(_CAMERAS_KEPT)
def of_camera(title: str, camera: Camera) -> tuple[FeedLink, ...]:
    """Return what a camera's pages name: its own feeds first."""
    named = f"{title}: {camera.title}"
    feed = f"feeds/cameras/{camera.slug}"
    own = FeedLink(named, f"{feed}.json", _JSON_FEED), FeedLink(f"{named} (Atom)", f"{feed}.atom", _ATOM)
    return own + of_site(title)


def of_camera_day(title: str, camera: Camera, day_url: str, *, playlist: bool) -> tuple[FeedLink, ...]:
    """Return what a camera's day names; `day_url` is its page's, `playlist` says that the day has segments."""
    folder = day_url.rpartition("/")[0]
    day = folder.removeprefix(f"cameras/{camera.slug}/").replace("/", "-")
    named = f"{camera.title}, {day}"
    films: tuple[FeedLink, ...] = ()
    if playlist:
        films = (
            FeedLink(f"{named}: continuous recording", f"{folder}/playlist.m3u8", _HLS),
            FeedLink(f"{named}: continuous recording, small", f"{folder}/playlist-low.m3u8", _HLS),
        )
    clips = FeedLink(f"{named}: all videos", f"{folder}/clips.m3u", _M3U)
    return (*films, clips, *of_camera(title, camera))
