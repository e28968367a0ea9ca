"""The clients under test, each behind the same few methods.

    c = Aria2(case)            a host of its own, nothing started
    c.start(role, torrent, folder, trackers, magnet=False)
    c.wait_ready()             a seed has checked its data
    c.wait_complete(torrent)   files equal by SHA-256
    c.stop()

role: "seed" has all, "leech" nothing, "part" some of the data, of which it
must find out itself which; "hub" is a leech that gives and takes next to
nothing (bttui, libtorrent and transmission only).  With magnet=True the client
gets a link only.
Everything that is not under test is off: DHT, PEX, LSD, uTP, port mapping.
finds names what is not, of "pex" and "lsd"; peers are addresses it is told to
connect to, where it can be told (takes_peers); nodes are those by which it
joins the DHT, which is on only then.
"""
import json
import os
import shutil
import socket
import sys

from lib import oracle
from lib.report import Failed
from lib.torrents import bencode
from lib.world import BTTUI

HERE = os.path.dirname(os.path.abspath(__file__))


def _have(*programs):
    for p in programs:
        if not shutil.which(p):
            return p + " is not installed"
    return None


def _word(on, yes="true", no="false"):
    return yes if on else no


class Client:
    """What they share.  A subclass makes its command line in _launch()."""

    name = "?"
    magnets = True      # can begin from a magnet link
    trees = True        # copes with several files
    empty_files = True  # creates files of no bytes
    loopback = True     # dials 127.x
    wants_v4 = False    # also where IPv6 is tested
    lsd = False         # knows local discovery
    lsd6 = False        # over IPv6 as well
    pex = False         # knows peer exchange
    takes_peers = False
    dht = False         # knows the DHT
    dht_reads = True    # and understands the addresses it is given there

    def __init__(self, case, v6=False):
        self.case = case
        self.host = case.host(v6, self.wants_v4)
        self.port = case.world.port()
        case.count[self.name] += 1
        n = case.count[self.name]
        self.label = self.name if n == 1 else "%s%d" % (self.name, n)
        self.home = case.dir(self.label + ".home")
        self.proc = None
        self.finds, self.peers, self.nodes = (), (), ()

    def at(self):
        """Where it takes connections, and its DHT node's questions."""
        return "%s:%d" % (self.host.address(), self.port)

    def told(self, finds=(), peers=(), nodes=()):
        """Before start(): as the text above has it."""
        self.finds, self.peers, self.nodes = finds, peers, nodes
        return self

    @classmethod
    def missing(cls, world):
        """Why it cannot run here, or None."""
        reason = cls.absent()
        if not reason and not world.lan and not cls.loopback:
            reason = "it needs a network namespace, and none is allowed"
        return reason

    @classmethod
    def absent(cls):
        raise NotImplementedError

    def start(self, *args, **more):
        """As prepare() has it, and run."""
        self.prepare(*args, **more)
        self._launch()

    def prepare(self, role, torrent, folder, trackers=(), magnet=False):
        self.role, self.torrent, self.folder = role, torrent, folder
        self.trackers = list(trackers)
        if magnet:
            self.source = torrent.magnet(trackers)
        else:
            self.source = torrent.write(
                os.path.join(self.home, "t.torrent"), self.trackers)
        self.magnet = magnet

    def _spawn(self, argv, **more):
        self.proc = self.case.spawn(self.host, self.label, argv, **more)

    def _launch(self):
        raise NotImplementedError

    def wait_complete(self, **more):
        def whole():
            return not oracle.wrong_files(self.torrent, self.folder,
                                          self.empty_files)
        try:
            self.case.wait("complete %s" % self.label, whole,
                           alive=(self.proc,), **more)
        except Failed as e:
            raise Failed("%s; %s" % (e, "; ".join(oracle.wrong_files(
                self.torrent, self.folder, self.empty_files))))

    def says_announced(self):
        """Whether it tells by itself that nodes of the DHT know of it."""
        return False

    def stop(self):
        return self.proc.stop()


