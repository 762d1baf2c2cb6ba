"""Draws the default theme's PNG icons from its icon.svg, in Chromium: `python tests/icons.py` writes them anew."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ASSETS = Path(__file__).parent.parent / "themes/default/assets"
GROUND = "#15406a"
ROUND, SAFE = (1.0, False), (0.76, True)
ICONS = {
    "icon-192.png": (192, ROUND),
    "icon-512.png": (512, ROUND),
    "icon-touch.png": (180, (0.9, True)),  # iOS rounds the corners itself
    "icon-maskable.png": (512, SAFE),  # what matters lies in the circle of 80 % that every mask leaves
}


def draw(browser: Browser, name: str) -> bytes:
    """Return an icon as PNG: the mark at its share of the size, on a ground that is round or goes to the edges."""
    size, (share, bleeds) = ICONS[name]
    page = browser.new_page(viewport={"width": size, "height": size})
    mark = round(size * share)
    svg = (ASSETS / "icon.svg").read_text(encoding="utf-8")
    page.set_content(
        f"<style>html {{ background: {GROUND if bleeds else 'transparent'} }}"
        f" body {{ margin: 0; display: grid; place-items: center; height: {size}px }}"
        f" svg {{ width: {mark}px; height: {mark}px }}</style>{svg}"
    )
    picture = page.screenshot(omit_background=not bleeds)
    page.close()
    return picture


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in ICONS:
            (ASSETS / name).write_bytes(draw(browser, name))
        browser.close()


if __name__ == "__main__":
    main()
