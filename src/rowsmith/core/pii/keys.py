"""Keys and tokens that open something, by the form that their issuer gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rowsmith.core.pii.seen import Place, Seen

_HEADS = r"(?<![A-Za-z0-9])"
_TAIL = r"(?![A-Za-z0-9])"
_ALONE = r"(?<![A-Za-z0-9_-])"
"""Before forms that may hold a hyphen themselves: else each of many hyphens would be a beginning."""
_FORMS = re.compile(
    _HEADS
    + r"(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|gl(?:pat|ptt|rt|dt|cbt)-[A-Za-z0-9_-]{20,64}"  # GitHub, GitLab
    rf"|{_ALONE}(?:xox[abeoprs]-[A-Za-z0-9-]{{10,250}}|xapp-\d-[A-Za-z0-9-]{{10,250}})"  # Slack
    rf"|{_ALONE}sk-[A-Za-z0-9_-]{{20,250}}"  # OpenAI, Anthropic and others
    rf"|{_ALONE}(?:AIza[A-Za-z0-9_-]{{35}}|ya29\.[A-Za-z0-9_-]{{20,250}}|GOCSPX-[A-Za-z0-9_-]{{28}})"  # Google
    r"|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9]{24,250}"  # Stripe
    r"|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,250}|dop_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
    r"|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,64}|\d{8,10}:AA[A-Za-z0-9_-]{33}|dapi[a-f0-9]{32}|gsk_[A-Za-z0-9]{40,64}"
    rf"|{_ALONE}eyJ[A-Za-z0-9_-]{{8,2000}}\.eyJ[A-Za-z0-9_-]{{4,4000}}\.[A-Za-z0-9_-]{{8,2000}}"  # JSON web token
    r")" + _TAIL
)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_BLOCK = 20_000
"""Most characters of a private key."""
_AWS_SECRET = re.compile(r"(?i:aws.{0,20}secret.{0,20})[\"'=:\s]{1,5}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")
_IN_ADDRESS = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9+]{1,20}://[^\s:/@\"'<>{}$]{1,64}:([^\s:/@\"'<>{}$]{6,128})@[\w.-]{1,253}")
_SLACK_HOOK = re.compile(r"hooks\.slack\.com/services/(T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{16,40})")
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|insert|changeme|password|xxxx|\.\.\.|0000000|1234567890|abcdef|redacted|dummy|secret|passwd",
    re.IGNORECASE,
)


def keys(seen: Seen) -> Iterator[Place]:
    """Keys of AWS, GitHub, GitLab, Slack, OpenAI, Anthropic, Google, Stripe, Hugging Face and others, JSON web tokens, passwords within addresses,
    and blocks with a private key as a whole. Placeholders are none."""
    text = seen.text
    if "PRIVATE KEY" in text:
        yield from _blocks(text)
    for one in _FORMS.finditer(text):
        if _is_secret(one[0]):
            yield one.span()
    if "aws" in text.lower():
        yield from (one.span(1) for one in _AWS_SECRET.finditer(text))
    if "://" in text:
        yield from (one.span(1) for one in _IN_ADDRESS.finditer(text) if not _PLACEHOLDER.search(one[1]))
    if "hooks.slack" in text:
        yield from (one.span(1) for one in _SLACK_HOOK.finditer(text))


def _blocks(text: str) -> Iterator[Place]:
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        end = _END.search(text, begin.end(), begin.end() + _BLOCK)
        at = end.end() if end else begin.end()
        if end and "EXAMPLE" not in text[begin.end() : begin.end() + 20]:
            yield begin.start(), end.end()


def _is_secret(token: str) -> bool:
    """No placeholder and no name: something of it looks drawn by lot."""
    body = token.rpartition("_")[2] if token.startswith("sk_") else token[3:]
    if (_PLACEHOLDER.search(token) and not token.startswith("eyJ")) or len(set(body)) < 6:
        return False
    mixed = any(char.isdigit() for char in body) + any(char.isupper() for char in body) + any(char.islower() for char in body)
    return mixed >= 2 or not token.startswith("sk-")
