"""Objects of s3://, gs:// and az:// buckets, through fsspec's file systems, each object a file. `fetch` is what others use,
`recognised` tells whether a source names such objects.

    address.py   what users call objects by
    store.py     what each kind of storage does for us
    fetch.py     puts it together
    s3.py        Amazon S3 and what speaks like it
    gs.py        Google Cloud Storage
    az.py        Azure Blob Storage
    errors.py    what goes wrong, in our words

The three are clients of others. Their addresses are looked at before they connect, and what they open connections with is ours: names are resolved
once, and no socket is made to an address that was not looked at (store.fenced). What fetches a token for them is not.
"""

from rowsmith.connectors.object_storage.address import recognised
from rowsmith.connectors.object_storage.fetch import fetch

__all__ = ["fetch", "recognised"]
