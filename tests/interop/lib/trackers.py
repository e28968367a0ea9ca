"""Trackers: bttui's own and opentracker; both speak HTTP and UDP."""
import os
import shutil
import socket
import urllib.parse
import urllib.request

from lib import torrents
from lib.world import BTTUI, is_real_root


class Tracker:
    name = "?"

    def __init__(self, case, v6=False):
        self.case = case
        self.host = case.world.here
        self.port = case.world.port()
        self.ip = self.host.ip6 if v6 else self.host.ip
        at = "%s:%d" % ("[%s]" % self.ip if v6 else self.ip, self.port)
        self.http = "http://%s/announce" % at
        self.udp = "udp://%s/announce" % at

    def url(self, kind):
        return {"http": self.http, "udp": self.udp}[kind]

    def _wait_open(self):
        def answers():
            try:
                socket.create_connection((self.ip, self.port), 1).close()
                return True
            except OSError:
                return False
        self.case.wait("open " + self.name, answers, alive=(self.proc,))

    def seeds(self, torrent):
        """How many complete peers it knows."""
        return self._count(torrent, b"complete")

    def peers(self, torrent):
        return self.seeds(torrent) + self._count(torrent, b"incomplete")

    def _count(self, torrent, key):
        url = self.http.replace("/announce", "/scrape") + "?info_hash=" + \
            urllib.parse.quote(torrent.hash, safe="")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=10) as r:
            files = torrents.bdecode(r.read()).get(b"files", {})
        return files.get(torrent.hash, {}).get(key, 0)

    def wait_peer(self, torrent, client, n=1):
        """n peers have announced themselves; who asks next hears of them.

        Some announce before they have checked their data, so a seed is not
        always counted as one at first.
        """
        self.case.wait("announce of %s" % client.label,
                       lambda: self.peers(torrent) >= n,
                       alive=(client.proc,))


class BttuiTracker(Tracker):
    name = "bttui tracker"

    @classmethod
    def absent(cls):
        return None

    def start(self, allowed=(), interval=5):
        self.proc = self.case.spawn(
            self.host, "tracker",
            [BTTUI, "tracker", "--port", str(self.port),
             "--bind", self.ip, "--interval", str(interval)])
        self._wait_open()
        return self


class Opentracker(Tracker):
    """Debian's build serves only hashes of a white list, which it reads
    after it went into its folder and became nobody."""

    name = "opentracker"

    @classmethod
    def absent(cls):
        if not shutil.which("opentracker"):
            return "opentracker is not installed"
        if os.geteuid() == 0 and not is_real_root():
            return "opentracker wants to become another user"
        return None

    def start(self, allowed=(), interval=None):
        root = self.case.dir("opentracker")
        os.chmod(self.case.folder, 0o755)
        with open(os.path.join(root, "wl"), "w") as f:
            f.writelines(t.hash.hex() + "\n" for t in allowed)
        self.proc = self.case.spawn(
            self.host, "opentracker",
            ["opentracker", "-i", self.host.ip, "-p", str(self.port),
             "-P", str(self.port), "-d", root, "-u", "nobody",
             "-w", "/wl" if os.geteuid() == 0 else os.path.join(root, "wl")])
        self._wait_open()
        return self


ALL = (BttuiTracker, Opentracker)
