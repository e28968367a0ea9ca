#!/usr/bin/python3
"""bttui and one other client at a time, each giving to the other.

For every client X: X seeds and bttui fetches, bttui seeds and X fetches, from
a .torrent and, where X can, from a magnet link, whose info dictionary takes
several parts.  A tracker of bttui's, over HTTP, brings them together.  The
files are compared by SHA-256.

    pairs_test.py [PART OF A CASE'S NAME]...
"""
import json
import os
import sys
import time

from lib import clients, oracle, report, torrents, trackers, world
from lib.report import Failed


INFO_BYTES = 100000  # of a link's dictionary: seven parts


def swarm(case, x, magnet):
    kind = "magnet" if magnet else "torrent"
    size = None if x.trees else 3600001
    t = torrents.Torrent("data for %s, %s" % (x.name, kind), case.name,
                         size=size, info_bytes=INFO_BYTES if magnet else 0)
    return t, trackers.BttuiTracker(case).start()


def compare_shown(case, t, tracker):
    """`show` of the link finds what `show` of the file reads."""
    other = clients.Bttui(case)
    file = t.write(os.path.join(case.dir("shown"), "t.torrent"),
                   [tracker.http])
    texts = []
    for source in (file, t.magnet([tracker.http])):
        status, text = other.show(source)
        if status != 0:
            raise Failed("bttui show ended with %s: %s" % (status, text))
        texts.append(json.loads(text))
    if texts[0] != texts[1]:
        raise Failed("bttui shows %r instead of %r" % (texts[1], texts[0]))


def bttui_fetches(x, magnet):
    def run(case):
        t, tracker = swarm(case, x, magnet)
        seed, leech = x(case), clients.Bttui(case)
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"), [tracker.http])
        tracker.wait_peer(t, seed)
        if magnet:
            compare_shown(case, t, tracker)
        begun = time.monotonic()
        leech.start("leech", t, case.dir("leech"), [tracker.http], magnet,
                    options=())
        status = leech.wait_end()
        seconds = time.monotonic() - begun
        if status != 0:
            raise Failed("bttui ended with %s" % status)
        wrong = oracle.wrong_files(t, leech.folder)
        if wrong:
            raise Failed("bttui said done, but " + "; ".join(wrong))
        if leech.strange_files():
            raise Failed("bttui left " + " ".join(leech.strange_files()))
        return "fetched in %.1f s" % seconds
    return run


def bttui_seeds(x, magnet):
    def run(case):
        t, tracker = swarm(case, x, magnet)
        seed, leech = clients.Bttui(case), x(case)
        t.fill(case.dir("seed"))
        seed.start("seed", t, case.dir("seed"), [tracker.http])
        tracker.wait_peer(t, seed)
        begun = time.monotonic()
        leech.start("leech", t, case.dir("leech"), [tracker.http], magnet)
        leech.wait_complete()
        seconds = time.monotonic() - begun
        status = seed.stop()
        if status != 0:
            raise Failed("the seed, told to end, ended with %s" % status)
        return "fetched in %.1f s" % seconds
    return run


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    slow, cases = [], []
    for x in clients.OTHERS:
        why = x.missing(w)
        for magnet in (False, True) if x.magnets else (False,):
            what = " (magnet)" if magnet else ""
            for name, make in (("%s -> bttui" % x.name, bttui_fetches),
                               ("bttui -> %s" % x.name, bttui_seeds)):
                name += what
                if sys.argv[1:] and not any(a in name for a in sys.argv[1:]):
                    continue
                if why:
                    r.skip(name, why)
                elif x is clients.Transmission:
                    slow.append((name, make(x, magnet)))
                else:
                    cases.append((name, make(x, magnet)))
    # Transmission mostly waits; it begins first, beside the others.
    r.run(slow + cases, jobs=6)
    r.finish()


main()
