"""Cases for the DHT: one datagram each, from a stranger or as an answer to us.

A test puts values of its own where a column says so: the transaction of the
query that is answered (tid_at, 4 bytes), our node's id (self_at, 20 bytes),
and a token that our node gave out for `target` (token_at, 8 bytes).
"""
import hashlib

from corpus_lib import (HOSTILE_TEXT, TARGET_HASH, Folder, Verbatim, benc, edited, noise, raw_dict,
                        u16)

READ_MAX = 2048  # bytes of a datagram that is looked at
NODES_MAX = 16  # contacts taken from one list
VALUES_MAX = 100  # peers taken from one reply

ID = b"the stranger's id 01"
GOAL = b"what is looked for 1"

# What a test replaces.
TID = b"~tid"
SELF = b"<the id of our node>"
TOKEN = b"<token8>"

PEER = bytes((127, 0, 0, 2)) + u16(6881)
PEER6 = bytes(15) + b"\2" + u16(6881)

FIND, GET, ANNOUNCE = "find_node", "get_peers", "announce_peer"
SAMPLE = "sample_infohashes"

# The mutable values that BEP 44 signs as examples.
KEY = bytes.fromhex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548")
SIGNATURE = bytes.fromhex("305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff"
                          "1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01")
SALTED = bytes.fromhex("6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
                       "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08")
HELLO = "Hello World!"


def sha1(data):
    return hashlib.sha1(data).digest()


def message(kind, body, tid=b"aa", **more):
    """A message; body is the value under a, r or e, None for none.  A value of None
    takes a key away; tid None leaves t out."""
    table = {"y": kind, "t": tid, {"q": "a", "r": "r", "e": "e"}[kind]: body}
    table.update(more)
    return benc({k: v for k, v in table.items() if v is not None})


def query(method, /, tid=b"aa", top=(), **arguments):
    """A query by ID; an argument of None takes a key away."""
    table = dict({"id": ID}, **arguments)
    body = {k: v for k, v in table.items() if v is not None}
    return message("q", body, tid, q=method, **dict(top))


def find_node(**arguments):
    return query(FIND, **dict({"target": GOAL}, **arguments))


def get_peers(**arguments):
    return query(GET, **dict({"info_hash": GOAL}, **arguments))


def announce(**arguments):
    return query(ANNOUNCE, **dict({"info_hash": GOAL, "port": 6881, "token": TOKEN}, **arguments))


def put(**arguments):
    return query("put", **dict({"token": TOKEN, "v": HELLO}, **arguments))


def put_mutable(**arguments):
    return put(**dict({"k": KEY, "seq": 1, "sig": SIGNATURE}, **arguments))


def reply(top=(), tid=TID, **results):
    """A reply of ID to a query of ours; a result of None takes a key away."""
    table = dict({"id": ID}, **results)
    return message("r", {k: v for k, v in table.items() if v is not None}, tid, **dict(top))


def contact(n, host=None, port=6881, id=None):
    """A contact of 26 bytes, the n-th of its kind."""
    host = bytes((127, 1)) + u16(n) if host is None else host
    return (id or sha1(b"contact %d" % n)) + host + u16(port)


def contacts(count):
    return b"".join(contact(n) for n in range(1, count + 1))


def contact6(n, host=None, port=6881):
    host = b"\xfd" + bytes(13) + u16(n) if host is None else host
    return sha1(b"contact6 %d" % n) + host + u16(port)


