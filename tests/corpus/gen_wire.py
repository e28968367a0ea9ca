"""Cases for the peer wire: all that one peer sends after connecting.

The torrent is target.torrent (role private: target-private.torrent).  Extended
messages use the ids we are assumed to hand out: ut_pex 1, ut_metadata 2,
lt_donthave 3, upload_only 4.
"""
from corpus_lib import (HOSTILE_TEXT, TARGET_DATA, TARGET_HASH, TARGET_INFO, TARGET_PIECE_LENGTH,
                        TARGET_PIECES, TARGET_PRIVATE_HASH, TARGET_PRIVATE_INFO, Folder, Verbatim,
                        benc, edited, noise, raw_dict, u16, u32)

MESSAGE_LIMIT = 1 << 20
BLOCK = 16384
INT64_MAX = (1 << 63) - 1
UINT32_MAX = (1 << 32) - 1

PROTOCOL = b"\x13BitTorrent protocol"
RESERVED = bytes.fromhex("0000000000100005")
PEER_ID = b"-XX0001-abcdefghijkl"

CHOKE, UNCHOKE, INTERESTED, UNINTERESTED, HAVE, BITFIELD, REQUEST, PIECE, CANCEL, PORT = range(10)
SUGGEST, HAVE_ALL, HAVE_NONE, REJECT, ALLOWED_FAST = range(13, 18)
EXTENDED, HASH_REQUEST, HASHES, HASH_REJECT = range(20, 24)


def handshake(info_hash=TARGET_HASH, reserved=RESERVED, peer_id=PEER_ID):
    return PROTOCOL + reserved + info_hash + peer_id


def message(kind, payload=b""):
    return u32(1 + len(payload)) + bytes((kind,)) + payload


def numbers(kind, *values):
    """A message whose payload is 32-bit numbers."""
    return message(kind, b"".join(map(u32, values)))


def extended(ext_id, body):
    return message(EXTENDED, bytes((ext_id,)) + (body if type(body) is bytes else benc(body)))


EMPTY = handshake() + message(HAVE_NONE)
FULL = handshake() + message(HAVE_ALL)
FULL_BITS = message(BITFIELD, b"\xfc")


def capabilities(**changes):
    """An extension handshake, ordinary but for the changes."""
    body = {"m": {"ut_metadata": 2, "ut_pex": 1}, "reqq": 250, "v": "test 1"}
    body.update(changes)
    return extended(0, body)


def frames(stream):
    """Columns messages and rest: what a reader finds after the handshake."""
    if len(stream) < 68 or not stream.startswith(PROTOCOL):
        return {}
    at, count = 68, 0
    while len(stream) - at >= 4:
        length = int.from_bytes(stream[at:at + 4], "big")
        if length > MESSAGE_LIMIT or length > len(stream) - at - 4:
            break
        at, count = at + 4 + length, count + 1
    return {"messages": count, "rest": len(stream) - at}


class Streams:
    def __init__(self, folder):
        self.folder = folder

    def add(self, name, stream, expect, detail, role="leech"):
        self.folder.add(name + ".bin", stream, expect, detail, role=role, **frames(stream))

    def after(self, start, cases, role="leech"):
        """Cases that share their beginning: (name, rest of the stream, expect, detail)."""
        for name, rest, expect, detail in cases:
            self.add(name, start + rest, expect, detail, role)


# ------------------------------------------------------------------ good streams


def add_good(out):
    haves = b"".join(numbers(HAVE, i) for i in range(TARGET_PIECES))
    out.after(handshake(), (
        ("ok-have-all", message(HAVE_ALL) + message(UNCHOKE), "ok",
         "a seed with the fast extension"),
        ("ok-seed", FULL_BITS + message(UNCHOKE), "ok", "a seed: we are interested and request"),
        ("ok-have-one-by-one", message(HAVE_NONE) + haves + message(UNCHOKE), "ok",
         "becomes a seed piece by piece")))
    out.add("ok-plain", handshake(reserved=bytes(8)) + FULL_BITS + message(UNCHOKE), "ok",
            "a seed without extensions")
    out.after(EMPTY, (
        ("ok-ext", capabilities(), "ok", "an extension handshake"),
        ("ok-keepalives", bytes(40), "ok", "10 keep-alives")))


# -------------------------------------------------------------------- handshakes