class Bttui(Client):
    name = "bttui"
    lsd = lsd6 = pex = takes_peers = dht = True

    @classmethod
    def absent(cls):
        return None

    def prepare(self, role, torrent, folder, trackers=(), magnet=False,
                options=("--seed",)):
        self.options, self.lives = list(options), 0
        super().prepare(role, torrent, folder, trackers, magnet)

    def again(self):
        """Another run with a log of its own; the one before has ended."""
        self.lives += 1
        self.proc = self.case.spawn(
            self.host, "%s.%d" % (self.label, self.lives), self.argv())

    def argv(self):
        out = [BTTUI, "get", "--json", "--dir", self.folder,
               "--port", str(self.port), "--config", "/dev/null",
               "--no-utp", "--no-portmap", "--log", os.path.join(
                   self.home, "bttui.log"), "-vvv"]
        out += ["--no-" + way for way in ("lsd", "pex")
                if way not in self.finds]
        for p in self.peers:
            out += ["--peer", p]
        for n in self.nodes:
            out += ["--dht-node", n]
        if not self.nodes:
            out += ["--no-dht"]
        if self.role == "hub":
            out += ["--down-limit", "1k", "--up-limit", "1k"]
        if not self.case.world.lan:
            out += ["--bind", self.host.address().strip("[]")]
        return out + self.options + [self.source]

    def _launch(self):
        self._spawn(self.argv())

    def show(self, source):
        """What `show` says is in it: exit status, text."""
        argv = [BTTUI, "show", "--json", "--config", "/dev/null", "--no-dht",
                "--no-lsd", "--no-pex", "--timeout", "60",
                "--port", str(self.port)]
        if not self.case.world.lan:
            argv += ["--bind", self.host.address().strip("[]")]
        return self.case.call(self.host, argv + [source], 70)

    def wait_end(self, **more):
        """Its exit status, once it has ended by itself."""
        self.case.wait("end of %s" % self.label,
                       lambda: self.proc.ended() is not None, **more)
        return self.proc.ended()

    def strange_files(self):
        """What is in the folder and belongs neither to the torrent nor to
        bttui's own state."""
        mine = {p for p, _ in self.torrent.paths(self.folder)}
        out = []
        for top, dirs, names in os.walk(self.folder):
            if top == self.folder and ".bttui" in dirs:
                dirs.remove(".bttui")
            out += [p for p in (os.path.join(top, n) for n in names)
                    if p not in mine]
        return out

    def events(self):
        """The JSON objects printed so far."""
        out = []
        for line in self.proc.output().splitlines():
            if line.startswith("{"):
                try:
                    out.append(json.loads(line))
                except ValueError:
                    pass  # the last line, half written when killed
        return out


class Libtorrent(Client):
    name = "libtorrent"
    lsd = lsd6 = pex = takes_peers = dht = True

    @classmethod
    def absent(cls):
        try:
            import libtorrent  # noqa: F401
        except ImportError:
            return "python3-libtorrent is not installed"
        return None

    def prepare(self, role, torrent, folder, trackers=(), magnet=False,
                settings=None):
        self.settings = settings or {}
        super().prepare(role, torrent, folder, trackers, magnet)

    def _launch(self):
        settings = dict(self.settings, enable_lsd="lsd" in self.finds)
        ask = {"listen": self.at(), "pex": "pex" in self.finds,
               "limit": 1024 if self.role == "hub" else 0,
               "dir": self.folder, "settings": settings,
               "peers": list(self.peers), "nodes": list(self.nodes),
               "magnet" if self.magnet else "torrent": self.source}
        self._spawn([sys.executable, os.path.join(HERE, "lt_peer.py"),
                     json.dumps(ask)])


