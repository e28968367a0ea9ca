#!/usr/bin/python3
"""bttui and others on trackers: opentracker and bttui's, HTTP and UDP.

On each, a seed of bttui's serves bttui, libtorrent and aria2, which know
nobody but the tracker; then a seed of libtorrent's serves bttui.  What the
tracker counts must follow: who completes is counted as complete, who ends
says so.

    trackers_test.py [PART OF A CASE'S NAME]...
"""
import sys

from lib import clients, oracle, report, torrents, trackers, world
from lib.report import Failed


def finish(bttui):
    status = bttui.stop()
    if status != 0:
        raise Failed("%s, told to end, ended with %s" % (bttui.label, status))


def swarm(kind, tracker_class):
    def run(case):
        t = torrents.Torrent("on a tracker", case.name)
        tracker = tracker_class(case).start([t], interval=60)
        url = tracker.url(kind)
        seed = clients.Bttui(case)
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"), [url])
        case.wait("a seed on the tracker", lambda: tracker.seeds(t) == 1,
                  alive=(seed.proc,))
        leeches = [x(case) for x in (clients.Bttui, clients.Libtorrent,
                                     clients.Aria2) if not x.missing(
                                         case.world)]
        for x in leeches:
            x.start("leech", t, case.dir(x.label), [url])
        for x in leeches:
            x.wait_complete()
        n = 1 + len(leeches)
        case.wait("%d seeds on the tracker" % n,
                  lambda: tracker.seeds(t) == n)
        finish(leeches[0])
        finish(seed)
        case.wait("two fewer on the tracker",
                  lambda: tracker.peers(t) == n - 2)
        return "%d clients" % n
    return run


def from_libtorrent(kind, tracker_class):
    def run(case):
        t = torrents.Torrent("on a tracker", case.name)
        tracker = tracker_class(case).start([t])
        seed, leech = clients.Libtorrent(case), clients.Bttui(case)
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"), [tracker.url(kind)])
        tracker.wait_peer(t, seed)
        leech.start("leech", t, case.dir("leech"), [tracker.url(kind)])
        leech.wait_complete()
        finish(leech)
    return run


def last_tier(case):
    """The tiers before it do not answer, over HTTP and UDP."""
    t = torrents.Torrent("on the last tracker", case.name)
    tracker = trackers.BttuiTracker(case).start()
    dead = "%s:%d/announce" % (case.world.here.ip, case.world.port())
    seed, leech = clients.Bttui(case), clients.Bttui(case)
    t.fill(case.dir("seed"))
    seed.start("seed", t, case.dir("seed"), [tracker.http])
    tracker.wait_peer(t, seed)
    leech.start("leech", t, case.dir("leech"),
                ["http://" + dead, "udp://" + dead, tracker.http])
    leech.wait_complete()


def refused(case):
    """A tracker that refuses the torrent is no reason to end."""
    t = torrents.Torrent("not on the list", case.name)
    black = trackers.Opentracker(case).start([])
    white = trackers.BttuiTracker(case).start()
    seed, leech = clients.Bttui(case), clients.Bttui(case)
    t.fill(case.dir("seed"))
    tiers = [black.http, white.udp]
    seed.start("seed", t, case.dir("seed"), tiers)
    white.wait_peer(t, seed)
    leech.start("leech", t, case.dir("leech"), tiers)
    leech.wait_complete()
    if oracle.wrong_files(t, seed.folder):
        raise Failed("the seed's files changed")


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    cases = []
    for tr in trackers.ALL:
        for kind in ("http", "udp"):
            cases.append(("%s, %s: bttui to others" % (tr.name, kind),
                          swarm(kind, tr), (tr, clients.Bttui)))
            cases.append(("%s, %s: libtorrent to bttui" % (tr.name, kind),
                          from_libtorrent(kind, tr),
                          (tr, clients.Bttui, clients.Libtorrent)))
    cases.insert(0, ("dead tiers before the good one", last_tier,
                     (clients.Bttui,)))
    cases.append(("a tracker that refuses", refused,
                  (clients.Bttui, trackers.Opentracker)))
    run = []
    for name, func, needs in cases:
        if sys.argv[1:] and not any(a in name for a in sys.argv[1:]):
            continue
        why = [n.absent() for n in needs if n.absent()]
        if why:
            r.skip(name, why[0])
        else:
            run.append((name, func))
    r.run(run, jobs=4)
    r.finish()


main()
