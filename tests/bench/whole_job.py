#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""CPU per message, latency and private memory of licetd with its whole job (classification, consent out of a million
rows, policy, one RSA signature, the synced log) beside opendkim and rspamd that only sign, a milter that does nothing
and one that makes one RSA signature and nothing else, which no ratio can pass: the same mails at the same rate over as
many connections, in turns within each round.

    make tests/bench/milter_load tests/bench/null_milter
    tests/bench/whole_job.py TOP BUILD [--work DIR] [--rounds 5] [--seconds 4] [--connections 16]
        [--rates 100,30,15] [--sets small,medium,large] [--peers licetd,opendkim,rspamd,null,signature] [--people 1000000]

--rates: messages per second for each set, one that all can keep up with; 0 for as fast as each can. CPU is what the
kernel counts for all processes of a filter. Ratios are taken pair by pair within a round; median, least and greatest are
printed. The consent store is read before each turn, so that it is in memory as on a host that has work: some hosts
of virtual machines take pages back that rest. Needs opendkim and rspamd (Debian packages; their services are neither used nor touched). DIR keeps the consent
store for the next run. It fails when a message is not accepted, or accepted unsigned.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import mails  # noqa: E402
import peers as filters  # noqa: E402


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("top")
    parser.add_argument("build")
    parser.add_argument("--work")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rates", default="100,30,15")
    parser.add_argument("--sets", default=",".join(mails.SETS))
    parser.add_argument("--peers", default=",".join(filters.NAMES))
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--recipients", type=int, default=1)
    parser.add_argument("--settings", default="", help="more lines for licet.cfg")
    options = parser.parse_args()
    options.top, options.build = os.path.abspath(options.top), os.path.abspath(options.build)
    options.rates = dict(zip(mails.SETS, map(float, options.rates.split(","))))
    options.sets, options.peers = options.sets.split(","), options.peers.split(",")
    return options


