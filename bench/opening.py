"""Tells whether a long day opens in Chromium as a short one does, and never freezes; prints the rows.

Usage: python bench/opening.py [--json]     (needs nginx and chromium-headless-shell: deploy/setup.sh bench)

A day of 5,000 events against one of 50, both with 8 cameras that are recorded all day, behind nginx. Opening lasts from the navigation to the
load event or the first paint with content, whichever is later; both days are opened in turn, RUNS times, each with an empty
cache, and medians are compared. Chromium is its shell without windows: the whole browser runs pages of its own (of the address bar) on
the second core for half a second beside each page that is opened, which is then measured as well. Freezes are the longest tasks that Chromium itself reports, with its CPU slowed down four times.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from day_sites import PAGE, day_site, served
from playwright.sync_api import Browser, Page, sync_playwright
from rows import Row, at_most, information, print_rows, within

LONG, SHORT = 5_000, 50
RUNS, LOOKS = 9, 5
SLOWER = 4
_PORT = 18_083
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
_WATCH = """window.longest = 0; new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
}).observe({ type: "longtask", buffered: true });"""
_OPENED = """() => {
    const load = performance.getEntriesByType("navigation")[0].loadEventEnd;
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return load && paint ? Math.max(load, paint.startTime) : null;
}"""
_QUIET = "() => new Promise((done) => requestIdleCallback(() => setTimeout(done, 300)))"


@contextmanager
def fresh_page(browser: Browser, *, slower: int = 1) -> Iterator[Page]:
    """A page with an empty cache; `slower`: how many times its CPU is slowed down."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.add_init_script(_WATCH)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    try:
        yield page
    finally:
        context.close()


def opening_ms(browser: Browser, url: str) -> float:
    with fresh_page(browser) as page:
        page.goto(url)
        return float(page.wait_for_function(_OPENED).json_value())


def scroll(page: Page) -> None:
    """To the end, by the wheel."""
    for _ in range(12):
        page.mouse.wheel(0, 2_500)
        page.evaluate(_QUIET)
    page.keyboard.press("End")


def filtered(page: Page) -> None:
    """By camera, by motion, and back."""
    for choice in ({"camera": "driveway"}, {"motion": "4"}, {}):
        page.evaluate("text => { location.hash = text; }", "&".join(f"{k}={v}" for k, v in choice.items()))
        page.evaluate(_QUIET)


def zoomed(page: Page) -> None:
    """By the wheel over the timeline, in and out."""
    page.locator(".tl").hover(position={"x": 600, "y": 60})
    for step in (-400, -400, -400, 400, 400, 400):
        page.keyboard.down("Control")
        page.mouse.wheel(0, step)
        page.keyboard.up("Control")
        page.evaluate(_QUIET)


ACTIONS: dict[str, Callable[[Page], None]] = {
    "opening": lambda _: None,
    "scrolling to the end": scroll,
    "filtering": filtered,
    "zooming": zoomed,
}


def longest_task_ms(browser: Browser, url: str, action: Callable[[Page], None]) -> float:
    """Return the longest task while a page is opened, or, when something is done then, while it is done; 0: none over 50 ms."""
    with fresh_page(browser, slower=SLOWER) as page:
        page.goto(url)
        page.evaluate(_QUIET)
        if action is not ACTIONS["opening"]:
            page.evaluate("window.longest = 0")
            action(page)
            page.evaluate(_QUIET)
        return float(page.evaluate("window.longest"))


def measure() -> Iterator[Row]:
    days = {events: day_site(events) for events in (SHORT, LONG)}
    with (
        served(days[SHORT], _PORT) as short,
        served(days[LONG], _PORT + 1) as long,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=FLAGS
        )
        taken: dict[str, list[float]] = {short: [], long: []}
        for _ in range(RUNS):
            for address, times in taken.items():
                times.append(opening_ms(browser, address + PAGE))
        ours, theirs = (statistics.median(taken[address]) for address in (long, short))
        yield at_most(
            f"a day of {LONG:,} events opens in Chromium, median: a day of {SHORT}", ours, theirs, "ms", 1.5
        )
        for name, action in ACTIONS.items():
            found = [longest_task_ms(browser, long + PAGE, action) for _ in range(LOOKS)]
            figure = f"a day of {LONG:,} events, CPU {SLOWER} times slower: longest task while {name}"
            yield within(
                figure,
                statistics.median(found),
                "ms",
                200,
                remark=f"of {LOOKS} looks: {min(found):.0f} to {max(found):.0f} ms",
            )
        found = [longest_task_ms(browser, short + PAGE, ACTIONS["opening"]) for _ in range(LOOKS)]
        yield information(f"the same while opening, a day of {SHORT}", statistics.median(found), "ms")
        browser.close()


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
