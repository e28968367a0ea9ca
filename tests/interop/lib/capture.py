"""What a wiretap wrote down, as datagrams and streams."""
import collections
import socket
import struct

from lib.krpc import join
from lib.torrents import bdecode

UDP, TCP = 17, 6
Packet = collections.namedtuple("Packet", "time source to data")


def _network(frame):
    """(protocol, source IP, destination IP, what is inside) or None."""
    kind, ip = frame[12:14], frame[14:]
    if kind == b"\x08\x00":
        head, total = (ip[0] & 15) * 4, int.from_bytes(ip[2:4], "big")
        # A frame that was never cut to size for a wire may say 0.
        return (ip[9], socket.inet_ntoa(ip[12:16]),
                socket.inet_ntoa(ip[16:20]), ip[head:total or None])
    if kind == b"\x86\xdd":
        total = int.from_bytes(ip[4:6], "big")
        return (ip[6], socket.inet_ntop(socket.AF_INET6, ip[8:24]),
                socket.inet_ntop(socket.AF_INET6, ip[24:40]),
                ip[40:40 + total if total else None])
    return None


class Capture:
    """datagrams: Packet each, in order.  streams: {(from, to): bytes}, one
    for each direction of each connection that was seen to begin."""

    def __init__(self, path):
        self.datagrams, self.streams = [], {}
        parts = collections.defaultdict(dict)
        begins = {}
        for when, frame in _frames(path):
            got = _network(frame)
            if not got:
                continue
            protocol, source, to, inner = got
            if protocol not in (UDP, TCP):
                continue
            ports = struct.unpack(">HH", inner[:4])
            flow = join(source, ports[0]), join(to, ports[1])
            if protocol == UDP:
                self.datagrams.append(Packet(when, *flow, inner[8:]))
            else:
                self._segment(flow, inner, begins, parts)
        for flow, first in begins.items():
            self.streams[flow] = _put_together(parts[flow])

    @staticmethod
    def _segment(flow, tcp, begins, parts):
        number, flags = int.from_bytes(tcp[4:8], "big"), tcp[13]
        data = tcp[(tcp[12] >> 4) * 4:]
        if flags & 2:
            begins[flow] = number + 1
            parts[flow].clear()
        if data and flow in begins:
            at = (number - begins[flow]) % (1 << 32)
            parts[flow][at] = max(parts[flow].get(at, b""), data, key=len)


def _frames(path):
    with open(path, "rb") as f:
        while True:
            head = f.read(12)
            if len(head) < 12:
                return
            when, size = struct.unpack("<dI", head)
            yield when, f.read(size)


def _put_together(parts):
    """Up to the first gap; what was sent twice counts once."""
    out = bytearray()
    for at in sorted(parts):
        if at > len(out):
            break
        out += parts[at][len(out) - at:]
    return bytes(out)


def krpc(packet):
    """The message of the DHT in a datagram, or None."""
    if packet.data[:1] != b"d":
        return None
    try:
        m = bdecode(packet.data)
    except (ValueError, TypeError):
        return None
    return m if b"y" in m else None


# --- the peers' own protocol, in the clear ------------------------------------

GREETING = b"\x13BitTorrent protocol"
PORT, EXTENDED = 9, 20  # messages


class Talk:
    """What one peer said on one connection."""

    def __init__(self, stream):
        self.reserved, self.hash = stream[20:28], stream[28:48]
        self.messages, at = [], 68  # (number, the rest) each
        while at + 4 <= len(stream):
            size = int.from_bytes(stream[at:at + 4], "big")
            body = stream[at + 4:at + 4 + size]
            if size and len(body) == size:
                self.messages.append((body[0], body[1:]))
            at += 4 + size

    def has_dht(self):
        return self.reserved[7] & 1 != 0

    def names(self):
        """{extension: number} of all it offered."""
        out = {}
        for number, body in self.messages:
            if number == EXTENDED and body[:1] == b"\0":
                out.update(bdecode(body[1:]).get(b"m", {}))
        return {k.decode(): v for k, v in out.items() if v}

    def count(self, number, extension=None):
        """Messages; of an extension, by the number the other one gave it."""
        return sum(n == number and (extension is None or
                                    body[:1] == bytes([extension]))
                   for n, body in self.messages)


def talks(capture):
    """{(from, to): Talk} of the streams that are such connections."""
    return {flow: Talk(stream) for flow, stream in capture.streams.items()
            if stream.startswith(GREETING) and len(stream) >= 68}