class Cases:
    def __init__(self, folder):
        self.folder = folder

    def add(self, name, data, role, method, expect, detail, **columns):
        for column, mark in (("tid_at", TID), ("self_at", SELF), ("token_at", TOKEN)):
            if data.count(mark) > 1:
                raise ValueError("%s: where is %s?" % (name, column))
            if mark in data:
                columns[column] = data.index(mark)
        self.folder.add(name + ".bin", bytes(data), expect, detail, role=role, method=method,
                        **columns)

    # Queries of strangers.

    def answered(self, name, data, method, detail, **columns):
        self.add(name, data, "query", method, "ok", detail, parse="ok", **columns)

    def refused(self, name, data, method, code, detail, parse=None, **columns):
        """Answered with an error; parse is "ok" when only the node can tell."""
        self.add(name, data, "query", method, "error", detail, parse=parse or code, code=code,
                 **columns)

    def dropped(self, name, data, detail, parse="syntax"):
        self.add(name, data, "query", "-", "ignore", detail, parse=parse)

    def either(self, name, data, method, detail, parse="-", **columns):
        self.add(name, data, "query", method, "either", detail, parse=parse, **columns)

    # Answers to queries of ours.

    def taken(self, name, data, method, detail, nodes=0, nodes6=0, values=0):
        self.add(name, data, "answer", method, "ok", detail, parse="ok", nodes=nodes,
                 nodes6=nodes6, values=values)

    def ignored(self, name, data, method, detail, parse="ok"):
        self.add(name, data, "answer", method, "ignore", detail, parse=parse)

    def failed(self, name, data, method, detail, code="-"):
        self.add(name, data, "answer", method, "error", detail, parse="ok", code=code)


# ------------------------------------------------------------------- good queries


def add_good_queries(out):
    out.answered("ok-ping", query("ping"), "ping", "our id comes back")
    out.answered("ok-find-node", find_node(), FIND, "at most 8 contacts come back")
    out.answered("ok-get-peers", get_peers(), GET,
                 "a token, and contacts or peers, in at most 1400 bytes")
    out.answered("ok-announce", announce(), ANNOUNCE, "stored", target=GOAL.hex())
    out.answered("ok-announce-implied", announce(implied_port=1, port=0), ANNOUNCE,
                 "stored with the port it came from", target=GOAL.hex())
    out.answered("ok-announce-no-port", announce(implied_port=1, port=None), ANNOUNCE,
                 "stored with the port it came from", target=GOAL.hex())
    out.answered("ok-announce-named", announce(name=HOSTILE_TEXT["csi-clear"], seed=1), ANNOUNCE,
                 "a name is nobody's business; stored as a seed", target=GOAL.hex())
    out.answered("ok-get", query("get", target=GOAL), "get", "a token and contacts")
    out.answered("ok-sample", query(SAMPLE, target=GOAL), SAMPLE,
                 "samples, also when there are none")
    out.answered("ok-scrape", get_peers(scrape=1, noseed=1), GET, "in at most 1400 bytes")
    out.answered("ok-readonly", query("ping", top={"ro": 1}), "ping",
                 "answered, but never put into the table nor pinged")
    out.answered("ok-unsorted", raw_dict(("y", "q"), ("t", "aa"), ("q", "ping"), ("a", {"id": ID})),
                 "ping", "keys from the last to the first")
    out.answered("ok-unknown-keys", find_node(top={"zz": [1, {"a": []}], "A": -1}, i=1, tokem="x"),
                 FIND, "keys that are not known, also nested ones")
    out.answered("ok-zeros", find_node(id=bytes(20), target=bytes(20)), FIND,
                 "two ids of zeros are ids")
    out.answered("ok-target-self", find_node(target=SELF), FIND,
                 "looks for us: contacts near us come back")


