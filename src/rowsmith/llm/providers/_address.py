"""Where a model's server is: an address read strictly, and what is made of it."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from rowsmith.core.errors import Invalid

FIX = "Write it like http://127.0.0.1:11434/v1."


def address(text: str) -> SplitResult:
    """The parts of a base_url.

    Raises:
        Invalid: it is no http or https address, or holds a user name or a password.
    """
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise Invalid("The base_url holds a space, a backslash or a control character.", FIX)
    try:
        at = urlsplit(text)
        port = at.port
    except ValueError:
        raise Invalid("The base_url is not an address.", FIX) from None
    if at.username is not None or at.password is not None:
        raise Invalid("The base_url holds a user name or a password.", "Put the key into an environment variable and name it with api_key_env.")
    if at.scheme not in ("http", "https") or not at.hostname or port == 0 or "%" in at.netloc:
        raise Invalid(f"The base_url {text!r} is not an http or https address.", FIX)
    return at


def origin(at: SplitResult) -> str:
    """Scheme, host and, where it is not the scheme's own, the port."""
    port = at.port if at.port != {"http": 80, "https": 443}[at.scheme] else None
    host = f"[{at.hostname}]" if ":" in (at.hostname or "") else at.hostname
    return f"{at.scheme}://{host}" + (f":{port}" if port else "")


def below(at: SplitResult, path: str, *, once: bool = False) -> str:
    """The address with `path` at its end, and its own query. `once`: what the two have in common is written once, so that `/openai/v1` and
    `/openai/v1/chat/completions` make the latter."""
    had, wanted = at.path.rstrip("/").split("/")[1:], path.strip("/").split("/")
    sizes = range(min(len(had), len(wanted)), 0, -1) if once else ()
    shared = next((size for size in sizes if had[-size:] == wanted[:size]), 0)
    return urlunsplit((at.scheme, at.netloc, "".join(f"/{part}" for part in [*had, *wanted[shared:]]), at.query, ""))


def from_host(text: str, default: str) -> str:
    """The base_url that a variable such as OLLAMA_HOST names: `host`, `host:port`, `:port`, or a whole address. What it leaves out is
    taken from `default`, and an address to listen on everywhere (0.0.0.0, ::) is asked on this machine."""
    text, usual = text.strip(), urlsplit(default)
    scheme, found, rest = text.partition("://")
    if not found:
        scheme, rest = usual.scheme or "http", text
    host, _, path = rest.partition("/")
    name, port = _parted(host)
    if name in ("", "0.0.0.0", "::"):
        name = usual.hostname if not name and usual.hostname else "::1" if name == "::" else "127.0.0.1"
    port = port or ("" if found or not usual.port else str(usual.port))
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port else "")
    return f"{scheme}://{netloc}{'/' + path.strip('/') if path.strip('/') else usual.path}"


def _parted(host: str) -> tuple[str, str]:
    """Name and port of `name:port`, `[::1]:port`, `name` or an IPv6 address."""
    if found := re.fullmatch(r"\[([^\]]*)\](?::(\d+))?", host):
        return found[1], found[2] or ""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and port.isdigit() and ":" not in name else (host, "")
