#!/usr/bin/env python3
"""What whole programs cost: bttui seeds, bttui downloads, over loopback.

    tests/bench/macro.py [--bttui PATH] [--size MIB] [--torrents N] [--peers N]
                         [--work DIR] [ONLY...]

ONLY is any of download, check, peers, start.  Prints `name value`, one a line,
so that two runs can be compared with diff or paste.  Times are seconds; cpu is
user and system time of the process, from the kernel's exact clock; rss and
anon are MiB, the peak of all and what is the process's own at the end.  Each
number is one run: a busy machine shows in all of them.
"""
import argparse
import fcntl
import hashlib
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

WAIT = 120  # seconds until something that does not happen is given up
BLOCK = 16384
QUIET = ["--config", "/dev/null", "--no-dht", "--no-lsd", "--no-pex",
         "--no-utp", "--no-portmap", "--encryption", "off"]


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    items = sorted(value.items())
    return b"d" + b"".join(bencode(k) + bencode(v) for k, v in items) + b"e"


def make_torrent(folder, name, size, piece_length):
    """Random data and its torrent; returns the torrent's path."""
    digests = []
    with open(os.path.join(folder, name), "wb") as data:
        left = size
        while left > 0:
            piece = os.urandom(min(piece_length, left))
            data.write(piece)
            digests.append(hashlib.sha1(piece).digest())
            left -= len(piece)
    path = os.path.join(folder, name + ".torrent")
    info = {b"length": size, b"name": name.encode(),
            b"piece length": piece_length, b"pieces": b"".join(digests)}
    with open(path, "wb") as out:
        out.write(bencode({b"info": info}))
    return path


def say(name, value):
    text = "%.3f" % value if isinstance(value, float) else str(value)
    print(name, text, flush=True)


