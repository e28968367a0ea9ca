"""Prints, as a line of JSON each, what it hears of local discovery (BEP 14).

    lsd_ear.py IP

on the interface that has this address; ends at SIGTERM.  It sees every
datagram of the group that reaches the interface, whoever it is from.
"""
import json
import socket
import sys

GROUP, PORT = "239.192.152.143", 6771


def main():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((GROUP, PORT))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton(GROUP) + socket.inet_aton(sys.argv[1]))
    print("ready", flush=True)
    while True:
        data, sender = s.recvfrom(65536)
        print(json.dumps({"from": sender[0],
                          "text": data.decode("latin-1")}), flush=True)


main()
