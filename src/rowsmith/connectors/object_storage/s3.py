"""Amazon S3, and what speaks like it (MinIO, Ceph, R2 ...), through s3fs.

Keys are those that are stored here for its address (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), else those that every program of
Amazon's finds: environment, ~/.aws, single sign-on. What a metadata service hands out is asked for by choice only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rowsmith.connectors.object_storage.store import PIECE, Asked, Changed, Thing, fenced, require_reachable, secret
from rowsmith.core.fetching import Reach

AMAZON = "https://s3.amazonaws.com"
_OF_THE_MACHINE = ("iam-role", "container-role")


class S3:
    """One bucket."""

    def __init__(self, reach: Reach, bucket: str, asked: Asked) -> None:
        import aiobotocore.session  # type: ignore[import-untyped]
        import s3fs

        endpoint = asked.endpoint or AMAZON
        if asked.endpoint:
            require_reachable(reach.allowed, endpoint)
        session = aiobotocore.session.AioSession()
        for name in () if asked.machine_role else _OF_THE_MACHINE:
            session.get_component("credential_provider").remove(name)
        keys = {name: secret(reach, f"AWS_{variable}", endpoint) for name, variable in _KEYS.items()}
        self._bucket = bucket
        self._fs = s3fs.S3FileSystem(
            anon=asked.anonymous, endpoint_url=asked.endpoint or None, session=session, skip_instance_cache=True, use_listings_cache=False,
            client_kwargs={"region_name": asked.region} if asked.region else {}, **({} if asked.anonymous else keys),
            config_kwargs={"connector_args": fenced(reach.allowed), "proxies": {}, "retries": {"max_attempts": 4}},
        )  # fmt: skip
        self._fs.retries = 3
        self._fs.connect()
        require_reachable(reach.allowed, self._fs.s3.meta.endpoint_url)  # what the environment or ~/.aws make of it

    def listed(self, prefix: str) -> Iterator[Thing]:
        """See Store."""
        more: dict[str, Any] = {}
        while True:
            page = self._fs.call_s3("list_objects_v2", Bucket=self._bucket, Prefix=prefix, **more)
            for one in page.get("Contents", ()):
                yield Thing(one["Key"], one["Size"], one.get("ETag", "").strip('"'), one["LastModified"].isoformat())
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def get(self, thing: Thing, path: Path) -> str:
        """See Store."""
        from fsspec.asyn import sync

        condition = {"IfMatch": f'"{thing.etag}"'} if thing.etag else {}
        try:
            found = self._fs.call_s3("get_object", Bucket=self._bucket, Key=thing.key, **condition)
        except OSError as error:
            if "PreconditionFailed" in repr(error.__cause__):
                raise Changed from None
            raise
        body, count = found["Body"], 0
        try:
            with path.open("wb") as file:
                while data := sync(self._fs.loop, body.read, PIECE):
                    count += file.write(data)
                    if count > thing.size:
                        raise Changed
        finally:
            body.close()
        if count != thing.size:
            raise Changed
        return str(found.get("VersionId") or "")

    def close(self) -> None:
        """See Store."""
        from fsspec.asyn import sync

        sync(self._fs.loop, self._fs.s3.close)


_KEYS = {"key": "ACCESS_KEY_ID", "secret": "SECRET_ACCESS_KEY", "token": "SESSION_TOKEN"}
