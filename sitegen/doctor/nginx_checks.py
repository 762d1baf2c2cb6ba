"""Judges nginx's configuration: what shows more than the site, or drops what protects it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sitegen.doctor.finding import Checked, Finding
from sitegen.doctor.nginx_control import control_findings
from sitegen.doctor.nginx_files import Directive, NginxFacts
from sitegen.doctor.nginx_folders import hands_out, shown_folders, unrefused

_BROWSE = "/browse/"
"""The one place where a list of files is what its reader asked for."""
_SHIPPED = "as in the sitegen.conf that comes with sitegen"


def judge_nginx(facts: NginxFacts) -> tuple[Checked, ...]:
    """Do all checks of nginx's configuration."""
    name = f"nginx's configuration {facts.file}"
    found = list(_servers(facts))
    if not found:
        checked = [Checked(f"{name} has no server for the site {facts.output}")]
    else:
        checked = [_checked(f"{name} serves {facts.output}", (f for s in found for f in _root(facts, s)))]
        checked.append(
            _checked("nginx shows nothing beside the site", (f for s in found for f in _leaks(facts, s)))
        )
        checked.append(
            _checked("nginx sends every header everywhere", (f for s in found for f in _headers(s)))
        )
    checked.append(_checked("nginx hands out no folder that holds sitegen's own files", shown_folders(facts)))
    if facts.control_port:
        checked.append(_checked("nginx does not pass on Motion's control port", control_findings(facts)))
    return tuple(checked)


def _checked(what: str, findings: Iterable[Finding]) -> Checked:
    return Checked(what, tuple(dict.fromkeys(findings)))


def _servers(facts: NginxFacts) -> Iterator[Directive]:
    """Yield the servers of the site: by their root, or because they are made of sitegen's own file."""
    for server in facts.whole.all():
        if server.name == "server" and server.inside:
            words = {word for one in server.all() for word in one.words}
            if _is_site(facts, server) or "$sitegen_cache" in words:
                yield server


def _is_site(facts: NginxFacts, server: Directive) -> bool:
    return hands_out(facts, server, facts.real[str(facts.output)])


def _root(facts: NginxFacts, server: Directive) -> Iterator[Finding]:
    if _is_site(facts, server):
        return
    root = next(server.named("root"), None)
    where, says = (
        (root.where, f"is {root.words[0]}") if root and root.words else (server.where, "has no root")
    )
    yield Finding(where, f"{says}, which is not the site's folder", f'write root "{facts.output}";')


# what it shows


def _leaks(facts: NginxFacts, server: Directive) -> Iterator[Finding]:
    yield from unrefused(server)
    if not any(server.named("autoindex")):
        for http in facts.whole.named("http"):
            yield from _listing(http, "every server")
    yield from _listing(server, "all folders")
    for location in _locations(server):
        yield from _listing(location, f"location {' '.join(location.words)}")
        yield from _alias(location)
    for one in server.all():
        if one.name in {"mp4", "flv"}:
            reason = f"the {one.name} module reads videos itself: crafted ones have crashed nginx through it"
            yield Finding(
                one.where, reason, "take the line away: players ask for ranges, which needs no module"
            )


def _locations(block: Directive) -> Iterator[Directive]:
    return (one for one in block.all() if one.name == "location")


def _listing(block: Directive, what: str) -> Iterator[Finding]:
    for one in block.named("autoindex"):
        browse = block.name == "location" and block.words[-1:] and block.words[-1].startswith(_BROWSE)
        if one.words == ("on",) and not browse:
            reason = f"lists the files of {what}, also those that no page links to"
            yield Finding(one.where, reason, "write autoindex off; here")


def _alias(location: Directive) -> Iterator[Finding]:
    """A prefix without slash also matches `<prefix>../x`: that is a way out of the folder."""
    prefix = location.words[-1] if location.words else ""
    if location.words[:1] in {("=",), ("~",), ("~*",)} or prefix.endswith("/"):
        return
    for one in location.named("alias"):
        if one.words and one.words[0].endswith("/"):
            reason = f"stands in location {prefix}, without a slash at its end: {prefix}../ leads to the folder beside"
            yield Finding(one.where, reason, f"write location {prefix}/")


# headers


def _headers(server: Directive) -> Iterator[Finding]:
    for block in server.all():
        again = block.words == ("@no_such_part",)  # nginx has made the headers already when it comes there
        if block.name in {"location", "if"} and not again:
            for one in block.named("add_header"):
                reason = "stands below the server: there all of the server's headers are dropped, Content-Security-Policy too"
                yield Finding(
                    one.where, reason, f"choose its value by a map and add it in the server, {_SHIPPED}"
                )
