"""The text of a table's file as UTF-8 bytes, whatever its compression and encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import os
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from micrograd_tut.errors import DataError
from micrograd_tut.support.files import check_readable
from micrograd_tut.support.limits import UNPACKED
from micrograd_tut.support.text import visible

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_BROKEN = (  # what unpacking a damaged file raises
    OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
)  # fmt: skip
_OTHERS = {
    b"\xfd7zXZ\0": "compressed with xz; unpack it, or compress it with gzip or zip",
    b"BZh91AY&SY": "compressed with bzip2; unpack it, or compress it with gzip or zip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it, or compress it with gzip or zip",
    b"\xd0\xcf\x11\xe0": "a spreadsheet; save it as CSV in UTF-8",
    b"PAR1": "a Parquet file; save it as CSV, or pass a DataFrame of pandas to mg.fit",
    b"SQLite format 3\0": "a database; save its table as CSV in UTF-8",
}
_CHUNK = 1 << 20  # bytes that are decoded at once


def read_utf8(path: str | os.PathLike[str]) -> tuple[bytes, list[str]]:
    """The content of a text file in UTF-8, without a byte order mark.

    Takes files compressed with gzip or zip, and text in UTF-8, UTF-16 or cp1252.

    Returns:
        The content, and what was assumed, such as ``["encoding cp1252"]``.

    Raises:
        DataError: the file is a directory, or does not hold text.
        OSError: the file cannot be read.
    """
    name = os.fspath(path)
    if Path(path).is_dir():
        raise DataError(f"{name} is a directory; give a CSV file")
    data, assumed = _decompressed(name, _content(path))
    encoding = _unicode(data)
    if encoding == "utf-8":
        data = data.removeprefix(b"\xef\xbb\xbf")
        if not _is_utf8(data):
            encoding = "cp1252"
    if encoding != "utf-8":
        data = _decoded(name, data, encoding).encode()
        assumed.append(f"encoding {encoding}")
    if b"\0" in data:
        data = data.replace(b"\0", "�".encode())  # pandas would end the cell there
        assumed.append("zero bytes read as �")
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
        assumed.append("line ends CR")
    elif data[: data.find(b"\n")].endswith(b"\r"):
        assumed.append("line ends CRLF")
    return data, assumed


def _content(path: str | os.PathLike[str]) -> bytes:
    """What the file holds; a pipe is read too, as of ``train <(zcat table.gz)``."""
    if not (Path(path).is_fifo() or "\0" in os.fspath(path)):
        check_readable(path)
    return Path(path).read_bytes()


def _decompressed(name: str, data: bytes) -> tuple[bytes, list[str]]:
    for start, kind in _OTHERS.items():
        if data.startswith(start):
            raise DataError(f"{name}: this is {kind}")
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(data)) as file:
                return _limited(name, file), ["compression gzip"]
        if data.startswith(b"PK\x03\x04"):
            return _unzipped(name, data)
    except DataError:
        raise
    except _BROKEN as error:
        problem = visible(str(error), 200)
        raise DataError(
            f"{name}: the file cannot be unpacked: {problem}; download or pack it again"
        ) from None
    return data, []


def _unzipped(name: str, data: bytes) -> tuple[bytes, list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            raise DataError(f"{name}: this is a spreadsheet; save it as CSV in UTF-8")
        files = [file for file in names if not file.endswith("/") and "__MACOSX" not in file]
        if len(files) != 1:
            raise DataError(
                f"{name}: the archive holds {len(files)} files; unpack it, and give one of them "
                f"as the table"
            )
        with archive.open(files[0]) as file:
            return _limited(name, file), [f"compression zip, file {visible(files[0], 80)}"]


def _limited(name: str, file: IO[bytes] | gzip.GzipFile) -> bytes:
    """What a compressed file holds, unless it is too much."""
    chunks, size = [], 0
    while chunk := file.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > UNPACKED:
            raise DataError(
                f"{name}: the table has more than {UNPACKED:,} bytes when it is unpacked; if it "
                f"is right, unpack it, and give the unpacked file"
            )
    return b"".join(chunks)


def _unicode(data: bytes) -> str:
    """UTF-16 if the file begins as such a file does, else UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    halves = data[:200:2], data[1:200:2]
    if len(data) % 2 == 0 and len(data) > 4:
        if 2 * halves[1].count(0) > len(halves[1]) and 0 not in halves[0]:
            return "utf-16-le"
        if 2 * halves[0].count(0) > len(halves[0]) and 0 not in halves[1]:
            return "utf-16-be"
    return "utf-8"


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(name: str, data: bytes, encoding: str) -> str:
    try:
        if encoding == "cp1252" and _MULTIBYTE.search(data):
            data.decode()  # raises: one broken character in a file that is UTF-8 elsewhere
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        start, kind = error.start, "UTF-8" if encoding == "cp1252" else "UTF-16"
    byte = f" (byte 0x{data[start]:02x})" if start < len(data) else ""
    _refuse(name, data, start, f"this is not {kind} text{byte}; save it as CSV in UTF-8")
    raise AssertionError


def _refuse(name: str, data: bytes, position: int, problem: str) -> None:
    before = data[:position]
    line, start = before.count(b"\n") + 1, before.rfind(b"\n") + 1
    raise DataError(
        f"{name}, line {line}, column {position - start + 1} (in bytes): {problem}"
    ) from None
