"""Themes are found, chained and checked, and do what their reference and how-to say."""

import re
import textwrap
from pathlib import Path

import pytest
from page_samples import busy_pages, render
from view_samples import ZONE

from sitegen.errors import ThemeError
from sitegen.reference import pages
from sitegen.resources import resource
from sitegen.site.theme import PAGES, Theme, load_theme

DOCS = Path(__file__).parents[2] / "docs/reference"


def load(name: str = "default", *search: Path) -> Theme:
    return load_theme(name, search=search, zone=ZONE)


@pytest.fixture(scope="module")
def default() -> Theme:
    return load()


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
    assert ours["viewer-alone.js"] == theirs["viewer-alone.js"]
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
    assert set(PAGES) | {"base.html", "parts.html", "timeline.html", "viewer.html"} == names


def test_the_reference_of_views_is_fresh():
    """docs/reference/theme-views.md says what `views` and `filters` say."""
    made = pages()["theme-views.md"]
    assert (DOCS / "theme-views.md").read_text(encoding="utf-8") == made, "run make reference"
    for name in ("ClipView", "Motion", "`full_video`", "`clock`", "pixels, and counts"):
        assert name in made


def test_the_how_to_works_as_it_is_written(tmp_path):
    """Done word for word, docs/how-to/make-a-theme.md puts the style sheet on every page."""
    text = (DOCS.parent / "how-to/make-a-theme.md").read_text(encoding="utf-8")
    blocks = [
        textwrap.dedent(found)
        for found in re.findall(r"^ *```(?:\w+)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    ]
    manifest, _, css, base, *_ = blocks
    make_theme(tmp_path / "themes/mine", manifest, assets__colours_dot_css=css, templates__base_dot_html=base)
    theme = load("mine", tmp_path)
    path = next(asset.path for asset in theme.assets() if asset.name == "colours.css")
    for page in busy_pages():
        assert f'<link rel="stylesheet" href="{"../" * page.url.count("/")}{path}">' in render(theme, page)


@pytest.mark.parametrize("template", PAGES)
def test_the_reference_of_contexts_is_true(default, template):
    """Every name that a page gets stands in its row of docs/reference/themes.md, and every name there is one it gets."""
    text = (DOCS / "themes.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{template}`"))
    named = set(re.findall(r"`(\w+)`:", row))
    page = next(page for page in busy_pages() if page.template == template)
    assert named == page.context.keys() - {"title", "feeds"}  # the two that every page has


def test_a_bundle_is_published_as_one_file(tmp_path):
    """In its order, the nearest theme's part of each name; its parts are not published by themselves."""
    parent = make_theme(
        tmp_path / "themes/mid",
        'name = "mid"\nextends = "default"\n[bundles]\n"all.js" = ["b.js", "a.js"]',
        assets__a_dot_js="a()",
        assets__b_dot_js="b()",
    )
    make_theme(tmp_path / "themes/mine", CHILD.replace("default", "mid"), assets__a_dot_js="mine()")
    assets = {asset.name: asset for asset in load("mine", tmp_path).assets()}
    parts = re.findall(
        rb"try \{\n(.*)\n\} catch \(error\) \{\n  reportError\(error\);\n\}\n", assets["all.js"].data
    )
    assert parts == [b"b()", b"mine()"]
    assert re.fullmatch(r"assets/all\.[0-9a-f]{10}\.js", assets["all.js"].path)
    assert not {"a.js", "b.js"} & set(assets)
    before = load("mine", tmp_path).fingerprint
    (parent / "theme.toml").write_text(
        'name = "mid"\nextends = "default"\n[bundles]\n"all.js" = ["a.js", "b.js"]'
    )
    assert load("mine", tmp_path).fingerprint != before


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        ('"all.js" = ["none.js"]', 'there is no asset "none.js"'),
        ('"all.css" = ["base.js"]', '"all.css" is no script\'s name'),
        ('"all.js" = ["style.css"]', '"style.css" is no script\'s name'),
        ('"../all.js" = ["base.js"]', '"../all.js" is no script\'s name'),
        ('"help.js" = ["base.js"]', 'there is an asset "help.js", too'),
    ],
)
def test_a_bundle_that_cannot_be_made_is_named(tmp_path, bundle, said):
    """With the theme's file, the key, the reason and a remedy."""
    make_theme(tmp_path / "themes/mine", f"{CHILD}[bundles]\n{bundle}")
    with pytest.raises(ThemeError) as caught:
        load("mine", tmp_path)
    assert said in str(caught.value)
    assert "themes/mine/theme.toml" in str(caught.value)
    assert "bundles." in str(caught.value)


@pytest.mark.parametrize("name", ["default", "plain"])
def test_only_what_was_made_safe_is_declared_safe(name):
    """P9: in templates that come with sitegen escaping is left out for the owner's pages and cleaned notes, nowhere else."""
    declared = set()
    for path in sorted((resource("themes") / name).rglob("*.html")):
        text = path.read_text()
        declared |= set(re.findall(r"([\w.]+)\s*\|\s*safe\b", text))
        assert len(re.findall(r"\|\s*safe\b", text)) == len(re.findall(r"[\w.]\s*\|\s*safe\b", text))
        assert not re.search(r"\bautoescape\b|\bMarkup\b|filter\s+safe", text), path
    assert declared == {"prose_html", "clip.note_html", "body_html"}
