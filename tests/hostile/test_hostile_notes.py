"""No note's Markdown brings a script in: more than a hundred payloads, looked at by a parser and by a real browser."""

import json

import pytest
from browser.conftest import chromium as chromium
from sandbox import Sandbox, film, tree, unsafe, violations
from scripting_texts import PAYLOADS, mixtures
from theme_site import opened

from sitegen.site.prose import note_html

LOOK = """() => {
  const bad = [];
  for (const each of document.querySelectorAll('*')) {
    if (/^(script|style|iframe|object|embed|svg|math|img|form|input|base|meta|link|video|audio|template)$/i.test(each.localName)) bad.push(each.localName);
    for (const {name, value} of each.attributes)
      if (name.startsWith('on') || name === 'style' || name === 'id' || /^[\\s\\x00-\\x20]*(javascript|vbscript|data|file):/i.test(value)) bad.push(name + '=' + value);
  }
  return bad;
}"""


def test_there_are_more_than_sixty():
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("texts", [PAYLOADS, mixtures(1, 300)], ids=["alone", "mixed"])
def test_a_parser_finds_nothing_that_runs(texts):
    """What is left of each has no script, no handler, no frame and no address but http, https and mailto."""
    for text in texts:
        assert unsafe(note_html(text)) == [], text


def test_a_browser_finds_nothing_that_runs(chromium):
    """Chromium, which mends HTML in its own way, and without any CSP, calls nothing; the tree it makes has nothing that could be called."""
    with opened(chromium, errors=False) as page:
        called, asked = [], []
        page.expose_function("hit", lambda: called.append("hit"))
        page.on("dialog", lambda dialog: (called.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.set_content("<!doctype html><meta charset=utf-8><p>")
        for text in [*PAYLOADS, *mixtures(2, 60)]:
            html = note_html(text)
            # Twice: what one reading of the text makes, another must not undo.
            for _ in range(2):
                found = page.evaluate(
                    f"html => {{ document.head.replaceChildren(); document.body.innerHTML = html; return ({LOOK})(); }}",
                    html,
                )
                assert found == [], text
                html = page.evaluate("document.body.innerHTML")
        page.wait_for_load_state("networkidle")
    assert called == []
    assert [url for url in asked if url != "about:blank"] == []


def test_pages_with_such_notes_keep_every_promise(tmp_path):
    """As text, title and tag of real notes, whole pages of the site have nothing in them that is not ours."""
    box = Sandbox(tmp_path)
    for number, text in enumerate([*PAYLOADS[::2], *mixtures(3, 20)]):
        path = box.put(f"noted{number}.mp4", film().read_bytes())
        title = json.dumps(" ".join(text.split())[:150] or "x")
        path.with_suffix(".md").write_text(
            f"---\ntitle: {title}\ntags: [{title}]\n---\n{text}\n", errors="replace"
        )
    before = tree(tmp_path)
    assert violations(box, box.build("--no-previews"), before) == []
