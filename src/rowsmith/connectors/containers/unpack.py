"""The files within packed ones, as streams whose size is watched while they unpack, and never by what they say of themselves."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from rowsmith.connectors.containers.limits import CutOff, Limits, Refused

_PACKED = 1 << 12
_ENTRY = 512
"""Bytes of an entry in the list of a zip, generously: what has more in its list than so many entries take has more entries than it says."""
_BOMB = "Unpack it yourself, look at what it holds, and give the files in it."
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError)


class Watched(io.RawIOBase):
    """A stream that unpacks, up to a number of bytes that depends on how much of the packed file it has read."""

    def __init__(self, stream: Any, spent: Callable[[], int], limits: Limits) -> None:
        self._stream, self._spent, self._limits = stream, spent, limits
        self.count = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes.

        Raises:
            Refused: it grows too large. CutOff: it is damaged.
        """
        try:
            data = self._stream.read1(len(buffer))  # read() would lose what comes just before the damage
        except (*_DAMAGE, _zstd_error()) as error:
            raise CutOff(str(error) or type(error).__name__) from None
        self.count += len(data)
        if self.count > self._limits.output(self._spent()):
            raise Refused(f"It unpacks to more than {self._limits.ratio} times its size.", _BOMB, "too_large")
        buffer[: len(data)] = data
        return len(data)


def unpacked(file: IO[bytes], packing: str, limits: Limits) -> IO[bytes]:
    """What a gz, bz2, xz or zst file holds."""
    opened: Any = Zstd(file)
    if packing != "zst":
        opened = gzip.open(file) if packing == "gz" else bz2.open(file) if packing == "bz2" else lzma.open(file)  # noqa: SIM115 - it lives as long as what is returned
    return io.BufferedReader(Watched(opened, file.tell, limits), 1 << 18)


def members(file: IO[bytes], size: int, limits: Limits) -> Iterator[tuple[str, IO[bytes], int]]:
    """The files in a zip: name, stream, and packed size; hidden ones are passed over. Nothing is written, and no name is used as a path.

    Raises:
        Refused: too many or too large, links, passwords, entries that overlap, or no zip at all.
    """
    archive = opened_zip(file, size, limits)
    found = [entry for entry in archive.infolist() if not entry.is_dir() and not hidden(entry.filename)]
    _require_sane(found, size, limits)
    for entry in found:
        with archive.open(entry) as stream:
            spent = entry.compress_size
            yield entry.filename, io.BufferedReader(Watched(stream, lambda spent=spent: spent, limits), 1 << 18), entry.file_size  # type: ignore[misc]


def opened_zip(file: IO[bytes], size: int, limits: Limits) -> zipfile.ZipFile:
    """A zip of not too many entries, with the list of them.

    Raises:
        Refused: it has too many, or is none.
    """
    _require_few(file, size, limits)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(f"The zip cannot be read: {error}.", "It may be cut off or damaged: copy it again.") from None


def require_small(file: IO[bytes], size: int, limits: Limits) -> None:
    """Hold a spreadsheet, which is a zip, to the limits of one by what it says of itself; the child's memory is the limit behind that.

    Raises:
        Refused: see `members`.
    """
    _require_few(file, size, limits)
    with zipfile.ZipFile(file) as archive:
        _require_sane(archive.infolist(), size, limits)


def _require_few(file: IO[bytes], size: int, limits: Limits) -> None:
    """The number of entries as the end of the zip gives it, before a list of them is made."""
    file.seek(max(0, size - 66_000))
    tail = file.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    count = struct.unpack("<H", tail[at + 10 : at + 12])[0] if at >= 0 and len(tail) >= at + 12 else 0
    file.seek(0)
    size_of_list = struct.unpack("<I", tail[at + 12 : at + 16])[0] if at >= 0 and len(tail) >= at + 16 else 0
    if count > limits.entries or size_of_list > limits.entries * _ENTRY:
        raise Refused(f"The archive holds more than {limits.entries:,} files.", _BOMB, "too_large")


def _require_sane(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    require_total(entries, size, limits)
    for entry in entries:
        require_plain(entry)


def require_total(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Hold the entries of a zip of so many bytes together to what they may unpack to.

    Raises:
        Refused: they say more, or share bytes.
    """
    told = sum(entry.file_size for entry in entries)
    if told > limits.unpacked_bytes or told > limits.output(size):
        raise Refused(f"The archive unpacks to {told:,} bytes from {size:,}.", _BOMB, "too_large")
    if sum(entry.compress_size for entry in entries) > size:
        raise Refused("The files in the archive overlap.", _BOMB)


def require_plain(entry: zipfile.ZipInfo) -> None:
    """Hold an entry to being a file that anybody may open.

    Raises:
        Refused: it is a link, or asks for a password.
    """
    if (entry.external_attr >> 28) & 0xF == 0xA:
        raise Refused(f"The archive holds a link, {entry.filename[:100]!r}.", "Put the file itself into it.", "link")
    if entry.flag_bits & 1:
        raise Refused("The archive asks for a password.", "Unpack it yourself, and give the files in it.", "protected")


def hidden(name: str) -> bool:
    """Whether a name within an archive is one that a system hides."""
    return any(part.startswith((".", "__MACOSX")) for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


class Zstd:
    """Reads frame after frame of zstd. The library's own reader takes a file that is cut off for a whole one."""

    def __init__(self, file: IO[bytes]) -> None:
        import zstandard

        self._file, self._frame = file, zstandard.ZstdDecompressor(max_window_size=1 << 27)
        self._reader, self._left, self._whole = self._frame.decompressobj(), memoryview(b""), True

    def read1(self, size: int) -> bytes:
        """Some bytes, none at the end; a few packed ones are taken in at a time, since each may stand for very many.

        Raises:
            EOFError: the last frame is cut off.
        """
        while not self._left:
            packed = self._reader.unused_data if self._reader.eof else b""
            if self._reader.eof:
                self._reader, self._whole = self._frame.decompressobj(), True
            if not (packed := packed or self._file.read(_PACKED)):
                if self._whole:
                    return b""
                raise EOFError("it ends amid a frame")
            self._whole = False
            self._left = memoryview(self._reader.decompress(packed))
            self._whole = self._reader.eof
        data, self._left = bytes(self._left[:size]), self._left[size:]
        return data


def _zstd_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError
