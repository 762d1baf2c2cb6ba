"""Themes are found, chained and checked; the default one makes every page of every sample, safely."""

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import page_samples
import pytest
from page_samples import HOSTILE, LONG, RTL, SITE, ZONE, busy_pages, empty_pages, hostile_pages, render

from sitegen.errors import ThemeError
from sitegen.resources import resource
from sitegen.site.theme import PAGES, Theme, load_theme

VOID = {"meta", "link", "img", "source", "br"}
ATTACKS = {"script": HOSTILE, "long": LONG, "rtl": RTL, "percent": "%s {{ 7*7 }} %(x)s {% endif %}"}


def load(name: str = "default", *search: Path) -> Theme:
    return load_theme(name, search=search, zone=ZONE)


@pytest.fixture(scope="module")
def default() -> Theme:
    return load()


def scene(name: str):
    if name in ATTACKS:
        return hostile_pages(ATTACKS[name])
    dst = page_samples.date(2026, 10, 25)
    return {"busy": busy_pages, "empty": empty_pages, "dst": lambda: busy_pages(dst)}[name]()


SCENES = ("busy", "empty", "dst", *ATTACKS)


@dataclass
class Markup(HTMLParser):
    """Reads a page as a browser does; keeps what tests ask about, and every tag that is not closed in order."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self):
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        names = Counter(name for name, _ in attrs)
        self.wrong += [f"<{tag}> has {name} twice" for name, times in names.items() if times > 1]
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text += data


def markup(html: str) -> Markup:
    parser = Markup()
    parser.feed(html)
    parser.close()
    return parser


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
            assert tag != "img" or {"alt", "width", "height"} <= attrs.keys(), (page.url, attrs)
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
            assert known or re.search(r"\d{4}/\d\d/\d\d/index\.html$", target), (page.url, link, target)
            assert not target.startswith(".."), (page.url, link)


def test_states_of_a_clip_are_said(default):
    """Being recorded, waiting for its preview, failed, adopted and without original: each is said in words."""
    texts = {page.url: markup(render(default, page)).text for page in busy_pages()}
    clips = {c.id: c for c in page_samples.busy_events()}
    pages = {key: texts[c.url] for key, c in clips.items()}
    live, waiting = (next(i for i, c in clips.items() if c.end is None), "101-20261122T110410Z")
    assert "recording…" in pages[live]
    assert "the video follows" in pages[live]
    assert "preview follows" in texts["2026/11/22/index.html"]
    assert "Download the original" in pages[waiting]
    assert "ffmpeg could not decode the video" in pages["104-20261122T114000Z"]
    assert "no sidecar: times from the file" in pages["103-20261122T063109Z"]


def test_without_previews_the_original_plays_and_without_originals_nothing_links_to_them(default):
    """A page offers what is there: the original before its preview is made, previews only where the site says so."""
    clip = page_samples.busy_events()[1]
    page = next(page for page in busy_pages() if page.url == clip.url)

    def sources(view, site=SITE) -> list[str]:
        changed = page_samples.SamplePage(page.url, page.template, page.context | {"clip": view})
        tags = markup(render(default, changed, site)).tags
        return [attrs["src"] for tag, attrs in tags if tag == "source"], [
            a for _, a in tags if "download" in a
        ]

    assert sources(page_samples.unmade(clip))[0] == [f"../../../{clip.video}"]
    assert sources(clip)[0] == [f"../../../{clip.low_video}", f"../../../{clip.video}"]
    played, downloads = sources(replace(clip, video=""), replace(SITE, full_video=False))
    assert played == [f"../../../{clip.low_video}"]
    assert not downloads


def test_the_day_on_which_clocks_go_back_has_its_doubled_hour(default):
    """25 hour marks, and a word about the length of the day."""
    day = next(page for page in scene("dst") if page.template == "day.html")
    seen = markup(render(default, day))
    assert "it has 25 hours" in seen.text
    assert sum(tag == "text" for tag, _ in seen.tags) == 25


def test_pages_are_the_same_each_time(default):
    """P5: a page depends on its data and the theme only."""
    again = load()
    assert again.fingerprint == default.fingerprint
    for page in busy_pages():
        assert render(default, page) == render(again, page)


def test_scripts_are_small(default):
    """All scripts together are less than 12 KB."""
    assert sum(len(asset.data) for asset in default.assets() if asset.name.endswith(".js")) < 12_000


def test_colours_can_be_read():
    """Text has a contrast of 4.5 to 1 at least on every ground it stands on, in light and in dark."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    css = (resource("themes") / "default/assets/style.css").read_text()
    roots = re.findall(r":root \{([^}]*)\}", css)
    assert len(roots) == 2
    for text in roots:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", text))
        for ink in ("text", "quiet", "link", "event", "gap", "alarm"):
            grounds = (
                ("ground", "surface", "shade") if ink in {"text", "quiet", "link"} else ("ground", "surface")
            )
            for ground in grounds:
                high, low = sorted((light(colours[ink]), light(colours[ground])), reverse=True)
                assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


