#!/usr/bin/python3
"""One slow seed, twenty leeches, all of bttui.

Alone the seed would need two minutes for them.  They must give to each other,
and soon: its upload has to stay within a few copies.
"""
import time

from lib import clients, oracle, report, torrents, trackers, world
from lib.report import Failed

LEECHES = 20
RATE = 1 << 20
COPIES = 3  # that the seed may have to give


def crowd(case):
    t = torrents.Torrent("crowd", 1, size=6 * 1024 * 1024 + 17)
    tracker = trackers.BttuiTracker(case).start()
    seed = clients.Bttui(case)
    t.fill(case.dir("seed"))
    seed.start("seed", t, case.dir("seed"), [tracker.http],
               options=["--seed", "--up-limit", str(RATE)])
    tracker.wait_peer(t, seed)
    leeches = [clients.Bttui(case) for _ in range(LEECHES)]
    begun = time.monotonic()
    for x in leeches:
        x.start("leech", t, case.dir(x.label), [tracker.http])
    for x in leeches:
        x.wait_complete()
    seconds = time.monotonic() - begun
    case.wait("%d seeds on the tracker" % (LEECHES + 1),
              lambda: tracker.seeds(t) == LEECHES + 1)
    time.sleep(1.1)  # the next line of the seed's progress
    up = [e["torrents"][0]["up"] for e in seed.events()
          if e.get("type") == "progress"][-1]
    for x in leeches + [seed]:
        if x.stop() != 0:
            raise Failed("%s ended with %s" % (x.label, x.proc.ended()))
    for x in leeches:
        if oracle.wrong_files(t, x.folder):
            raise Failed("%s changed its files at the end" % x.label)
    if up > COPIES * t.size:
        raise Failed("the seed gave %.1f copies" % (up / t.size))
    return "whole in %.1f s, the seed gave %.1f copies" % (
        seconds, up / t.size)


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    r.run([("%d leeches, a slow seed" % LEECHES, crowd)])
    r.finish()


main()
