"""Cases for the bencode decoder: one value per file, mostly broken."""
from corpus_lib import Folder, bdec, benc, edited

# A small torrent with a few bytes replaced: (offset, new byte) per mutant.
MUTANTS = (
    ((76, 108),),
    ((17, 101),),
    ((69, 52), (90, 54), (96, 49)),
    ((3, 58), (24, 49), (42, 57), (76, 0)),
    ((96, 56),),
    ((29, 55), (78, 45)),
    ((36, 57), (47, 51), (88, 50)),
    ((36, 56), (52, 45), (81, 51), (107, 50)),
    ((91, 45),),
    ((88, 50), (89, 48)),
    ((32, 45), (34, 57), (72, 53)),
    ((28, 52), (81, 56), (95, 55), (99, 53)),
    ((17, 51),),
    ((24, 56), (90, 51)),
    ((37, 108), (74, 101), (112, 45)),
    ((28, 52), (29, 0), (55, 57), (56, 51)),
    ((11, 57),),
    ((109, 105),),
    ((46, 52), (72, 101), (102, 108)),
    ((23, 53), (42, 49), (78, 101), (106, 105)),
    ((40, 54),),
    ((83, 57), (99, 51)),
    ((13, 50), (68, 58), (89, 57)),
    ((18, 48), (44, 51), (103, 54), (109, 58)),
)
MUTANT_BASE = benc({
    "announce": "http://a.example/ann",
    "info": {"length": 5, "name": "n", "piece length": 16384, "pieces": b"x" * 20},
})

GOOD = {
    "ok-binary-string": (b"256:" + bytes(range(256)), "all 256 byte values come through"),
    "ok-empty-dict": (b"de", "no keys"),
    "ok-empty-key": (b"d0:i1ee", "a key may be empty, v2 file trees rely on it"),
    "ok-empty-list": (b"le", "no items"),
    "ok-empty-string": (b"0:", "length 0"),
    "ok-int-max64": (b"i9223372036854775807e", "largest signed 64-bit number"),
    "ok-int-min64": (b"i-9223372036854775808e", "smallest signed 64-bit number"),
    "ok-int-zero": (b"i0e", "zero"),
    "ok-keys-after-nul": (b"d1:ai1e2:a\0i2ee", "keys differ behind a NUL: two keys, not one"),
    "ok-keys-high-bytes": (b"d1:\x7fi1e1:\xffi2ee", "sorted as unsigned bytes"),
    "ok-nested-32": (b"l" * 32 + b"e" * 32, "32 levels are always accepted"),
    "ok-string-of-tokens": (b"9:i1eli2ee:", "what looks like tokens is text"),
    "dict-unsorted": (b"d1:bi1e1:ai2ee", "order of keys is only checked in v2 info dicts"),
    "trailing-newline": (b"d1:ai1ee\n", "value ends before the newline; fine for files"),
}

BROKEN_NUMBERS = {
    "int-embedded-nul": (b"i1\0" b"2e", "NUL among the digits"),
    "int-empty": (b"ie", "no digit"),
    "int-float": (b"i1.5e", "fraction"),
    "int-hex": (b"i0x10e", "hexadecimal"),
    "int-huge": (b"i" + b"9" * 30000 + b"e", "30000 digits; time must stay linear"),
    "int-minus": (b"i-e", "sign without digit"),
    "int-minus-minus": (b"i--1e", "two signs"),
    "int-over64": (b"i9223372036854775808e", "one above the largest, may not wrap"),
    "int-over64-zero": (b"i18446744073709551616e", "2^64, may not become 0"),
    "int-plus": (b"i+1e", "sign that must not be written"),
    "int-space": (b"i 1e", "blank before the digit"),
    "int-under64": (b"i-9223372036854775809e", "one below the smallest, may not wrap"),
    "int-unterminated": (b"i42", "cut before its end mark"),
}