MSE_PRIME = int(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563", 16)


def add_handshakes(out):
    good = handshake()
    for size in (0, 1, 19, 20, 27, 28, 47, 48, 67):
        out.add("hs-cut-%02d" % size, good[:size], "drop",
                "%d of 68 bytes; closed with the peer or after 10 s" % size)
    none = message(HAVE_NONE)
    escapes = b"-\x1b]0;A\a-\x9b31m\xc2\x9b" + b"z" * 6
    plain = handshake(reserved=bytes(8))
    for name, stream, expect, detail in (
            ("all-reserved", handshake(reserved=b"\xff" * 8) + none, "ok",
             "every reserved bit set"),
            ("v2-bit", handshake(reserved=edited(RESERVED, (7, 0x15))) + none, "ok",
             "says that it knows v2"),
            ("bad-length", b"\x14" + PROTOCOL[1:] + b"!" + plain[20:], "drop",
             "a protocol of 20 letters"),
            ("length-0", edited(good, (0, 0)), "drop", "a protocol of no letters"),
            ("bad-protocol", edited(plain, (19, ord("L"))), "drop",
             "one letter of the protocol wrong"),
            ("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "drop", "a web browser"),
            ("peerid-escapes", handshake(peer_id=escapes) + none, "ok",
             "the peer id is cleaned before it is shown"),
            ("peerid-zero", handshake(peer_id=bytes(20)) + none, "either",
             "a peer id of zeros: ok (wanted) or drop"),
            ("random-2k", noise("hs-random-2k", 2048), "drop", "noise; given up after 10 s"),
            ("tls", bytes.fromhex("1603010200010001fc0303") + noise("hs-tls", 200), "drop",
             "the start of a TLS connection"),
            ("twice", good + good, "drop", "the second one is a message of 323119476 bytes"),
            ("unknown-hash", handshake(b"\xaa" * 20), "drop", "not our torrent; we send nothing"),
            ("zero-hash", handshake(bytes(20)), "drop", "a hash of zeros; we send nothing")):
        out.add("hs-" + name, stream, expect, detail)


def add_encryption(out):
    for name, key in (("0", 0), ("1", 1), ("max", (1 << 768) - 1), ("p", MSE_PRIME),
                      ("p-1", MSE_PRIME - 1)):
        out.add("mse-key-" + name, key.to_bytes(96, "big") + noise("mse-key-" + name, 40), "drop",
                "a public key that makes the secret known")
    for name, size, detail in (
            ("key-then-silence", 96, "only the key; given up after 10 s"),
            ("long-noise", 5000, "noise; no more than 628 bytes are looked at"),
            ("no-sync", 708, "no mark within 512 bytes of padding")):
        out.add("mse-" + name, noise("mse-" + name, size), "drop", detail)


# ------------------------------------------------------------------ message sizes


def add_sizes(out):
    for kind in (CHOKE, UNCHOKE, INTERESTED, UNINTERESTED, HAVE_ALL, HAVE_NONE):
        start = handshake() if kind in (HAVE_ALL, HAVE_NONE) else EMPTY
        out.add("size-%d-long" % kind, start + message(kind, b"x"), "drop",
                "message %d with a payload" % kind)
    for kind, size in ((HAVE, 4), (REQUEST, 12), (CANCEL, 12), (PORT, 2), (SUGGEST, 4),
                       (REJECT, 12), (ALLOWED_FAST, 4)):
        for word, actual in (("short", size - 1), ("long", size + 1)):
            out.add("size-%d-%s" % (kind, word), EMPTY + message(kind, bytes(actual)), "drop",
                    "message %d with %d bytes in place of %d" % (kind, actual, size))
    huge = b"\x63" + bytes(4096)
    out.after(EMPTY, (
        ("size-20-empty", message(EXTENDED), "drop", "an extended message without its id"),
        ("size-7-short", message(PIECE, bytes(7)), "either", "half a piece header: drop or ignore"),
        ("len-1m-plus-1", u32(MESSAGE_LIMIT + 1) + b"\x14", "drop",
         "one byte over the limit of 1 MiB"),
        ("len-2g", u32(1 << 31) + b"\x07", "drop", "2^31 bytes, negative as a signed number"),
        ("len-2g-1", u32((1 << 31) - 1) + b"\x07", "drop", "2^31 - 1 bytes"),
        ("len-max", u32(UINT32_MAX) + b"\x14", "drop",
         "2^32 - 1 bytes, refused by the length alone"),
        ("len-then-silence", u32(BLOCK + 9) + b"\x07" + bytes(100), "either",
         "a block that never ends; dropped after 120 s, costs what has arrived"),
        ("unknown-id-10", message(10, b"x" * 50), "either",
         "no such message: ignore (wanted) or drop"),
        ("unknown-id-255", message(255), "either", "no such message: ignore (wanted) or drop"),
        ("unknown-id-1m", u32(MESSAGE_LIMIT) + huge, "either",
         "no such message, 1 MiB of it: drop, or skip without keeping it")))


# --------------------------------------------------------------- what peers have


def add_pieces_known(out):
    bits = lambda *raw: message(BITFIELD, bytes(raw))
    all_and_none = message(HAVE_ALL) + message(HAVE_NONE)
    out.after(handshake(), (
        ("bitfield-1m", u32(MESSAGE_LIMIT) + b"\x05" + b"\xff" * 4096, "drop",
         "1 MiB for 1 byte, refused by the length"),
        ("bitfield-long", bits(0xfc, 0), "drop", "2 bytes for 6 pieces"),
        ("bitfield-short", bits(), "drop", "no byte for 6 pieces"),
        ("bitfield-late", numbers(HAVE, 0) + bits(0xfc), "either", "after a have: drop or ok"),
        ("bitfield-after-ext", capabilities() + bits(0xfc), "either",
         "after the extension handshake: ok (wanted) or drop"),
        ("bitfield-spare-bits", bits(0xff), "either", "spare bits set: drop or cleared"),
        ("bitfield-twice", bits(0xfc) + bits(0), "either", "drop or ignore; counts never negative"),
        ("have-all-and-none", all_and_none, "either", "drop or the last counts")))
    out.add("bitfield-no-metadata", handshake() + message(BITFIELD, b"\xff" * 5000)
            + numbers(HAVE, UINT32_MAX) + capabilities(), "either",
            "drop, or kept within a bound and checked once the metadata is known", "magnet")
    out.add("have-all-no-fast", handshake(reserved=bytes(8)) + message(HAVE_ALL), "either",
            "not agreed on: drop or ignore")
    out.add("reject-no-fast", handshake(reserved=bytes(8)) + FULL_BITS
            + numbers(REJECT, 0, 0, BLOCK), "either", "not agreed on: drop or ignore")
    for name, index in (("2g", 1 << 31), ("max", UINT32_MAX), ("np", TARGET_PIECES)):
        out.after(EMPTY, (
            ("have-" + name, numbers(HAVE, index), "drop", "piece %d of 6" % index),
            ("suggest-" + name, numbers(SUGGEST, index), "either",
             "piece %d: drop or ignore" % index),
            ("allowed-fast-" + name, numbers(ALLOWED_FAST, index), "either",
             "piece %d: drop or ignore" % index)))


def in_turn(kind, count):
    return b"".join(numbers(kind, i % TARGET_PIECES) for i in range(count))


def add_floods(out):
    rejects = b"".join(numbers(REJECT, i, begin, BLOCK) for i in range(5) for begin in (0, BLOCK))
    out.after(EMPTY, (
        ("allowed-fast-flood", in_turn(ALLOWED_FAST, 2000), "ignore",
         "2000 times 6 pieces, kept once"),
        ("suggest-flood", in_turn(SUGGEST, 2000), "ignore", "2000 suggestions, 16 kept"),
        ("have-flood", in_turn(HAVE, 4000), "either", "4000 haves; memory does not grow"),
        ("keepalive-flood", bytes(40000), "either", "10000 keep-alives prove nothing"),
        ("choke-flap", (message(CHOKE) + message(UNCHOKE)) * 2000, "either",
         "2000 times choked and unchoked; no request is lost or leaked"),
        ("interest-flap", (message(INTERESTED) + message(UNINTERESTED)) * 2000, "either",
         "2000 changes of mind; no answer to each"),
        ("reject-unknown", numbers(REJECT, 0, 0, BLOCK) * 100, "either",
         "100 rejects of nothing; counts never negative"),
        ("port-0", message(PORT, u16(0)), "ignore", "a DHT port that cannot be"),
        ("port-flood", b"".join(message(PORT, u16(i)) for i in range(1000, 3000)), "either",
         "2000 DHT ports; at most one is tried")))
    out.add("reject-all-loop", FULL + message(UNCHOKE) + rejects * 50, "either",
            "500 rejects: left alone or dropped, never asked in a loop")


# ------------------------------------------------------------- blocks we receive


def add_blocks(out):
    def block(index, begin, data):
        return message(PIECE, u32(index) + u32(begin) + data)

    full = b"x" * BLOCK
    end = TARGET_PIECE_LENGTH - 100
    out.after(FULL + message(UNCHOKE), (
        ("piece-64k", block(0, 0, b"x" * 65536), "drop", "longer than any request"),
        ("piece-cross", block(0, end, b"x" * 200), "drop", "100 bytes beyond the piece"),
        ("piece-flood", block(1, 0, b"x" * 1000) * 60, "either",
         "60 blocks nobody wanted: counted, dropped at a bound")))
    out.after(FULL, (
        ("piece-begin-max", block(0, UINT32_MAX, full), "drop", "begin plus length overflows"),
        ("piece-index-np", block(TARGET_PIECES, 0, full), "drop", "piece 6 of 6"),
        ("piece-empty", block(0, 0, b""), "either", "no data: drop or ignore"),
        ("piece-unasked", block(0, 0, TARGET_DATA[:BLOCK]), "either",
         "good but not asked for: drop or ignore, not written")))


# ---------------------------------------------------------------- blocks we send

BAD_REQUESTS = {
    "begin-end": (0, 32768, BLOCK),
    "begin-max": (0, UINT32_MAX, BLOCK),
    "cross-piece": (0, 32668, 200),
    "index-max": (UINT32_MAX, 0, BLOCK),
    "index-np": (TARGET_PIECES, 0, BLOCK),
    "last-piece-over": (5, 0, 1001),
    "length-0": (0, 0, 0),
    "length-128k1": (0, 0, (1 << 17) + 1),
    "length-2g": (0, 0, 1 << 31),
    "length-max": (0, 0, UINT32_MAX),
    "wrap": (0, UINT32_MAX - 0x3fff, 0x8000),
}


def add_requests(out):
    ready = EMPTY + message(INTERESTED)
    for name, range_ in BAD_REQUESTS.items():
        out.add("request-" + name, ready + numbers(REQUEST, *range_), "either",
                "piece %d, begin %d, length %d: reject or drop, no data" % range_, "seed")
    many = b"".join(numbers(REQUEST, i % TARGET_PIECES, 0, 1000) for i in range(5000))
    first = (0, 0, BLOCK)
    out.after(ready, (
        ("request-flood", many, "either", "5000 requests: a bounded queue, then reject or drop"),
        ("request-same", numbers(REQUEST, *first) * 3000, "either",
         "one block 3000 times: disk reads and send buffer stay bounded"),
        ("request-odd", numbers(REQUEST, 0, 3, 5), "either", "5 bytes from byte 3: data or reject"),
        ("cancel-unknown", numbers(CANCEL, *first) * 100, "ignore", "100 cancels of nothing"),
        ("cancel-twice", numbers(REQUEST, *first) + numbers(CANCEL, *first) * 2, "ok",
         "one request, cancelled twice; at most one answer")), "seed")
    out.add("request-choked", EMPTY + numbers(REQUEST, *first), "either",
            "not unchoked: reject or ignore, no data", "seed")


# ------------------------------------------------------------ extension handshake


def add_extension_handshakes(out):
    many = {"k%d" % i: i % 255 + 1 for i in range(1500)}
    junk = {"": 5, "lt_donthave": 1 << 40, "ut_holepunch": 0, "ut_metadata": -1, "ut_pex": 256,
            "x": "y", "z": [1]}
    for name, body, detail in (
            ("deep", b"l" * 20000, "20000 levels: ignore or drop"),
            ("garbage", noise("ext-hs-garbage", 500), "noise: ignore or drop"),
            ("m-1500", {"m": many}, "1500 names: known ones kept, or drop"),
            ("m-junk", {"m": junk}, "ids other than 1 to 255: ignored (wanted), or drop"),
            ("m-list", {"m": [1, 2]}, "a list of names: ignore or drop"),
            ("not-dict", b"i5e", "a number: ignore or drop"),
            ("same-id", {"m": {"ut_metadata": 3, "ut_pex": 3}}, "one id for two names"),
            ("64k", {"v": b"x" * 70000}, "over 64 KiB: ignore or drop")):
        out.add("ext-hs-" + name, EMPTY + extended(0, body), "either", detail)
    off = extended(0, {"m": {"ut_pex": 0}})
    moved = extended(0, {"m": {"ut_metadata": 7, "ut_pex": 9}})
    names = {"m": {"UT_PEX": 1, "Ut_Metadata": 2, "ut_pex ": 3}}
    twice = raw_dict(("m", {"ut_pex": 1}), ("m", {"ut_pex": 5}), ("v", "a"), ("v", "b"))
    backwards = raw_dict(("v", "test 1"), ("reqq", 250), ("m", {"ut_pex": 1, "ut_metadata": 2}))
    out.after(EMPTY, (
        ("ext-hs-empty", extended(0, b"de"), "ok", "offers nothing"),
        ("ext-hs-no-body", extended(0, b""), "either", "no bytes: ignore or drop"),
        ("ext-hs-backwards", extended(0, backwards), "ok", "keys from the last to the first"),
        ("ext-hs-tail", extended(0, benc({"v": "a"}) + b"xyz"), "either",
         "3 bytes too many: ok (wanted) or drop"),
        ("ext-hs-keys-twice", extended(0, twice), "either", "the first counts (wanted), or drop"),
        ("ext-hs-case", extended(0, names), "ok", "names like those we know, but others"),
        ("ext-hs-moved", capabilities() + moved, "ok", "other ids than before"),
        ("ext-hs-late", in_turn(HAVE, 60) + capabilities(), "ok", "after 60 other messages"),
        ("ext-hs-flood", capabilities() * 500, "either",
         "500 times the same; memory does not grow"),
        ("ext-hs-off", capabilities() + off, "ok", "ut_pex is taken back: no more of it from us"),
        ("ext-unknown-id", extended(77, b"x"), "either",
         "an id we never gave: ignore (wanted) or drop")))
    out.add("ext-no-bit", handshake(reserved=bytes(8)) + FULL_BITS + capabilities(), "either",
            "not agreed on: ignore or drop")


def add_extension_fields(out):
    for kind in ("bad-utf8", "bidi", "c1-raw", "c1-utf8", "csi-clear", "long", "newline-cr-bs",
                 "osc52-clipboard", "zalgo"):
        out.add("ext-v-" + kind, EMPTY + capabilities(v=HOSTILE_TEXT[kind]), "ok",
                "the client's name is cleaned and cut to 48 columns")
    for name, field, detail in (
            ("ipv4-long", {"ipv4": b"a" * 400, "ipv6": "bbb"},
             "addresses of 400 and 3 bytes: ignored"),
            ("port-bad", {"p": 70000}, "port 70000: ignored, not cut to 16 bits"),
            ("port-neg", {"p": -1}, "port -1: ignored"),
            ("upload-only-junk", {"upload_only": "yes"}, "a string for a flag: ignored"),
            ("v-int", {"v": 7}, "a number as name: ignored"),
            ("p-0", {"p": 0}, "port 0: ignored"),
            ("upload-only-1", {"upload_only": 1}, "uploads only, though it has nothing"),
            ("yourip-3", {"yourip": "abc"}, "an address of 3 bytes: ignored"),
            ("yourip-4", {"yourip": b"\x7f\0\0\1"}, "an address that is ours, perhaps"),
            ("yourip-16", {"yourip": bytes(15) + b"\1"}, "the same of IPv6"),
            ("yourip-zero", {"yourip": bytes(4)}, "an address that cannot be: ignored")):
        out.add("ext-" + name, EMPTY + capabilities(**field), "ok", detail)
    for name, value, detail in (("0", 0, "0: our default"), ("minus", -1, "-1: our default"),
                                ("max", INT64_MAX, "2^63 - 1: clamped to 2000")):
        out.add("ext-reqq-" + name, EMPTY + capabilities(reqq=value) + message(UNCHOKE), "ok",
                "queue length " + detail)
    for name, size, expect in (
            ("0", 0, "ignore"), ("1", 1, "ignore"), ("10m", 10 << 20, "ok"),
            ("33m", 33 << 20, "ignore"), ("2g", 1 << 31, "ignore"),
            ("4g1", (1 << 32) + 1, "ignore"), ("max", INT64_MAX, "ignore"),
            ("minus", -1, "ignore"), ("str", "5", "ignore")):
        out.add("ext-metasize-" + name, EMPTY + capabilities(metadata_size=size), expect,
                "metadata of %s bytes promised; at most 32 MiB believed, none allocated" % size,
                "magnet")


def add_small_extensions(out):
    """lt_donthave and upload_only, whose ids are 3 and 4."""
    def gone(piece):
        return extended(3, u32(piece))

    seed, leech = FULL + capabilities(), EMPTY + capabilities()
    flap = (numbers(HAVE, 0) + gone(0)) * 2000
    out.after(seed + message(UNCHOKE), (
        ("donthave-ok", gone(0), "ok", "piece 0 is not asked for there any more"),
        ("donthave-all", b"".join(map(gone, range(TARGET_PIECES))), "ok", "a seed no more"),
        ("donthave-back", gone(0) + numbers(HAVE, 0), "ok", "lost and found"),
        ("donthave-np", gone(TARGET_PIECES), "either", "piece 6 of 6: ignore or drop"),
        ("donthave-max", gone(UINT32_MAX), "either", "piece 2^32 - 1: ignore or drop"),
        ("donthave-short", extended(3, bytes(3)), "either", "3 bytes: ignore or drop"),
        ("donthave-long", extended(3, bytes(5)), "either", "5 bytes: ignore or drop")))
    out.after(leech, (
        ("donthave-unknown", gone(0) * 100, "either",
         "100 times what it never had: ignore or drop; counts never negative"),
        ("donthave-flap", flap, "either", "2000 times lost and found; counts never negative"),
        ("upload-only-on-off", extended(4, b"\1") + extended(4, b"\0"), "ok", "on, and off again"),
        ("upload-only-none", extended(4, b""), "either", "no byte: ignore or drop"),
        ("upload-only-long", extended(4, b"\1" * 1000), "either", "1000 bytes: ignore or drop"),
        ("upload-only-flap", (extended(4, b"\1") + extended(4, b"\0")) * 2000, "either",
         "4000 changes of mind; no answer to each")))


def add_dht_ports(out):
    plain = edited(RESERVED, (7, RESERVED[7] & 0xfe))
    out.after(EMPTY, (
        ("port-ok", message(PORT, u16(6881)), "ok", "its DHT node may be asked"),
        ("port-twice", message(PORT, u16(6881)) * 2, "ok", "asked once"),
        ("port-low", message(PORT, u16(53)), "ignore", "a server of another kind: not asked")))
    out.add("port-no-bit", handshake(reserved=plain) + message(HAVE_NONE)
            + message(PORT, u16(6881)), "ignore", "a DHT port without the DHT's bit")


# --------------------------------------------------------------------- ut_metadata

META = EMPTY + capabilities(metadata_size=len(TARGET_INFO))


def metadata(kind, piece=None, data=b"", **more):
    """A ut_metadata message; kind 0 asks, 1 answers, 2 refuses."""
    head = {"msg_type": kind, "piece": piece}
    head.update(more)
    return extended(2, benc({k: v for k, v in head.items() if v is not None}) + data)


def add_metadata_data(out):
    size = len(TARGET_INFO)

    def block(piece, data, total=size):
        return metadata(1, piece, data, total_size=total)

    wrong = b"d" + noise("meta-data-wrong", size - 1)
    out.add("meta-data-ok", META + block(0, TARGET_INFO), "ok", "the right metadata", "magnet")
    for name, body, detail in (
            ("far", block(100000, TARGET_INFO), "block 100000 of 1"),
            ("long", block(0, TARGET_INFO + b"x" * 20000), "20000 bytes too many"),
            ("minus", block(-1, TARGET_INFO), "block -1"),
            ("none", block(0, b""), "no data"),
            ("short", block(0, TARGET_INFO[:10]), "10 bytes only"),
            ("size-lies", block(0, TARGET_INFO, 1 << 40), "another total than promised"),
            ("wrap", block(1 << 50, TARGET_INFO), "block 2^50 starts at byte 2^64, not at 0"),
            ("wrong", block(0, wrong), "hash does not match: others are asked, not this peer")):
        out.add("meta-data-" + name, META + body, "either", detail + "; ignore or drop", "magnet")
    bare = metadata(1, 0, TARGET_INFO)
    out.add("meta-data-ok-no-total", META + bare, "ok", "the total is not told again", "magnet")
    out.add("meta-data-ok-twice", META + block(0, TARGET_INFO) * 2, "ok",
            "the second time it is not asked for", "magnet")
    out.add("meta-data-after-reject", META + metadata(2, 0) + block(0, TARGET_INFO), "either",
            "refused, and given all the same: taken or ignored", "magnet")
    for name, total in (("neg", -1), ("string", "5"), ("max", INT64_MAX)):
        out.add("meta-total-" + name, META + metadata(1, 0, TARGET_INFO[:9], total_size=total),
                "either", "9 bytes, and a total that cannot be: ignore or drop", "magnet")
    out.add("meta-data-unasked", META + block(5, b"x" * BLOCK, 200000), "ignore",
            "block 5 of a total that is not ours", "magnet")
    out.add("meta-metadata-evil", EMPTY + capabilities(metadata_size=60) + block(0, b"l" * 60, 60),
            "either", "60 open lists, hash does not match; ignore or drop", "magnet")
    out.add("meta-reject", META + metadata(2, 0) * 200, "ok",
            "200 refusals: not asked again for a minute", "magnet")


def add_metadata_requests(out):
    out.add("meta-request-ok", META + metadata(0, 0), "ok", "data or refusal comes back", "seed")
    for name, body, detail in (
            ("far", metadata(0, 1 << 30), "block 2^30: refused or ignored"),
            ("flood", metadata(0, 0) * 1000, "1000 times: answers are bounded"),
            ("junk-tail", metadata(0, 0, b"x" * 100), "100 bytes behind it: answered or ignored"),
            ("max", metadata(0, INT64_MAX), "block 2^63 - 1: its offset may not overflow"),
            ("minus", metadata(0, -1), "block -1: refused or ignored")):
        out.add("meta-request-" + name, META + body, "either", detail, "seed")
    private = handshake(TARGET_PRIVATE_HASH) + META[68:]
    out.add("meta-request-private", private + metadata(0, 0), "either",
            "only for peers from the tracker", "private")
    out.add("meta-request-early", EMPTY + metadata(0, 0), "either",
            "before the extension handshake: ignored, refused or dropped", "seed")
    deep, big = b"l" * 20000, benc({"msg_type": 0, "piece": 0}) + bytes(70000)
    for name, body in (("type-string", metadata("0", 0)), ("piece-missing", metadata(0)),
                       ("piece-string", metadata(0, "0")), ("empty", extended(2, b"")),
                       ("deep", extended(2, deep)), ("big", extended(2, big))):
        out.add("meta-" + name, META + body, "either", "no message of it: ignore or drop", "seed")
    out.add("meta-type-9", META + metadata(9, 0), "ignore", "no such kind")
    out.add("meta-type-missing", META + metadata(None, 0), "either", "no kind: ignore or drop")
    out.add("meta-not-dict", META + extended(2, b"le"), "either", "a list: ignore or drop")


# -------------------------------------------------------------------------- ut_pex

PEX_PEER = bytes((127, 0, 0, 2)) + u16(6881)
PEX_PEER6 = b"\xfd" + bytes(14) + b"\2" + u16(6881)


def pex(**lists):
    """A ut_pex message; _f stands for .f."""
    return extended(1, benc({k.replace("_f", ".f"): v for k, v in lists.items()}))


def add_pex(out):
    start = EMPTY + capabilities()
    one = pex(added=PEX_PEER, added_f=b"\0")
    crowd = b"".join(b"\x7f\1" + u16(i) + u16(6881) for i in range(5000))
    bad = b"".join((bytes(4) + u16(6881), b"\xff" * 4 + u16(6881), b"\xe0\0\0\1" + u16(6881),
                    bytes((127, 0, 0, 1)) + u16(0)))
    bad6 = b"\xff\2" + bytes(13) + b"\1" + u16(6881)
    out.after(start, (
        ("pex-ok", pex(added=PEX_PEER * 2, added_f=b"\0\0", dropped=b""), "ok", "one peer twice"),
        ("pex-empty", extended(1, b"de"), "ok", "no lists"),
        ("pex-5000", pex(added=crowd, added_f=bytes(5000)), "either",
         "5000 peers: at most 200 kept, or drop"),
        ("pex-bad-addresses", pex(added=bad, added_f=bytes(4), added6=bad6, added6_f=b"\0"), "ok",
         "5 impossible addresses, none kept"),
        ("pex-dropped-all", pex(dropped=PEX_PEER * 200), "ok", "closes none of our connections"),
        ("pex-flags-long", pex(added=PEX_PEER, added_f=b"\xff" * 5000), "ok",
         "5000 flags for 1 peer"),
        ("pex-flags-short", pex(added=PEX_PEER * 3, added_f=b""), "ok", "no flags for 3 peers"),
        ("pex-flood", one * 600, "either", "600 messages: one a minute counts, or drop"),
        ("pex-len-5", pex(added=PEX_PEER[:5], added_f=b"\0"), "either", "5 bytes: ignore or drop"),
        ("pex-len-7", pex(added=PEX_PEER + b"x", added_f=b"\0"), "either",
         "7 bytes: one peer or ignore"),
        ("pex-ok6", pex(added6=PEX_PEER6, added6_f=b"\2"), "ok", "a peer with IPv6"),
        ("pex-mapped", pex(added6=bytes(10) + b"\xff\xff" + PEX_PEER, added6_f=b"\0"), "either",
         "an IPv4 peer in 18 bytes: kept or ignored"),
        ("pex-flags-all", pex(added=PEX_PEER, added_f=b"\xff"), "ok", "every flag set"),
        ("pex-low", pex(added=b"".join(PEX_PEER[:4] + u16(p) for p in (25, 53, 80))), "ok",
         "3 ports of servers of another kind: tried last, if at all"),
        ("pex-both", pex(added=PEX_PEER, added_f=b"\0", dropped=PEX_PEER), "ok",
         "a peer that has come and gone"),
        ("pex-flap", (one + pex(dropped=PEX_PEER)) * 200, "either",
         "200 times come and gone: one message a minute counts, or drop"),
        ("pex-backwards", extended(1, raw_dict(("added.f", b"\0"), ("added", PEX_PEER))), "ok",
         "keys out of order"),
        ("pex-keys-twice", extended(1, raw_dict(("added", PEX_PEER), ("added", PEX_PEER[:5]))),
         "either", "the first counts (wanted), or drop"),
        ("pex-tail", extended(1, benc({"added": PEX_PEER}) + b"xyz"), "either",
         "3 bytes too many: ok, ignore or drop"),
        ("pex-deep", extended(1, b"d1:x" + b"l" * 20000), "either", "20000 levels: ignore or drop"),
        ("pex-list", extended(1, b"le"), "either", "a list: ignore or drop"),
        ("pex-no-body", extended(1, b""), "either", "no bytes: ignore or drop"),
        ("pex-64k", pex(added=PEX_PEER * 11000), "either", "66 KB: ignore or drop"),
        ("pex-types", pex(added=5, added_f=[1], added6=-1, dropped={"a": 1}), "either",
         "wrong types: ignore or drop")))
    out.add("pex-early", EMPTY + one, "either", "before the extension handshake: ignore or drop")
    out.add("pex-private", handshake(TARGET_PRIVATE_HASH) + start[68:] + one, "ignore",
            "not used and not sent for a private torrent", "private")


# ---------------------------------------------------------------------- v2 hashes


def add_hashes(out):
    def about(kind, base, index, length, proof, hashes=b""):
        numbers_ = b"".join(map(u32, (base, index, length, proof)))
        return message(kind, b"r" * 32 + numbers_ + hashes)

    out.after(EMPTY + message(INTERESTED), (
        ("hash-request-base-max", about(HASH_REQUEST, UINT32_MAX, 0, 2, 0), "either",
         "layer 2^32 - 1 is no shift count: reject or drop"),
        ("hash-request-index-max", about(HASH_REQUEST, 0, UINT32_MAX, 2, 3), "either",
         "index plus length overflows: reject or drop"),
        ("hash-request-length-3", about(HASH_REQUEST, 0, 0, 3, 0), "either",
         "3 is no power of two: reject or drop"),
        ("hash-request-length-max", about(HASH_REQUEST, 0, 0, 1 << 31, UINT32_MAX), "either",
         "2^31 hashes: reject or drop"),
        ("hash-request-short", message(HASH_REQUEST, bytes(47)), "drop",
         "47 bytes in place of 48")),
        "seed")
    out.after(EMPTY, (
        ("hash-reject", about(HASH_REJECT, 0, 0, 2, 0) * 100, "either",
         "100 times, not asked: ignore or drop"),
        ("hash-short", about(HASHES, 0, 0, 512, 9, b"h" * 32), "drop", "1 hash of 512"),
        ("hash-count-wrap32", about(HASHES, 0, 0, 1 << 27, 0), "drop",
         "2^27 hashes are 2^32 bytes, not 0"),
        ("hash-unasked", about(HASHES, 0, 0, 2, 0, b"h" * 64), "either",
         "not asked: ignore or drop")))


# ------------------------------------------------------------------------- mutants

# Bytes changed in a good stream: (offset, new byte) per mutant.
MUTANTS = (
    ((69, 15),),
    ((81, 32), (151, 40)),
    ((90, 104), (110, 90), (159, 22)),
    ((86, 168), (108, 248), (173, 91), (237, 166)),
    ((86, 2), (145, 18), (177, 164), (192, 185), (226, 131)),
    ((212, 189),),
    ((200, 51), (218, 159)),
    ((99, 138), (125, 138), (230, 178)),
    ((86, 13), (100, 84), (165, 101), (198, 203)),
    ((148, 161), (154, 96), (161, 155), (178, 242), (204, 30)),
    ((164, 14),),
    ((127, 206), (157, 96)),
    ((136, 13), (161, 158), (169, 95)),
    ((124, 45), (130, 172), (155, 209), (237, 129)),
    ((78, 157), (108, 35), (113, 27), (170, 66), (195, 230)),
    ((196, 36),),
    ((109, 3), (210, 33)),
    ((98, 149), (158, 82), (159, 224)),
    ((76, 84), (130, 96), (187, 196), (224, 236)),
    ((93, 75), (193, 11), (202, 172), (208, 93), (231, 238)),
)


def add_mutants(out):
    base = (META + message(UNCHOKE) + message(INTERESTED) + numbers(HAVE, 2)
            + pex(added=PEX_PEER, added_f=b"\0") + metadata(0, 0))
    for i, edits in enumerate(MUTANTS):
        out.add("mutant-%02d" % i, edited(base, *edits), "either",
                "a good stream with %d bytes changed" % len(edits))


# -------------------------------------------------------------------------- target


def add_target(folder):
    def torrent(info):
        return benc({"announce": "http://127.0.0.1:9/announce", "info": Verbatim(info)})

    folder.add("target.torrent", torrent(TARGET_INFO), "ok",
               "the torrent of all streams; info hash " + TARGET_HASH.hex())
    folder.add("target-private.torrent", torrent(TARGET_PRIVATE_INFO), "ok",
               "the same with private=1; info hash " + TARGET_PRIVATE_HASH.hex())
    folder.add("target.bin", TARGET_DATA, "ok",
               "its data: 164840 bytes, 6 pieces of 32768, the last of 1000")


def build():
    folder = Folder("wire", before=("role",), values=("messages", "rest"))
    out = Streams(folder)
    for part in (add_good, add_handshakes, add_encryption, add_sizes, add_pieces_known, add_floods,
                 add_blocks, add_requests, add_extension_handshakes, add_extension_fields,
                 add_small_extensions, add_dht_ports, add_metadata_data, add_metadata_requests,
                 add_pex, add_hashes, add_mutants):
        part(out)
    add_target(folder)
    return folder
