#!/usr/bin/python3
"""A swarm in which nobody has everything.

Three of bttui and one each of the others begin with a random part of the
pieces (the rest of each file is zeros, and nobody tells them what is good);
every piece is with at least one of them.  A tracker, no seed: all must
complete.  This is the test the oldest clients were proven with.

    mixed_swarm_test.py [SEED [ROUNDS]]
"""
import os
import random
import sys
import time

from lib import clients, oracle, report, torrents, trackers, world
from lib.report import Failed

KINDS = (clients.Bttui, clients.Bttui, clients.Bttui, clients.Libtorrent,
         clients.Transmission, clients.Aria2, clients.Rtorrent,
         clients.Qbittorrent)


def shares(rng, npieces, n):
    """n sets of pieces, each 10 to 70 % of all, together everything."""
    out = [set(rng.sample(range(npieces),
                          rng.randrange(npieces // 10, npieces * 7 // 10)))
           for _ in range(n)]
    for piece in range(npieces):
        if not any(piece in s for s in out):
            rng.choice(out).add(piece)
    for s in out:  # nobody is a seed
        if len(s) == npieces:
            s.remove(rng.randrange(npieces))
    return out


def who_lacks(t, members, parts):
    """One line a client: which pieces it lacks and who began with them."""
    out = []
    for m in members:
        lacks = set(range(t.npieces)) - oracle.good_pieces(t, m.folder)
        owners = {p: [o.label for o, part in zip(members, parts) if p in part]
                  for p in sorted(lacks)}
        out.append("%s lacks %s" % (m.label, owners or "nothing"))
    return "\n".join(out)


def swarm(seed):
    def run(case):
        rng = random.Random(seed)
        t = torrents.Torrent("a mixed swarm", seed, piece=32768)
        tracker = trackers.BttuiTracker(case).start(interval=3)
        kinds = [k for k in KINDS if not k.missing(case.world)]
        members = [k(case) for k in kinds]
        parts = shares(rng, t.npieces, len(members))
        order = list(zip(members, parts))
        rng.shuffle(order)
        begun = time.monotonic()
        for m, part in order:
            folder = case.dir(m.label)
            t.fill(folder, part)
            m.start("part", t, folder, [tracker.http])
        try:
            for m in members:
                m.wait_complete()
        except Failed as e:
            raise Failed("%s\n%s" % (e, who_lacks(t, members, parts)))
        seconds = time.monotonic() - begun
        for m in members:
            if isinstance(m, clients.Bttui) and m.stop() != 0:
                raise Failed("%s did not end well" % m.label)
        return "seed %d, %d clients with %s %% each, whole in %.1f s" % (
            seed, len(members), "/".join(
                str(len(p) * 100 // t.npieces) for p in parts), seconds)
    return run


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    first = int(sys.argv[1]) if sys.argv[1:] else int(
        os.environ.get("BTTUI_SEED", random.SystemRandom().randrange(10**6)))
    rounds = int(sys.argv[2]) if sys.argv[2:] else 1
    for k in KINDS:
        if k.missing(w):
            r.skip("%s in a mixed swarm" % k.name, k.missing(w))
    for seed in range(first, first + rounds):
        r.run([("mixed swarm, seed %d" % seed, swarm(seed))])
    r.finish()


main()
