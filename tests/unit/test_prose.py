"""Markdown: the owner's pages and their addresses, and notes in which nothing can run."""

import re
import time

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import markup

from sitegen.clip import Camera
from sitegen.site.prose import ContentFolder, content_pages, note_html, top_pages


def write(folder, name, text="Hello"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_page_has_the_title_of_its_front_matter_or_of_its_name(tmp_path):
    """`title` wins; without it, the file's name is made into one."""
    write(tmp_path, "a.md", "---\ntitle: About *us*\n---\nHello **you**")
    write(tmp_path, "opening-hours.md")
    pages, problems = content_pages(tmp_path)
    assert [(p.path, p.title) for p in pages] == [
        ("a/index.html", "About *us*"),
        ("opening-hours/index.html", "Opening hours"),
    ]
    assert pages[0].body_html == "<p>Hello <strong>you</strong></p>"
    assert not problems


def test_only_pages_at_the_top_stand_in_the_navigation(tmp_path):
    """A nested page has its folder in its address, and is linked by its owner, not by the site."""
    write(tmp_path, "about.md")
    write(tmp_path, "help/player.md")
    pages, _ = content_pages(tmp_path)
    assert [p.path for p in pages] == ["about/index.html", "help/player/index.html"]
    assert [p.path for p in top_pages(pages)] == ["about/index.html"]


@pytest.mark.parametrize(
    "name",
    [
        "cameras.md",
        "status/x.md",
        "2026.md",
        "2026/11.md",
        "index.md",
        "media.md",
        "assets/x.md",
        "build.json.md",
        "index.html.md",
        "help/index.html.md",
        "metrics.prom.md",
    ],
)
def test_a_name_of_the_sites_own_is_a_problem(tmp_path, name):
    """A page that would lie where the site's own files lie is refused with its name and a remedy."""
    write(tmp_path / "content", name)
    pages, problems = content_pages(tmp_path / "content")
    assert pages == ()
    assert [p.path for p in problems] == [f"content/{name}"]
    assert problems[0].reason.endswith("is a name of the site's own")
    assert problems[0].remedy


def test_a_name_with_spaces_and_letters_keeps_its_file_and_is_quoted_in_its_address(tmp_path):
    """The file on the disk is called as the page is; only its link is percent-encoded."""
    write(tmp_path, "über uns.md")
    (page,), _ = content_pages(tmp_path)
    assert page.path == "über uns/index.html"
    assert page.url == "%C3%BCber%20uns/index.html"


def test_what_cannot_be_read_is_a_problem_and_the_rest_stays(tmp_path):
    """Text that is not UTF-8, a name that is not, a folder and a fifo called .md: each a Problem, none an exception."""
    import os

    write(tmp_path, "good.md")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / os.fsdecode(b"n\xff.md")).write_text("x")
    pages, problems = content_pages(tmp_path)
    assert [p.path for p in pages] == ["good/index.html"]
    assert len(problems) == 4
    assert all(p.path.isprintable() and p.reason and p.remedy for p in problems)


def test_hidden_files_and_a_missing_folder_are_no_pages(tmp_path):
    """An editor's files are passed over; without `content/` there are no pages and no Problems."""
    write(tmp_path, ".draft.md")
    write(tmp_path, ".git/x.md")
    assert content_pages(tmp_path) == ((), ())
    assert content_pages(tmp_path / "none") == ((), ())


def test_a_change_of_text_changes_the_digest(tmp_path):
    """So that the page is written again."""
    path = write(tmp_path, "a.md", "one")
    first = content_pages(tmp_path)[0][0].digest
    path.write_text("two")
    assert content_pages(tmp_path)[0][0].digest != first


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://tracker.example/x.png)",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<svg onload=alert(1)></svg>",
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=x></form>",
    "<a href=//x style='position:fixed' onclick=alert(1)>x</a>",
    "`<script>`",
    "<<script>script>alert(1)<</script>/script>",
]


def assert_harmless(html: str) -> None:
    forbidden = {"script", "img", "svg", "iframe", "style", "form", "input", "object", "embed", "link"}
    for tag, attributes in markup(html).tags:
        assert tag not in forbidden
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert not re.match(r"[\s\0-\x20]*(javascript|data)\s*:", attributes.get("href", ""), re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_note_can_run_or_fetch(text):
    """Scripts, handlers, frames, styles, forms and pictures from elsewhere do not come through."""
    assert_harmless(note_html(text))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "*", "**", "`", ">", "- ", "\n", "\n\n", "[", "](", ")", "&", "<", "a"]),
        max_size=12,
    )
)
def test_no_mixture_of_hostile_pieces_can_run(pieces):
    """Markdown does not put together what each piece alone could not be."""
    assert_harmless(note_html("".join(pieces)))


@pytest.mark.parametrize("without", ["filter", "schemes"])
@pytest.mark.parametrize("text", HOSTILE)
def test_each_of_two_fences_holds_alone(monkeypatch, text, without):
    """Addresses that run are stopped by the list of schemes, and by the look at each address, one without the other."""
    real = nh3.clean

    def clean(html, **options):
        if without == "filter":
            options.pop("attribute_filter", None)
        else:
            options["url_schemes"] |= {"javascript", "data"}
        return real(html, **options)

    monkeypatch.setattr(nh3, "clean", clean)
    assert_harmless(note_html(text))


