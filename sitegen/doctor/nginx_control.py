"""Judges what nginx passes on to Motion's control port, which runs commands; pure."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator

from sitegen.doctor.finding import Finding
from sitegen.doctor.nginx_files import Directive, NginxFacts

_NAMES = frozenset(("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"))
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_TARGET = re.compile(r"(?:[^/]*://)?(?P<host>\[[^\]]*\]|[^/:]*)(?P<port>:[^/]*)?")
_PATHS = ("uri", "request_uri", "document_uri")
"""nginx's own variables that begin with a slash."""
_DEEPEST = 5
"""Variables that are made of variables."""
_MOST = 1000
"""Texts that a target may come to."""
_FEW = "^/motion-control(?<sitegen_command>/[0-9]+/(?:detection/(?:status|connection|start|pause)|action/(?:snapshot|eventstart|eventend)))$"
"""The commands that the shipped options/motion-control.conf lets through, with a password."""


def control_findings(facts: NginxFacts) -> Iterator[Finding]:
    """Yield what leads, or may lead, to Motion's control port of this machine."""
    upstreams = {
        one.words[0]: [server.words[0] for server in one.named("server") if server.words]
        for one in facts.whole.all()
        if one.name == "upstream" and one.words
    }
    values, shipped = _values(facts.whole), _shipped(facts.whole)
    for one in facts.whole.all():
        if one.name != "proxy_pass" or not one.words or one in shipped:
            continue
        texts = _texts(one.words[0], values)
        targets = {target for text in texts for target in _targets(text, upstreams, values)}
        yield from _judged(facts, one, targets)


def _judged(facts: NginxFacts, one: Directive, targets: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Tell the worst that the targets of one line come to."""
    known, likely, unknown = False, False, False
    for host, port in targets:
        is_port, hidden = port == facts.control_port, "$" in host
        known |= is_port and _is_local(host, facts.machine)
        likely |= is_port and hidden
        unknown |= "$" in port and (hidden or _is_local(host, facts.machine))
        unknown |= not port and hidden  # the port may be in it
    remedy = "take it away, or let nobody in without a password; live pictures come from the stream port"
    danger = "Motion's control port: whoever reaches it can run commands on this machine"
    if known:
        yield Finding(one.where, f"leads to port {facts.control_port}, {danger}", remedy, "warning")
    elif likely:
        reason = f"leads to port {facts.control_port} of a host that a variable hides; on this machine that is {danger}"
        yield Finding(one.where, reason, remedy, "warning")
    elif unknown:
        reason = f"a variable hides where it leads: it cannot be told whether that is {danger}"
        yield Finding(one.where, reason, f"see that it is not port {facts.control_port}", "note")


def _shipped(whole: Directive) -> list[Directive]:
    """Return the lines that pass on no more than the few commands of the shipped option, with a password."""
    return [
        line
        for one in whole.all()
        if one.name == "location" and one.words == ("~", _FEW)
        if any(auth.words != ("off",) for auth in one.named("auth_basic"))
        for line in one.named("proxy_pass")
        if line.words[0].endswith("$sitegen_command")
    ]


# variables


def _values(whole: Directive) -> dict[str, list[str]]:
    """Return what each variable is set to, anywhere, by `set` or by `map`."""
    values: dict[str, list[str]] = {name: ["/"] for name in _PATHS}
    for one in whole.all():
        if one.name == "set" and one.words[1:]:
            values.setdefault(one.words[0].lstrip("$"), []).append(one.words[1])
        elif one.name == "map" and one.words[1:]:
            said = [line.words[0] for line in one.inside if line.words]
            values.setdefault(one.words[1].lstrip("$"), []).extend(said)
    return values


def _texts(text: str, values: dict[str, list[str]]) -> set[str]:
    """Return all that a text with variables may be; a variable that nothing sets stays in it."""
    texts = {text}
    for _ in range(_DEEPEST):
        texts = {new for old in texts for new in _once(old, values)}
        if len(texts) > _MOST:
            return {"$"}
    return texts


def _once(text: str, values: dict[str, list[str]]) -> Iterator[str]:
    """Replace the first variable that is known, by each of its values."""
    for match in _VARIABLE.finditer(text):
        name = match[1] or match[2]
        if name in values:
            yield from (text[: match.start()] + value + text[match.end() :] for value in values[name])
            return
    yield text


# targets


def _targets(
    text: str, upstreams: dict[str, list[str]], values: dict[str, list[str]]
) -> Iterator[tuple[str, str]]:
    """Yield host and port of each server that an address leads to."""
    host, port = _host_and_port(text)
    if port or host not in upstreams:
        yield host, port
        return
    for server in upstreams[host]:
        yield from (_host_and_port(each) for each in _texts(server, values))


def _host_and_port(text: str) -> tuple[str, str]:
    """Take an address apart; what a variable adds after the port's digits is its path."""
    match = _TARGET.match(text)
    host, port = (match["host"], (match["port"] or "")[1:]) if match else (text, "")
    digits = port.partition("$")[0]
    return host.lower(), digits or port


def _is_local(host: str, machine: frozenset[str]) -> bool:
    """Say whether a host is this machine, by any of its names or addresses for itself."""
    name = host.removesuffix(".")
    if name in _NAMES or name.endswith(".localhost") or name in machine:
        return True
    try:
        if host.startswith("["):
            six = ipaddress.IPv6Address(host.strip("[]"))
            four = six.ipv4_mapped
            return six.is_loopback or six.is_unspecified or (four is not None and _is_own(four.packed))
        return _is_own(socket.inet_aton(host))  # it takes 127.1 as well, as nginx does
    except (OSError, ValueError):
        return False


def _is_own(address: bytes) -> bool:
    return address.startswith(b"\x7f") or address == bytes(4)
