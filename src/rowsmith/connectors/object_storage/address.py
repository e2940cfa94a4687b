"""What a user calls objects by: s3://bucket/key, a folder (s3://bucket/folder/), or a pattern (s3://bucket/2026-*/**/*.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rowsmith.connectors.globs import MAGIC, matcher
from rowsmith.core.errors import Invalid

SCHEMES = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
_FORMS = "Write it like s3://bucket/folder/*.md, gs://bucket/folder/ or az://container/folder/."
_ACCOUNT = re.compile(r"(?P<container>[^@]+)@(?P<account>[a-z0-9]{3,24})\.(?:dfs|blob)\.core\.windows\.net", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects are: the kind of storage (s3, gs, az), the bucket or container, the account (az) where it is named, and a key, folder or
    pattern within; empty for everything."""

    kind: str
    bucket: str
    within: str
    account: str = ""

    @property
    def prefix(self) -> str:
        """What every key that is meant begins with."""
        found = MAGIC.search(self.within)
        return self.within[: found.start()] if found else self.within

    def wants(self, key: str) -> bool:
        """Whether an object is meant: it is the one that was named, lies in the folder that was, or it, or a folder above it, fits the pattern."""
        if not self.within:
            return True
        if not MAGIC.search(self.within):
            return key == self.within or key.startswith(self.within if self.within.endswith("/") else f"{self.within}/")
        fits = matcher([f"/{self.within}"])
        parts = key.split("/")
        return any(fits("/".join(parts[:count])) for count in range(1, len(parts) + 1))

    def name(self, key: str) -> str:
        """What the user knows an object as."""
        return f"{self.kind}://{self.bucket}/{key}"


def recognised(source: str) -> bool:
    """Whether a source names objects of a storage."""
    return source.partition("://")[0].lower() in SCHEMES and "://" in source


def place_of(url: str) -> Place:
    """The place that an address names.

    Raises:
        Invalid: it names none.
    """
    scheme, _, rest = url.partition("://")
    bucket, _, within = rest.partition("/")
    if not recognised(url) or re.search(r"[\x00-\x1f\x7f]", rest):
        raise Invalid(f"{url!r} is no address of objects.", _FORMS)
    kind, account = SCHEMES[scheme.lower()], ""
    if kind == "az" and "@" in bucket:
        found = _ACCOUNT.fullmatch(bucket)
        if found is None:
            raise Invalid(f"{bucket!r} is no container of an account at Azure.", "Write it like abfss://container@account.dfs.core.windows.net/folder/.")
        bucket, account = found["container"], found["account"]
    if not re.fullmatch(r"[A-Za-z0-9$][A-Za-z0-9._-]{1,221}", bucket) or MAGIC.search(bucket):
        raise Invalid(f"{bucket!r} is no name of a bucket.", _FORMS)
    return Place(kind, bucket, within, account)
