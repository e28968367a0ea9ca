#!/usr/bin/python3
"""Clients that know each other only by the DHT (BEP 5).

No tracker and no address of a peer: a ring of bttui's own nodes with the
others' clients in it, and two small ones.  What is in whose table, and what is
kept for whom, is asked with a few lines of KRPC.

    dht_test.py [PART OF A CASE'S NAME]...
"""
import json
import os
import sys
import time

from lib import clients, report, torrents, world
from lib.krpc import Asker, Refused, join, unpack
from lib.report import Failed
from lib.world import PATIENCE
from lib.world import ip as run_ip

LT_NODE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib",
                       "lt_node.py")
RING = 14    # transmission searches only when it knows more than eight
LIMIT = 60   # seconds in which a magnet link without a tracker must be done
SOME = 10    # of them, and at least so many fit into any table
KEPT = 0.8   # of the nodes known before a restart
QUIET = 4    # seconds in which a node asks back, if it does
# What a stranger gets at most, in bytes for each of his, and in all.
FACTOR, LONGEST = 8, 1024
MANY = 80    # peers: more than fit into an answer
JUNK = (b"d", b"de", b"d1:y1:qe", b"d1:t1:x1:y1:re", b"d1:ad2:id3:abce1:q4:ping"
        b"1:t2:aa1:y1:qe", b"d" * 1400, b"\x00" * 20, b"d1:t999999999:e")


class Ring:
    """Nodes of bttui that want nothing; each joins by the two before it.

    Whoever is in it stays until the end: dead nodes make searches slow.
    """

    def __init__(self, case, n=RING):
        self.case, self.here = case, case.world.here.ip
        self.nothing = torrents.Torrent("nothing", case.name, size=1)
        members = [clients.Bttui(case) for _ in range(n)]
        self.nodes = [m.at() for m in members]
        self.ours = list(self.nodes)  # all that are bttui's
        self.whole = []  # clients that have all they wanted
        for i, m in enumerate(members):
            self.idle(m, [self.nodes[i - 1], self.nodes[i - 2]])
        with Asker(self.here) as a:
            for node in self.nodes:
                case.wait("acquainted nodes",
                          lambda: len(a.contacts(node, 8)) >= min(8, n - 1))

    def idle(self, member, nodes):
        member.told(nodes=nodes)
        member.start("leech", self.nothing, self.case.dir(member.label),
                     magnet=True, options=["--paused"])

    def member(self, kind):
        """A client that joins when it is started."""
        return kind(self.case).told(nodes=self.nodes)

    def start(self, client, role, t, folder, magnet):
        client.start(role, t, folder, magnet=magnet)
        if isinstance(client, clients.Bttui):
            with Asker(self.here) as a:
                a.ask(client.at(), "ping")
            self.ours.append(client.at())

    def wait_known(self, client, t):
        """It has announced itself.  Only bttui's nodes are asked: others take
        whoever asks for a node."""
        with Asker(self.here) as a:
            self.case.wait(
                "announce of %s" % client.label,
                lambda: client.says_announced() or any(
                    a.is_told(n, t.hash, client.at()) for n in self.ours),
                alive=(client.proc,), pause=1)


def pair(ring, seed_class, leech_class):
    seed, leech = ring.member(seed_class), ring.member(leech_class)
    # One asks a node in two seconds, and chooses whom to serve every ten; the
    # other repeats a search that found nobody after a minute.
    slow = clients.Transmission in (seed_class, leech_class) or \
        leech_class is clients.Aria2
    limit = PATIENCE if slow else LIMIT

    def run(case):
        t = torrents.Torrent("dht", case.name)
        seed_dir = ring.case.dir(seed.label)
        t.fill(seed_dir)
        turns = [(seed, "seed", seed_dir, False),
                 (leech, "leech", ring.case.dir(leech.label), True)]
        if not leech.dht_reads:
            turns.reverse()  # it can only be found
        for x, role, folder, magnet in turns:
            begun = time.monotonic()
            ring.start(x, role, t, folder, magnet)
            if x is turns[0][0]:
                ring.wait_known(x, t)
                known = time.monotonic() - begun
        leech.wait_complete(seconds=limit)
        ring.whole += [seed, leech]
        return "%s known after %.1f s, whole in %.1f s" % (
            turns[0][0].name, known, time.monotonic() - begun)
    return run


