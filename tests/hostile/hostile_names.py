"""Two hundred names that have broken programs: for shells, paths, URLs, formats, pages, terminals and file systems."""

from __future__ import annotations

_SHELL = [
    "$(touch HIT)", "`touch HIT`", "; touch HIT;", "| touch HIT", "&& touch HIT", "& touch HIT &", "> HIT", ">>HIT", "$(touch\tHIT)",
    '";touch HIT;"', "';touch HIT;'", "'$(touch HIT)'", "${IFS}touch${IFS}HIT", "$HOME", "~", "~root", "*", "?", "[a-z]", "{a,b}", "!!", "!1",
    "\\", "\\\\", "a\\", "'", '"', "''", '"', "'\"'\"'", "$'\\x41'", "<(touch HIT)", "a b", "a  b", "#", "# x", "a;b", "a|b", "a&b", "(a)", "%(touch HIT)",
    "\n", "a\nb", "a\ntouch HIT\n", "\r", "a\r\nb", "\t", "a\tb", "\x1b[2J", "\x1b]0;HIT\x07", "\x07", "\x08", "\x7f", "\x85", "\x9b31m",
]  # fmt: skip
_OPTIONS = [
    "-",
    "--",
    "-rf",
    "--help",
    "-o HIT",
    "--output=HIT",
    "-i",
    "-f",
    "+x",
    "@file",
    "=a",
    "-e touch HIT",
    "--archive=/",
    "-n",
]
_PATHS = [
    "..", "../..", "../../HIT", "..\\..\\HIT", "/etc/passwd", "/", "//", ".", "...", ".hidden", "a/b", "a/../b", "./a", "a/", "C:\\HIT", "\\\\server\\share",
    "file:///etc/passwd", "concat:HIT|HIT", "http://127.0.0.1:9/HIT", "pipe:1", "12:30", "subfile,,start,0,:HIT", "data:text/plain,HIT",
]  # fmt: skip
_FORMATS = [
    "%d", "%s%s%s%n", "%03d", "%2e%2e%2f", "%2e%2e/", "%00", "%0a", "%", "%%", "%zz", "%u002e", "{}", "{0}", "{x}", "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}",
    "%Y%m%d", "%t-%v", "\\n", "\\0", "\\u0000", "&lt;", "&#106;", "&amp;amp;", "?a=b", "a?b#c", "#top", "a+b", "a%20b", "a=b&c=d",
]  # fmt: skip
_PAGES = [
    "<script>hit()</script>", "</title><script>hit()</script>", "</script><script>hit()</script>", '"><script>hit()</script>', "'><img src=x onerror=hit()>",
    "<img src=x onerror=hit()>", "<svg onload=hit()>", '" onmouseover="hit()', "' autofocus onfocus='hit()", "javascript:hit()", "JaVaScRiPt:hit()", "data:text/html,<script>hit()</script>",
    "<!--", "-->", "<![CDATA[", "]]>", "<?xml?>", "<!DOCTYPE x>", "<x", "</", "<", ">", "&", "<base href=http://h.example/>", "<meta http-equiv=refresh content=0>",
    "<iframe src=javascript:hit()>", "<a href=javascript:hit()>x</a>", "<style>*{x:expression(hit())}</style>", "<math><mi//xlink:href='javascript:hit()'>",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>", "\u2028hit()", "\u2029hit()", "[x](javascript:hit())", '![x](x"onerror="hit())', "<hit()>", "{constructor:1}", "__proto__", "constructor", "toString", "hasOwnProperty",
]  # fmt: skip
_LETTERS = [
    "\u202e4pm.exe", "\u202d", "\u2066a\u2069", "\u2067", "\u200f", "\u061c", "a\u200bb", "\u200d", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\U0010ffff", "\U000e0041",
    "a\u0301" * 20, "Z" + "\u0335\u0321\u0489" * 30, "\u0300", "e\u0301", "é", "ﬀ", "ß", "İ", "ı", "K", "ǅ", "\u00ad", "\u3164", "\u115f",
    "موقف السيارات", "חניה", "车道", "駐車場", "ที่จอดรถ", "पार्किंग", "Ελλάδα", "Ёлка", "🚗", "👨\u200d👩\u200d👧\u200d👦", "🏴\U000e0067\U000e007f", "🇩🇪", "\u0604\u0661", "１２３", "٣٤", "²",
]  # fmt: skip
_SYSTEMS = [
    "CON", "con.txt", "PRN", "AUX", "NUL", "nul.", "COM1", "LPT9", "CLOCK$", "a.", "a ", " a", "  ", " ", "a:b", "a:$DATA", "desktop.ini", "Thumbs.db", "index", "index.html",
    "day", "media", "assets", "cameras", "previews", "status", "playlist", "0", "00", "-0", "1e5", "null", "true", "no", "NaN", "undefined", "2026", "2026/11/22", "101", "unknown",
]  # fmt: skip
_LONG = [
    "a" * 200,
    "a" * 245,
    "é" * 122,
    "漢" * 81,
    "👨" * 61,
    "a" * 100 + "/" + "b" * 100,
    "." * 200,
    "%" * 200,
    "&" * 200,
    "<" * 200,
    "'" * 200,
    "\u0301" * 100,
    "a " * 100,
]

NAMES: tuple[str, ...] = tuple(
    dict.fromkeys([*_SHELL, *_OPTIONS, *_PATHS, *_FORMATS, *_PAGES, *_LETTERS, *_SYSTEMS, *_LONG])
)
"""All of them, each once."""


def as_file(name: str, ending: str = ".mp4") -> str | None:
    """Return it as a file's name; None: no file can be called so."""
    name += ending
    is_possible = "/" not in name and "\0" not in name and len(name.encode()) <= 255
    return name if is_possible else None


def in_motion_conf(name: str) -> bool:
    """Say whether a line of Motion's configuration can hold it."""
    return not set(name) & set("\r\n\0") and bool(name.strip())
