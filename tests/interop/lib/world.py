"""A small world for one test script: hosts, processes, folders.

The script runs itself again in namespaces of its own (network, mounts,
processes), so that nothing can leave the machine, no port is taken, and no
process outlives it.  Each host is a network namespace on one bridge, with
10.77.0.N and fd77::N.  As root this needs nothing; otherwise a user namespace
is tried; where neither is allowed the hosts are 127.0.0.N (world.lan is False
then), which is not enough for every client.
"""
import collections
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from lib.report import Failed

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
BTTUI = os.environ.get("BTTUI", os.path.join(ROOT, "bttui"))
KEPT = os.path.join(ROOT, "build", "interop")
# Seconds; only for failing, never for speed.
PATIENCE = int(os.environ.get("BTTUI_PATIENCE", 120))
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _unshare():
    base = ["--net", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc"]
    for extra in ([], ["--map-root-user"]):
        cmd = ["unshare"] + extra + base
        try:
            p = subprocess.run(
                cmd + ["sh", "-c", "mount -t tmpfs none /run && "
                       "ip link set lo up && ip link add name br0 type bridge"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if p.returncode == 0:
            return cmd
    return None


def isolate():
    """Call first: everything after it runs in the script's own world."""
    if os.environ.get("BTTUI_WORLD"):
        return
    if not os.path.exists(BTTUI):
        print("%s is not built\n0 passed, 1 failed, 0 skipped" % BTTUI)
        sys.exit(1)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    cmd = None if os.environ.get("BTTUI_LOOPBACK") else _unshare()
    top = tempfile.mkdtemp(prefix="bttui-interop-")
    os.chmod(top, 0o755)  # opentracker becomes another user
    # A copy, so that a build meanwhile disturbs nothing.
    shutil.copy(BTTUI, os.path.join(top, "bttui"))
    env = dict(os.environ, BTTUI_WORLD="lan" if cmd else "loopback",
               BTTUI=os.path.join(top, "bttui"),
               BTTUI_WORLD_DIR=top, LC_ALL="C.UTF-8", HOME=top,
               PYTHONDONTWRITEBYTECODE="1")
    for name in list(env):
        if name.lower().endswith("_proxy") or name.startswith("XDG_"):
            del env[name]
    p = subprocess.Popen((cmd or []) + [sys.executable] + sys.argv, env=env,
                         preexec_fn=_die_with_parent)
    try:
        code = p.wait()
    except KeyboardInterrupt:
        p.kill()
        code = p.wait()
    finally:
        shutil.rmtree(top, ignore_errors=True)
    sys.exit(code if code >= 0 else 1)


class Host:
    """One machine of the little network.  v6: it is used by its IPv6 address,
    and has no other unless both."""

    def __init__(self, world, n, v6=False, both=False):
        self.lan, self.v6 = world.lan, v6
        self.name = "h%d" % n
        self.ip = ("10.77.0.%d" if self.lan else "127.0.0.%d") % n
        self.ip6 = "fd77::%d" % n if self.lan else "::1"
        if not self.lan:
            return
        steps = "\n".join((
            "link add v%d type veth peer name eth0 netns %s" % (n, self.name),
            "link set v%d master br0 up" % n))
        inside = ["link set lo up", "link set eth0 up",
                  "addr add %s/64 dev eth0 nodad" % self.ip6]
        if both or not v6:
            # The route is for clients that send multicast anywhere.
            inside += ["addr add %s/24 dev eth0" % self.ip,
                       "route add 224.0.0.0/4 dev eth0"]
        ip(["netns", "add", self.name])
        ip(["-batch", "-"], steps)
        ip(["-n", self.name, "-batch", "-"], "\n".join(inside))

    def address(self):
        """Its address as it is written before ":PORT"."""
        return "[%s]" % self.ip6 if self.v6 else self.ip

    def command(self, argv):
        if not self.lan:
            return argv
        return ["ip", "netns", "exec", self.name] + argv


def ip(args, text=None):
    p = subprocess.run(["ip"] + args, input=text, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode != 0:
        raise RuntimeError("ip %s: %s" % (" ".join(args), p.stdout))


class Proc:
    """A process and its log.  It is always ended and waited for."""

    def __init__(self, host, name, argv, folder, terminal=False, env=None):
        self.name, self.log = name, os.path.join(folder, name + ".log")
        self.master = None
        stdin = subprocess.PIPE
        if terminal:
            self.master, stdin = os.openpty()
        # "ip netns exec" runs the command in its own place, so the process
        # id is the client's.
        with open(self.log, "ab") as log:
            self.p = subprocess.Popen(
                host.command(argv), stdin=stdin, stdout=log, stderr=log,
                cwd=folder, env=dict(os.environ, **(env or {})))
        if terminal:
            os.close(stdin)

    @property
    def pid(self):
        return self.p.pid

    def ended(self):
        """Its exit status, or None while it runs."""
        return self.p.poll()

    def output(self):
        with open(self.log, "rb") as f:
            return f.read().decode(errors="replace")

    def kill(self):
        if self.p.poll() is None:
            self.p.kill()
        self._reap(None)

    def stop(self, within=10):
        """SIGTERM, and SIGKILL when that does not help.  Exit status."""
        if self.p.poll() is None:
            self.p.terminate()
        return self._reap(within)

    def _reap(self, within):
        try:
            self.p.wait(within)
        except subprocess.TimeoutExpired:
            self.p.kill()
            self.p.wait()
        if self.p.stdin:
            self.p.stdin.close()
        if self.master is not None:
            os.close(self.master)
            self.master = None
        return self.p.returncode


class Case:
    """The folder and the processes of one case."""

    def __init__(self, world, name):
        self.world, self.name, self.fine = world, name, False
        self.folder = os.path.join(
            world.folder, re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-"))
        os.makedirs(self.folder)
        self.procs = []
        self.count = collections.Counter()  # clients of each kind

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for p in reversed(self.procs):
            p.kill()
        if not self.fine:
            self._keep()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dir(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path

    def host(self, v6=False, both=False):
        return self.world.host(v6, both)

    def spawn(self, host, name, argv, **more):
        p = Proc(host, name, argv, self.folder, **more)
        self.procs.append(p)
        return p

    def call(self, host, argv, seconds=30):
        """Run to its end; exit status, stdout and stderr together."""
        p = subprocess.run(host.command(argv), stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           cwd=self.folder, timeout=seconds)
        return p.returncode, p.stdout.decode(errors="replace")

    def wait(self, what, done, seconds=PATIENCE, alive=(), pause=0.1):
        """Until done() is true; Failed when it takes too long or when one
        of the processes in alive ends."""
        end = time.monotonic() + seconds
        while True:
            got = done()
            if got:
                return got
            for p in alive:
                if p.ended() is not None:
                    if done():
                        return True
                    raise Failed("%s ended with %s before %s" % (
                        p.name, p.ended(), what))
            if time.monotonic() > end:
                raise Failed("no %s in %d s" % (what, seconds))
            time.sleep(pause)

    def _logs(self):
        for top, _, names in sorted(os.walk(self.folder)):
            for n in sorted(names):
                if n.endswith(".log"):
                    yield os.path.join(top, n)

    def logs(self, lines=10):
        out = []
        for path in self._logs():
            with open(path, "rb") as f:
                text = f.read()[-20000:].decode(errors="replace")
            tail = [l[:160] for l in text.splitlines()
                    if l and not l.startswith('{"type":"progress"')][-lines:]
            out.append("--- %s\n%s" % (os.path.relpath(path, self.folder),
                                       "\n".join(tail)))
        return "\n".join(out)

    def _keep(self):
        to = os.path.join(KEPT, self.world.name, os.path.basename(self.folder))
        shutil.rmtree(to, ignore_errors=True)
        try:
            os.makedirs(to, exist_ok=True)
            for path in self._logs():
                flat = os.path.relpath(path, self.folder).replace("/", "-")
                shutil.copy(path, os.path.join(to, flat))
        except OSError as e:
            print("the logs are not kept: %s" % e)


def is_real_root():
    """Root not only of a user namespace, who can become anybody."""
    with open("/proc/self/uid_map") as f:
        return os.geteuid() == 0 and f.read().split()[2] == "4294967295"


class World:
    def __init__(self):
        self.name = os.path.basename(sys.argv[0]).replace("_test.py", "")
        self.lan = os.environ["BTTUI_WORLD"] == "lan"
        self.folder = os.environ["BTTUI_WORLD_DIR"]
        self.hosts, self.ports = 0, 20000
        self.lock = threading.Lock()
        if self.lan:
            subprocess.run(["mount", "-t", "tmpfs", "none", "/run"],
                           check=True)
            # With an address of its own: otherwise the bridge takes that of
            # a port, and changes it while others talk to it.
            ip(["-batch", "-"], "\n".join((
                "link set lo up",
                "link add name br0 address 02:77:00:00:00:01 type bridge",
                "addr add 10.77.0.1/24 dev br0",
                "addr add fd77::1/64 dev br0 nodad", "link set br0 up")))
        self.here = Host.__new__(Host)
        self.here.lan = self.here.v6 = False
        self.here.name = "here"
        self.here.ip = "10.77.0.1" if self.lan else "127.0.0.1"
        self.here.ip6 = "fd77::1" if self.lan else "::1"

    def host(self, v6=False, both=False):
        with self.lock:
            self.hosts += 1
            return Host(self, 9 + self.hosts, v6, both)

    def port(self):
        """A port that is free everywhere, TCP and UDP."""
        with self.lock:
            while True:
                self.ports += 1
                try:
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                        with socket.socket(socket.AF_INET, kind) as s:
                            s.bind(("", self.ports))
                    return self.ports
                except OSError:
                    continue

    def case(self, name):
        return Case(self, name)

    def close(self):
        pass