# --- finding, chaining, refusing


def make_theme(folder: Path, manifest: str, **files: str) -> Path:
    """Write a theme; keys of `files` are paths with __ for / and _dot_ for the last dot."""
    (folder / "templates").mkdir(parents=True)
    (folder / "assets").mkdir()
    (folder / "theme.toml").write_text(manifest)
    for name, text in files.items():
        (folder / name.replace("__", "/").replace("_dot_", ".")).write_text(text)
    return folder


CHILD = 'name = "mine"\nextends = "default"\n'


def page_of(theme: Theme, template: str) -> str:
    return render(theme, next(page for page in busy_pages() if page.template == template))


def test_a_theme_is_found_by_path_and_by_name(tmp_path):
    """An absolute path, a path or name from the configuration's folder, themes/ there, and what is shipped."""
    make_theme(tmp_path / "themes/mine", CHILD)
    make_theme(tmp_path / "other/place", CHILD)
    assert load().name == "default"
    for name in (str(tmp_path / "other/place"), "other/place", "./other/place", "mine", "themes/mine"):
        assert load(name, tmp_path).name == "mine"


def test_a_child_changes_one_block_and_one_asset(tmp_path):
    """What a child has replaces its parent's; `default:day.html` is the parent's page of the same name."""
    make_theme(
        tmp_path / "themes/mine",
        CHILD,
        templates__day_dot_html='{% extends "default:day.html" %}{% block head %}<!-- mine -->{% endblock %}',
        assets__style_dot_css="body { color: red }",
    )
    mine, default = load("mine", tmp_path), load()
    assert "<!-- mine -->" in page_of(mine, "day.html")
    assert "Sunday, 22 November 2026" in page_of(mine, "day.html")
    assert "<!-- mine -->" not in page_of(mine, "home.html")
    ours, theirs = ({asset.name: asset for asset in theme.assets()} for theme in (mine, default))
    assert ours["style.css"].data == b"body { color: red }"
    assert ours["player.js"] == theirs["player.js"]
    assert ours["style.css"].path in page_of(mine, "home.html")
    assert mine.fingerprint != default.fingerprint


def test_a_grandchild_sees_its_parents_pages_first(tmp_path):
    """A name with a theme before it starts the search at that theme; without, at the theme itself."""
    make_theme(
        tmp_path / "themes/mid",
        'name = "mid"\nextends = "default"',
        templates__page_dot_html='{% extends "default:page.html" %}{% block news %} data-mid{% endblock %}',
    )
    make_theme(
        tmp_path / "themes/top",
        'name = "top"\nextends = "mid"',
        templates__page_dot_html='{% extends "mid:page.html" %}{% block head %}<!-- top -->{% endblock %}',
        templates__home_dot_html='{% extends "mid:home.html" %}',
    )
    top = load("top", tmp_path)
    assert "<body data-mid>" in page_of(top, "page.html")
    assert "<!-- top -->" in page_of(top, "page.html")
    assert page_of(top, "home.html") == page_of(load(), "home.html")


def test_an_assets_published_name_changes_with_its_bytes_only(tmp_path):
    """`style.css` becomes assets/style.<ten hexadecimal digits>.css; style sheets lead to published names."""
    css = '@font-face { src: url(face.woff2) } a { fill: url(#x); background: url("dot.svg") }'
    make_theme(tmp_path / "themes/mine", CHILD, assets__style_dot_css=css, assets__dot_dot_svg="<svg/>")
    (tmp_path / "themes/mine/assets/face.woff2").write_bytes(b"\0font")
    first = {asset.name: asset for asset in load("mine", tmp_path).assets()}
    assert re.fullmatch(r"assets/style\.[0-9a-f]{10}\.css", first["style.css"].path)
    text = first["style.css"].data.decode()
    assert f'url("{Path(first["face.woff2"].path).name}")' in text
    assert f'url("{Path(first["dot.svg"].path).name}")' in text
    assert "url(#x)" in text
    (tmp_path / "themes/mine/assets/face.woff2").write_bytes(b"\0other")
    second = {asset.name: asset for asset in load("mine", tmp_path).assets()}
    changed = {name for name in first if first[name].path != second[name].path}
    assert changed == {"face.woff2", "style.css"}


@pytest.mark.parametrize("name", ["theme.toml", "templates/new.html", "assets/new.js", "assets/icon.svg"])
def test_the_fingerprint_knows_every_file(tmp_path, name):
    """A changed, added or removed template or asset changes the fingerprint; nothing else in the folder does."""
    folder = make_theme(tmp_path / "themes/mine", CHILD)
    before = load("mine", tmp_path).fingerprint
    (folder / "README.md").write_text("about")
    (folder / "assets/.hidden.swp").write_text("an editor's")
    assert load("mine", tmp_path).fingerprint == before
    (folder / name).write_text(CHILD.replace("mine", "mine2") if name == "theme.toml" else "<b>new</b>")
    assert load("mine", tmp_path).fingerprint != before


