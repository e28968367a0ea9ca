#!/usr/bin/python3
"""Hosts that have no IPv4 address at all, and a tracker that has none.

bttui seeds to and fetches from the clients that know IPv6, over bttui's
tracker.

    ipv6_test.py [PART OF A CASE'S NAME]...
"""
import sys

from lib import clients, report, torrents, trackers, world
from lib.report import Failed


def swarm(seed_class, leech_class, kind):
    def run(case):
        t = torrents.Torrent("six", case.name)
        tracker = trackers.BttuiTracker(case, v6=True).start()
        seed, leech = seed_class(case, v6=True), leech_class(case, v6=True)
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"), [tracker.url(kind)])
        tracker.wait_peer(t, seed)
        leech.start("leech", t, case.dir("leech"), [tracker.url(kind)])
        leech.wait_complete()
        for c in (seed, leech):
            if isinstance(c, clients.Bttui) and c.stop() != 0:
                raise Failed("%s ended with %s" % (c.label, c.proc.ended()))
    return run


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    pairs = [(clients.Bttui, clients.Bttui, "udp"),
             (clients.Bttui, clients.Bttui, "http")]
    for x in (clients.Transmission, clients.Libtorrent, clients.Aria2,
              clients.Rtorrent):
        pairs += [(x, clients.Bttui, "http"), (clients.Bttui, x, "http")]
    cases = []
    for a, b, kind in pairs:
        name = "%s -> %s, IPv6, %s" % (a.name, b.name, kind)
        why = a.missing(w) or b.missing(w)
        if sys.argv[1:] and not any(p in name for p in sys.argv[1:]):
            continue
        if why:
            r.skip(name, why)
        else:
            cases.append((name, swarm(a, b, kind)))
    r.run(cases, jobs=6)
    r.finish()


main()
