"""The default theme makes every page of every sample: whole, strict, safe, and saying what there is to say."""

import gzip
import posixpath
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import page_samples
import pytest
from markup import markup
from msgspec.structs import replace
from page_samples import HOSTILE, RTL, SITE, busy_pages, empty_pages, hostile_pages, render
from view_samples import LONG, ZONE, busy_events, unmade

from sitegen.resources import resource
from sitegen.site.theme import Theme, load_theme
from sitegen.site.views import TroubleView

ATTACKS = {"script": HOSTILE, "long": LONG, "rtl": RTL, "percent": "%s {{ 7*7 }} %(x)s {% endif %}"}


@pytest.fixture(scope="module")
def default() -> Theme:
    return load_theme("default", search=(), zone=ZONE)


def scene(name: str):
    if name in ATTACKS:
        return hostile_pages(ATTACKS[name])
    dst = page_samples.date(2026, 10, 25)
    return {"busy": busy_pages, "empty": empty_pages, "dst": lambda: busy_pages(dst)}[name]()


SCENES = ("busy", "empty", "dst", *ATTACKS)


@pytest.mark.parametrize("name", SCENES)
def test_every_page_of_every_sample_is_whole_and_strict(default, name):
    """Tags are closed in order, ids are unique, and nothing is there that a strict CSP forbids."""
    for page in scene(name):
        seen = markup(render(default, page))
        assert not seen.wrong, (page.url, seen.wrong)
        assert not seen.open, (page.url, seen.open)
        ids = Counter(attrs["id"] for _, attrs in seen.tags if "id" in attrs)
        assert all(times == 1 for times in ids.values()), (page.url, ids)
        for tag, attrs in seen.tags:
            assert tag != "style", page.url
            assert tag != "script" or ("src" in attrs and "defer" in attrs), page.url
            assert not [key for key in attrs if key == "style" or key.startswith("on")], (page.url, attrs)
            in_a_card = attrs.keys() - {"loading"} == {"src", "alt"}  # there the style sheet says how large
            sized = in_a_card or {"alt", "width", "height"} <= attrs.keys()
            assert tag != "img" or sized, (page.url, attrs)
            links = [
                attrs[key] for key in ("href", "src", "poster", "data-src", "data-sprite") if key in attrs
            ]
            assert not [link for link in links if re.match(r"\s*([a-z]+:|/)", link, re.IGNORECASE)], (
                page.url,
                links,
            )


@pytest.mark.parametrize("name", ["script", "percent"])
def test_texts_from_outside_stay_texts(default, name):
    """What a name, a title, a tag or a file says is shown letter for letter and adds no element."""
    for plain, evil in zip(busy_pages(), scene(name), strict=True):
        evil_html = render(default, evil)
        assert "<script>alert" not in evil_html
        assert "onerror=alert(2)>" not in evil_html
        seen = markup(evil_html)
        allowed = {tag for tag, _ in markup(render(default, plain)).tags}
        assert {tag for tag, _ in seen.tags} <= allowed, evil.url
        if evil.template == "day.html":
            assert ATTACKS[name] in seen.text


def test_a_trouble_and_two_remedies_are_escaped_too(default):
    """What the status page says at times only: why no build can be done, and one reason with several remedies."""
    (page,) = (page for page in busy_pages() if page.url == "status/index.html")
    status = page.context["status"]
    trouble = TroubleView(what="archive", reason=HOSTILE, remedy=HOSTILE, since=status.built_at)
    problems = tuple(
        replace(status.problems[0], reason="same", remedy=f"{HOSTILE} {number}") for number in range(12)
    )
    told = replace(status, trouble=trouble, problems=problems)
    html = render(default, replace_context(page, status=told))
    assert "<script>alert" not in html
    assert markup(html).text.count(HOSTILE) == 14


def replace_context(page, **changes):
    return page_samples.SamplePage(page.url, page.template, page.context | changes)


def test_a_sites_title_is_escaped_too(default):
    """The site's own words come from a configuration file, not from HTML."""
    site = replace(SITE, title=HOSTILE, pages=(page_samples.PageLink(HOSTILE, "about/index.html"),))
    for page in empty_pages():
        assert "<script>alert" not in render(default, page, site)


def test_every_link_of_the_samples_leads_somewhere(default):
    """Links are relative and lead to a page of the site, to an asset, or to what the views name."""
    pages = list(busy_pages())
    urls = {page.url for page in pages} | {asset.path for asset in default.assets()}
    for page in pages:
        base = Path(page.url).parent
        for tag, attrs in markup(render(default, page)).tags:
            link = (attrs.get("href") or attrs.get("src") or "").partition("#")[0]
            if tag == "use" or not link:
                continue
            target = posixpath.normpath(base / link)
            known = target in urls or target.startswith(("media/", "previews/", "feeds/"))
            known = known or target == "manifest.webmanifest"
            of_a_day = r"\d{4}/\d\d/\d\d/(index\.html|playlist(-low)?\.m3u8|clips\.m3u)$"
            assert known or re.search(of_a_day, target), (page.url, link, target)
            assert not target.startswith(".."), (page.url, link)


def test_states_of_a_clip_are_said(default):
    """Being recorded, waiting for its preview, failed, adopted and without original: each is said in words."""
    texts = {page.url: markup(render(default, page)).text for page in busy_pages()}
    clips = {c.id: c for c in busy_events()}
    pages = {key: texts[c.url] for key, c in clips.items()}
    live, waiting = (next(i for i, c in clips.items() if c.end is None), "101-20261122T110410Z")
    assert "recording…" in pages[live]
    assert "the video follows" in pages[live]
    assert "preview follows" in texts["2026/11/22/index.html"]
    assert "4.2 MB, video/mp4" in pages[waiting]
    assert "ffmpeg could not decode the video" in pages["104-20261122T114000Z"]
    assert "no sidecar: times from the file" in pages["103-20261122T063109Z"]