BROKEN_STRINGS = {
    "str-digits-forever": (b"1" * 30000, "30000 digits and no colon; time must stay linear"),
    "str-len-2g": (b"2147483648:a", "2 GiB promised; nothing allocated for a promise"),
    "str-len-max": (b"9223372036854775807:a", "offset plus length may not overflow"),
    "str-len-negative": (b"-1:a", "length below zero"),
    "str-len-only": (b"3", "cut behind the length"),
    "str-len-plus": (b"+3:abc", "sign before the length"),
    "str-len-wrap32": (b"4294967297:a", "2^32 + 1, may not become 1"),
    "str-len-wrap64": (b"18446744073709551615:a", "2^64 - 1, does not fit"),
    "str-len-wrap64-small": (b"18446744073709551619:abc", "2^64 + 3, may not become 3"),
    "str-no-colon": (b"3abc", "no colon behind the length"),
    "str-past-end": (b"10:abc", "length beyond the input"),
    "str-past-end-by-one": (b"4:abc", "length one beyond the input"),
}

BROKEN_SHAPES = {
    "deep-dict-20k": (b"d1:a" * 20000, "20000 open dicts; no recursion on the stack"),
    "deep-list-100k": (b"l" * 100000, "100000 open lists; no recursion on the stack"),
    "deep-list-closed-50k": (b"l" * 50000 + b"e" * 50000, "complete, yet 50000 levels deep"),
    "depth-101": (b"l" * 101 + b"e" * 101, "deeper than the limit (32 to 100 levels)"),
    "dict-int-key": (b"di1ei2ee", "a number as key"),
    "dict-list-key": (b"dlei2ee", "a list as key"),
    "dict-odd": (b"d1:ae", "the last key has no value"),
    "dict-unterminated": (b"d1:ai1e", "cut inside a dict"),
    "empty": (b"", "nothing at all"),
    "garbage": (b"hello", "not a token"),
    "list-unterminated": (b"li1e", "cut inside a list"),
    "lone-e": (b"e", "end mark without a beginning"),
    "utf8-bom": (b"\xef\xbb\xbfde", "byte order mark in front"),
}

EITHER = {
    "dict-duplicate": (b"d1:ai1e1:ai2ee", "error, or the first value counts everywhere"),
    "int-leading-zero": (b"i03e", "error or 3; must be an error in a v2 info dict"),
    "int-minus-zero": (b"i-0e", "error or 0; never written back differently"),
    "many-empty-dicts": (b"l" + b"de" * 25000 + b"e", "25000 empty dicts, see tokens-25k"),
    "many-empty-strings": (b"l" + b"0:" * 25000 + b"e", "25000 empty strings, see tokens-25k"),
    "str-len-leading-zero": (b"03:abc", "error or abc"),
    "tokens-25k": (b"l" + b"i0e" * 25000 + b"e",
                   "error by a token limit, or ok with at most 16 bytes of memory a token"),
    "trailing-junk": (b"d1:ai1ee" + b"\xff" * 50,
                      "files: error or rest ignored; datagrams: error"),
}


def shape(data):
    """The columns kind, used and value of a good value."""
    value, used = bdec(data)
    if isinstance(value, int):
        return {"kind": "int", "used": used, "value": value}
    kind = {bytes: "string", list: "list", dict: "dict"}[type(value)]
    return {"kind": kind, "used": used, "value": len(value)}


def build():
    folder = Folder("bencode", values=("kind", "used", "value"))
    for name, (data, detail) in GOOD.items():
        folder.add(name, data, "ok", detail, **shape(data))
    for table in (BROKEN_NUMBERS, BROKEN_STRINGS, BROKEN_SHAPES):
        for name, (data, detail) in table.items():
            folder.add(name, data, "error", detail)
    for name, (data, detail) in EITHER.items():
        folder.add(name, data, "either", detail)
    for i, edits in enumerate(MUTANTS):
        folder.add("mutant-%02d" % i, edited(MUTANT_BASE, *edits), "either",
                   "a torrent with %d bytes changed" % len(edits))
    return folder
