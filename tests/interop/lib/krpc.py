"""A DHT client of a few lines (BEP 5), to ask one node what it knows.

It joins nothing and searches nothing: each question goes to the node named.
"""
import os
import socket
import time

from lib.report import Failed
from lib.torrents import bdecode, bencode

TRIES, PATIENCE = 4, 1.5  # a node that is busy may drop a question


class Refused(Exception):
    """An error came as the answer; code is its number."""

    def __init__(self, code, text):
        super().__init__("%s %s" % (code, text))
        self.code = code


def split(at):
    ip, port = at.rsplit(":", 1)
    return ip.strip("[]"), int(port)


def join(ip, port):
    return "%s:%d" % ("[%s]" % ip if ":" in ip else ip, port)


def unpack(compact):
    """"IP:PORT" of the 6 or 18 bytes of one address."""
    family = socket.AF_INET if len(compact) == 6 else socket.AF_INET6
    return join(socket.inet_ntop(family, compact[:-2]),
                int.from_bytes(compact[-2:], "big"))


class Answer:
    def __init__(self, message, asked_bytes, bytes_):
        self.message, self.values = message, message.get(b"r", {})
        self.asked_bytes, self.bytes = asked_bytes, bytes_

    def nodes(self):
        """{id: "IP:PORT"} of both families."""
        out = {}
        for key, size in ((b"nodes", 26), (b"nodes6", 38)):
            raw = self.values.get(key, b"")
            for i in range(0, len(raw), size):
                out[raw[i:i + 20]] = unpack(raw[i + 20:i + size])
        return out

    def peers(self):
        return sorted(unpack(v) for v in self.values.get(b"values", []))


class Asker:
    """One who asks, from an address of this machine.  As a rule it says that
    it cannot be asked itself (BEP 43), and so gets into nobody's table."""

    def __init__(self, ip):
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self.s = socket.socket(family, socket.SOCK_DGRAM)
        self.s.bind((ip, 0))
        self.at = join(ip, self.s.getsockname()[1])
        self.id = os.urandom(20)
        self.heard = []  # questions that came: (method, "IP:PORT")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.s.close()

    def ask(self, node, method, read_only=True, **args):
        """The answer; Refused, or Failed when there is none."""
        for _ in range(TRIES):
            tid = os.urandom(4)
            question = {"t": tid, "y": "q", "q": method,
                        "a": dict(args, id=self.id)}
            if read_only:
                question["ro"] = 1
            packet = bencode(question)
            self.send(node, packet)
            end = time.monotonic() + PATIENCE
            while True:
                m, size = self._receive(node, end)
                if not m:
                    break
                if m.get(b"t") != tid:
                    continue
                if m[b"y"] == b"e":
                    raise Refused(*m[b"e"][:2])
                return Answer(m, len(packet), size)
        raise Failed("%s does not answer %s" % (node, method))

    def send(self, node, packet):
        self.s.sendto(packet, split(node))

    def listen(self, seconds):
        """Hear who asks; nobody is answered."""
        end = time.monotonic() + seconds
        while self._receive(None, end)[0]:
            pass

    def _receive(self, node, end):
        """The next message of the node, and its size; (None, 0) at the end."""
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return None, 0
            self.s.settimeout(left)
            try:
                data, sender = self.s.recvfrom(65536)
                m = bdecode(data)
            except (socket.timeout, ConnectionRefusedError, ValueError):
                continue
            at = join(*sender[:2])
            if m.get(b"y") == b"q":
                self.heard.append((m.get(b"q"), at))
            elif at == node:
                return m, len(data)

    def peers(self, node, hash_):
        """Whom the node itself keeps for a hash."""
        return self.ask(node, "get_peers", info_hash=hash_).peers()

    def is_told(self, node, hash_, peer):
        """Whether it keeps this one; not if it does not answer."""
        try:
            return peer in self.peers(node, hash_)
        except Failed:
            return False

    def announce(self, node, hash_, port):
        got = self.ask(node, "get_peers", info_hash=hash_)
        self.ask(node, "announce_peer", info_hash=hash_, port=port,
                 token=got.values[b"token"])

    def contacts(self, node, parts=32):
        """The good nodes in its table, as far as they can be found out: those
        near to so many targets all over the space."""
        out = {}
        for i in range(parts):
            target = bytes([i * 256 // parts]) + os.urandom(19)
            out.update(self.ask(node, "find_node", target=target).nodes())
        return out