def add_odd_queries(out):
    """Queries with something useless in them."""
    twice = raw_dict(("id", ID), ("id", GOAL))
    out.answered("duplicate-keys", message("q", twice, q="ping"), "ping", "the first id counts")
    out.answered("want-both", find_node(want=["n4", "n6"]), FIND, "at most 8 contacts of each")
    out.answered("want-none", find_node(want=[]), FIND, "as if nothing was said")
    out.answered("want-string", find_node(want="n4"), FIND, "no list, ignored")
    out.answered("want-junk", find_node(want=["n5", 4, ["n4"], {"n6": 1}, "", "n4" * 9]), FIND,
                 "nothing known in it")
    out.answered("want-300", find_node(want=["n4"] * 300), FIND, "300 times the same: one answer")
    out.answered("flags-junk", get_peers(scrape="1", noseed=[1], seed=-1), GET,
                 "flags of wrong types")
    for kind in ("csi-clear", "osc52-clipboard", "bad-utf8"):
        out.answered("v-" + kind, query("ping", top={"v": HOSTILE_TEXT[kind]}), "ping",
                     "a version is cleaned before anybody sees it")
    out.answered("v-long", query("ping", top={"v": b"v" * 900}), "ping",
                 "a version of 900 bytes is not kept")
    out.answered("v-int", query("ping", top={"v": 7}), "ping", "a version that is a number")
    out.answered("ip-junk", query("ping", top={"ip": b"abc"}), "ping", "an address of 3 bytes")
    out.answered("t-zeros", query("ping", tid=bytes(4)), "ping", "a transaction of NULs comes back")
    out.answered("t-escapes", query("ping", tid=b"\x1b[2J"), "ping",
                 "comes back as it is, shown nowhere")
    out.answered("t-32", query("ping", tid=b"t" * 32), "ping", "the longest that is echoed")
    out.answered("size-2048", query("ping", top={"v": b"v" * 1984}), "ping", "just short enough")
    out.answered("tokens-many", query("ping", x=[[]] * 900), "ping", "900 lists in 1.8 KB")
    out.answered("keys-many", message("q", raw_dict(*[("x", 0)] * 250, ("id", ID)), q="ping"),
                 "ping", "250 unknown keys before the one we want")
    deep = Verbatim(b"l" * 90 + b"e" * 90)
    out.answered("deep-90", query("ping", x=deep), "ping", "90 levels of something unknown")


# ------------------------------------------------------- queries that lack something


def add_bad_arguments(out):
    for name, body in (("missing", None), ("list", [1]), ("string", "id"), ("int", 5)):
        out.refused("a-" + name, message("q", body, q="ping"), "ping", 203, "no dictionary under a")
    for name, id in (("missing", None), ("int", 5), ("short", b"abcd"), ("long", ID + b"x"),
                     ("empty", b""), ("list", [ID]), ("19", ID[1:])):
        out.refused("id-" + name, query("ping", id=id), "ping", 203, "no id of 20 bytes")
    for name, target in (("missing", None), ("short", b"mnop"), ("int", 5), ("21", GOAL + b"x")):
        out.refused("target-" + name, find_node(target=target), FIND, 203, "no target of 20 bytes")
        out.refused("hash-" + name, get_peers(info_hash=target), GET, 203, "no hash of 20 bytes")
    out.refused("target-as-hash", find_node(target=None, info_hash=GOAL), FIND, 203,
                "find_node has its target under another name")
    out.refused("hash-as-target", get_peers(info_hash=None, target=GOAL), GET, 203,
                "get_peers has its hash under another name")
    out.refused("get-no-target", query("get"), "get", 203, "no target")
    out.refused("sample-no-target", query(SAMPLE), SAMPLE, 203, "no target")


def add_bad_announces(out):
    for name, port in (("0", 0), ("65536", 65536), ("72417", 72417), ("neg", -58655),
                       ("missing", None), ("string", "6881"), ("max", (1 << 63) - 1)):
        out.refused("announce-port-" + name, announce(port=port), ANNOUNCE, 203,
                    "not stored; not cut to 16 bits", target=GOAL.hex())
    out.refused("announce-implied-0", announce(implied_port=0, port=0), ANNOUNCE, 203,
                "neither a port nor the source's", target=GOAL.hex())
    out.refused("announce-implied-string", announce(implied_port="1", port=None), ANNOUNCE, 203,
                "neither a port nor the source's", target=GOAL.hex())
    out.refused("announce-no-hash", announce(info_hash=None), ANNOUNCE, 203, "no hash",
                target=GOAL.hex())
    for name, token in (("missing", None), ("empty", b""), ("int", 5), ("65", b"t" * 65),
                        ("900", b"t" * 900)):
        out.refused("announce-token-" + name, announce(token=token), ANNOUNCE, 203,
                    "no token that could be ours: not stored")
    for name, token in (("wrong", b"12345678"), ("short", b"1234567"), ("long", b"123456789"),
                        ("zeros", bytes(8))):
        out.refused("announce-token-" + name, announce(token=token), ANNOUNCE, 203,
                    "not a token of ours: not stored", parse="ok")
    out.refused("announce-token-other", announce(), ANNOUNCE, 203,
                "a token for another hash: not stored", parse="ok", target=TARGET_HASH.hex())


