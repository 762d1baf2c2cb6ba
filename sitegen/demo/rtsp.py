"""The words of RTSP 1.0: requests, replies, session descriptions and who may come in; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from sitegen.demo.h264 import Footage
from sitegen.demo.rtp import PAYLOAD_TYPE

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
}
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
_REALM = "simulated camera"
_NONCE = "5f1d0c6e2b7a4938"  # one nonce for all: this camera is a toy and listens on loopback
_QUOTED = re.compile(r'(\w+)="([^"]*)"')


class Request(msgspec.Struct, frozen=True):
    """One RTSP request; header names are in lower case."""

    method: str
    url: str
    headers: dict[str, str]

    @property
    def camera(self) -> str:
        """The first part of the URL's path: the camera's name."""
        return urlsplit(self.url).path.strip("/").split("/")[0]


class Account(msgspec.Struct, frozen=True):
    """Who may look at the cameras, and how they must prove it."""

    user: str
    password: str
    scheme: Literal["digest", "basic"] = "digest"


def parse(head: bytes) -> Request:
    """Read the lines of a request; raise ValueError when they are none."""
    first, *lines = head.decode("utf-8", "replace").strip().split("\r\n")
    method, url, _version = first.split(" ", 2)
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    return Request(method, url, {name.strip().lower(): value.strip() for name, value in headers.items()})


def reply(request: Request, status: int, headers: dict[str, str] | None = None, body: str = "") -> bytes:
    """Return the reply to a request, as bytes."""
    lines = [f"RTSP/1.0 {status} {REASONS[status]}", f"CSeq: {request.headers.get('cseq', '0')}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def describe(name: str, footage: Footage) -> str:
    """Return the session description (SDP) of a camera."""
    sets = ",".join(base64.b64encode(unit).decode() for unit in (footage.sps, footage.pps))
    form = f"packetization-mode=1;profile-level-id={footage.sps[1:4].hex()};sprop-parameter-sets={sets}"
    lines = (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        f"s={name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} H264/90000",
        f"a=fmtp:{PAYLOAD_TYPE} {form}",
        f"a=framerate:{footage.fps:g}",
        "a=control:track0",
    )
    return "\r\n".join(lines) + "\r\n"


def challenge(account: Account) -> str:
    """Return the WWW-Authenticate header that asks for the account."""
    if account.scheme == "basic":
        return f'Basic realm="{_REALM}"'
    return f'Digest realm="{_REALM}", nonce="{_NONCE}"'


def allowed(request: Request, account: Account | None) -> bool:
    """Tell whether a request may be answered; None as account lets everybody in."""
    if account is None:
        return True
    given = request.headers.get("authorization", "")
    if account.scheme == "basic":
        wanted = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
        return hmac.compare_digest(given, f"Basic {wanted}")
    facts = dict(_QUOTED.findall(given))
    secret = _md5(f"{account.user}:{_REALM}:{account.password}")
    wanted = _md5(f"{secret}:{_NONCE}:" + _md5(f"{request.method}:{facts.get('uri', '')}"))
    return facts.get("username") == account.user and hmac.compare_digest(facts.get("response", ""), wanted)


def _md5(text: str) -> str:
    """Digest authentication is defined with MD5 (RFC 2069)."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
