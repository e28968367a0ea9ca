"""The program, its torrents, and the others of a swarm on loopback."""
import hashlib
import os
import random
import signal
import socket
import subprocess

from lib.cases import Failed, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
BTTUI = os.environ.get("BTTUI") or os.path.join(ROOT, "bttui")
QUIET = ["--bind", "127.0.0.1", "--no-dht", "--no-lsd", "--no-portmap"]


def environment(c, **more):
    """Of the program in a case: nothing of the user's own is read."""
    env = {k: os.environ[k] for k in (
        "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
    env.update(HOME=c.dir, LC_ALL="C.UTF-8", TZ="UTC", TMPDIR=c.folder("tmp"))
    env.update(more)
    return {k: v for k, v in env.items() if v is not None}


def session(c, *options, state="state", port=0):
    """The command line of a full-screen session of this case."""
    return [BTTUI, *QUIET, "-p", str(port), "--state", c.path(state),
            "--config", c.path(state + ".config"),
            "--dir", c.folder("downloads"), *options]


def free_port():
    """A port that is free for TCP and UDP just now."""
    while True:
        with socket.socket() as t, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM) as u:
            t.bind(("127.0.0.1", 0))
            port = t.getsockname()[1]
            try:
                u.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port > 1024:
                return port


def command(c, *args, **env):
    p = subprocess.run([BTTUI, *args], env=environment(c, **env), text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       stdin=subprocess.DEVNULL, timeout=60)
    if p.returncode != 0:
        raise Failed("bttui %s ended with %d: %s" % (
            " ".join(args), p.returncode, p.stdout))
    return p.stdout


class Process:
    """A bttui without a screen that runs beside the case."""

    def __init__(self, c, name, *args):
        self.name = name
        self.log = open(c.path(name + ".log"), "w+")
        self.p = subprocess.Popen(
            [BTTUI, *args], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT, env=environment(c))
        c.later(self.stop)

    def output(self):
        with open(self.log.name) as f:
            return f.read()

    def wait_for(self, text, seconds=10):
        def found():
            if text in self.output():
                return True
            if self.p.poll() is not None:
                raise Failed("%s ended with %d: %s" % (
                    self.name, self.p.returncode, self.output()))
            return False
        wait_until(found, seconds, "%r of %s" % (text, self.name))

    def stop(self):
        if self.p.poll() is None:
            self.p.send_signal(signal.SIGINT)
            try:
                self.p.wait(5)
            except subprocess.TimeoutExpired:
                self.p.kill()
                self.p.wait()
        self.log.close()


class Torrent:
    """A .torrent and its data, which lies in seed/NAME below the case."""

    def __init__(self, c, name, size, piece="64K", tracker=None):
        folder = c.folder("seed")
        self.name, self.size, self.folder = name, size, folder
        self.data = os.path.join(folder, name)
        self.file = c.path(name + ".torrent")
        with open(self.data, "wb") as f:
            f.write(random.Random(name).randbytes(size))
        args = ["create", "--no-date", "--piece-size", piece, "-o", self.file]
        if tracker:
            args += ["-t", tracker]
        out = command(c, *args, self.data)
        self.hash = out.split("info-hash ")[1].split()[0]

    def magnet(self):
        return "magnet:?xt=urn:btih:%s&dn=%s" % (self.hash, self.name)

    def sha(self):
        return sha(self.data)


class Folder(Torrent):
    """A torrent of several files: {path: bytes}."""

    def __init__(self, c, name, files, tracker=None):
        folder = c.folder("seed")
        self.name, self.folder = name, folder
        self.files = files
        for path, size in files.items():
            full = os.path.join(folder, name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as f:
                f.write(random.Random(path).randbytes(size))
        self.file = c.path(name + ".torrent")
        args = ["create", "--no-date", "--piece-size", "16K", "-o", self.file]
        if tracker:
            args += ["-t", tracker]
        out = command(c, *args, os.path.join(folder, name))
        self.hash = out.split("info-hash ")[1].split()[0]

    def is_right(self, c, path):
        return sha(c.path("downloads", self.name, path)) == sha(
            os.path.join(self.folder, self.name, path))


def sha(path):
    try:
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()
    except OSError:
        return None


class Seed(Process):
    """`bttui get --seed` of torrents it has; addr is HOST:PORT."""

    count = 0

    def __init__(self, c, torrents, rate="0"):
        Seed.count += 1
        name = "seed%d" % Seed.count
        port = free_port()
        self.addr = "127.0.0.1:%d" % port
        super().__init__(
            c, name, "get", "--seed", *QUIET, "-p", str(port), "--up-limit",
            rate, "--state", c.path(name), "--config", c.path(name + ".config"),
            "-d", torrents[0].folder, *[t.file for t in torrents])
        self.wait_for("ready %d" % len(torrents))


class Tracker(Process):
    """`bttui tracker`; url is for announces."""

    def __init__(self, c, *peers):
        args = ["tracker", "--bind", "127.0.0.1", "-p", "0", "--interval", "5"]
        for p in peers:
            args += ["--peer", p]
        super().__init__(c, "tracker", *args)
        self.wait_for("/announce udp")
        self.url = self.output().split()[0]
