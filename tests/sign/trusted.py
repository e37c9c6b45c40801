#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""OpenDKIM's own daemon beside licetd on the same TrustedHosts: both sign for the same clients, whatever "!"
says. Prints TAP.

usage: trusted.py TOP BUILD

Both are asked over the milter protocol, on ports of their own. Skipped where opendkim is not installed.
"""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")

HOSTS = """# comment
192.0.2.0/24
!192.0.2.7
!192.0.2.128/25
192.0.2.200
!198.51.100.0/24
198.51.100.9
2001:db8::/32
!2001:db8:0:7::/64
.office.example
!kiosk.office.example
!.guest.office.example
desk.guest.office.example
!barred.example
mail.example
"""
# The name of a client and its address.
CLIENTS = [
    ("a.unknown.example", "192.0.2.1"), ("a.unknown.example", "192.0.2.7"), ("a.unknown.example", "192.0.2.129"),
    ("a.unknown.example", "192.0.2.200"), ("a.unknown.example", "198.51.100.1"), ("a.unknown.example", "198.51.100.9"),
    ("a.unknown.example", "203.0.113.1"), ("a.unknown.example", "2001:db8:1::1"), ("a.unknown.example", "2001:db8:0:7::1"),
    ("a.unknown.example", "2001:db9::1"),
    ("pc.office.example", "203.0.113.1"), ("PC.Office.Example", "203.0.113.1"), ("office.example", "203.0.113.1"),
    ("kiosk.office.example", "203.0.113.1"), ("pc.guest.office.example", "203.0.113.1"),
    ("desk.guest.office.example", "203.0.113.1"), ("mail.example", "203.0.113.1"), ("x.mail.example", "203.0.113.1"),
    # A name that is barred at an address that is not, and the other way.
    ("kiosk.office.example", "192.0.2.1"), ("barred.example", "192.0.2.1"), ("pc.office.example", "192.0.2.7"),
    ("mail.example", "192.0.2.129"), ("pc.guest.office.example", "198.51.100.9"),
]
HEADER = [("From", "x@shop.example"), ("To", "b@example.com"), ("Subject", "Your order 4711"),
          ("Date", "Sun, 22 Nov 2026 09:00:00 +0100"), ("Message-ID", "<1@shop.example>"),
          ("X-Licet-Class", "transactional")]


class Milter:
    """As much of a client of the milter protocol as one message takes."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.link.makefile("rb")
        self.send(b"O", struct.pack(">III", 6, 0x1ff, 0x1fffff))
        _, data = self.read()
        self.protocol = struct.unpack(">III", data[:12])[2]

    def send(self, command, data=b""):
        self.link.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def read(self):
        length = struct.unpack(">I", self.file.read(4))[0]
        data = self.file.read(length)
        return data[:1], data[1:]

    def ask(self, command, data, without, silent):
        if self.protocol & without:
            return []
        self.send(command, data)
        if self.protocol & silent:
            return []
        seen = []
        while True:
            code, data = self.read()
            seen.append((code, data))
            if code in b"actrdy4sAC":
                return seen

    def signs(self, name, address):
        family = b"6" if ":" in address else b"4"
        shown = ("IPv6:" if ":" in address else "") + address
        for step in self.steps(name, family, shown):
            answers = self.ask(*step)
            if answers and answers[-1][0] == b"a":
                break  # it has seen enough of this one
        self.send(b"Q")
        self.link.close()
        if answers[-1][0] not in b"ac":
            return f"no 250: {answers}"
        return any(code in b"ih" and b"DKIM-Signature" in data for code, data in answers)

    def steps(self, name, family, shown):
        """Each with the bits by which a milter does without it, and without an answer."""
        self.send(b"D", b"C" + b"j\0mail.shop.example\0{daemon_name}\0smtpd\0")
        yield b"C", name.encode() + b"\0" + family + struct.pack(">H", 4000) + shown.encode() + b"\0", 0x1, 0x1000
        yield b"H", name.encode() + b"\0", 0x2, 0x2000
        self.send(b"D", b"M" + b"i\0Q1\0")
        yield b"M", b"<x@shop.example>\0", 0x4, 0x4000
        yield b"R", b"<b@example.com>\0", 0x8, 0x8000
        yield b"T", b"", 0x200, 0x10000
        for field, value in HEADER:
            yield b"L", field.encode() + b"\0" + value.encode() + b"\0", 0x20, 0x80
        yield b"N", b"", 0x40, 0x40000
        yield b"B", b"Thank you. Total 63.90 EUR.\r\n", 0x10, 0x80000
        yield b"E", b"", 0, 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def start(work, ports):
    key = os.path.join(work, "key.pem")
    subprocess.run([os.path.join(BUILD, "licet"), "key", "new", "shop.example", "k", "--algorithm", "rsa", "--out", key],
                   check=True, stdout=subprocess.DEVNULL)
    hosts = write(os.path.join(work, "TrustedHosts"), HOSTS)
    conf = write(os.path.join(work, "opendkim.conf"), f"Domain shop.example\nSelector k\nKeyFile {key}\nMode s\n"
                 f"InternalHosts refile:{hosts}\nRequireSafeKeys no\nSyslog no\n".replace("refile:", "file:"))
    config = write(os.path.join(work, "licet.cfg"), f'policies = "{TOP}/policies";\nconsent = "memory:";\n'
                   f'state = "{work}/licet.db";\naudit_log = "{work}/audit.jsonl";\ncontrol_socket = "{work}/control";\n'
                   f'trusted_hosts = "{hosts}";\nmilter_socket = "inet:{ports[1]}@127.0.0.1";\n'
                   f'lmtp_listen = "127.0.0.1:{ports[2]}";\npolicy_test_seconds = 0;\nmx_milliseconds = 0;\n'
                   f'keys = ( {{ domain = "shop.example"; selector = "k"; file = "{key}"; }} );\n')
    log = open(os.path.join(work, "log"), "wb")
    return [subprocess.Popen(["opendkim", "-f", "-x", conf, "-p", f"inet:{ports[0]}@127.0.0.1", "-P",
                              os.path.join(work, "pid")], stdout=log, stderr=log),
            subprocess.Popen([os.path.join(BUILD, "licetd"), "--config", config], stdout=log, stderr=log)]