def small(kinds, v6=False):
    """A DHT of these clients alone, each of which knows the one before it.
    The first has the files, the others a magnet link."""
    def run(case):
        t = torrents.Torrent("few", case.name)
        some = [k(case, v6=v6) for k in kinds]
        for i, x in enumerate(some):
            x.told(nodes=[some[i - 1].at()])
        t.fill(case.dir("seed"))
        some[0].start("seed", t, case.dir("seed"))
        for x in some[1:]:
            x.start("leech", t, case.dir(x.label), magnet=True)
        begun = time.monotonic()
        for x in some[1:]:
            left = LIMIT - (time.monotonic() - begun)
            x.wait_complete(seconds=max(1, left))
        seconds = time.monotonic() - begun
        stop(some)
        return "whole in %.1f s" % seconds
    return run


def stop(some):
    for x in some:
        if isinstance(x, clients.Bttui) and x.stop() != 0:
            raise Failed("%s ended with %s" % (x.label, x.proc.ended()))


def restart(ring):
    """Who comes back finds those it knew, with nobody to join by.  It has
    another port, so nobody finds it."""
    keeper = ring.member(clients.Bttui)

    def run(case):
        with Asker(ring.here) as a:
            def known():
                return set(a.contacts(keeper.at()))
            ring.idle(keeper, ring.nodes)
            case.wait("acquainted node", lambda: len(known()) >= SOME)
            before = known()
            keeper.stop()
            keeper.port = case.world.port()
            keeper.told(nodes=[join(ring.here, case.world.port())])
            keeper.again()
            case.wait("old acquaintances", lambda: len(
                known() & before) >= KEPT * len(before), seconds=LIMIT)
            return "%d of %d" % (len(known() & before), len(before))
    return run


# --- who stores and who finds -----------------------------------------------


class LtNode:
    """A DHT node of libtorrent, without a torrent."""

    def __init__(self, case, name, nodes=()):
        self.case, self.host = case, case.host()
        self.at = join(self.host.ip, case.world.port())
        self.proc = case.spawn(self.host, name,
                               [sys.executable, LT_NODE, self.at, *nodes])

    def said(self):
        return [json.loads(line) for line in self.proc.output().splitlines()
                if line.startswith("{") and line.endswith("}")]

    def search(self, hash_):
        os.write(self.proc.p.stdin.fileno(),
                 b"get_peers %s\n" % hash_.hex().encode())

    def wait_found(self, hash_, peer):
        def is_found():
            self.search(hash_)  # the last one may have been too early
            return any(peer in s["found"] for s in self.said()
                       if s.get("hash") == hash_.hex())
        self.case.wait("peer found by libtorrent", is_found, seconds=LIMIT,
                       alive=(self.proc,), pause=1)


def kept_by_ours(ring):
    """What only nodes of bttui were told, libtorrent finds."""
    def run(case):
        hash_ = os.urandom(20)
        with Asker(ring.here) as a:
            port = case.world.port()
            for node in ring.nodes:
                a.announce(node, hash_, port)
            seeker = LtNode(ring.case, "seeker", ring.nodes[:2])
            seeker.wait_found(hash_, join(ring.here, port))
    return run


def told_to_libtorrent(case):
    """Ours is announced to a node of libtorrent, and found by another."""
    t = torrents.Torrent("told", case.name, size=40000)
    keeper = LtNode(case, "keeper")
    seed = clients.Bttui(case).told(nodes=[keeper.at])
    t.fill(case.dir("seed"))
    seed.start("seed", t, case.dir("seed"))
    with Asker(case.world.here.ip) as a:
        case.wait("announce to libtorrent",
                  lambda: a.is_told(keeper.at, t.hash, seed.at()),
                  seconds=LIMIT, alive=(seed.proc, keeper.proc), pause=1)
    LtNode(case, "seeker", [keeper.at]).wait_found(t.hash, seed.at())
    stop([seed])


# --- one node, question by question -----------------------------------------


def refused(code, ask):
    try:
        ask()
    except Refused as e:
        if e.code != code:
            raise Failed("refused by %s, not %d" % (e, code))
        return
    raise Failed("it is not refused with %d" % code)


def another_address(world):
    ip = world.here.ip[:-1] + "2"
    if world.lan:
        run_ip(["addr", "add", ip + "/24", "dev", "br0"])
    return ip


