"""Cases for tracker replies: HTTP bodies (also compressed), scrapes, UDP datagrams.

UDP replies carry transaction 0x11223344; a test puts the real one in its place
unless the protocol column says udp-raw.
"""
from corpus_lib import (HOSTILE_TEXT, TARGET_HASH, Folder, Verbatim, benc, gzipped, raw_dict, u16,
                        u32)

INT64_MAX = (1 << 63) - 1
PEER = bytes((127, 0, 0, 1)) + u16(6881)
PEER6 = bytes(15) + b"\1" + u16(6881)


def peer(host, port=6881):
    """A compact peer 127.0.x.y, the address counting up with host."""
    return bytes((127, 0)) + u16(host) + u16(port)


class Replies:
    """Adds replies to one kind of request."""

    def __init__(self, folder, protocol, request):
        self.folder = folder
        self.columns = {"protocol": protocol, "request": request}

    def ok(self, name, data, detail, **values):
        self._add(name, data, "ok", detail, values)

    def error(self, name, data, detail):
        self._add(name, data, "error", detail, {})

    def either(self, name, data, detail):
        self._add(name, data, "either", detail, {})

    def ignore(self, name, data, detail):
        self._add(name, data, "ignore", detail, {})

    def _add(self, name, data, expect, detail, values):
        data = data if type(data) is bytes else benc(data)
        self.folder.add(name, data, expect, detail, **dict(self.columns, **values))


def reply(peers=b"", interval=1800, **more):
    """An announce reply; other keys may be given with _ for a blank."""
    body = {"interval": interval, "peers": peers}
    body.update({k.replace("_", " "): v for k, v in more.items()})
    return body


# ------------------------------------------------------------------ HTTP bodies


def add_good_bodies(out):
    known = {"ip": "127.0.0.1", "peer id": b"x" * 20, "port": 6881}
    six = {"ip": "::1", "port": 6881}
    out.ok("ok-compact", reply(PEER * 3), "one peer three times", peers=1, interval=1800)
    out.ok("ok-dicts", reply([known]), "a peer as dict", peers=1, interval=1800)
    out.ok("ok-empty", reply(), "an empty peer list", peers=0, interval=1800)
    out.ok("ok-external-ip", reply(external_ip=PEER[:4]), "our address, a hint", peers=0,
           interval=1800)
    out.ok("ok-peers6", reply(peers6=PEER6), "an IPv6 peer", peers=1, interval=1800)
    out.ok("ok-dicts-ipv6", reply([six], peers6=PEER6), "the same IPv6 peer in both lists", peers=1,
           interval=1800)
    out.ok("ok-trackerid", reply(tracker_id=b"a b&c=d\x1b"),
           "comes back in later requests, percent-encoded", peers=0, interval=1800)
    out.ok("ok-unsorted", raw_dict(("peers", PEER), ("interval", 1800)), "keys out of order",
           peers=1, interval=1800)
    out.ok("ok-warning", reply(PEER, warning_message=b"hi\x1b[2J"),
           "the warning is cleaned and shown, the peer used", peers=1, interval=1800)


def add_intervals(out):
    out.ok("interval-0", reply(PEER, 0), "own minimum used, not asked at once", peers=1, interval=0)
    out.ok("interval-max", reply(PEER, INT64_MAX, min_interval=INT64_MAX),
           "clamped to a day at most", peers=1, interval=INT64_MAX)
    out.ok("interval-missing", {"peers": PEER}, "left out: our default", peers=1)
    out.ok("interval-neg", reply(PEER, -1), "own minimum used", peers=1, interval=-1)
    out.ok("interval-string", reply(PEER, "1800"), "a string: our default", peers=1)
    out.ok("counts-negative", reply(complete=-5, downloaded=b"x", incomplete=INT64_MAX),
           "counts unknown or clamped", peers=0, interval=1800)