class Transmission(Client):
    name = "transmission"
    empty_files = False
    loopback = False
    wants_v4 = True  # its remote control does not answer otherwise
    lsd = pex = dht = True

    @classmethod
    def absent(cls):
        return _have("transmission-daemon", "transmission-remote")

    def _launch(self):
        self.rpc = self.case.world.port()
        settings = {
            "rpc-bind-address": "127.0.0.1", "rpc-port": self.rpc,
            "rpc-whitelist-enabled": False,
            "rpc-host-whitelist-enabled": False,
            "rpc-authentication-required": False,
            "download-dir": self.folder, "peer-port": self.port,
            "bind-address-ipv4": "0.0.0.0" if self.host.v6 else self.host.ip,
            "bind-address-ipv6": self.host.ip6 if self.host.v6 else "::",
            "port-forwarding-enabled": False,
            "dht-enabled": bool(self.nodes),
            "lpd-enabled": "lsd" in self.finds,
            "pex-enabled": "pex" in self.finds, "utp-enabled": False,
            "speed-limit-down": 1, "speed-limit-up": 1,
            "speed-limit-down-enabled": self.role == "hub",
            "speed-limit-up-enabled": self.role == "hub",
            "download-queue-enabled": False, "seed-queue-enabled": False,
            "rename-partial-files": False, "preallocation": 0,
            "start-added-torrents": self.role != "part",
            "ratio-limit-enabled": False, "idle-seeding-limit-enabled": False,
            "incomplete-dir-enabled": False, "message-level": 2,
        }
        with open(os.path.join(self.home, "settings.json"), "w") as f:
            json.dump(settings, f)
        self._write_nodes()
        self._spawn(["transmission-daemon", "-f", "-g", self.home],
                    env={"TRANSMISSION_HOME": self.home})
        self._remote("--add", self.source)
        if self.role == "part":
            self._remote("-t", "all", "--verify")
            self.case.wait("verified data", self._verified)
            self._remote("-t", "all", "--start")

    def _write_nodes(self):
        """It asks those of its last run within seconds, but others that it is
        told of one in a quarter of a minute."""
        nodes = b"".join(
            socket.inet_aton(ip) + int(port).to_bytes(2, "big")
            for ip, port in (n.split(":") for n in self.nodes))
        with open(os.path.join(self.home, "dht.dat"), "wb") as f:
            f.write(bencode({"id": os.urandom(20), "nodes": nodes}))

    def _verified(self):
        out = self._remote("-t", "all", "--info")
        return "State: Stopped" in out and "Have: None" not in out

    def _remote(self, *args):
        out = [None]

        def accepted():
            code, out[0] = self.case.call(self.host, [
                "transmission-remote", "127.0.0.1:%d" % self.rpc, *args])
            return code == 0
        try:
            self.case.wait("answer of transmission", accepted,
                           alive=(self.proc,), seconds=60)
        except Failed as e:
            raise Failed("%s: %s" % (e, out[0]))
        return out[0]


class Aria2(Client):
    name = "aria2"
    lsd = pex = dht = True

    @classmethod
    def absent(cls):
        return _have("aria2c")

    def _launch(self):
        argv = ["aria2c", "--no-conf", "--dir=" + self.folder,
                "--interface=eth0" if self.host.v6 else
                "--interface=" + self.host.ip,
                "--disable-ipv6=" + ("false" if self.host.v6 else "true"),
                "--listen-port=%d" % self.port,
                "--enable-dht6=false",
                "--bt-enable-lpd=" + _word("lsd" in self.finds),
                "--bt-lpd-interface=" + self.host.ip,
                "--enable-peer-exchange=" + _word("pex" in self.finds),
                "--seed-ratio=0.0", "--seed-time=60",
                "--file-allocation=none", "--bt-save-metadata=false",
                "--summary-interval=5", "--console-log-level=info",
                "--bt-max-peers=0", "--follow-torrent=mem"]
        if self.nodes or any(t.startswith("udp:") for t in self.trackers):
            # It asks UDP trackers only with its DHT on.
            argv += ["--enable-dht=true",
                     "--dht-listen-port=%d" % self.port,
                     "--dht-file-path=" + os.path.join(self.home, "dht")]
            argv += ["--dht-entry-point=" + n for n in self.nodes[:1]]
        else:
            argv += ["--enable-dht=false"]
        if self.role != "leech":
            argv += ["--check-integrity", "--bt-hash-check-seed=true"]
        self._spawn(argv + [self.source])