def test_without_previews_the_original_plays_and_without_originals_nothing_links_to_them(default):
    """A page offers what is there: the original before its preview is made, previews only where the site says so."""
    clip = busy_events()[1]
    page = next(page for page in busy_pages() if page.url == clip.url)

    def sources(view, site=SITE) -> list[str]:
        changed = page_samples.SamplePage(page.url, page.template, page.context | {"clip": view})
        tags = markup(render(default, changed, site)).tags
        return [attrs["src"] for tag, attrs in tags if tag == "source"], [
            a for _, a in tags if "download" in a
        ]

    assert any(a["href"].endswith(clip.video) for a in sources(clip)[1])
    assert sources(unmade(clip))[0] == [f"../../../{clip.video}"]
    assert sources(clip)[0] == [f"../../../{clip.low_video}", f"../../../{clip.video}"]
    played, downloads = sources(replace(clip, video=""), replace(SITE, full_video=False))
    assert played == [f"../../../{clip.low_video}"]
    assert all("previews/" in a["href"] for a in downloads)


def test_the_day_on_which_clocks_go_back_has_its_doubled_hour(default):
    """25 hour marks, the two of the same name with their zones, and a word about the length of the day."""
    day = next(page for page in scene("dst") if page.template == "day.html")
    seen = markup(render(default, day))
    assert "it has 25 hours" in seen.text
    marks = [attrs.get("class") for tag, attrs in seen.tags if tag == "text"]
    assert len(marks) - marks.count("zone") == 25
    assert marks.count("zone") == 2


def test_pages_are_the_same_each_time(default):
    """P5: a page depends on its data and the theme only."""
    again = load_theme("default", search=(), zone=ZONE)
    assert again.fingerprint == default.fingerprint
    for page in busy_pages():
        assert render(default, page) == render(again, page)


def test_what_a_page_loads_is_small(default):
    """Compressed, the sheet of every page is at most 5 KB, with that of its kind at most 7 KB."""
    sheets = {asset.name: len(gzip.compress(asset.data, 9)) for asset in default.assets()}
    assert sheets["style.css"] <= 5_000
    for own in ("pages.css", "timeline.css", "viewer.css", "live.css"):
        assert sheets["style.css"] + sheets[own] <= 7_000, own


def test_a_card_is_small(default):
    """Hundreds of cards stand on a day's page: one with its preview is less than 450 bytes, and carries what filters need."""
    day = next(page for page in busy_pages() if page.template == "day.html")
    fox = next(card for card in cards(render(default, day)) if "Fox" in card)
    for words in (
        'data-camera="garden-gate"',
        'data-level="2"',
        'data-tags="fox\tnight"',
        "03:55:03",
        "38 s",
        "kept",
    ):
        assert words in fox
    plain = next(card for card in cards(render(default, day)) if "00:12:40" in card)
    assert "data-sprite" in plain
    assert len(plain.encode()) < 450, plain


def cards(html: str) -> list[str]:
    return re.findall(r'<li class="card".*?</li>', html, re.DOTALL)


def light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def schemes() -> list[dict[str, str]]:
    """The colours of light and of dark."""
    folder = resource("themes") / "default/assets"
    found: list[dict[str, str]] = [{}, {}]
    for name in ("style.css", "pages.css"):
        roots = re.findall(r":root \{([^}]*)\}", (folder / name).read_text())
        for colours, text in zip(found, roots, strict=False):
            colours |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", text))
    return found


GROUNDS = ("ground", "surface", "shade")
INKS = [
    (ink, ground) for ink in ("text", "quiet", "link", "gap", "alarm", "good", "warn") for ground in GROUNDS
]
INKS += [("text", "warn-ground"), ("text", "alarm-ground"), ("link", "warn-ground"), ("gap", "gap-ground")]
INKS += [("on-accent", "accent"), ("on-picture", "picture"), ("event", "ground"), ("event", "surface")]
INKS += [(f"on-heat-{n}", f"heat-{n}") for n in range(5)]
SHAPES = [(shape, ground) for shape in ("edge", "focus", "segment", "event") for ground in GROUNDS]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_read(scheme):
    """On every ground they stand on, text has a contrast of 4.5 to 1 at least, and edges and graphics one of 3 to 1."""
    colours = schemes()[scheme]
    for least, pairs in ((4.5, INKS), (3, SHAPES)):
        for ink, ground in pairs:
            high, low = sorted((light(colours[ink]), light(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= least, (ink, ground)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_shades_of_days_follow_one_another(scheme):
    """More events are further from the ground, in steps that are seen without a sense of colour."""
    colours = schemes()[scheme]
    ground = light(colours["ground"])
    steps = [abs(light(colours[f"heat-{n}"]) - ground) for n in range(1, 5)]
    assert all(more > less * 1.3 for less, more in pairwise(steps)), steps


def test_a_gap_that_lasts_holds_no_clock(default):
    """A page of a day does not know now: that a gap lasts "until now" is for the status to say."""
    page = next(page for page in busy_pages() if page.template == "day.html")
    lasting = tuple(replace(gap, end=None) for gap in page.context["gaps"])
    html = render(default, page_samples.SamplePage(page.url, page.template, page.context | {"gaps": lasting}))
    assert "00:50:00 \u2013 no end yet Driveway" in " ".join(markup(html).text.split())
    assert "now" not in markup(html).text
