#!/usr/bin/python3
"""Clients that know nobody find each other in their network (BEP 14).

No tracker, no addresses: whoever completes was found by multicast.  And what
must not be heard there is not: private torrents, and what is bound to the
loopback interface.

    lsd_test.py [PART OF A CASE'S NAME]...
"""
import json
import os
import sys
import time

from lib import clients, oracle, report, torrents, world
from lib.report import Failed

EAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib",
                   "lsd_ear.py")
QUIET = 5  # seconds in which the three first announcements leave


def pair(seed_class, leech_class, v6, magnet=False):
    def run(case):
        t = torrents.Torrent("lsd", case.name)
        seed = seed_class(case, v6=v6).told(["lsd"])
        leech = leech_class(case, v6=v6).told(["lsd"])
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"))
        leech.start("leech", t, case.dir("leech"), magnet=magnet)
        begun = time.monotonic()
        leech.wait_complete()
        seconds = time.monotonic() - begun
        for c in (seed, leech):
            if isinstance(c, clients.Bttui) and c.stop() != 0:
                raise Failed("%s ended with %s" % (c.label, c.proc.ended()))
        return "whole in %.1f s" % seconds
    return run


def silence(case):
    """A listener on the bridge hears of the first, and of no other."""
    heard = torrents.Torrent("heard", case.name)
    private = torrents.Torrent("private", case.name, private=True)
    bound = torrents.Torrent("bound", case.name)
    off = torrents.Torrent("off", case.name)
    ear = case.spawn(case.world.here, "ear",
                     [sys.executable, EAR, case.world.here.ip])
    case.wait("open ear", lambda: "ready" in ear.output(), alive=(ear,))
    running = []
    for t, finds, options in ((private, ["lsd", "pex"], []),
                              (bound, ["lsd"], ["--bind", "127.0.0.1"]),
                              (off, [], []), (heard, ["lsd"], [])):
        x = clients.Bttui(case).told(finds)
        t.fill(case.dir(x.label))
        x.start("seed", t, case.dir(x.label),
                options=["--seed"] + options)
        running.append(x)

    def times(t):
        lines = [json.loads(line) for line in ear.output().splitlines()
                 if line.startswith("{")]
        return sum(t.hash.hex() in line["text"].lower() for line in lines)
    case.wait("three announcements", lambda: times(heard) >= 3, seconds=30)
    time.sleep(QUIET)
    for t in (private, bound, off):
        if times(t):
            raise Failed("%s was announced" % t.name)
    for x in running:
        if x.stop() != 0:
            raise Failed("%s ended with %s" % (x.label, x.proc.ended()))


def cable(one, other):
    """A second network, of two hosts."""
    world.ip(["-n", one.name, "link", "add", "x0", "type", "veth",
              "peer", "name", "x1", "netns", other.name])
    for host, name, address in ((one, "x0", "10.88.0.1/24"),
                                (other, "x1", "10.88.0.2/24")):
        world.ip(["-n", host.name, "addr", "add", address, "dev", name])
        world.ip(["-n", host.name, "link", "set", name, "up"])
    world.ip(["-n", other.name, "link", "set", "eth0", "down"])


def bound(case):
    """Who is bound to its address in one network neither speaks nor listens
    in another."""
    t = torrents.Torrent("bound", case.name)
    seed, leech = (clients.Bttui(case).told(["lsd"]) for _ in range(2))
    cable(seed.host, leech.host)
    t.fill(case.dir("seed"))
    seed.start("seed", t, case.dir("seed"),
               options=["--seed", "--bind", seed.host.ip])
    leech.start("leech", t, case.dir("leech"), options=())
    time.sleep(QUIET + 3)
    if not oracle.wrong_files(t, leech.folder):
        raise Failed("it was found by way of the other network")
    if seed.stop() != 0:
        raise Failed("the seed ended with %s" % seed.proc.ended())
    seed.options = ["--seed"]
    seed.again()
    leech.wait_complete()


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    b = clients.Bttui
    pairs = [(b, b, False), (b, b, True), (b, b, False, True)]
    for x in (clients.Transmission, clients.Libtorrent, clients.Aria2):
        pairs += [(x, b, False), (b, x, False)]
        if x.lsd6:
            pairs += [(x, b, True), (b, x, True)]
    cases = []
    for p in pairs:
        name = "%s -> %s, %s" % (p[0].name, p[1].name,
                                 "IPv6" if p[2] else "IPv4")
        name += " (magnet)" if len(p) > 3 else ""
        cases.append((name, pair(*p), p[0].missing(w) or p[1].missing(w)))
    cases.append(("what must not be heard", silence, None))
    cases.append(("bound to one of two networks", bound, None))
    chosen = []
    for name, run, why in cases:
        if not w.lan:
            why = why or "it needs a network namespace, and none is allowed"
        if sys.argv[1:] and not any(a in name for a in sys.argv[1:]):
            continue
        if why:
            r.skip(name, why)
        else:
            chosen.append((name, run))
    r.run(chosen, jobs=6)
    r.finish()


main()