def add_bad_methods(out):
    out.refused("q-missing", message("q", {"id": ID}), "-", 203, "a query without a name")
    out.refused("q-int", message("q", {"id": ID}, q=4), "-", 203, "a number for a name")
    out.refused("q-list", message("q", {"id": ID}, q=["ping"]), "-", 203, "a list for a name")
    for name, word in (("unknown", "vote"), ("empty", ""), ("case", "PING"), ("nul", "ping\0"),
                       ("front", "pin"), ("tail", "pings")):
        out.refused("q-" + name, query(word), "-", 204, "no such method")
    out.refused("q-no-arguments", message("q", None, q="vote"), "-", 204, "no such method")
    out.refused("q-escapes", query(HOSTILE_TEXT["osc52-clipboard"]), "-", 204,
                "the name is not echoed, and cleaned before it is shown")
    out.refused("q-long", query(b"q" * 1200), "-", 204, "a name of 1200 bytes is not echoed")
    out.either("q-target", query("vote", target=GOAL), "-",
               "a method to come that has a target: error 204, or contacts", parse=204)


# ----------------------------------------------------------------- values of BEP 44


def add_puts(out):
    immutable = sha1(benc(HELLO)).hex()
    mutable, salted = sha1(KEY).hex(), sha1(KEY + b"foobar").hex()
    out.answered("put-ok", put(), "put", "stored under the hash of its bencoded form",
                 target=immutable)
    out.answered("put-mutable", put_mutable(), "put", "stored: the signature of BEP 44's example",
                 target=mutable)
    out.answered("put-salt", put_mutable(salt="foobar", sig=SALTED), "put",
                 "stored under key and salt", target=salted)
    out.answered("put-salt-empty", put_mutable(salt=""), "put", "no salt", target=mutable)
    out.refused("put-wrong-salt", put_mutable(salt="foobar"), "put", 206,
                "signed without the salt: not stored", parse="ok", target=salted)
    out.refused("put-wrong-seq", put_mutable(seq=2), "put", 206,
                "another number was signed: not stored", parse="ok", target=mutable)
    out.refused("put-wrong-v", put_mutable(v="hello world!"), "put", 206,
                "another value was signed: not stored", parse="ok", target=mutable)
    out.refused("put-wrong-sig", put_mutable(sig=edited(SIGNATURE, (63, 0))), "put", 206,
                "the last byte of the signature: not stored", parse="ok", target=mutable)
    big = "v" * 997
    out.refused("put-1001", put(v=big), "put", 205, "a byte too much once it is bencoded",
                parse="ok", target=sha1(benc(big)).hex())
    fits = "v" * 996
    out.answered("put-1000", put(v=fits), "put", "as long as may be",
                 target=sha1(benc(fits)).hex())
    salt = b"s" * 65
    out.refused("put-salt-65", put_mutable(salt=salt), "put", 207, "a salt of 65 bytes",
                parse="ok", target=sha1(KEY + salt).hex())
    out.refused("put-no-token", put(token=None), "put", 203, "not stored")
    out.refused("put-bad-token", put(token=b"12345678"), "put", 203, "not stored", parse="ok")
    out.refused("put-no-v", put(v=None), "put", 203, "nothing to store", target=immutable)
    for name, change in (("k", {"k": None}), ("k-31", {"k": KEY[1:]}), ("sig", {"sig": None}),
                         ("sig-63", {"sig": SIGNATURE[1:]}), ("seq", {"seq": None}),
                         ("seq-string", {"seq": "1"})):
        out.refused("put-no-" + name, put_mutable(**change), "put", 203,
                    "a key, its number and its signature belong together", target=mutable)
    out.either("put-neg-seq", put_mutable(seq=-1), "put", "error 203 or 206; never stored",
               parse="ok", target=mutable)
    deep = Verbatim(b"l" * 80 + b"e" * 80)
    out.either("put-deep", put(v=deep), "put", "80 levels: stored as it is, or an error",
               target=sha1(deep).hex())


