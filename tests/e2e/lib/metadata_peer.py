"""A peer that has nothing but an info dictionary, and hands it out."""
import socket
import struct
import threading
import time

PART = 16384
PROTOCOL = b"\x13BitTorrent protocol"
OUR_ID = 9  # of ut_metadata, in messages to us


def bencode(v):
    if isinstance(v, int):
        return b"i%de" % v
    if isinstance(v, str):
        v = v.encode()
    if isinstance(v, bytes):
        return b"%d:%s" % (len(v), v)
    if isinstance(v, list):
        return b"l" + b"".join(map(bencode, v)) + b"e"
    items = sorted((k.encode() if isinstance(k, str) else k, w)
                   for k, w in v.items())
    return b"d" + b"".join(bencode(k) + bencode(w) for k, w in items) + b"e"


class MetadataPeer:
    """Listens on 127.0.0.1; addr is HOST:PORT.  Each part takes it so many
    seconds.  `asked` are the parts others wanted, in order."""

    def __init__(self, c, info_hash, info, seconds=0):
        self.info_hash, self.info, self.seconds = info_hash, info, seconds
        self.asked = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addr = "127.0.0.1:%d" % self.server.getsockname()[1]
        c.later(self.server.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(s,), daemon=True).start()

    def talk(self, s):
        with s, s.makefile("rb") as from_them:
            try:
                self.greet(s, from_them)
                while self.answer(s, from_them):
                    pass
            except OSError:
                pass

    def greet(self, s, from_them):
        from_them.read(68)
        s.sendall(PROTOCOL + b"\0\0\0\0\0\x10\0\0" + self.info_hash +
                  b"-XX0001-" + b"%012d" % self.server.getsockname()[1])
        self.send(s, 0, bencode({"m": {"ut_metadata": OUR_ID},
                                 "metadata_size": len(self.info)}))

    @staticmethod
    def send(s, number, body):
        s.sendall(struct.pack(">IBB", len(body) + 2, 20, number) + body)

    def answer(self, s, from_them):
        """One message of theirs; False at the end."""
        head = from_them.read(4)
        if len(head) < 4:
            return False
        body = from_them.read(struct.unpack(">I", head)[0])
        if body[:2] == b"\x14\0":
            at = body.index(b"11:ut_metadatai") + 15
            self.their_id = int(body[at:body.index(b"e", at)])
        elif body[:2] == bytes([20, OUR_ID]) and b"8:msg_typei0e" in body:
            at = body.index(b"5:piecei") + 8
            self.give(s, int(body[at:body.index(b"e", at)]))
        return True

    def give(self, s, part):
        self.asked.append(part)
        time.sleep(self.seconds)
        head = bencode({"msg_type": 1, "piece": part,
                        "total_size": len(self.info)})
        self.send(s, self.their_id,
                  head + self.info[part * PART:(part + 1) * PART])
