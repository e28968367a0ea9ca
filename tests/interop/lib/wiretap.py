"""Every frame on the bridge, written down (a process of its own).

    wiretap.py FILE

says "ready", and at SIGTERM how many frames it missed.  In FILE: the time as a
double, the length as a u32, both little-endian, then the frame, each once.
"""
import signal
import socket
import struct
import sys
import time

ETH_P_ALL, SOL_PACKET, PACKET_STATISTICS, SO_RCVBUFFORCE = 3, 263, 6, 33
PACKET_OUTGOING = 4
BUFFER = 64 << 20


def is_first_sight(where):
    """Hosts' frames are taken where they come to the bridge, those of the
    bridge itself where they leave it."""
    device, kind = where[0], where[2]
    return (device == "br0") == (kind == PACKET_OUTGOING) and device != "lo"


def main():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                      socket.htons(ETH_P_ALL))
    try:
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    except OSError:  # not allowed: as much as everybody may have
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    s.settimeout(0.2)
    print("ready", flush=True)
    with open(sys.argv[1], "wb") as out:
        while running:
            try:
                frame, where = s.recvfrom(1 << 17)
            except socket.timeout:
                out.flush()
                continue
            if is_first_sight(where):
                out.write(struct.pack("<dI", time.time(), len(frame)) + frame)
    missed = struct.unpack(
        "II", s.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
    print("missed %d" % missed, flush=True)


main()
