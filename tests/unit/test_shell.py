"""manifest.webmanifest and sw.js."""

import json

import pytest
from models import a_model

from sitegen.site.shell import PAGES, manifest, service_worker, shell_files

ASSETS = {
    "base.js": "assets/base.1.js",
    "style.css": "assets/style.2.css",
    "sw.js": "assets/sw.3.js",
    "hls.light.min.js": "assets/hls.light.min.4.js",
    "icon.svg": "assets/icon.5.svg",
    "icon-192.png": "assets/icon-192.6.png",
    "icon-512.png": "assets/icon-512.7.png",
    "icon-maskable.png": "assets/icon-maskable.8.png",
    "icon-touch.png": "assets/icon-touch.9.png",
}


def a_manifest(tmp_path, assets=ASSETS):
    with a_model(tmp_path) as model:
        return json.loads(manifest(model.site, assets))


def test_the_manifest_makes_the_site_an_app(tmp_path):
    """Relative throughout, so that it holds under any prefix; with the icons that installing asks for."""
    found = a_manifest(tmp_path)
    assert (found["name"], found["lang"], found["display"]) == ("Cameras & more", "en", "standalone")
    assert (found["start_url"], found["scope"], found["id"]) == ("./index.html", "./", "./")
    icons = {(icon["sizes"], icon["purpose"]): icon["src"] for icon in found["icons"]}
    assert icons == {
        ("any", "any"): "assets/icon.5.svg",
        ("192x192", "any"): "assets/icon-192.6.png",
        ("512x512", "any"): "assets/icon-512.7.png",
        ("512x512", "maskable"): "assets/icon-maskable.8.png",
    }
    assert all(found[key][0] == "#" and len(found[key]) == 7 for key in ("theme_color", "background_color"))


def test_a_theme_without_icons_names_none(tmp_path):
    """A manifest must not link to what is not there."""
    assert "icons" not in a_manifest(tmp_path, {"style.css": "assets/style.2.css"})


def test_a_long_name_is_cut_below_the_icon(tmp_path):
    """To what a phone shows."""
    assert a_manifest(tmp_path)["short_name"] == "Cameras & m…"


def test_the_shell_is_pages_and_assets():
    """Without what is kept only when it is used: icons and hls.js; the worker does not keep itself."""
    assert shell_files(ASSETS) == [*PAGES, "assets/base.1.js", "assets/style.2.css"]


def test_sw_js_says_what_it_keeps_in_its_first_line():
    """Then comes the theme's script, as it is."""
    first, _, rest = service_worker(["a b.html", 'q".js'], "go();\n").decode().partition("\n")
    assert rest == "go();\n"
    assert first.startswith("const SHELL = {")
    found = json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))
    assert found["files"] == ["a b.html", 'q".js']
    assert len(found["version"]) == 12


@pytest.mark.parametrize(("files", "script"), [(["b"], "go();"), (["a"], "went();")])
def test_another_shell_has_another_version(files, script):
    """The same has the same: the file changes only with what it is about."""
    one = service_worker(["a"], "go();")
    assert one == service_worker(["a"], "go();")
    assert one.splitlines()[0] != service_worker(files, script).splitlines()[0]