def test_a_theme_is_a_snapshot(tmp_path):
    """Files edited after loading do not reach pages until the theme is loaded again."""
    folder = make_theme(tmp_path / "themes/mine", CHILD, templates__page_dot_html="one")
    theme = load("mine", tmp_path)
    (folder / "templates/page.html").write_text("two")
    assert page_of(theme, "page.html") == "one"
    assert page_of(load("mine", tmp_path), "page.html") == "two"


REFUSED = {
    "an unknown key": ({"theme.toml": CHILD + 'colour = "red"\n'}, "theme.toml", "colour"),
    "no name": ({"theme.toml": 'extends = "default"\n'}, "theme.toml", "name"),
    "a name with a colon": ({"theme.toml": 'name = "a:b"\n'}, "theme.toml", "matching regex"),
    "no TOML": ({"theme.toml": "name = \n"}, "theme.toml", "line 1"),
    "itself": (
        {"theme.toml": 'name = "mine"\nextends = "mine"\n'},
        "theme.toml: extends",
        "already part of the chain",
    ),
    "no such parent": ({"theme.toml": 'name = "mine"\nextends = "nowhere"\n'}, "nowhere", "no such theme"),
    "nothing extended": ({"theme.toml": 'name = "mine"\n'}, "mine: templates/home.html", "missing"),
    "no Jinja": ({"templates/day.html": "fine\n{% if %}\n"}, "day.html: line 2", "Expected an expression"),
    "an unknown filter": ({"templates/day.html": "\n\n{{ 1|clok }}"}, "day.html: line 3", "clok"),
    "a missing image": (
        {"assets/x.css": "a { background: url(no.png) }"},
        "x.css: url(no.png)",
        "no such asset",
    ),
    "a subfolder": ({"assets/sub/x.png": "x"}, "sub/x.png", "cannot be an asset's name"),
    "a blank in a name": ({"assets/a b.png": "x"}, "a b.png", "cannot be an asset's name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_theme_is_refused_before_a_page_is_made(tmp_path, name):
    """On loading or on checking. The error names the file, the key or line, and what is wrong."""
    files, where, why = REFUSED[name]
    folder = make_theme(tmp_path / "themes/mine", CHILD)
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    with pytest.raises(ThemeError) as caught:
        load("mine", tmp_path).check()
    assert where in str(caught.value)
    assert why in str(caught.value)
    assert caught.value.exit_code == 2


def test_two_themes_that_extend_each_other_are_refused(tmp_path):
    """A chain that comes back to itself ends with an error, not with an endless search."""
    make_theme(tmp_path / "themes/a", 'name = "a"\nextends = "b"')
    make_theme(tmp_path / "themes/b", 'name = "b"\nextends = "a"')
    with pytest.raises(ThemeError, match="already part of the chain"):
        load("a", tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    """A template that is not UTF-8 is an error that names it."""
    folder = make_theme(tmp_path / "themes/mine", CHILD)
    (folder / "templates/day.html").write_bytes(b"\xff\xfe")
    with pytest.raises(ThemeError, match=r"day\.html: it is not UTF-8"):
        load("mine", tmp_path)


def test_a_theme_that_is_nowhere_says_where_it_was_looked_for(tmp_path):
    """The message lists the places and offers a way on."""
    with pytest.raises(ThemeError, match=re.escape(str(tmp_path / "themes/none"))):
        load("none", tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("\n{{ nosuch }}", 2, "'nosuch' is undefined"),
        ("\n\n{{ site.nosuch }}", 3, "has no attribute 'nosuch'"),
        ("{{ site.title|clock }}", 1, "astimezone"),
        ("\n{{ asset('nosuch.css') }}", 2, 'no asset "nosuch.css"'),
        ("\n{% include 'nosuch.html' %}", 2, 'no template "nosuch.html"'),
        ("{% import 'parts.html' as parts with context %}\n{{ parts.card(site) }}", 28, "no attribute"),
    ],
)
def test_an_error_in_a_template_names_file_and_line(tmp_path, text, line, why):
    """An undefined name, attribute, asset or template is told with its place, also within a macro."""
    make_theme(tmp_path / "themes/mine", CHILD, templates__page_dot_html=text)
    with pytest.raises(ThemeError, match=re.escape(why)) as caught:
        page_of(load("mine", tmp_path), "page.html")
    assert re.search(r"(page|parts)\.html: line \d+", str(caught.value))
    if "parts" not in text:
        assert caught.value.key == f"line {line}"
        assert caught.value.file == str(tmp_path / "themes/mine/templates/page.html")


def test_the_default_theme_has_every_page(default):
    """The list of pages that themes must have is the list that the shipped one has."""
    names = {path.name for path in (resource("themes") / "default/templates").iterdir()}
    assert set(PAGES) | {"base.html", "parts.html"} == names
