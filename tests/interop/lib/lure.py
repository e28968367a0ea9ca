"""A peer that tells of others in every way there is, and sees who listens.

    lure = Lure(ip, client_at, torrent)
    lure.heeded()    the ways by which somebody was lured: of "pex", "dht", "lsd"

It connects to a client, offers all extensions, names an address by peer
exchange, its DHT node by PORT, and another address by local discovery.
"""
import os
import socket

from lib.capture import EXTENDED, GREETING, PORT
from lib.krpc import split
from lib.torrents import bencode

GROUP = ("239.192.152.143", 6771)
UT_PEX = 1


def _listener(ip, kind):
    s = socket.socket(socket.AF_INET, kind)
    s.bind((ip, 0))
    if kind == socket.SOCK_STREAM:
        s.listen()
    s.setblocking(False)
    return s


class Lure:
    def __init__(self, ip, client_at, torrent):
        self.ip, self.torrent = ip, torrent
        self.pex, self.lsd = (_listener(ip, socket.SOCK_STREAM)
                              for _ in range(2))
        self.dht = _listener(ip, socket.SOCK_DGRAM)
        self.ways = set()
        self.peer = socket.create_connection(split(client_at), 10)
        self.peer.settimeout(10)
        self._greet()
        self._tell()
        self._call()

    def close(self):
        for s in (self.pex, self.lsd, self.dht, self.peer):
            s.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def heeded(self):
        for way in ("pex", "lsd", "dht"):
            try:
                s = getattr(self, way)
                s.recv(2000) if way == "dht" else s.accept()[0].close()
                self.ways.add(way)
            except BlockingIOError:
                pass
        return self.ways

    def _send(self, number, body):
        self.peer.sendall((len(body) + 1).to_bytes(4, "big") +
                          bytes([number]) + body)

    def _greet(self):
        reserved = b"\0\0\0\0\0\x10\0\x01"  # extensions, DHT
        self.peer.sendall(GREETING + reserved + self.torrent.hash +
                          b"-XX0000-" + os.urandom(12))
        got = b""
        while len(got) < 68:
            part = self.peer.recv(68 - len(got))
            if not part:
                raise OSError("the client hung up")
            got += part

    def _tell(self):
        port = self.pex.getsockname()[1].to_bytes(2, "big")
        self._send(EXTENDED, b"\0" + bencode({"m": {"ut_pex": UT_PEX}}))
        # The number is the client's; bttui calls this extension 1 as well.
        self._send(EXTENDED, bytes([UT_PEX]) + bencode(
            {"added": socket.inet_aton(self.ip) + port, "added.f": b"\0"}))
        self._send(PORT, self.dht.getsockname()[1].to_bytes(2, "big"))

    def _call(self):
        text = ("BT-SEARCH * HTTP/1.1\r\nHost: %s:%d\r\nPort: %d\r\n"
                "Infohash: %s\r\n\r\n\r\n" % (
                    *GROUP, self.lsd.getsockname()[1],
                    self.torrent.hash.hex()))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                         socket.inet_aton(self.ip))
            s.sendto(text.encode(), GROUP)
