"""Cases for local service discovery: datagrams of the multicast group.

Every good one announces port 6881.
"""
from corpus_lib import HOSTILE_TEXT, TARGET_HASH, Folder, noise

PORT = b"6881"
HASH = TARGET_HASH.hex().encode()
OTHER = b"1" * 40
GROUP = (b"Host", b"239.192.152.143:6771")
GROUP6 = (b"Host", b"[ff15::efc0:988f]:6771")
START = b"BT-SEARCH * HTTP/1.1"


def datagram(*headers, start=START, line=b"\r\n", end=b"\r\n\r\n"):
    """headers: (name, value) pairs, or whole lines."""
    lines = [start] + [h if isinstance(h, bytes) else b": ".join(h) for h in headers]
    return line.join(lines) + line + end


def port(value=PORT):
    return (b"Port", value)


def infohash(value=HASH):
    return (b"Infohash", value)


def hashes_of(*values):
    return [infohash(value) for value in values]


GOOD = datagram(GROUP, port(), infohash())


class Datagrams:
    def __init__(self, folder):
        self.folder = folder

    def ok(self, name, data, detail, hashes=1):
        self.folder.add(name + ".bin", data, "ok", detail, hashes=hashes)

    def ignore(self, name, data, detail):
        self.folder.add(name + ".bin", data, "ignore", detail)

    def either(self, name, data, detail):
        self.folder.add(name + ".bin", data, "either", detail)


def add_good(out):
    out.ok("ok", datagram(GROUP, port(), infohash(), (b"cookie", b"abc")),
           "the sender's address and its port are a peer")
    out.ok("ok-bare", datagram(port(), infohash()), "neither host nor cookie")
    out.ok("ok-ipv6", datagram(GROUP6, port(), infohash()), "the group of IPv6")
    out.ok("ok-two", datagram(GROUP, port(), *hashes_of(HASH, OTHER)), "both are looked at", 2)
    out.ok("ok-lowercase", datagram((b"host", GROUP[1]), (b"port", PORT), (b"infohash", HASH)),
           "the case of a header's name does not matter")
    out.ok("ok-uppercase", datagram((b"HOST", GROUP[1]), (b"PORT", PORT), (b"INFOHASH", HASH)),
           "the case of a header's name does not matter")
    out.ok("ok-upper-hash", datagram(GROUP, port(), infohash(HASH.upper())),
           "the case of hex digits does not matter")
    out.ok("ok-order", datagram((b"cookie", b"abc"), infohash(), port(), GROUP),
           "headers in another order")
    out.ok("ok-no-space", datagram(b"Host:" + GROUP[1], b"Port:" + PORT, b"Infohash:" + HASH),
           "no blank behind the colon")
    out.ok("ok-more-space", datagram(b"Port: \t " + PORT + b" \t", b"Infohash:   " + HASH + b"  "),
           "blanks around the values")
    out.ok("ok-lf", datagram(GROUP, port(), infohash(), line=b"\n", end=b"\n\n"),
           "lines that end in LF alone")
    out.ok("ok-unknown", datagram(GROUP, (b"X-Later", b"1"), port(), (b"X", b""), infohash()),
           "headers that are not known")
    out.ok("ok-tail", GOOD + b"more\r\nPort: 1\r\n", "what follows the empty line is no header")
    out.ok("ok-one-bad-hash", datagram(port(), *hashes_of(b"z" * 40, HASH, b"12")),
           "one hash of three is one")
    out.ok("ok-30", datagram(GROUP, port(), *hashes_of(*(b"%040x" % i for i in range(30)))),
           "30 hashes, more than we would send at once", 30)
    out.ok("ok-strangers", datagram(port(), *hashes_of(*(noise("lsd-%d" % i, 20).hex().encode()
                                                         for i in range(20)))),
           "20 torrents that we do not have: nobody is told of them", 20)
    out.ok("flood", GOOD, "sent 1000 times in a second: 10 are looked at")


def add_cookies(out):
    for kind in ("csi-clear", "osc52-clipboard", "c1-raw", "bad-utf8"):
        out.ok("cookie-" + kind, datagram(port(), infohash(), (b"cookie", HOSTILE_TEXT[kind])),
               "never shown")
    out.ok("cookie-empty", datagram(port(), infohash(), (b"cookie", b"")), "not ours")
    out.ok("cookie-long", datagram(port(), infohash(), (b"cookie", b"c" * 1000)),
           "compared in part, not copied")
    out.ok("cookie-twice", datagram((b"cookie", b"a"), port(), infohash(), (b"cookie", b"b")),
           "the first counts")


