"""What RFC 4287 requires of an Atom feed, as checks of a document: `check_atom` raises AssertionError."""

import re
import xml.etree.ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_MEDIA_THUMBNAIL = "{http://search.yahoo.com/mrss/}thumbnail"
_ONCE_OF_FEED = {"id", "title", "updated", "subtitle", "generator", "icon", "logo", "rights"}
_ONCE_OF_ENTRY = {"id", "title", "updated", "published", "content", "summary", "rights", "source"}
_OF_ENTRY = _ONCE_OF_ENTRY | {"author", "category", "contributor", "link"}
_OF_FEED = _ONCE_OF_FEED | {"author", "category", "contributor", "link", "entry"}


def check_atom(data: bytes) -> None:
    """Check elements, their number and their content (4.1 and 4.2 of the RFC)."""
    feed = ET.fromstring(data)
    assert feed.tag == f"{ATOM}feed"
    _check(feed, _OF_FEED, _ONCE_OF_FEED)
    entries = feed.findall(f"{ATOM}entry")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None, "4.1.1: each entry needs an author"
    for entry in entries:
        _check(entry, _OF_ENTRY, _ONCE_OF_ENTRY)
        assert any(link.get("rel", "alternate") == "alternate" for link in entry.findall(f"{ATOM}link"))
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids), "4.2.6: ids are unique"


def _check(element: ET.Element, allowed: set[str], once: set[str]) -> None:
    names = [child.tag.removeprefix(ATOM) for child in element if child.tag != _MEDIA_THUMBNAIL]
    assert set(names) <= allowed
    for name in once:
        assert names.count(name) <= 1, name
    assert {"id", "title", "updated"} <= set(names)
    for name in {"updated", "published"} & set(names):
        assert _DATE.fullmatch(element.findtext(f"{ATOM}{name}") or ""), name
    assert re.match(r"[a-z][a-z0-9+.-]*:", element.findtext(f"{ATOM}id") or ""), "4.2.6: an IRI"
    alternates = []
    for link in element.findall(f"{ATOM}link"):
        assert link.get("href")
        assert _TYPE.fullmatch(link.get("type", "a/b"))
        assert (link.get("length") or "0").isdigit()
        if link.get("rel") == "alternate":
            alternates.append((link.get("type"), link.get("hreflang")))
    assert len(set(alternates)) == len(alternates), "4.1.1: one alternate of a type"
    for category in element.findall(f"{ATOM}category"):
        assert category.get("term") is not None