def add_peer_lists(out):
    bad = b"".join((bytes(4) + u16(6881), b"\xff" * 4 + u16(6881), b"\xe0\0\0\1" + u16(6881),
                    PEER[:4] + u16(0), b"\xf0\0\0\1" + u16(6881)))
    bad6 = b"".join((bytes(16) + u16(6881), b"\xff\2" + bytes(13) + b"\1" + u16(6881),
                     PEER6[:16] + u16(0)))
    low = b"".join(peer(host, (25, 80)[host % 2]) for host in range(2, 202))
    junk = [{"ip": b"x" * 3000, "port": 6881}, {"ip": 5, "port": 1}, {"port": 6881}]
    junk += [{"ip": "127.0.0.1", "port": port} for port in (-1, 65616, 0)]
    named = [{"ip": "localhost", "port": 6881}, {"ip": b"evil\r\nHost: x", "port": 1}]
    out.ok("peers-8000", reply(b"".join(map(peer, range(8000)))),
           "8000 peers, a bounded number kept", peers=8000, interval=1800)
    out.ok("peers-bad-addresses", reply(bad),
           "0.0.0.0, broadcast, multicast, port 0, class E: never contacted", peers=0,
           interval=1800)
    out.ok("peers6-bad-addresses", reply(peers6=bad6), "::, multicast, port 0: never contacted",
           peers=0, interval=1800)
    out.ok("peers-dict-junk", reply(junk + [Verbatim(b"1:x"), 3]),
           "8 broken entries, none kept; a port is not cut to 16 bits", peers=0, interval=1800)
    out.ok("peers-port-80", reply(low), "200 peers on ports 25 and 80: contacted last and slowly",
           peers=200, interval=1800)
    out.either("peers-hostname", reply(named), "names: skipped, or looked up if they are clean")
    out.either("peers-int", reply(7), "a number: error or no peers")
    out.either("peers-len5", reply(PEER[:5]), "5 bytes: error or no peers")
    out.either("peers-len7", reply(PEER + b"x"), "7 bytes: error or one peer")
    out.either("peers6-len17", {"interval": 1800, "peers6": b"a" * 17},
               "17 bytes: error or no peers")
    out.either("peers-missing", {"interval": 1800}, "error or no peers")


def add_bad_bodies(out):
    for kind in ("bad-utf8", "bidi", "c1-utf8", "long", "newline-cr-bs", "osc52-clipboard",
                 "percent-n"):
        out.error("failure-" + kind, {"failure reason": HOSTILE_TEXT[kind]},
                  "the reason is cleaned and cut to one line")
    out.error("failure", {"failure reason": "not authorized"}, "the reason is shown")
    out.error("failure-int", {"failure reason": 5}, "a number as reason")
    out.error("failure-with-peers", dict(reply(PEER), **{"failure reason": "no"}),
              "a failure counts even with peers")
    out.error("failure-retry-neg", {"failure reason": "x", "retry in": -5}, "usual pause used")
    out.error("failure-retry-never", {"failure reason": "gone", "retry in": "never"},
              "not asked again in this session")
    huge = b"d8:intervali1800e5:peers2097152:" + PEER * 1000
    out.error("body-2mib", huge, "2 MiB of peers promised, 6000 bytes there")
    out.error("deep", b"d5:peers" + b"l" * 20000, "20000 levels")
    out.error("empty", b"", "nothing at all")
    out.error("html", b"<html><body>hello</body></html>", "a web page")
    out.error("not-dict", b"i5e", "a number")


def add_compressed(out):
    good = gzipped(benc(reply(PEER)))
    out.ok("gzip-ok", good, "compressed reply with one peer", peers=1, interval=1800)
    out.error("gzip-bad-crc", good[:-8] + bytes(8), "wrong checksum and size")
    out.error("gzip-bomb-64m", gzipped(b"d5:peers67108864:" + bytes(64 << 20)),
              "64 MiB of zeros; given up after 1 MiB")
    out.error("gzip-not-gzip", benc(reply(PEER)), "not compressed though announced so")
    out.error("gzip-truncated", gzipped(benc(reply(PEER * 100)))[:-9], "cut before its end")


def add_scrapes(out):
    def files(key, complete, downloaded, incomplete):
        counts = {"complete": complete, "downloaded": downloaded, "incomplete": incomplete}
        return {"files": {key: counts}}

    out.ok("scrape-ok", files(TARGET_HASH, 5, 50, 10), "counts of the torrent", seeds=5,
           leechers=10)
    out.ok("scrape-negative", files(TARGET_HASH, -1, -1, -1), "counts unknown")
    out.ignore("scrape-wrong-hash", files(b"y" * 20, 5, 50, 10), "another torrent's counts")
    out.ignore("scrape-short-key", {"files": {b"y": {"complete": b"x"}}}, "a hash of one byte")