class Process:
    """A running bttui and what it has cost so far."""

    def __init__(self, args, output=subprocess.PIPE, **more):
        self.began = time.monotonic()
        self.child = subprocess.Popen(args, stdout=output,
                                      stdin=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, **more)
        self.pid = self.child.pid

    def cpu(self):
        total = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/schedstat" % (self.pid, task)) as f:
                total += int(f.read().split()[0])
        return total / 1e9

    def sleeps(self):
        """How often its threads went to sleep of their own will."""
        total = 0
        for task in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/status" % (self.pid, task)) as f:
                for line in f:
                    if line.startswith("voluntary_ctxt_switches"):
                        total += int(line.split()[1])
        return total

    def memory(self, key):
        with open("/proc/%d/status" % self.pid) as f:
            for line in f:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def open_files(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def wait_ready(self):
        """Seconds from the start to the line that says `ready`."""
        end = time.monotonic() + WAIT
        seen = b""
        out = self.child.stdout.fileno()
        while time.monotonic() < end:
            if not select.select([out], [], [], 0.5)[0]:
                continue
            chunk = os.read(out, 4096)
            seen += chunk
            if b"ready" in seen:
                return time.monotonic() - self.began
            if not chunk:
                break
        raise SystemExit("bttui did not become ready: %r" % seen[:200])

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise SystemExit("bttui did not stop")
        if self.child.stdout:
            self.child.stdout.close()


def run_to_end(args):
    """Run a program that ends by itself: (status, wall, user, sys, MiB)."""
    began = time.monotonic()
    child = subprocess.Popen(args, stdout=subprocess.DEVNULL,
                             stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    return (child.returncode, wall, usage.ru_utime, usage.ru_stime,
            usage.ru_maxrss / 1024)


def warm_memory(folder, size):
    """Write a file and remove it.  The first touch of a page that a virtual
    machine gave back to its host is dear, and whoever writes first pays."""
    path = os.path.join(folder, "warm")
    block = bytes(1 << 20)
    for _ in range(2):
        with open(path, "wb") as out:
            for _ in range(size >> 20):
                out.write(block)
        os.unlink(path)


class Bench:
    def __init__(self, options, work):
        self.bttui = os.path.abspath(options.bttui)
        self.size = options.size << 20
        self.torrents = options.torrents
        self.peers = options.peers
        self.work = work
        self.next_port = 20000 + os.getpid() % 20000
        self.seed_dir = os.path.join(work, "seed")
        os.mkdir(self.seed_dir)
        self.big = None

    def folder(self, name):
        path = os.path.join(self.work, name)
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        return path

    def port(self):
        self.next_port += 1
        return self.next_port

    def big_torrent(self):
        if not self.big:
            self.big = make_torrent(self.seed_dir, "big.bin", self.size,
                                    1 << 20)
        return self.big

    def get(self, torrents, folder, port, *more, address="127.0.0.1"):
        return [self.bttui, "get", *QUIET, "-d", folder, "--state",
                os.path.join(self.work, "state-%d" % port), "-p", str(port),
                "--bind", address, *more, *torrents]

    def leech(self, label, torrent, peers):
        target = self.folder("leech")
        args = self.get([torrent], target, self.port(), "--quiet",
                        "--timeout", str(WAIT),
                        *(x for p in peers for x in ("--peer", p)))
        os.sync()
        warm_memory(self.work, self.size)
        status, wall, user, system, rss = run_to_end(args)
        gib = self.size / (1 << 30)
        if status != 0:
            raise SystemExit("%s: exit status %d" % (label, status))
        say(label + ".wall", wall)
        say(label + ".user_per_gib", user / gib)
        say(label + ".sys_per_gib", system / gib)
        say(label + ".rss", rss)
        shutil.rmtree(target)

    def download(self):
        """One seed, one leech; the seed's cost is that of serving."""
        torrent = self.big_torrent()
        port = self.port()
        seed = Process(self.get([torrent], self.seed_dir, port, "--seed"))
        say("seed.ready", seed.wait_ready())
        before = seed.cpu()
        self.leech("download", torrent, ["127.0.0.1:%d" % port])
        gib = self.size / (1 << 30)
        say("seed.cpu_per_gib", (seed.cpu() - before) / gib)
        say("seed.rss", seed.memory("VmHWM"))
        seed.stop()

    def check(self):
        torrent = self.big_torrent()
        status, wall, user, system, rss = run_to_end(
            [self.bttui, "check", "-d", self.seed_dir, torrent])
        if status != 0:
            raise SystemExit("check: exit status %d" % status)
        gib = self.size / (1 << 30)
        say("check.wall_per_gib", wall / gib)
        say("check.user_per_gib", user / gib)
        say("check.sys_per_gib", system / gib)
        say("check.rss", rss)

    def many_peers(self):
        """Seeds that are slow: together they give 100 MiB/s."""
        torrent = self.big_torrent()
        rate = str((100 << 20) // self.peers)
        seeds, names = [], []
        for i in range(self.peers):
            address = "127.0.1.%d" % (i + 1)
            port = self.port()
            names.append("%s:%d" % (address, port))
            seeds.append(Process(self.get(
                [torrent], self.seed_dir, port, "--seed", "--up-limit", rate,
                address=address)))
        try:
            for seed in seeds:
                seed.wait_ready()
            say("peers.count", self.peers)
            self.leech("peers", torrent, names)
        finally:
            for seed in seeds:
                seed.stop()

    def start(self):
        """Many small torrents: loaded, idle, and shown on a screen."""
        folder = self.folder("many")
        torrents = [make_torrent(folder, "t%05d" % i, 4 * BLOCK, BLOCK)
                    for i in range(self.torrents)]
        port = self.port()
        seed = Process(self.get(torrents, folder, port, "--seed"))
        say("start.torrents", self.torrents)
        say("start.ready", seed.wait_ready())
        say("start.cpu", seed.cpu())
        time.sleep(15)  # until the state of all has been saved
        say("start.cpu_saved", seed.cpu())
        before, slept = seed.cpu(), seed.sleeps()
        time.sleep(10)
        say("idle.cpu_per_s", (seed.cpu() - before) / 10)
        say("idle.wakeups_per_s", (seed.sleeps() - slept) / 10)
        say("idle.anon", seed.memory("RssAnon"))
        say("idle.fds", seed.open_files())
        seed.stop()
        self.screen(torrents, folder)

    def screen(self, torrents, folder):
        """The first start adds them, the second finds them in its state."""
        state = os.path.join(self.work, "state-screen")
        args = [self.bttui, *QUIET, "--state", state, "-d", folder,
                "-p", str(self.port()), "--bind", "127.0.0.1"]
        self.on_screen(args + torrents, 12)
        first, named = self.on_screen(args, 3)
        say("screen.first_frame", first)
        say("screen.torrents_shown", named)

    def on_screen(self, args, seconds):
        """Seconds to a screenful of bytes and to the name of a torrent."""
        main, other = pty.openpty()
        size = struct.pack("HHHH", 36, 120, 0, 0)
        fcntl.ioctl(other, termios.TIOCSWINSZ, size)
        env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
        began = time.monotonic()
        child = subprocess.Popen(args, stdin=other, stdout=other,
                                 stderr=other, env=env,
                                 start_new_session=True)
        os.close(other)
        first, named, seen = -1.0, -1.0, b""
        while time.monotonic() - began < seconds:
            if not select.select([main], [], [], 0.1)[0]:
                continue
            seen += os.read(main, 65536)
            now = time.monotonic() - began
            if first < 0 and len(seen) > 1000:
                first = now
            if named < 0 and b"t0000" in seen:
                named = now
        child.send_signal(signal.SIGTERM)
        end = time.monotonic() + WAIT
        while child.poll() is None and time.monotonic() < end:
            if select.select([main], [], [], 0.1)[0]:
                try:
                    os.read(main, 65536)
                except OSError:  # the other end is closed
                    time.sleep(0.05)
        if child.poll() is None:
            child.kill()
            child.wait()
            raise SystemExit("the screen did not end")
        os.close(main)
        return first, named


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bttui", default="./bttui")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--torrents", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=20)
    parser.add_argument("--work", help="a folder for temporary data")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="bttui-bench-", dir=options.work)
    parts = {"download": Bench.download, "check": Bench.check,
             "peers": Bench.many_peers, "start": Bench.start}
    unknown = set(options.only) - set(parts)
    if unknown:
        parser.error("there is no " + ", ".join(sorted(unknown)))
    try:
        bench = Bench(options, work)
        for name, part in parts.items():
            if not options.only or name in options.only:
                part(bench)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