def add_ports(out):
    for name, value in (("0", b"0"), ("65536", b"65536"), ("72417", b"72417"), ("neg", b"-1"),
                        ("huge", b"4294974177"), ("huge64", b"18446744073709558497"),
                        ("hex", b"0x1ae1"), ("plus", b"+6881"), ("tail", b"6881x"),
                        ("blank", b"68 81"), ("empty", b""), ("words", b"none")):
        out.ignore("port-" + name, datagram(GROUP, port(value), infohash()),
                   "no port; not cut to 16 bits")
    out.ignore("port-missing", datagram(GROUP, infohash()), "no port at all")
    out.ignore("port-behind", datagram(GROUP, infohash()) + b"Port: 6881\r\n",
               "the port stands behind the empty line")
    out.ok("port-twice", datagram(port(), infohash(), port(b"1")), "the first counts")
    out.either("port-zeros", datagram(port(b"00006881"), infohash()), "leading zeros: ok or ignore")
    out.either("port-colon", datagram(b"Port : 6881", infohash()),
               "a blank before the colon: ok or ignore")


def add_hashes(out):
    for name, value in (("39", HASH[:39]), ("41", HASH + b"0"), ("junk", b"z" * 40),
                        ("raw", TARGET_HASH.replace(b"\n", b"x").replace(b"\r", b"x")),
                        ("base32", b"UFTR4U2RWRTK4GAZKCN4N6CPDGO5YUHX"), ("empty", b""),
                        ("nul", HASH[:20] + b"\0" + HASH[21:]),
                        ("blank", HASH[:20] + b" " + HASH[21:])):
        out.ignore("hash-" + name, datagram(GROUP, port(), infohash(value)), "not 40 hex digits")
    out.ignore("hash-missing", datagram(GROUP, port()), "no hash at all")
    out.ignore("hash-behind", datagram(GROUP, port()) + b"Infohash: " + HASH + b"\r\n",
               "the hash stands behind the empty line")
    out.ignore("hash-folded", datagram(GROUP, port(), b"Infohash:", b" " + HASH),
               "a value on the next line")
    out.ok("hash-twice", datagram(port(), *hashes_of(HASH, HASH)), "one peer, told twice", 2)
    out.ignore("hash-v2", datagram(port(), infohash(b"ab" * 32)), "64 digits")
    out.either("hash-100", datagram(port(), *hashes_of(*(b"%040x" % i for i in range(100)))),
               "5 KB: ignore, or a bounded number of them")


def add_broken(out):
    out.ignore("empty", b"", "no bytes")
    out.ignore("noise", noise("lsd-noise", 500), "noise")
    out.ignore("nul", datagram(b"Port\0 6881", b"Infohash\0 " + HASH), "NUL for the colons")
    out.ignore("no-colon", datagram(b"Port 6881", b"Infohash " + HASH), "no colons")
    out.ignore("no-newline", START + b"A" * 20000, "20 KB without a line's end")
    out.ignore("cr-only", datagram(GROUP, port(), infohash(), line=b"\r", end=b"\r\r"),
               "lines that end in CR alone")
    out.ignore("start-only", START + b"\r\n\r\n\r\n", "no header")
    for name, start in (("get", b"GET / HTTP/1.1"), ("ssdp", b"M-SEARCH * HTTP/1.1"),
                        ("answer", b"HTTP/1.1 200 OK"), ("blank", b" " + START),
                        ("empty", b"\r\n" + START)):
        out.ignore("start-" + name, datagram(GROUP, port(), infohash(), start=start),
                   "starts as nothing we know")
    out.ignore("headers-4000", datagram(port(), *[b"a:"] * 4000, infohash()),
               "16 KB; its end is not looked for")
    out.either("start-lowercase", datagram(port(), infohash(), start=START.lower()),
               "ok or ignore")
    out.either("no-end", GOOD[:-4], "no empty line: ok or ignore")
    out.ignore("cut", GOOD[:-20], "the hash is cut")
    out.ignore("krpc", b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
               "a message of the DHT")


def build():
    folder = Folder("lsd", values=("hashes",))
    out = Datagrams(folder)
    for part in (add_good, add_cookies, add_ports, add_hashes, add_broken):
        part(out)
    return folder
