#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licetd under more than it can take: many connections, more than there is room for, half messages that never end,
more bytes than may be held, 1,000 recipients, 25 MB, slow clients, a stop and a start under load. What must happen
is decided, memory is bounded, and who comes again is served. Prints TAP.

    load.py TOP BUILD [CONNECTIONS [SECONDS]]      300 and 3; the long form is 10000 and 30
"""
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
MANY = int(sys.argv[3]) if len(sys.argv) > 3 else 300
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 3
sys.path.insert(0, os.path.join(TOP, "contrib", "rehearsal"))
import rehearsal  # noqa: E402

MIB = 1 << 20
MAIL = [("From", "Shop <orders@shop.example>"), ("To", "ana@example.com"), ("Subject", "Your order 7"),
        ("Date", "Tue, 24 Nov 2026 09:00:00 +0000"), ("Message-ID", "<7@shop.example>")]
ATTACHED = [("MIME-Version", "1.0"), ("Content-Type", 'application/pdf; name="order.pdf"'),
            ("Content-Transfer-Encoding", "base64")]
BODY = b"Thank you for your order 7. Total 63.90 EUR.\r\n"


class Client:
    """The mail server's side, which waits for the answers to connect and end of message only."""

    def __init__(self, path, patience=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.socket.connect(path)
        self.say("O", struct.pack(">III", 6, 0x1FF, 0x1FFFFF))
        assert self.hear()[0] == "O"

    def say(self, letter, data=b""):
        self.socket.sendall(struct.pack(">IB", len(data) + 1, ord(letter)) + data)

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise ConnectionError("hung up")
            data += more
        return data

    def hear(self):
        data = self.read(struct.unpack(">I", self.read(4))[0])
        return chr(data[0]), data[1:]

    def enter(self):
        self.say("C", b"app.shop.example\0" + b"4\x1f\x90" + b"127.0.0.1\0")
        return self.hear()[0]

    def begin(self, recipients=1, attached=False):
        self.say("H", b"app.shop.example\0")
        self.say("M", b"<orders@shop.example>\0")
        for number in range(recipients):
            self.say("R", f"<person{number}@example.com>\0".encode())
        for name, value in MAIL + (ATTACHED if attached else []):
            self.say("L", f"{name}\0 {value}\0".encode())
        self.say("N")

    def body(self, size, chunk=65535):
        text = BODY if size < MIB else b"JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9GbGF0ZURl\r\n"
        line = text * (1 + chunk // len(text))
        while size > 0:
            part = line[:min(size, chunk)]
            self.say("B", part)
            size -= len(part)

    def end(self):
        """What was answered, and its text."""
        self.say("D", b"Ei\x004Load7\0")
        self.say("E")
        while True:
            letter, data = self.hear()
            if letter not in "hibmqp":
                return letter, data.rstrip(b"\0").decode()

    def send(self, recipients=1, size=100):
        self.begin(recipients, size >= MIB)
        self.body(size)
        return self.end()

    def close(self):
        self.socket.close()


def is_sanitized():
    """Its library takes memory of its own, which says nothing."""
    with open(os.path.join(BUILD, "licetd"), "rb") as file:
        return b"__asan_" in file.read()


class Load:
    def __init__(self):
        self.any_memory = is_sanitized()
        self.number, self.failed = 0, 0
        self.world = rehearsal.Rehearsal(BUILD)
        self.world.prepare_licet(("rsa",))
        self.socket = self.world.path("milter")
        self.process = None

    def check(self, name, good, told=""):
        self.number += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}" + (f" # {told}" if told else ""), flush=True)

    # The daemon

    def start(self, files=None, **settings):
        text = self.world.settings(("rsa",), milter_socket="unix:" + self.socket)
        text += "policy_test_seconds = 0;\n" + "".join(f"{name} = {value};\n" for name, value in settings.items())
        config = self.world.write("licet.cfg", text)
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        with open(self.world.path("licetd.log"), "ab") as log:
            argv = ["prlimit", f"--nofile={files}:{files}"] if files else []
            self.process = subprocess.Popen(argv + [os.path.join(BUILD, "licetd"), "--config", config], stdout=log,
                                            stderr=log)
        rehearsal.wait_for("licetd", 60, self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("licetd ended")
        try:
            Client(self.socket, 2).close()
            return True
        except (OSError, AssertionError):
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        if status != 0:
            with open(self.world.path("licetd.log"), encoding="utf-8", errors="replace") as log:
                print("".join("# " + line for line in log.readlines()[-60:]), end="", flush=True)
        return status

    def private(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as rollup:
            return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_")) / 1024

    def peak(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def one(self):
        client = Client(self.socket)
        client.enter()
        verdict = client.send()
        client.close()
        return verdict

    # What is tried

    def many_connections(self):
        before = self.private()
        clients = [Client(self.socket) for _ in range(MANY)]
        entered = [client.enter() for client in clients]
        self.check(f"{MANY} connections are taken", set(entered) == {"c"})
        begun = time.monotonic()
        verdict = self.one()
        took = time.monotonic() - begun
        grown = self.private() - before
        self.check("beside them a message is served", verdict[0] == "a" and took < 10, f"{took:.2f} s")
        self.check("a connection at rest takes little", self.any_memory or grown < 16 + MANY * 0.016,
                   f"{grown:.0f} MiB more, {self.threads()} threads")
        for client in clients[::3]:
            client.begin()
            client.body(5000)
        for client in clients:
            client.close()
        self.check("all gone in the middle of a message, and the next is served", self.one()[0] == "a")

    def too_many_connections(self):
        """Room for 96 of 128 descriptors."""
        clients, entered = [], []
        for _ in range(110):
            client = Client(self.socket)
            entered.append(client.enter())
            if entered[-1] == "c":
                clients.append(client)
            else:
                client.close()  # as Postfix does
        self.check("connections without room are told to come again", entered.count("c") <= 96 and
                   set(entered) == {"c", "t"}, f"{entered.count('c')} taken, {entered.count('t')} not")
        self.check("those that have room are served", clients[0].send()[0] == "a")
        for client in clients:
            client.close()
        time.sleep(0.5)
        self.check("and so is who comes again", self.one()[0] == "a")

    def half_messages(self):
        """Twenty of 25 MB are under way where 64 MiB may be."""
        clients = [Client(self.socket) for _ in range(20)]
        for client in clients:
            client.enter()
            client.begin(attached=True)
        threads = [threading.Thread(target=client.body, args=(25_000_000,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = self.private()
        self.check("half messages take no more than they may", self.any_memory or held < 220, f"{held:.0f} MiB")
        answers = [client.end() for client in clients]
        served = sum(letter == "a" for letter, _ in answers)
        waits = sum(letter == "y" and text.startswith("451 4.3.1") for letter, text in answers)
        self.check("the rest is deferred, none is refused or lost", served >= 1 and served + waits == len(clients),
                   f"{served} served, {waits} deferred")
        for client in clients:
            client.close()
        self.check("what was held is given back", self.one()[0] == "a")

    def great_messages(self):
        client = Client(self.socket)
        client.enter()
        begun = time.monotonic()
        answer = client.send(size=25_000_000)
        took = time.monotonic() - begun
        self.check("25 MB are served", answer[0] == "a", f"{took:.1f} s, peak {self.peak():.0f} MiB")
        begun = time.monotonic()
        answer = client.send(recipients=1000)
        took = time.monotonic() - begun
        self.check("1,000 recipients are served", answer[0] == "a", f"{took:.1f} s")
        answer = client.send(recipients=1001)
        self.check("one more is refused by name", answer[0] == "y" and answer[1].startswith("552"), answer[1])
        client.close()

    def slow_clients(self):
        """Each byte of a field on its own, beside others who are served."""
        slow = [Client(self.socket) for _ in range(20)]
        for client in slow:
            client.enter()
            client.begin()
        worst, end = 0.0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            for client in slow:
                client.body(1)
            begun = time.monotonic()
            good = self.one()[0] == "a"
            worst = max(worst, time.monotonic() - begun) if good else 999
            time.sleep(0.05)
        self.check("slow clients hold nobody up", worst < 10, f"{worst:.2f} s at most")
        self.check("and are served in the end", all(client.end()[0] == "a" for client in slow))
        for client in slow:
            client.close()

    def keep_sending(self, counts, until):
        while time.monotonic() < until:
            try:
                letter, text = self.one()
                counts.append("t" if letter == "y" and text.startswith("4") else letter)
            except (OSError, AssertionError):
                counts.append("!")
                time.sleep(0.05)

    def restart_under_load(self):
        counts, until = [], time.monotonic() + SECONDS + 8
        threads = [threading.Thread(target=self.keep_sending, args=(counts, until)) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        begun = time.monotonic()
        status = self.stop()
        took = time.monotonic() - begun
        self.check("it ends when told, under load", status == 0 and took < 15, f"{took:.1f} s")
        self.start()
        for thread in threads:
            thread.join()
        self.check("every message was served, or its client told to come again or by a broken line",
                   set(counts) <= {"a", "!", "t"}, ", ".join(f"{letter} {counts.count(letter)}" for letter in sorted(set(counts))))
        self.check("afterwards the next is served", self.one()[0] == "a")

    def run(self):
        self.start()
        self.many_connections()
        self.slow_clients()
        self.great_messages()
        self.restart_under_load()
        self.check("nothing crashed", self.stop() == 0)
        self.start(files=128)
        self.too_many_connections()
        self.check("nothing crashed", self.stop() == 0)
        self.start(message_memory=64)
        self.half_messages()
        status = json.loads(self.world.licet("status", "--json", "--config", self.world.path("licet.cfg")).stdout)
        self.check("what found no room is counted", status["crowded"] > 0, str(status["crowded"]))
        self.check("nothing crashed", self.stop() == 0)
        print(f"1..{self.number}")
        return 1 if self.failed else 0

    def clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.world.clean_up()


def main():
    need = MANY + 1000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(need, hard), max(need, hard)))
    except (ValueError, OSError):
        print("1..0 # SKIP may not open so many files")
        return 0
    load = Load()
    try:
        return load.run()
    finally:
        load.clean_up()


if __name__ == "__main__":
    sys.exit(main())
