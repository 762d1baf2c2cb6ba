"""A whole real site in Chromium, behind nginx and from the disk: accessible, silent, and asking nobody else for anything."""

from contextlib import contextmanager

import pytest
from checkers import axe
from theme_site import PATIENCE_MS

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_REPORTS = """document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});"""


@contextmanager
def listening(browser, **options):
    """A page, and the list of what it complained about and of what it asked other servers for."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_REPORTS)
    page, said = context.new_page(), []

    def hear(message):
        if message.type in {"error", "warning"}:
            said.append(f"{page.url}: {message.text} {message.location.get('url', '')}")

    def watch(request):
        if not request.url.startswith(("http://127.0.0.1:", "file:", "blob:http://127.0.0.1:")):
            said.append(f"{page.url} asks for {request.url}")

    context.on("console", hear)
    context.on("request", watch)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    try:
        yield page, said
    finally:
        context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(chromium, whole, size):
    """WCAG 2.2 AA as far as axe can tell, on every page type, on a phone and on a desk, in light and in dark."""
    found = []
    with listening(chromium, viewport=size, reduced_motion="reduce") as (page, _):
        for kind, path in whole.pages().items():
            page.goto(whole.http + path)
            found += [f"{kind}: {violation}" for violation in axe(page)]
    assert found == []


def test_axe_sees_what_is_wrong(chromium):
    """A picture without words, and grey on grey, are found: the judge is awake."""
    with listening(chromium) as (page, _):
        page.set_content(
            '<html lang="en"><title>x</title><main><h1 style="color:#999;background:#aaa">Hardly to be read</h1><img src="x">'
        )
        assert {"color-contrast", "image-alt"} <= {violation.split(": ")[1] for violation in axe(page)}


@pytest.mark.parametrize("where", ["nginx", "disk"])
def test_every_page_opens_in_silence(chromium, whole, where):
    """No error and no warning on the console, no CSP report, no request to another origin, no layout wider than the screen."""
    start = whole.http if where == "nginx" else whole.output.as_uri() + "/"
    for size in (PHONE, DESK) if where == "nginx" else (PHONE,):
        with listening(chromium, viewport=size) as (page, said):
            # No Motion runs here, and of a request that fails the browser itself tells.
            page.route(
                "**/motion-stream/status.json", lambda route: route.fulfill(json={"camera_status": []})
            )
            for kind, path in whole.pages().items():
                page.goto(start + path)
                page.keyboard.press("End")
                page.wait_for_load_state("networkidle" if where == "disk" else "load")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (kind, size)
            assert said == []