def tokens(ring):
    """Only who asked from an address may announce it, and for that hash."""
    def run(case):
        node, hash_ = ring.nodes[0], os.urandom(20)
        with Asker(ring.here) as a, Asker(another_address(case.world)) as b:
            def put(who, token, to=hash_, port=7001):
                who.ask(node, "announce_peer", info_hash=to, port=port,
                        token=token)
            token = a.ask(node, "get_peers", info_hash=hash_).values[b"token"]
            refused(203, lambda: put(a, b"nonsense"))
            refused(203, lambda: put(a, b""))
            refused(203, lambda: put(b, token))
            refused(203, lambda: put(a, token, to=os.urandom(20)))
            if a.peers(node, hash_):
                raise Failed("it is kept all the same")
            put(a, token)
            if b.peers(node, hash_) != [join(ring.here, 7001)]:
                raise Failed("it is not kept")
    return run


def answers(ring):
    """To a stranger none is much longer than the question, whatever there is
    to tell; and each names who asked."""
    def run(case):
        node, hash_ = ring.nodes[1], os.urandom(20)
        # With scrape there is more to tell than may be told.
        told = {"ping": {}, "find_node": {"target": hash_},
                "get_peers": {"info_hash": hash_, "scrape": 1},
                "sample_infohashes": {"target": hash_}}
        with Asker(ring.here) as a:
            for port in range(7001, 7001 + MANY):
                a.announce(node, hash_, port)
            for method, args in told.items():
                got = a.ask(node, method, **args)
                if got.bytes > min(FACTOR * got.asked_bytes, LONGEST):
                    raise Failed("%d bytes answer %d of %s" % (
                        got.bytes, got.asked_bytes, method))
                if unpack(got.message[b"ip"]) != a.at:
                    raise Failed("it takes us for somebody else")
            if not a.peers(node, hash_):
                raise Failed("of so many it names none")
            refused(204, lambda: a.ask(node, "vote", vote="yes"))
            refused(203, lambda: a.ask(node, "get_peers"))
            refused(203, lambda: a.ask(node, "find_node", target="short"))
            for junk in JUNK:
                a.send(node, junk)
            a.ask(node, "ping")
    return run


def read_only(ring):
    """Who says that he does not answer is not asked (BEP 43); another is."""
    def run(case):
        node = ring.nodes[2]
        with Asker(ring.here) as a, Asker(ring.here) as b:
            a.ask(node, "find_node", target=os.urandom(20))
            b.ask(node, "ping", read_only=False)
            case.wait("question", lambda: b.listen(0.5) or (
                b"ping", node) in b.heard, seconds=LIMIT)
            a.listen(QUIET)
            if a.heard:
                raise Failed("it asked %s" % a.heard)
    return run


def cases(ring, world):
    """(name, function of a case, why not) each; all run at once."""
    b, lt = clients.Bttui, clients.Libtorrent
    out = []
    for x in (clients.Transmission, clients.Rtorrent, clients.Aria2, lt):
        for p in ((x, b), (b, x)):
            why = x.missing(world)
            out.append(("%s -> %s" % (p[0].name, p[1].name),
                        why or pair(ring, *p), why))
    six = (b, b, lt, b, clients.Aria2, lt)
    out += [("six alone", small(six),
             lt.missing(world) or clients.Aria2.missing(world))]
    for few in ((lt, b, b), (b, lt, b)):
        out.append(("%s, IPv6" % ", ".join(x.name for x in few),
                    small(few, True), lt.missing(world)))
    return out + [
        ("restart", restart(ring), None),
        ("kept by bttui, found by libtorrent", kept_by_ours(ring),
         lt.missing(world)),
        ("told to libtorrent, found by libtorrent", told_to_libtorrent,
         lt.missing(world)),
        ("tokens", tokens(ring), None),
        ("answers", answers(ring), None),
        ("read-only askers", read_only(ring), None),
    ]


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    with w.case("ring") as c:
        begun = time.monotonic()
        ring = Ring(c)
        chosen = []
        for name, run, why in cases(ring, w):
            if sys.argv[1:] and not any(a in name for a in sys.argv[1:]):
                continue
            if why:
                r.skip(name, why)
            else:
                chosen.append((name, run))
        r.say("a ring of %d in %.1f s" % (RING, time.monotonic() - begun))
        r.run(chosen, jobs=len(chosen))
        r.run([("all end well", lambda case: stop(ring.whole))])
        c.fine = not r.failed
    r.finish()


main()
