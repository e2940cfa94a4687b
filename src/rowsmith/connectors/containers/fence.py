"""What a process that opens strangers' files takes from itself before it has seen a byte of them."""

from __future__ import annotations

import sys

from rowsmith.connectors.containers.limits import Limits


def fence(limits: Limits, size: int | None = None) -> None:
    """No more memory and disk than the limits, and no more CPU than a file of so many bytes may take; no network where the system lets a
    process leave it. Who reads several files has no `size`, and says `limit_cpu` for each."""
    import resource

    for name, most in (("RLIMIT_AS", limits.memory_bytes), ("RLIMIT_FSIZE", limits.unpacked_bytes), ("RLIMIT_CORE", 0)):
        hard = resource.getrlimit(getattr(resource, name))[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, name), (allowed, allowed))
    if size is not None:
        limit_cpu(limits.cpu(size), for_good=True)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET: only who may do so gets a network of its own, without a way out


def limit_cpu(seconds: int, *, for_good: bool = False) -> None:
    """End this process when it has used so many more seconds of CPU; the limit can be moved on later unless it is `for_good`."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed if for_good else hard))
