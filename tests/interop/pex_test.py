#!/usr/bin/python3
"""A third peer that is known only from a second (BEP 11).

A seed that exchanges no peers, a hub that gives and takes a kilobyte a second,
and a leech that knows nobody but the hub, or is known by it.  No tracker.  The
leech can be whole soon only if the hub told it of the seed.

    pex_test.py [--all] [PART OF A CASE'S NAME]...

--all: also transmission as the hub, which speaks only after 90 seconds.
"""
import socket
import sys
import time

from lib import clients, oracle, report, torrents, world
from lib.report import Failed

SECRET = 12  # seconds; bttui's hub tells what it knows within four
# rtorrent takes no torrent that names none; nobody is there.
NOBODY = ["http://127.0.0.1:9/announce"]


def seed_for(case, t, hub, v6):
    """One that dials the hub, and hears nothing from it."""
    seed = clients.Bttui(case, v6=v6).told(peers=[hub.at()])
    t.fill(case.dir("seed"))
    seed.start("seed", t, case.dir("seed"))
    return seed


def wait_open(case, client):
    """It takes connections: who dials it needs no second try."""
    def is_open():
        try:
            socket.create_connection(
                (client.host.address().strip("[]"), client.port), 1).close()
            return True
        except OSError:
            return False
    case.wait("open %s" % client.label, is_open, alive=(client.proc,))


def stop(*some):
    """These are whole; a hub is not, and says so at its end."""
    for c in some:
        if isinstance(c, clients.Bttui) and c.stop() != 0:
            raise Failed("%s ended with %s" % (c.label, c.proc.ended()))


def wait_met(case, seed):
    """The seed has its connection to the hub, who can tell of it then.  One
    that comes while others are connected already is told of by some hubs only
    a minute later."""
    def met():
        last = [e for e in seed.events() if e.get("type") == "progress"][-1:]
        return last and last[0]["peers"] > 0
    case.wait("meeting of seed and hub", met, alive=(seed.proc,))


def through(hub_class, leech_class, v6, magnet=False):
    def run(case):
        t = torrents.Torrent("pex", case.name)
        hub = hub_class(case, v6=v6).told(["pex"])
        leech = leech_class(case, v6=v6).told(["pex"])

        def start_leech():
            leech.start("leech", t, case.dir("leech"), NOBODY, magnet)
            wait_open(case, leech)
        if not leech.takes_peers:
            start_leech()
            hub.told(["pex"], [leech.at()])
        hub.start("hub", t, case.dir("hub"), NOBODY)
        wait_open(case, hub)
        seed = seed_for(case, t, hub, v6)
        wait_met(case, seed)
        if leech.takes_peers:
            leech.told(["pex"], [hub.at()])
            start_leech()
        begun = time.monotonic()
        leech.wait_complete(seconds=180)
        seconds = time.monotonic() - begun
        stop(leech, seed)
        return "whole in %.1f s" % seconds
    return run


def secret(case):
    """The hub of a private torrent tells nobody anything."""
    t = torrents.Torrent("pex", case.name, private=True)
    hub = clients.Bttui(case).told(["pex"])
    leech = clients.Libtorrent(case).told(["pex"], [hub.at()])
    hub.start("hub", t, case.dir("hub"))
    wait_open(case, hub)
    leech.start("leech", t, case.dir("leech"))
    seed = seed_for(case, t, hub, False)
    time.sleep(SECRET)
    if not oracle.wrong_files(t, leech.folder, leech.empty_files):
        raise Failed("the leech is whole")
    if '"peers": 2' in leech.proc.output():
        raise Failed("the leech found the seed")
    if '"peers": 1' not in leech.proc.output():
        raise Failed("the leech did not even find the hub")
    stop(seed)


def main():
    world.isolate()
    w = world.World()
    r = report.Report(w)
    names = [a for a in sys.argv[1:] if a != "--all"]
    b, lt = clients.Bttui, clients.Libtorrent
    trios = [(b, b, False), (b, b, True), (b, b, False, True),
             (lt, b, False), (lt, b, True), (lt, b, False, True),
             (b, lt, False), (b, lt, True)]
    trios += [(b, x, False) for x in (clients.Transmission, clients.Aria2,
                                      clients.Rtorrent)]
    if "--all" in sys.argv[1:]:
        trios += [(clients.Transmission, b, False)]
    cases = []
    for x in trios:
        name = "%s tells %s, %s" % (x[0].name, x[1].name,
                                    "IPv6" if x[2] else "IPv4")
        name += " (magnet)" if len(x) > 3 else ""
        cases.append((name, through(*x), x[0].missing(w) or x[1].missing(w)))
    cases.append(("a private torrent", secret, lt.missing(w)))
    cases.sort(key=lambda c: "transmission" not in c[0])  # it waits most
    chosen = []
    for name, run, why in cases:
        if names and not any(a in name for a in names):
            continue
        if why:
            r.skip(name, why)
        else:
            chosen.append((name, run))
    r.run(chosen, jobs=6)
    r.finish()


main()
