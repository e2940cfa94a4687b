"""Repositories: files of one commit on a forge or of a clone on this machine, the commits that led to it, and GitHub's issues and pull requests.

`fetch` is what others use, `head` tells what a ref is now, `recognised` whether a source names a repository.

    address.py   what users call a repository by
    forges.py    what hosts run, and where each has its archives
    wire.py      git's own protocol: refs, and one commit in a pack
    fetch.py     puts it together
    remote.py    a repository on a host
    files.py     starts the child, and hears what it took
    child.py     the child process: an archive, a pack or a clone becomes files
    archive.py   the members of a tar.gz
    objects.py   git's objects, through dulwich
    history.py   commits as documents
    choice.py    which files are taken
    kinds.py     docs, code, data; generated, vendored, binary; licences
    github.py    GitHub's API
    issues.py    issues and pull requests as documents
"""

from rowsmith.connectors.repository.address import recognised
from rowsmith.connectors.repository.fetch import fetch, head

__all__ = ["fetch", "head", "recognised"]