@pytest.mark.parametrize(
    "address", ["index.html", "../x.html", "/status/", "#top", "?x", "//evil.example/", "javascript:alert(1)"]
)
def test_a_note_links_nowhere_within_the_site(address):
    """P3: nobody keeps what it leads to there; the words stay."""
    html = note_html(f"[words]({address}) <a href='{address}'>more</a> <q cite='{address}'>said</q>")
    assert not any({"href", "cite"} & attributes.keys() for _, attributes in markup(html).tags)
    assert "words" in html


def test_prose_of_a_note_is_kept():
    """Paragraphs, emphasis, lists, tables and links to pages arrive; links get no way back to the opener."""
    html = note_html("A *parcel*:\n\n- one\n- two\n\n[shop](https://example.org)\n\n|a|b|\n|-|-|\n|1|2|\n")
    for part in ("<em>parcel</em>", "<li>one</li>", "<td>1</td>", 'href="https://example.org"', "noopener"):
        assert part in html
    assert note_html("  \n ") == ""


@pytest.mark.parametrize("length", [2_000, 19_999, 200_000])
@pytest.mark.parametrize(
    "piece",
    [
        *(
            ">",
            "- ",
            "1. ",
            "[",
            "![",
            "[a](",
            "<a ",
            "<div>",
            "<![CDATA[",
            "<!--",
            "`",
            "&",
            "\\",
            "***a",
            "a\n===\n",
        ),
        *("|a|\n|-|\n", "```x", "[a]: ", "    x\n"),
    ],
)
def test_no_note_stops_the_generator(piece, length):
    """Deep nesting and endless openings cost a bounded time, never raise, and what is too much is still shown."""
    started = time.process_time()
    html = note_html((piece * length)[:length])
    assert time.process_time() - started < 5
    assert_harmless(html)


def test_what_is_too_intricate_is_shown_as_typed():
    """Nested deeper than Markdown can go, or longer than anybody reads: the words are there, escaped."""
    deep = "1. " * 3_000 + "a <b> parcel"
    assert note_html(deep).startswith("<pre>1. 1. ")
    assert "a &lt;b&gt; parcel" in note_html(deep)
    assert note_html("long " * 5_000).startswith("<pre>long long")


CAMERAS = (Camera(id="101", slug="driveway", title="Driveway"), Camera(id="102", slug="gate", title="Gate"))


def test_prose_of_a_camera_is_no_page_of_its_own(tmp_path):
    """`cameras/<slug>.md` goes to the camera's page, by the camera's id; the owner's pages stay what they are."""
    write(tmp_path, "cameras/driveway.md", "It looks *down* the drive.")
    write(tmp_path, "about.md")
    found = ContentFolder(tmp_path).content(CAMERAS)
    assert [page.path for page in found.pages] == ["about/index.html"]
    assert found.of_cameras["101"].body_html == "<p>It looks <em>down</em> the drive.</p>"
    assert (len(found.of_cameras), found.problems) == (1, ())


def test_prose_of_a_camera_that_nobody_knows_is_a_problem(tmp_path):
    """With the slugs that there are; it is nobody's page."""
    write(tmp_path / "content", "cameras/Driveway.md")
    found = ContentFolder(tmp_path / "content").content(CAMERAS)
    assert (found.pages, found.of_cameras) == ((), {})
    (problem,) = found.problems
    assert problem.path == "content/cameras/Driveway.md"
    assert problem.remedy == "name it after a camera's slug: driveway.md, gate.md"


def test_prose_follows_the_cameras(tmp_path):
    """A camera that comes later finds what is there already, without the file being touched."""
    write(tmp_path, "cameras/gate.md")
    folder = ContentFolder(tmp_path)
    assert folder.content(CAMERAS[:1]).problems
    assert not folder.changed()
    assert folder.content(CAMERAS).of_cameras.keys() == {"102"}


def test_a_folder_that_changed_is_read_again(tmp_path):
    """And only then."""
    folder = ContentFolder(tmp_path)
    assert folder.changed()
    assert folder.content(()).pages == ()
    assert not folder.changed()
    write(tmp_path, "about.md")
    assert folder.changed()
    assert len(folder.content(()).pages) == 1


@pytest.mark.parametrize("name", ["cameras/driveway/x.md", "cameras/index.html.md", "cameras.md"])
def test_other_names_below_cameras_are_the_sites_own(tmp_path, name):
    """They would lie among the cameras' pages."""
    write(tmp_path, name)
    found = ContentFolder(tmp_path).content(CAMERAS)
    assert (found.pages, found.of_cameras, len(found.problems)) == ((), {}, 1)


@pytest.mark.parametrize("level", range(1, 7))
def test_headings_of_notes_stand_below_the_one_of_their_page(level):
    """Each is one level lower, down to the sixth; text that looks like one, and what is no heading, stays."""
    lower = min(level + 1, 6)
    assert note_html("#" * level + " Head") == f"<h{lower}>Head</h{lower}>"
    assert note_html(f'<h{level} title="a">Head</h{level}>') == f'<h{lower} title="a">Head</h{lower}>'
    assert note_html(f"`<h{level}>`") == f"<p><code>&lt;h{level}&gt;</code></p>"
    assert note_html("<hr>") == "<hr>"


def test_headings_of_a_cameras_prose_are_lowered_and_those_of_own_pages_are_not(tmp_path):
    """A camera's page has its heading already; the owner's own page begins with the owner's."""
    write(tmp_path, "cameras/driveway.md", "# Head")
    write(tmp_path, "about.md", "# Head")
    content = ContentFolder(tmp_path).content(CAMERAS)
    assert content.of_cameras["101"].body_html == "<h2>Head</h2>"
    assert content.pages[0].body_html == "<h1>Head</h1>"
