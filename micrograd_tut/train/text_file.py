"""The text of a table's file as UTF-8 bytes, whatever its compression and encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import zipfile
import zlib
from pathlib import Path

from micrograd_tut.errors import DataError

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
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
    data, assumed = _decompressed(name, Path(path).read_bytes())
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


def _decompressed(name: str, data: bytes) -> tuple[bytes, list[str]]:
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data), ["compression gzip"]
        if not data.startswith(b"PK\x03\x04"):
            return data, []
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                raise DataError(f"{name}: this is a spreadsheet; save it as CSV in UTF-8")
            files = [file for file in names if not file.endswith("/") and "__MACOSX" not in file]
            if len(files) != 1:
                raise DataError(
                    f"{name}: the archive holds {len(files)} files; unpack it, and give one of "
                    f"them as the table"
                )
            return archive.read(files[0]), [f"compression zip, file {files[0]}"]
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(
            f"{name}: the file cannot be unpacked: {error}; download or pack it again"
        ) from None


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