# --------------------------------------------------------------- UDP datagrams

TRANSACTION = bytes.fromhex("11223344")
CONNECTION = bytes.fromhex("0123456789abcdef")


def datagram(action, rest=b"", transaction=TRANSACTION):
    return u32(action) + transaction + rest


def announce(peers=b"", interval=1800):
    """An announce reply with 3 leechers and 5 seeds."""
    return datagram(1, u32(interval) + u32(3) + u32(5) + peers)


def add_udp(folder):
    out = Replies(folder, "udp", "connect")
    out.ok("udp-connect-ok", datagram(0, CONNECTION), "a connection id")
    out.ok("udp-connect-long", datagram(0, CONNECTION + bytes(84)), "84 bytes more than needed")
    out.ignore("udp-connect-short", datagram(0, CONNECTION[:7]), "15 bytes")
    out.ignore("udp-connect-wrong-action", datagram(1, CONNECTION), "announce in reply to connect")
    raw = Replies(folder, "udp-raw", "connect")
    raw.ignore("udp-connect-wrong-txid", datagram(0, CONNECTION, bytes.fromhex("11223345")),
               "another transaction")
    raw.ignore("udp-empty", b"", "no bytes")
    raw.ignore("udp-seven-bytes", u32(1) + TRANSACTION[:3], "not even a header")

    out = Replies(folder, "udp", "announce")
    counts = {"seeds": 5, "leechers": 3}
    out.ok("udp-announce-ok", announce(PEER * 2), "one peer twice", peers=1, interval=1800,
           **counts)
    out.ok("udp-announce-big", announce(PEER * 10900), "10900 times one peer", peers=1,
           interval=1800, **counts)
    out.ok("udp-announce-interval-0", announce(PEER, 0), "0: raised to our minimum", peers=1,
           interval=0, **counts)
    out.ok("udp-announce-interval-neg", announce(PEER, 0xffffffff), "-1: own minimum used", peers=1,
           interval=-1, **counts)
    out.ok("udp-announce-peers-5", announce(PEER[:5]), "half a peer is dropped", peers=0,
           interval=1800, **counts)
    out.ok("udp-announce-peers-7", announce(PEER + b"x"), "a byte behind the peer is dropped",
           peers=1, interval=1800, **counts)
    out.ignore("udp-announce-19", announce()[:19], "19 bytes, 20 needed")
    out.ignore("udp-announce-wrong-action", datagram(2, u32(5) + u32(50) + u32(10)),
               "scrape in reply to announce")
    six = Replies(folder, "udp6", "announce")
    six.ok("udp6-announce-ok", announce(PEER6), "over IPv6 a peer has 18 bytes", peers=1,
           interval=1800, **counts)

    out = Replies(folder, "udp", "scrape")
    out.ok("udp-scrape-ok", datagram(2, u32(5) + u32(50) + u32(10)), "one torrent", seeds=5,
           leechers=10)
    out.ignore("udp-scrape-short", datagram(2, u32(5) + u32(50)), "8 bytes, 12 needed")

    out = Replies(folder, "udp", "any")
    out.error("udp-error", datagram(3, b"bad torrent"), "the reason is shown")
    out.error("udp-error-empty", datagram(3), "an error without text")
    text = HOSTILE_TEXT["osc52-clipboard"] + HOSTILE_TEXT["c1-utf8"]
    out.error("udp-error-esc", datagram(3, text), "the reason is cleaned")
    out.ignore("udp-unknown-action", datagram(77, b"x" * 20), "action 77")


def build():
    folder = Folder("tracker", before=("protocol", "request"),
                    values=("peers", "interval", "seeds", "leechers"))
    out = Replies(folder, "http-body", "announce")
    for part in (add_good_bodies, add_intervals, add_peer_lists, add_bad_bodies):
        part(out)
    add_compressed(Replies(folder, "http-gzip", "announce"))
    add_scrapes(Replies(folder, "http-scrape", "scrape"))
    add_udp(folder)
    return folder
