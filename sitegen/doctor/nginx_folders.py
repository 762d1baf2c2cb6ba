"""Judges which folders nginx hands out, and whether files that belong to no page come with them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sitegen.doctor.finding import Finding
from sitegen.doctor.nginx_files import Directive, NginxFacts

_SHIPPED = "as in the sitegen.conf that comes with sitegen"
_PROBES = {
    "files whose name begins with a dot, hooks' facts among them": "/media/.hooks/101/20240102/030405/movies/x",
    "sidecars": "/media/events/101/20240102/base.yaml",
}
"""What a page never links to, and a path at which nginx would hand it out."""
_EXPRESSIONS = {"~": 0, "~*": re.IGNORECASE}
_IF = re.compile(r"\(\s*\$(?:uri|request_uri|document_uri|request_filename) (~\*?) (.*)\)", re.DOTALL)


def shown_folders(facts: NginxFacts) -> Iterator[Finding]:
    """Yield each root and alias with which nginx hands out settings, state or the whole archive beside the site."""
    for block in (facts.whole, *facts.whole.all()):
        for one in block.inside:
            folder = _handed_out(facts, block, one)
            inside = [path for path in facts.private if folder and _holds(folder, path, facts)]
            if inside:
                reason = f"hands out {folder}, with {', '.join(map(str, inside))} in it"
                yield Finding(one.where, reason, f"hand out no more than the site's folder {facts.output}")

    site = facts.real[str(facts.output)]
    for server in facts.whole.all():
        of_site = hands_out(facts, server, site)  # then it is told with the site
        of_archive = facts.archive is not None and hands_out(facts, server, facts.archive)
        if server.name == "server" and of_archive and not of_site:
            yield from unrefused(server)


def hands_out(facts: NginxFacts, server: Directive, folder: Path) -> bool:
    """Say whether a folder is the root of a server, or is handed out by one of its locations."""
    return any(
        facts.real.get(one.words[0]) == folder
        for one in server.all()
        if one.name in {"root", "alias"} and one.words
    )


def _handed_out(facts: NginxFacts, block: Directive, one: Directive) -> Path | None:
    """Return the folder that a root or alias hands out; None: it is neither, or a variable hides it."""
    if one.name not in {"root", "alias"} or not one.words:
        return None
    folder = facts.real.get(one.words[0])
    prefix = block.words[-1] if block.name == "location" and block.words else ""
    if folder is None or one.name == "alias" or block.words[:1] in {("~",), ("~*",)}:
        return folder
    return folder / prefix.strip("/")


def _holds(folder: Path, path: Path, facts: NginxFacts) -> bool:
    """Say whether a path lies in a folder; the archive itself may be handed out, by what refuses the rest of it."""
    return folder in path.parents or (folder == path and path != facts.archive)


def unrefused(server: Directive) -> Iterator[Finding]:
    """Yield a finding when a server of the site refuses neither by the shipped list nor by rules of its own."""
    if any(server.named("return")) or _has_shipped_list(server):
        return
    shown = [what for what, path in _PROBES.items() if not _refuses(server, path)]
    if shown:
        reason = f"hands out whatever lies in the site and, by its link /media, in the archive: {' and '.join(shown)}"
        yield Finding(server.where, reason, f"let through only what a site is made of, {_SHIPPED}")


def _has_shipped_list(server: Directive) -> bool:
    return any(_says_no(one) and any("$sitegen_kind" in w for w in one.words) for one in server.named("if"))


def _refuses(server: Directive, path: str) -> bool:
    """Say whether a location or an `if` that a path falls under says no."""
    return any(_says_no(one) and _meets(one, path) for one in server.all())


def _says_no(block: Directive) -> bool:
    some = any(block.named("allow"))
    return any(
        (one.name == "deny" and one.words == ("all",) and not some)
        or one.name == "internal"
        or (one.name == "return" and one.words[:1] and one.words[0].startswith("4"))
        for one in block.inside
    )


def _meets(block: Directive, path: str) -> bool:
    """Say whether a block holds for a path, by its expression or by the path's beginning."""
    if block.name == "if":
        match = _IF.fullmatch(" ".join(block.words))
        return match is not None and _found(match[1], match[2].strip(), path)
    if block.name != "location" or not block.words:
        return False
    kind, text = block.words[0], block.words[-1]
    if kind in _EXPRESSIONS:
        return _found(kind, text, path)
    return kind != "=" and path.startswith(text)


def _found(kind: str, expression: str, path: str) -> bool:
    try:
        return re.search(expression.replace("(?<", "(?P<"), path, _EXPRESSIONS[kind]) is not None
    except re.error:  # what only nginx understands
        return False