# ----------------------------------------------------------------- no message at all


def add_no_messages(out):
    good = get_peers()
    ping = query("ping")
    for name, data, detail in (
            ("empty", b"", "no bytes"),
            ("one-d", b"d", "the byte all messages begin with"),
            ("dict", b"de", "an empty dictionary"),
            ("list", b"li1ei2ee", "a list"),
            ("int", b"i5e", "a number"),
            ("string", b"4:ping", "a string"),
            ("noise", noise("krpc-noise", 100), "noise"),
            ("noise-d", b"d" + noise("krpc-noise-d", 1399), "noise that begins as messages do"),
            ("cut-1", good[:-1], "the last byte is missing"),
            ("cut-half", good[:len(good) // 2], "half a message"),
            ("tail", ping + b"xxxx", "4 bytes too many"),
            ("tail-newline", ping + b"\r\n", "a line's end too many"),
            ("twice", ping + ping, "two messages in one datagram"),
            ("blank-front", b" " + ping, "a blank before it"),
            ("len-wrap", ping.replace(b"2:id20:", b"2:id99999999999:"), "a string of 99 GB"),
            ("len-wrap64", ping.replace(b"2:id20:", b"2:id18446744073709551636:"),
             "2^64 + 20 bytes are not 20"),
            ("len-neg", ping.replace(b"2:id20:", b"2:id-20:"), "a negative length"),
            ("len-zero-front", ping.replace(b"2:id20:", b"2:id020:"), "a length of 020"),
            ("int-huge", announce(port=Verbatim(b"i" + b"9" * 23 + b"e")), "a port of 23 digits"),
            ("int-wrap64", announce(port=Verbatim(b"i18446744073709558497e")),
             "2^64 + 6881 is not 6881"),
            ("int-zero-front", announce(port=Verbatim(b"i06881e")), "a port of 06881"),
            ("int-empty", announce(port=Verbatim(b"ie")), "a number without digits"),
            ("int-open", announce(port=Verbatim(b"i6881")), "a number without its end"),
            ("key-int", message("q", Verbatim(b"di5e1:xe"), q="ping"), "a number for a key"),
            ("key-alone", message("q", Verbatim(b"d2:ide"), q="ping"), "a key without a value"),
            ("deep", b"d1:a" + b"l" * 1400, "1400 levels"),
            ("deep-closed", message("q", Verbatim(b"l" * 700 + b"e" * 700), q="ping"),
             "700 levels, all closed"),
            ("y-missing", benc({"a": {"id": ID}, "q": "ping", "t": "aa"}), "no y"),
            ("y-unknown", benc({"t": "aa", "y": "z"}), "no such kind"),
            ("y-int", benc({"t": "aa", "y": 5}), "a number for a kind"),
            ("y-empty", benc({"t": "aa", "y": ""}), "an empty kind"),
            ("y-two", benc({"a": {"id": ID}, "q": "ping", "t": "aa", "y": "qr"}), "two kinds"),
            ("y-case", benc({"a": {"id": ID}, "q": "ping", "t": "aa", "y": "Q"}), "no such kind"),
            ("t-missing", query("ping", tid=None), "no transaction"),
            ("t-int", query("ping", tid=5), "a number for a transaction"),
            ("t-list", query("ping", tid=[b"aa"]), "a list for a transaction"),
            ("t-empty", query("ping", tid=b""), "a transaction of no bytes")):
        out.dropped(name, data, detail)
    for name, data, detail in (
            ("t-33", query("ping", tid=b"t" * 33), "a transaction of 33 bytes is not echoed"),
            ("t-1300", query("ping", tid=b"t" * 1300), "a transaction of 1300 bytes"),
            ("size-2049", query("ping", top={"v": b"v" * 1985}), "a byte too long"),
            ("size-20k", query("ping", top={"v": b"v" * 20000}), "20 KB"),
            ("size-64k", query("ping", top={"v": b"v" * 65400}), "as long as datagrams are")):
        out.dropped(name, data, detail, parse="limit")


# ------------------------------------------------------------------------ our answers


def add_good_replies(out):
    token = b"some token"
    six = b"".join(contact6(n) for n in range(1, 4))
    mapped = bytes(10) + b"\xff\xff" + PEER
    out.taken("r-ping", reply(), "ping", "nothing but an id")
    out.taken("r-find", reply(nodes=contacts(2)), FIND, "two contacts", nodes=2)
    out.taken("r-find-8", reply(nodes=contacts(8)), FIND, "eight contacts", nodes=8)
    out.taken("r-find-none", reply(nodes=b""), FIND, "it knows nobody")
    out.taken("r-nodes6", reply(nodes=contacts(2), nodes6=six), FIND, "both families", nodes=2,
              nodes6=3)
    out.taken("r-values", reply(token=token, values=[PEER]), GET, "a peer and a token", values=1)
    out.taken("r-both", reply(token=token, nodes=contacts(8), values=[PEER] * 3), GET,
              "contacts, and a peer three times", nodes=8, values=3)
    out.taken("r-no-token", reply(nodes=contacts(2)), GET, "nothing is announced to it", nodes=2)
    out.taken("r-mixed", reply(token=token, values=[PEER, PEER6]), GET, "a peer of each family",
              values=2)
    out.taken("r-mapped", reply(token=token, values=[mapped]), GET, "an IPv4 peer in 18 bytes",
              values=1)
    out.taken("r-announce", reply(), ANNOUNCE, "stored there")
    out.taken("r-unsorted", raw_dict(("y", "r"), ("t", TID), ("r", {"id": ID})), "ping",
              "keys from the last to the first")
    out.taken("r-ip", reply(top={"ip": PEER}), "ping", "one vote for our address")
    out.taken("r-ip6", reply(top={"ip": PEER6}), "ping", "one vote for our IPv6 address")
    out.taken("r-bloom", reply(BFpe=bytes(256), BFsd=bytes(255) + b"\1", token=token), GET,
              "no peers and perhaps one seed")
    out.taken("r-bloom-full", reply(BFpe=b"\xff" * 256, BFsd=b"\xff" * 256, token=token), GET,
              "full filters: the estimate is bounded")
    out.taken("r-extra", reply(p=6881, x={"y": [1]}, samples=b"s" * 20), "ping",
              "keys that are of no use here")


def add_useless_parts(out):
    """The answer counts, the part named does not."""
    for name, ip in (("3", b"abc"), ("4", PEER[:4]), ("int", 5), ("zero", bytes(6))):
        out.taken("r-ip-" + name, reply(top={"ip": ip}), "ping", "no vote")
    for name, nodes in (("25", contact(1)[:25]), ("27", contact(1) + b"x"), ("int", 5),
                        ("list", [contact(1)])):
        out.taken("r-nodes-" + name, reply(nodes=nodes), FIND, "no list of contacts")
    out.taken("r-nodes6-26", reply(nodes6=contact(1)), FIND, "an IPv4 contact in the other list")
    for name, values in (("string", PEER), ("dict", {"a": PEER}), ("int", 6881), ("empty", [])):
        out.taken("r-values-" + name, reply(token=b"t", values=values), GET, "no list of peers")
    junk = [PEER, b"short", b"x" * 200, 5, [PEER], {"a": PEER}, b"", PEER6]
    out.taken("r-values-junk", reply(token=b"t", values=junk), GET, "two peers among junk",
              values=2)
    deep = [Verbatim(b"l" * 90 + b"e" * 90), PEER]
    out.taken("r-values-deep", reply(token=b"t", values=deep), GET, "90 levels, and a peer",
              values=1)
    for name, token in (("int", 5), ("empty", b""), ("65", b"t" * 65), ("1200", b"t" * 1200),
                        ("list", [b"t"])):
        out.taken("r-token-" + name, reply(token=token), GET, "nothing is announced to it")
    out.taken("r-token-64", reply(token=b"\x1b" * 64), GET, "sent back as it is, shown nowhere")
    for name, bloom in (("255", bytes(255)), ("257", bytes(257)), ("int", 5)):
        out.taken("r-bloom-" + name, reply(BFpe=bloom, BFsd=bloom), GET, "no filters")
    out.taken("r-v-escapes", reply(top={"v": HOSTILE_TEXT["osc52-clipboard"]}), "ping",
              "a version is cleaned before anybody sees it")


def add_lying_replies(out):
    """Answers that would have us ask, or tell, whom we should not."""
    hosts = (bytes(4), b"\xff" * 4, b"\xe0\0\0\1", b"\xf0\0\0\1", b"\0\1\2\3")
    bad = b"".join(contact(n, host) for n, host in enumerate(hosts))
    bad += contact(9, port=0)
    out.taken("r-nodes-bad", reply(nodes=bad), FIND, "6 impossible addresses, none is asked")
    low = b"".join(contact(n, port=port) for n, port in enumerate((1, 22, 53, 80, 123, 443, 1023)))
    out.taken("r-nodes-low", reply(nodes=low), FIND,
              "7 ports of servers of another kind, none is asked")
    bad6 = contact6(1, bytes(16)) + contact6(2, b"\xff\2" + bytes(13) + b"\1") + contact6(3, port=0)
    bad6 += contact6(4, bytes(10) + b"\xff\xff" + PEER[:4]) + contact6(5, port=53)
    out.taken("r-nodes6-bad", reply(nodes6=bad6), FIND, "5 impossible contacts, none is asked")
    values = [host + u16(6881) for host in hosts] + [PEER[:4] + u16(0), PEER6[:16] + u16(0)]
    out.taken("r-values-bad", reply(token=b"t", values=values), GET, "7 impossible peers")
    out.taken("r-values-low", reply(token=b"t", values=[PEER[:4] + u16(p) for p in (25, 80)]), GET,
              "peers on ports of servers: tried last", values=2)
    same = b"".join(contact(n, PEER[:4], 6881 + n) for n in range(8))
    out.taken("r-nodes-same-ip", reply(nodes=same), FIND,
              "8 ids on ports of one address: one is asked and kept", nodes=8)
    net = b"".join(contact(n, bytes((127, 9, 9, n))) for n in range(8))
    out.taken("r-nodes-same-net", reply(nodes=net), FIND,
              "8 addresses of one network: two are kept", nodes=8)
    twins = b"".join(contact(n, id=ID) for n in range(8))
    out.taken("r-nodes-same-id", reply(nodes=twins), FIND, "8 addresses with one id", nodes=8)
    one = contact(1) * 8
    out.taken("r-nodes-repeated", reply(nodes=one), FIND, "a contact 8 times: asked once", nodes=8)
    close = b"".join(contact(n, id=GOAL[:18] + u16(n)) for n in range(8))
    out.taken("r-nodes-close", reply(nodes=close), FIND,
              "8 ids next to the target that fit no address: not preferred", nodes=8)
    out.taken("r-nodes-self", reply(nodes=contact(1, id=SELF)), FIND,
              "somebody else under our id: not asked", nodes=1)
    out.taken("r-nodes-64", reply(nodes=contacts(64)), FIND, "64 contacts, 16 are looked at",
              nodes=NODES_MAX)
    out.taken("r-values-200", reply(token=b"t", values=[PEER] * 200), GET,
              "200 peers, 100 are looked at", values=VALUES_MAX)
    crowd = [bytes((127, 7)) + u16(n) + u16(6881) for n in range(1500)]
    out.ignored("r-values-1500", reply(token=b"t", values=crowd), GET, "12 KB: too long",
                parse="limit")
    out.ignored("r-nodes-1000", reply(nodes=contacts(1000)), FIND, "26 KB: too long",
                parse="limit")


def add_no_replies(out):
    for name, id in (("missing", None), ("19", ID[1:]), ("21", ID + b"x"), ("int", 5)):
        out.ignored("r-id-" + name, reply(id=id, nodes=contacts(2)), FIND,
                    "no id: nothing is learnt")
    out.ignored("r-own-id", reply(id=SELF, nodes=contacts(2)), FIND,
                "our own id: whoever says that is not the one we asked")
    for name, body in (("missing", None), ("list", [1]), ("string", "id"), ("int", 5)):
        out.ignored("r-" + name, message("r", body, TID), "ping", "no dictionary under r",
                    parse="syntax")
    for name, tid in (("2", b"zz"), ("4", b"zzzz"), ("32", b"z" * 32)):
        out.add("stray-" + name, reply(tid=tid, nodes=contacts(8), token=b"t", values=[PEER]),
                "stray", "-", "ignore", "nobody asked: nothing is learnt", parse="ok", nodes=8,
                nodes6=0, values=1)
    out.add("stray-error", message("e", [201, "x"], b"zzzz"), "stray", "-", "ignore",
            "nobody asked", parse="ok")
    out.either("reflect-query", query(FIND, TID, id=SELF, target=GOAL), FIND,
               "our own query comes back: answered or dropped, never an answer nor a contact",
               parse="ok")
    out.either("query-own-id", query("ping", id=SELF), "ping",
               "a stranger under our id: answered or dropped, never a contact", parse="ok")


def add_errors(out):
    def error(body):
        return message("e", body, TID)

    out.failed("e-201", error([201, "generic"]), FIND, "the query has failed", 201)
    out.failed("e-202", error([202, "server"]), FIND, "the query has failed", 202)
    out.failed("e-203", error([203, "bad token"]), ANNOUNCE, "not stored there", 203)
    out.failed("e-204", error([204, "no such method"]), SAMPLE, "not known there", 204)
    out.failed("e-no-text", error([201]), FIND, "the query has failed", 201)
    out.failed("e-more", error([201, "a", "b", 4]), FIND, "the query has failed", 201)
    out.failed("e-max", error([(1 << 63) - 1, ""]), FIND, "the query has failed", (1 << 63) - 1)
    out.failed("e-neg", error([-1, ""]), FIND, "the query has failed", -1)
    for kind in ("osc52-clipboard", "newline-cr-bs", "bad-utf8", "percent-n"):
        out.failed("e-" + kind, error([201, HOSTILE_TEXT[kind]]), FIND,
                   "the text is cleaned before anybody sees it", 201)
    out.failed("e-long", error([201, b"e" * 1900]), FIND, "a text of 1900 bytes is not kept", 201)
    out.failed("e-junk", error(["x", 5]), FIND, "neither code nor text; failed all the same", 0)
    out.failed("e-empty", error([]), FIND, "neither code nor text; failed all the same", 0)
    for name, body in (("missing", None), ("dict", {"a": 1}), ("int", 201), ("string", "201")):
        out.ignored("e-" + name, error(body), FIND, "no list under e", parse="syntax")


# --------------------------------------------------------------------------- mutants

BASES = (
    ("query", announce(implied_port=1, token=b"12345678", seed=1)),
    ("reply", reply(top={"ip": PEER}, tid=b"aa", token=b"12345678", nodes=contacts(2),
                    nodes6=contact6(1), values=[PEER, PEER6])),
)


def changes(label, size):
    """Between 1 and 5 changed bytes, by the label."""
    dice = noise(label, 16)
    count = dice[0] % 5 + 1
    return [(int.from_bytes(dice[1 + 3 * i:3 + 3 * i], "big") % size, dice[3 + 3 * i])
            for i in range(count)]


def add_mutants(out):
    for kind, base in BASES:
        for i in range(20):
            name = "mutant-%s-%02d" % (kind, i)
            edits = changes("krpc-" + name, len(base))
            out.add(name, edited(base, *edits), "query" if kind == "query" else "stray", "-",
                    "either", "a good message with %d bytes changed: any answer, of 1400 bytes"
                    " at most" % len(edits), parse="-")


def build():
    folder = Folder("krpc", before=("role", "method"),
                    values=("code", "parse", "nodes", "nodes6", "values", "tid_at", "self_at",
                            "token_at", "target"))
    out = Cases(folder)
    for part in (add_good_queries, add_odd_queries, add_bad_arguments, add_bad_announces,
                 add_bad_methods, add_puts, add_no_messages, add_good_replies, add_useless_parts,
                 add_lying_replies, add_no_replies, add_errors, add_mutants):
        part(out)
    return folder
