#!/usr/bin/python3
"""A private torrent is named to its tracker and its peers, and nowhere else
(BEP 27).

Two hosts run bttui with all discovery on and have two torrents each, a private
one and another, which they share with libtorrent through a tracker.  All that
crosses the network meanwhile is written down.  What must be seen of the other
torrent must not be seen of the private one; so each of these proofs is known
to be able to fail.
"""
import os
import sys

from lib import clients, oracle, report, torrents, trackers, world
from lib.capture import EXTENDED, PORT, Capture, krpc, talks
from lib.krpc import split
from lib.lure import Lure
from lib.report import Failed, Skipped

TAP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib",
                   "wiretap.py")
LIMIT = 60
SLOW = "1M"  # a second, so that it takes a while and all can be told
LSD_PORT = ":6771"
CLEAR = {"out_enc_policy": 2, "in_enc_policy": 2}


class Tap:
    """Writes down what crosses the network, from now to stop()."""

    def __init__(self, case):
        self.path = os.path.join(case.folder, "frames")
        self.proc = case.spawn(case.world.here, "tap",
                               [sys.executable, TAP, self.path])
        case.wait("open tap", lambda: "ready" in self.proc.output() or
                  self.proc.ended() is not None)
        if self.proc.ended() is not None:
            raise Skipped("frames cannot be read here")

    def look(self):
        return Capture(self.path)

    def stop(self):
        self.proc.stop()
        if "missed 0\n" not in self.proc.output():
            raise Failed("the tap: " + self.proc.output())
        return self.look()


def traces(capture, t, ours):
    """{what: how often} the hosts with these addresses told of a torrent."""
    out, flows = {}, talks(capture)
    for p in capture.datagrams:
        if split(p.source)[0] not in ours:
            continue
        name = None
        m = krpc(p)
        if m and t.hash in m.get(b"a", {}).values():
            name = m[b"q"].decode()
        elif t.hash in p.data or t.hash.hex().encode() in p.data.lower():
            name = "LSD" if p.to.endswith(LSD_PORT) else "some datagram"
        if name:
            out[name] = out.get(name, 0) + 1
    for (source, to), talk in flows.items():
        if talk.hash != t.hash or split(source)[0] not in ours:
            continue
        back = flows.get((to, source))
        pex = back.names().get("ut_pex") if back else None
        for name, n in (("connection", 1), ("DHT bit", talk.has_dht()),
                        ("PORT", talk.count(PORT)),
                        ("ut_pex offer", "ut_pex" in talk.names()),
                        ("ut_metadata offer", "ut_metadata" in talk.names()),
                        ("PEX", talk.count(EXTENDED, pex) if pex else 0)):
            if n:
                out[name] = out.get(name, 0) + n
    return out


OPEN = {"get_peers", "announce_peer", "LSD", "DHT bit", "PORT",
        "ut_pex offer", "ut_metadata offer", "PEX", "connection"}


class Swarm:
    """The hosts, each with both torrents; libtorrent has one each."""

    def __init__(self, case):
        self.case = case
        self.private = torrents.Torrent("private", case.name, private=True)
        self.public = torrents.Torrent("public", case.name)
        self.tracker = trackers.BttuiTracker(case).start(interval=3)
        self.guide = clients.Bttui(case)
        self.seed, self.leech = clients.Bttui(case), clients.Bttui(case)
        self.addresses = {a for x in (self.seed, self.leech)
                          for a in (x.host.ip, x.host.ip6)}

    def _start(self, x, folder, *more):
        public = self.public.write(os.path.join(x.home, "public.torrent"),
                                   [self.tracker.http])
        x.told(["lsd", "pex"], nodes=[self.guide.at()])
        x.start("seed", self.private, self.case.dir(folder),
                [self.tracker.http], options=[
                    "--seed", "--encryption", "off", *more, public])

    def start_seed(self):
        """It and a node by which all join the DHT."""
        nothing = torrents.Torrent("nothing", self.case.name, size=1)
        self.guide.told(nodes=[self.seed.at()])
        self.guide.start("leech", nothing, self.case.dir("guide"),
                         magnet=True, options=["--paused"])
        for t in (self.private, self.public):
            t.fill(self.case.dir("seed"))
        self._start(self.seed, "seed", "--up-limit", SLOW)
        self.case.wait("ready seed", lambda: any(
            e["type"] == "ready" for e in self.seed.events()),
            alive=(self.seed.proc,))

    def fetch(self):
        """The others get all of it."""
        self._start(self.leech, "leech")
        for t in (self.private, self.public):
            x = clients.Libtorrent(self.case)
            x.told(["lsd", "pex"], nodes=[self.guide.at()])
            x.start("leech", t, self.case.dir(x.label), [self.tracker.http],
                    settings=CLEAR)
            x.wait_complete(seconds=LIMIT)
            self.case.wait("all of %s" % t.name, lambda: not oracle.wrong_files(
                t, self.leech.folder), seconds=LIMIT)


def lured(case, lure):
    """The seed followed it wherever it led."""
    case.wait("seed that listens to others",
              lambda: lure.heeded() == {"pex", "dht", "lsd"}, seconds=LIMIT)


def wait_told(case, tap, swarm):
    """All that is told of a torrent was told of the other one."""
    def missing():
        return OPEN - set(traces(tap.look(), swarm.public, swarm.addresses))
    try:
        case.wait("word of it", lambda: not missing(), seconds=LIMIT, pause=1)
    except Failed:
        raise Failed("of the other torrent was not seen: %s" % missing())


def restart(case, tap, leech):
    """What it has learnt and kept does not make it talk."""
    if leech.stop() != 0:
        raise Failed("the leech ended with %s" % leech.proc.ended())
    before = len(tap.look().datagrams)
    leech.again()
    case.wait("announce after a restart", lambda: any(
        p.source == leech.at() and (krpc(p) or {}).get(b"q") ==
        b"announce_peer" for p in tap.look().datagrams[before:]),
        seconds=LIMIT, pause=1)


def leaks(case):
    swarm, tap = Swarm(case), Tap(case)
    swarm.start_seed()
    with Lure(case.world.here.ip, swarm.seed.at(), swarm.public) as bait, \
            Lure(case.world.here.ip, swarm.seed.at(), swarm.private) as trap:
        swarm.fetch()
        wait_told(case, tap, swarm)
        lured(case, bait)
        heeded = trap.heeded()
    restart(case, tap, swarm.leech)
    if swarm.seed.stop() != 0:
        raise Failed("the seed ended with %s" % swarm.seed.proc.ended())
    frames = tap.stop()
    public = traces(frames, swarm.public, swarm.addresses)
    private = traces(frames, swarm.private, swarm.addresses)
    if heeded or set(private) != {"connection"}:
        raise Failed("of the private one was seen: %s, and was heard by: %s" %
                     (private, sorted(heeded)))
    return "seen of the other: " + ", ".join(
        "%d %s" % (n, what) for what, n in sorted(public.items()))


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    name = "a private torrent beside another"
    why = clients.Libtorrent.missing(w)
    if not w.lan:
        why = why or "it needs a network namespace, and none is allowed"
    if why:
        r.skip(name, why)
    else:
        r.run([(name, leaks)])
    r.finish()


main()