def wait_for(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nobody listens on {port}")


def main():
    os.environ["PATH"] = "/usr/sbin:" + os.environ["PATH"]
    if not shutil.which("opendkim"):
        print("1..0 # SKIP opendkim is not installed")
        return 0
    work, ports, bad, signed = tempfile.mkdtemp(prefix="licet-trusted."), [free_port() for _ in range(3)], 0, 0
    daemons = start(work, ports)
    print(f"1..{len(CLIENTS) + 2}")
    try:
        for port in ports[:2]:
            wait_for(port)
        for number, (name, address) in enumerate(CLIENTS, 1):
            theirs, ours = (Milter(port).signs(name, address) for port in ports[:2])
            bad += theirs != ours
            signed += theirs is True
            print(f"{'ok' if theirs == ours else 'not ok'} {number} - {name} {address}"
                  + (f": opendkim {theirs}, licetd {ours}" if theirs != ours else ""), flush=True)
        good = 5 < signed < len(CLIENTS) - 5
        print(f"{'ok' if good else 'not ok'} {len(CLIENTS) + 1} - opendkim signs for some, {signed}, and not for others")
        with open(os.path.join(work, "log"), errors="replace") as file:
            lines = file.readlines()
        said = sum('unsigned="the client is not in trusted_hosts' in line for line in lines)
        told = said == len(CLIENTS) - signed and sum(" unsigned=" in line for line in lines) == said
        print(f"{'ok' if told else 'not ok'} {len(CLIENTS) + 2} - licetd's messages say which it did not sign and why")
        good = good and told
        if bad or not told:
            print("".join("# " + line for line in lines[-20:]))
    finally:
        for daemon in daemons:
            daemon.terminate()
            daemon.wait()
        shutil.rmtree(work)
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main())