class Rtorrent(Client):
    name = "rtorrent"
    pex = dht = True
    dht_reads = False  # it takes their length for a part of them

    @classmethod
    def absent(cls):
        return _have("rtorrent")

    def _launch(self):
        rc, session = os.path.join(self.home, "rc"), self.case.dir(
            self.label + ".session")
        log = os.path.join(self.home, "rt.log")
        lines = [
            "system.daemon.set = true",
            "directory.default.set = " + self.folder,
            "session.path.set = " + session,
            "network.port_range.set = %d-%d" % (self.port, self.port),
            "network.port_random.set = no",
            "dht.mode.set = " + _word(self.nodes, "on", "disable"),
            "dht.port.set = %d" % self.port,
            "protocol.pex.set = " + _word("pex" in self.finds, "yes", "no"),
            "trackers.use_udp.set = yes",
            "pieces.hash.on_completion.set = yes",
            "log.open_file = \"l\", " + log,
            "log.add_output = \"tracker_debug\", \"l\"",
            "log.add_output = \"connection_debug\", \"l\"",
            "schedule2 = ld,0,0,\"load.start=\\\"%s\\\"\"" % self.source,
        ]
        lines += ["schedule2 = n%d,1,20,\"dht.add_node=%s\"" % (i, n)
                  for i, n in enumerate(self.nodes)]
        if not self.host.v6:  # it knows of IPv6 only when told nothing
            lines += ["network.bind_address.set = " + self.host.ip,
                      "network.local_address.set = " + self.host.ip]
        with open(rc, "w") as f:
            f.write("\n".join(lines) + "\n")
        self._spawn(["rtorrent", "-n", "-o", "import=" + rc], terminal=True)

    def says_announced(self):
        """It tells the three nearest nodes only when its search ends."""
        path = os.path.join(self.home, "rt.log")
        if not os.path.exists(path):
            return False  # it has only just been started
        with open(path) as f:
            return any("received" in line and "dht://" in line for line in f)


class Qbittorrent(Client):
    name = "qbittorrent"

    @classmethod
    def absent(cls):
        return _have("qbittorrent-nox")

    def _launch(self):
        conf = os.path.join(self.home, "qBittorrent", "config")
        os.makedirs(conf, exist_ok=True)
        with open(os.path.join(conf, "qBittorrent.conf"), "w") as f:
            f.write("\n".join((
                "[LegalNotice]", "Accepted=true",
                "[Network]", "PortForwardingEnabled=false",
                "[Preferences]", "WebUI\\LocalHostAuth=false",
                "WebUI\\Address=127.0.0.1", "General\\Locale=C",
                "[BitTorrent]", "Session\\Port=%d" % self.port,
                "Session\\DHTEnabled=false", "Session\\LSDEnabled=false",
                "Session\\PeXEnabled=false", "Session\\BTProtocol=TCP",
                "Session\\AddExtensionToIncompleteFiles=false",
                "Session\\MultiConnectionsPerIp=true",
                "Session\\SSRFMitigation=false",
                "Session\\QueueingSystemEnabled=false",
                "Session\\DefaultSavePath=" + self.folder, "")))
        self._spawn(["qbittorrent-nox", "--profile=" + self.home,
                     "--webui-port=%d" % self.case.world.port(),
                     "--save-path=" + self.folder, "--add-paused=false",
                     self.source], terminal=True)


class Ctorrent(Client):
    """The old peer of every run: one file, no extensions at all."""

    name = "ctorrent"
    magnets = False
    trees = False
    loopback = False  # its announce comes from 127.0.0.1, which it is not

    @classmethod
    def absent(cls):
        return _have("ctorrent")

    def _launch(self):
        self._spawn(["ctorrent", "-s",
                     os.path.join(self.folder, self.torrent.name),
                     "-i", self.host.ip, "-p", str(self.port), "-e", "1",
                     self.source], terminal=True)


OTHERS = (Libtorrent, Transmission, Aria2, Rtorrent, Qbittorrent, Ctorrent)
