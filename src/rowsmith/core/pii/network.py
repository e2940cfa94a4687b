"""IP and MAC addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address

from rowsmith.core.pii.seen import Place, Seen

_PART = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = re.compile(rf"(?<![\w.])(?<!\d-){_PART}(?:\.{_PART}){{3}}(?![\w])(?!\.\w)")
_V6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:][0-9A-Fa-f:.]{1,60}+(?![\w:])")
_VERSION = re.compile(
    r"(?<![^\W_])(?:versions?|ver|vers|v|release[sd]?|build|rev(?:ision)?|firmware|driver|changelog|update[sd]?|upgrade[sd]?|downgrade[sd]?|patch|sdk|api|"
    r"sections?|chapters?|§+|tables?|fig(?:ure)?s?|clauses?|paragraphs?|articles?|appendix|step|rule|exercise|abschnitt|kapitel|tabelle|absatz|"
    r"punkt|ziffer|artikel|chapitre|tableau|article|secci[oó]n|cap[ií]tulo|tabla|sezione|capitolo|tabella|rozdzia[lł]|versi[oó]n|versione|wersj\w*|"
    r"oid|asn|iso|softwareversion|app|kernel|windows|chrome|firefox|safari|"
    r"python|java|node(?:js)?|php|ruby|nginx|openssl|postgres\w*|mysql|linux|ubuntu|debian|android|macos|docker|gcc|pip)"
    r"(?:[\s.:=\"'(-]|\b(?:no|nr|is|to|from|of|von|auf|de|number|\d+(?:\.\d+){1,3}|and|und|et|y|->)\b|→|->|,)*$"
)
_RELEASED = re.compile(
    r"(?:[ -](?:release|version|build|beta|alpha|rc\d?|firmware|"
    r"of the (?:manual|spec|guide|standard|report|contract|law|handbook))|-(?:rc|beta|alpha))(?![^\W_])",
    re.IGNORECASE,
)
_AGENT = re.compile(r"[a-z]/$")
_OUTSIDE = re.compile(r"[\w\])]\[$")
_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-Fa-f]{2}:(?:[0-9A-Fa-f]{2}:){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{2}-(?:[0-9A-Fa-f]{2}-){4}[0-9A-Fa-f]{2}|"
    r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![\w])(?![:.-]\w)"
)
_LABELLED = re.compile(
    r"(?<![A-Za-z0-9])(?:mac|addr|address|ether|hwaddr|lladdr|bssid|nic|device|client|peer|src|dst):((?:[0-9A-F]{2}:){5}[0-9A-F]{2})(?![\w])(?!:\w)",
    re.IGNORECASE,
)
_PRINT = re.compile(r"(?:fingerprint|serial|sha\d*|md5|hash|digest|checksum|thumbprint|group|gid|guid|bytes?)[^\n]{0,12}$")


def ips(seen: Seen) -> Iterator[Place]:
    """IPv4 and IPv6, whatever network they are of; the address alone, without port and prefix. Not what a word calls a version or a section."""
    text = seen.text
    if ":" in text:  # first, for what is mapped: ::ffff:10.0.0.1
        yield from _sixes(text)
    if "." in text:
        for one in _V4.finditer(text):
            before = seen.before(one.start(), 50)
            if not (_VERSION.search(before) or _AGENT.search(before) or _RELEASED.match(text, one.end())):
                yield one.span()


def _sixes(text: str) -> Iterator[Place]:
    for one in _V6.finditer(text):
        said = one[0].rstrip(".")
        if said.endswith(":") and not said.endswith("::"):
            said = said[:-1]
        if said.startswith(":") and not said.startswith("::"):
            continue
        if said.count(":") >= 2 and _is_v6(said) and not _OUTSIDE.search(text[max(0, one.start() - 2) : one.start()]):
            yield one.start(), one.start() + len(said)


def _is_v6(said: str) -> bool:
    """An address, and not `::` or `a::b` of a program."""
    if said != "::1" and (sum(char.isalnum() for char in said) < 5 or not any(char.isdigit() for char in said)):
        return False
    try:
        IPv6Address(said)
    except AddressValueError:
        return False
    return True


def macs(seen: Seen) -> Iterator[Place]:
    """Six pairs with `:` or `-`, or three groups with dots; not a part of a longer chain, such as a fingerprint."""
    yield from (one.span(1) for one in _LABELLED.finditer(seen.text))
    for one in _MAC.finditer(seen.text):
        if not _PRINT.search(seen.before(one.start(), 30)):
            yield one.span()