class Bench:
    def __init__(self, options):
        self.options = options
        self.dir = os.path.abspath(options.work or tempfile.mkdtemp(prefix="licet-bench."))
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o755)
        self.files = mails.write(os.path.join(self.dir, "mails"))
        self.peers = []
        self.problems = []
        self.rows = []

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def licet(self, *argv):
        subprocess.run([os.path.join(self.options.build, "licet"), *argv], check=True, stdout=subprocess.DEVNULL)

    def store(self):
        return self.path(f"consent-{self.options.people}.db")

    def make_consent(self):
        """One in five has withdrawn; the clients write to the others."""
        store = self.store()
        if os.path.exists(store):
            return store
        with open(self.path("consent.csv"), "w", encoding="utf-8") as out:
            out.write("address,purpose,state,basis,at,source,wording,evidence,country\n")
            for person in range(self.options.people):
                state = "granted" if person % 5 else "withdrawn"
                out.write(f"person{person}@domain{person % 1000}.example,*,{state},double-opt-in,2026-01-01T00:00:00Z,"
                          f"shop.example/signup,v3,signup-log/{person},DE\n")
        self.licet("consent", "import", self.path("consent.csv"), "--consent", "sqlite:" + store + ".new")
        os.rename(store + ".new", store)
        os.unlink(self.path("consent.csv"))
        return store

    def make_key(self):
        key = self.path("rsa.pem")
        if not os.path.exists(key):
            self.licet("key", "new", filters.DOMAIN, "rsa", "--algorithm", "rsa", "--out", key, "--keyring",
                       self.path("keyring"))
        return key

    def make_policies(self):
        policies = self.path("policies")
        shutil.rmtree(policies, ignore_errors=True)
        shutil.copytree(os.path.join(self.options.top, "policies"), policies)
        with open(os.path.join(self.options.top, "contrib/rehearsal/senders.cfg"), encoding="utf-8") as senders:
            with open(os.path.join(policies, "licet-policy.cfg"), "a", encoding="utf-8") as out:
                out.write("\n" + senders.read())
        return policies

    def settle(self, name, key):
        directory = self.path(name)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        if name == "licetd":
            return filters.settle_licetd(self.options.build, directory, key, self.make_policies(), self.make_consent(),
                                         self.options.settings)
        if name in ("null", "signature"):
            return filters.settle_null(self.options.build, name, directory, *([key] if name == "signature" else []))
        if not filters.program(name):
            print(f"# {name} is not installed and left out")
            return None
        if name == "opendkim":
            return filters.settle_opendkim(directory, key)
        own = shutil.copy(key, directory)
        shutil.chown(own, filters.USER)
        return filters.settle_rspamd(directory, own)

    def start(self):
        key = self.make_key()
        for name in self.options.peers:
            peer = self.settle(name, key)
            if peer:
                self.peers.append(peer)
                peer.start()

    def send(self, peer, size, seconds):
        environment = dict(os.environ, RECIPIENTS=str(self.options.recipients), PEOPLE=str(self.options.people))
        argv = [os.path.join(self.options.build, "tests/bench/milter_load"), peer.address, str(self.options.connections),
                str(self.options.rates[size]), str(seconds), *self.files[size]]
        done = subprocess.run(argv, stdout=subprocess.PIPE, check=True, env=environment)
        return json.loads(done.stdout)

    def read_store(self):
        if os.path.exists(self.store()):
            with open(self.store(), "rb") as file:
                while file.read(1 << 20):
                    pass

    def measure(self, round_number, peer, size):
        self.read_store()
        before = peer.cpu()
        row = self.send(peer, size, self.options.seconds)
        row["cpu_us"] = 1e6 * (peer.cpu() - before) / max(1, row["messages"])
        row["private_kb"] = peer.private_kilobytes()
        row.update(round=round_number, peer=peer.name, set=size)
        wanted = row["messages"] if peer.name != "null" else 0
        if row["accepted"] != row["messages"] or row["signed"] != wanted or not row["messages"]:
            self.problems.append(str(row))
        self.rows.append(row)

    def run(self):
        self.start()
        for peer in self.peers:
            for size in self.options.sets:
                self.send(peer, size, 0.5)
        for number in range(self.options.rounds):
            for size in self.options.sets:
                turn = self.peers[number % len(self.peers):] + self.peers[:number % len(self.peers)]
                for peer in turn:
                    self.measure(number, peer, size)
                print(f"# round {number + 1}, {size}", flush=True)

    # What it says

    def column(self, peer, size, word):
        return [row[word] for row in self.rows if row["peer"] == peer and row["set"] == size]

    def tell(self):
        print(f"{'set':8} {'filter':10} {'messages':>8} {'CPU us/message':>15} {'p50 ms':>8} {'p99 ms':>8} {'private MiB':>12}"
              f" {'slow starts':>12}")
        for size in self.options.sets:
            for peer in self.peers:
                cells = {word: self.column(peer.name, size, word)
                         for word in ("messages", "cpu_us", "p50_ms", "p99_ms", "private_kb", "slow_starts")}
                print(f"{size:8} {peer.name:10} {sum(cells['messages']):8} {statistics.median(cells['cpu_us']):15.0f} "
                      f"{statistics.median(cells['p50_ms']):8.2f} {statistics.median(cells['p99_ms']):8.2f} "
                      f"{max(cells['private_kb']) / 1024:12.1f} {sum(cells['slow_starts']):12}")
        print("times licetd's, median (least to greatest of the rounds)")
        for size in self.options.sets:
            for peer in self.peers:
                if peer.name != "licetd" and "licetd" in self.options.peers:
                    self.tell_ratio(peer.name, size)

    def tell_ratio(self, peer, size):
        texts = []
        for word, name in (("cpu_us", "CPU"), ("p99_ms", "p99")):
            pairs = [other / ours for other, ours in zip(self.column(peer, size, word),
                                                         self.column("licetd", size, word))]
            texts.append(f"{name} {statistics.median(pairs):6.2f} ({min(pairs):.2f} to {max(pairs):.2f})")
        print(f"{size:8} {peer:10} " + "   ".join(texts))

    def stop(self):
        for peer in self.peers:
            peer.stop()
        if not self.options.work:
            shutil.rmtree(self.dir)


def main():
    bench = Bench(parse())
    try:
        bench.run()
        bench.tell()
    finally:
        bench.stop()
    for problem in bench.problems:
        print("not all was accepted and signed:", problem)
    return 1 if bench.problems else 0


if __name__ == "__main__":
    sys.exit(main())
