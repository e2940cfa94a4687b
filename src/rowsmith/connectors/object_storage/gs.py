"""Google Cloud Storage, through gcsfs.

Credentials are those that are stored here for its address (GOOGLE_CREDENTIALS, the JSON of a key), else the file that Google's programs find
(GOOGLE_APPLICATION_CREDENTIALS, or what `gcloud auth application-default login` leaves); keys of service accounts and sign-ins of people, not those
that say where else to ask, or what to run. An endpoint of one's own gets none of the latter, for it
would be sent a token that Google takes. What a metadata service hands out is asked for by choice only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.object_storage.store import Asked, Changed, Thing, fenced, require_reachable, secret
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.fetching import Reach

GOOGLE = "https://storage.googleapis.com"
_PART = 16 << 20
_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"


class GS:
    """One bucket."""

    def __init__(self, reach: Reach, bucket: str, asked: Asked) -> None:
        from aiohttp import TCPConnector
        from fsspec.asyn import get_loop, sync
        from gcsfs.core import GCSFileSystem  # the one that gcsfs itself gives asks by gRPC, too, which no connector of ours would see

        endpoint = (asked.endpoint or GOOGLE).rstrip("/")
        require_reachable(reach.allowed, endpoint)

        async def made() -> Any:
            return TCPConnector(**fenced(reach.allowed), use_dns_cache=False)

        self._bucket = bucket
        self._fs = GCSFileSystem(
            token=_token(reach, endpoint, asked), access="read_only", endpoint_url=endpoint, skip_instance_cache=True,
            use_listings_cache=False, session_kwargs={"connector": sync(get_loop(), made)},
        )  # fmt: skip

    def listed(self, prefix: str) -> Iterator[Thing]:
        """See Store."""
        more: dict[str, Any] = {}
        while True:
            page = self._fs.call("GET", "b/{}/o", self._bucket, prefix=prefix, maxResults=1000, json_out=True, **more)
            for one in page.get("items", ()):
                yield Thing(one["name"], int(one["size"]), str(one.get("etag", "")), str(one.get("updated", "")), str(one.get("generation", "")))
            if not page.get("nextPageToken"):
                return
            more = {"pageToken": page["nextPageToken"]}

    def get(self, thing: Thing, path: Path) -> str:
        """See Store."""
        of = {"generation": thing.version} if thing.version else {}
        with path.open("wb") as file:
            for start in range(0, thing.size, _PART):
                part = {"Range": f"bytes={start}-{min(start + _PART, thing.size) - 1}"}
                _, data = self._fs.call("GET", "b/{}/o/{}", self._bucket, thing.key, alt="media", headers=part, **of)
                file.write(data)
            if file.tell() != thing.size:
                raise Changed
        return thing.version

    def close(self) -> None:
        """See Store."""
        from fsspec.asyn import sync

        if self._fs.session is not None:
            sync(self._fs.loop, self._fs.session.close)


def _token(reach: Reach, endpoint: str, asked: Asked) -> Any:
    """Google's credentials, as gcsfs takes them.

    Raises:
        Unavailable: there are none. Invalid: they cannot be read.
    """
    if asked.anonymous:
        return "anon"
    if asked.machine_role:
        return "cloud"
    if stored := secret(reach, "GOOGLE_CREDENTIALS", endpoint):
        return _read(stored)
    if endpoint == GOOGLE and (file := _file()) is not None:
        return _read(file.read_text("utf-8"))
    fix = "Store the JSON of a service account's key as GOOGLE_CREDENTIALS, set GOOGLE_APPLICATION_CREDENTIALS to its file, or read without one"
    raise Unavailable(f"There are no credentials for {endpoint}.", f"{fix} (anonymous).")


def _read(text: str) -> Any:
    """The credentials that this JSON holds."""
    from google.oauth2 import credentials, service_account

    try:
        said = orjson.loads(text)
        if said["type"] == "service_account":
            return service_account.Credentials.from_service_account_info(said, scopes=[_SCOPE])  # type: ignore[no-untyped-call]
        if said["type"] == "authorized_user":
            return credentials.Credentials.from_authorized_user_info(said, scopes=[_SCOPE])  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, KeyError):
        raise Invalid("Google's credentials cannot be read.", "Make a new key, and give its JSON as it is.") from None
    raise Invalid(f"Google's credentials are of a kind that is not read, {str(said['type'])[:50]!r}.", "Give the key of a service account.")


def _file() -> Path | None:
    """Where Google's programs keep credentials."""
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    usual = Path(os.environ.get("CLOUDSDK_CONFIG") or Path.home() / ".config" / "gcloud") / "application_default_credentials.json"
    return Path(named) if named else usual if usual.is_file() else None
