"""Bytes of a file, damaged as by disks, transfers, editors and people with bad intentions."""

from __future__ import annotations

import random

_INSERTED = [
    b"\0", b"\xff", b"\n", b"\r", b",", b";", b"\t", b'"', b'"\n', b"'", b"\\", b"[" * 500,
    b'{"a":' * 500, b"nan", b"-inf", b"1e400", b"1e308", b"9" * 400, b"1_0", b"0x1F", b"1,5",
    b"1.000.000,5", b"True", b"=1+1", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3",
    b"\xe2\x80\xa8", b"\x1b[31m", b"#", b" ", b"\x1a", b"2020-13-45", b"12/31/1999",
    b"99999999999-01-01", b"50%", b"$5", b"\xc2\xa0", b"%", b"PK\x03\x04", b"\x1f\x8b",
    b"__class__", b"null", b"[]", b"{}", b"-1", b"1e999", b"," * 300, b"a" * 5_000,
    b"\xf0\x9f\x98\x80", b"0 0", b"..", b"--1", b"1-1", b"1e", b"+", b"\xe2\x88\x925",
]  # fmt: skip


def damaged(rng: random.Random, data: bytes) -> bytes:
    """The bytes with some of them changed, lost, doubled, moved or put in, in 1 to 4 places."""
    result = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at = rng.randrange(len(result) + 1)
        end = at + rng.choice([1, 2, 8, 40])
        match rng.randrange(9):
            case 0:
                result[at:at] = rng.choice(_INSERTED)
            case 1:
                result[at:end] = rng.choice(_INSERTED)
            case 2:
                del result[at:end]
            case 3:
                del result[at:]
            case 4:
                result[at:at] = result[at : at + rng.choice([1, 8, 200])]
            case 5:
                result[at:end] = rng.randbytes(end - at)
            case 6 if at < len(result):
                result[at] ^= 1 << rng.randrange(8)
            case 7:
                old, new = rng.choice(_TOKENS), rng.choice(_TOKENS)
                result = result.replace(old, new, rng.choice([1, 1, 1, -1]))
            case _:
                cut = rng.randrange(len(result) + 1)
                result = result[cut:] + result[:cut] if rng.random() < 0.1 else result
                result += rng.choice([b"", rng.choice(_INSERTED), bytes(result[:at])])
    return bytes(result)


_TOKENS = [
    b",",
    b"\n",
    b"\r\n",
    b".",
    b"0",
    b"1",
    b"-",
    b'"',
    b":",
    b"x",
    b"a",
    b"\t",
    b";",
    b"true",
]
