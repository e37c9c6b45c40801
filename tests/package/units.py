#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the packages confine: the marks that systemd gives the units, AppArmor's profiles, and licetd at work (mail
that is split, signed and submitted, a reload, DNS, an end) with the system calls, capabilities, limits and user that
licetd.service leaves it; what it opens meanwhile is in its profile. Prints TAP.

    units.py TOP BUILD
"""
import errno
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(TOP, "contrib", "rehearsal"), os.path.join(TOP, "tests", "torture")]
import confine  # noqa: E402
import rehearsal  # noqa: E402
import world  # noqa: E402

UNITS = {"licetd": 1.0, "licet-web": 1.0}
NOBODY = 65534
# Each ends with the number of the error, 0 if it is let.
ATTEMPTS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name):
    ctypes.set_errno(0)
    exec(ATTEMPTS[name])
    return ctypes.get_errno()
def call(number, *words):
    libc.syscall(ctypes.c_long(number), *(ctypes.c_long(w) for w in words))
ATTEMPTS = {
  "ptrace": "call(101, 16, os.getppid(), 0, 0)", "mount": "call(165, 0, 0, 0, 0, 0)", "bpf": "call(321, 0, 0, 0)",
  "keyctl": "call(250, 0, -3, 1)", "userfaultfd": "call(323, 1)", "io_uring_setup": "call(425, 1, 0)",
  "init_module": "call(175, 0, 0, 0)", "kexec_load": "call(246, 0, 0, 0, 0)", "reboot": "call(169, 0, 0, 0, 0)",
  "settimeofday": "call(164, 0, 0)", "chroot": "call(161, 0)", "unshare": "call(272, 0x10000000)",
  "setns": "call(308, -1, 0)", "swapon": "call(167, 0, 0)", "perf_event_open": "call(298, 0, 0, -1, -1, 0)",
  "open_by_handle_at": "call(304, -1, 0, 0)", "process_vm_readv": "call(310, os.getppid(), 0, 0, 0, 0, 0)",
  "setuid": "call(105, 0)", "setgid": "call(106, 0)", "chown": "call(92, 0, 0, 0)", "iopl": "call(172, 3)",
  "acct": "call(163, 0)", "pivot_root": "call(155, 0, 0)", "shmget": "call(29, 0, 4096, 0o1600)",
  "a packet socket": "libc.socket(17, 3, 0)", "a netlink socket": "libc.socket(16, 3, 0)", "a raw socket": "libc.socket(2, 3, 1)",
  "memory to write and execute": "libc.mmap.restype = ctypes.c_long; libc.mmap(0, 4096, 7, 0x22, -1, 0)",
}
for name in ATTEMPTS:
    print(f"{attempt(name)} {name}")
"""


class Tap:
    number = failed = 0

    def check(self, name, wrong):
        """wrong: lines that say what is; none is well."""
        Tap.number += 1
        Tap.failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {self.number} - {name}", flush=True)
        for line in list(wrong)[:10]:
            print("#", line)

    def skip(self, name, why):
        Tap.number += 1
        print(f"ok {self.number} - {name} # SKIP {why}")


def unit(name):
    return os.path.join(TOP, "contrib", "systemd", name + ".service")


def profile(name):
    return os.path.join(TOP, "contrib", "apparmor", "usr.sbin." + name)


def judge_unit(name, most):
    done = subprocess.run(["systemd-analyze", "--no-pager", "security", "--offline=true", unit(name)], text=True,
                          capture_output=True, check=False)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    return [] if found and float(found[1]) <= most else [found[0] if found else done.stderr.strip()]


def parse_profile(name):
    done = subprocess.run(["apparmor_parser", "-QKS", profile(name)], capture_output=True, check=False)
    return [] if done.returncode == 0 and done.stdout else done.stderr.decode(errors="replace").splitlines() or ["no output"]


class Confined(rehearsal.Rehearsal):
    """All below one directory, and PLACES is what stands for what in a system."""

    PLACES = {"etc-licet": "/etc/licet", "lib": "/var/lib/licet", "log": "/var/log/licet", "run": "/run/licet",
              "queue/public": "/var/spool/postfix/public", "maillog": "/var/log/mail.log"}

    def __init__(self, trace=False):
        super().__init__(build=BUILD)
        self.trace = trace

    def prepare_licet(self, keys=("rsa", "ed25519")):
        super().prepare_licet(keys)
        for name in ("etc-licet", "lib", "lib/shared", "log", "run"):
            os.mkdir(self.path(name))
        for name in ("policies", "rsa.pem", "ed25519.pem", "consent.db"):
            os.rename(self.path(name), self.path("lib/shared" if name == "consent.db" else "etc-licet", name))
        self.licet("key", "new", "--unsubscribe", self.path("etc-licet/unsubscribe.keys"))
        text = self.settings(keys, control_socket=self.path("run/control"), policies=self.path("etc-licet/policies"),
                             consent="sqlite:" + self.path("lib/shared/consent.db"), state=self.path("lib/state.db"),
                             audit_log=self.path("log/audit.jsonl"), web_name="Shop Example",
                             web_listen=f"127.0.0.1:{self.sink_port + 1}",
                             unsubscribe_keys=self.path("etc-licet/unsubscribe.keys"))
        for key in keys:
            text = text.replace(self.path(key + ".pem"), self.path("etc-licet", key + ".pem"))
        self.config = self.write("etc-licet/licet.cfg", text + "preflight_domains = [ \"shop.example\" ];\n"
                                 "resolver = \"127.0.0.1:9\";\n")
        for place in ("etc-licet", "lib", "log", "run"):
            for at, dirs, files in os.walk(self.path(place)):
                for name in [".", *dirs, *files]:
                    os.chown(os.path.join(at, name), NOBODY, NOBODY)

    def start_confined(self, name, ready):
        """As its unit has it; or traced, with no more than its user."""
        argv = [os.path.join(self.build, name), "--config", self.config]
        if self.trace:
            # A tracer with no more rights than licetd could not read what it names: it is not dumpable.
            argv = ["strace", "-f", "-qq", "-o", self.path("trace." + name), "-e", "trace=%file", "-e", "signal=none",
                    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *argv]
        with open(self.path(name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=None if self.trace else confine.Confinement(unit(name), NOBODY, NOBODY))
        rehearsal.wait_for(name, 60, lambda: self.processes[name].poll() is not None or ready())

    def start_licetd(self):
        self.start_confined("licetd", lambda: all(map(rehearsal.listens, (self.milter_port, self.lmtp_port))))

    def start_web(self):
        self.start_confined("licet-web", lambda: rehearsal.listens(self.sink_port + 1))

    def ask_web(self):
        """A link of nobody, and whether the store can be written."""
        wrong = []
        for path, want in (("healthz", 200), ("u/nonsense", 404)):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.sink_port + 1}/{path}", timeout=30) as answer:
                    code = answer.status
            except urllib.error.HTTPError as error:
                code = error.code
            except OSError as error:
                code = error
            wrong += [f"{path}: {code}"] if code != want else []
        return wrong + (self.read("licet-web.log").splitlines()[-4:] if wrong else [])

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def work(self):
        """One mail that is not split and one that is; what is wrong."""
        code, text = self.send(self.mail("e-personal-letter.eml"), ["ana@example.com"])
        wrong = [] if code == 250 else [f"{code} {text}"]
        code, text = self.send(self.mail("a-receipt-with-offer.eml"), ["ana@example.com", "bruno@example.com"])
        wrong += [] if code == 250 else [f"{code} {text}"]
        try:
            rehearsal.wait_for("mail", 60, lambda: sum(len(m["recipients"]) for m in self.received()) >= 3)
        except RuntimeError:
            wrong += [f"{len(self.received())} arrived", str(self.queue()), *self.read("licetd.log").splitlines()[-4:]]
        if not all(b"DKIM-Signature" in m["data"] for m in self.received()):
            wrong.append("unsigned")
        return wrong

    def end(self, name):
        process = self.processes.pop(name)
        pid = process.pid
        if self.trace:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                pid = int(file.read().split()[0])
        os.kill(pid, signal.SIGTERM)
        return process.wait(60)


def run_confined(tap, trace):
    site = Confined(trace)
    try:
        site.prepare_licet()
        site.prepare_postfix()
        site.start_sink()
        site.start_licetd()
        site.start_postfix()
        how = "traced" if trace else "confined"
        tap.check(f"licetd {how}: mail is decided, split, signed and submitted", site.work())
        done = site.licet("reload", "--config", site.config, check=False)
        tap.check(f"licetd {how}: reload", [] if done.returncode == 0 else [done.stderr])
        site.start_web()
        tap.check(f"licet-web {how}: it answers", site.ask_web())
        for name in UNITS:
            status = site.end(name)
            tap.check(f"{name} {how}: it ends when told", [] if status == 0 else [str(status), site.read(name + ".log")[-800:]])
            if trace:
                tap.check(f"what {name} opens is in its profile", find_strangers(site, name))
    finally:
        site.clean_up()


def attempt_all(tap):
    """The same filter, and a program that tries what licetd must not."""
    done = subprocess.run(["/usr/bin/python3", "-c", ATTEMPTS], text=True, capture_output=True, check=False, cwd="/",
                          preexec_fn=confine.Confinement(unit("licetd"), NOBODY, NOBODY))
    lines = done.stdout.splitlines()
    refused = [str(errno.EPERM), str(errno.EACCES)]
    tap.check("what licetd need not do is refused", [line for line in lines if line.split()[0] not in refused] +
              ([] if len(lines) > 20 else [done.stderr]))


# What a profile says of files

def rules_of(name):
    """(pattern, rights) of all file rules, includes and variables resolved by the parser."""
    text = subprocess.run(["apparmor_parser", "-QKp", profile(name)], capture_output=True, text=True, check=True).stdout
    variables = {found[1]: found[2].split() for found in re.finditer(r"(?m)^\s*(@\{\w+\})\s*\+?=\s*(.+)$", text)}
    rules = []
    for line in text.splitlines():
        found = re.match(r"\s*(?:owner )?(/\S*|@\{\S+)\s+([a-zA-Z]+),", line)
        if found:
            rules += [(compile_pattern(path), found[2]) for path in spread(found[1], variables)]
    return rules


def spread(path, variables):
    found = re.search(r"@\{\w+\}", path)
    if not found:
        return [path]
    return [end for value in variables.get(found[0], ["[^/]+"])
            for end in spread(path.replace(found[0], value.strip('"').rstrip("/") if value != "/" else "", 1), variables)]


def compile_pattern(path):
    out, depth = "", 0
    for piece in re.findall(r"\*\*|\*|\?|\{|\}|,|\[[^]]*\]\+?|.", path):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        out += {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|" if depth else ","}.get(
            piece, piece if piece.startswith("[") and len(piece) > 1 else re.escape(piece))
    return re.compile(re.sub("/+", "/", out) + r"\Z")


def find_strangers(site, name):
    """Paths that it has opened, made or removed, as they are in a system, and no rule has."""
    rules, wrong, named = rules_of(name), set(), 0
    for line in site.read("trace." + name).splitlines():
        found = re.match(r'\d+ +(openat|open|unlink|unlinkat|rename|link|mkdir|connect)\((?:AT_FDCWD, )?"([^"]*)"(.*)', line)
        if not found or " = -1" in found[3] or not found[2].startswith("/"):
            continue
        named += 1
        path = os.path.normpath(found[2]) + ("/" if os.path.isdir(found[2]) else "")
        for ours, place in site.PLACES.items():
            path = path.replace(site.path(ours), place)
        path = path.replace(os.path.join(BUILD, name), "/usr/sbin/" + name)
        want = "w" if found[1] not in ("open", "openat") or "O_WRONLY" in found[3] or "O_RDWR" in found[3] else "r"
        if not any(want in rights and pattern.match(path) for pattern, rights in rules):
            wrong.add(f"{path} {want}")
    return sorted(wrong) if named > 30 else [f"only {named} files were seen"]


def main():
    tap = Tap()
    if shutil.which("systemd-analyze"):
        for name, most in UNITS.items():
            tap.check(f"systemd's exposure of {name} is at most {most}", judge_unit(name, most))
    else:
        tap.skip("systemd's exposure of the units", "no systemd-analyze")
    can_parse = shutil.which("apparmor_parser") and os.path.exists("/etc/apparmor.d/tunables/global")
    for name in UNITS:
        if can_parse:
            tap.check(f"the profile of {name} parses", parse_profile(name))
        else:
            tap.skip(f"the profile of {name} parses", "no apparmor_parser")
    if os.geteuid() or not shutil.which("systemd-analyze") or not glob.glob(confine.NUMBERS) or not shutil.which("postfix"):
        tap.skip("licetd confined", "needs root, Postfix, systemd-analyze and the numbers of x86_64")
    elif world.is_sanitized(BUILD):
        tap.skip("licetd confined", "a sanitizer wants more than licetd")
    else:
        attempt_all(tap)
        run_confined(tap, False)
        if can_parse and shutil.which("strace"):
            run_confined(tap, True)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    os.environ["PATH"] = "/usr/sbin:/sbin:" + os.environ["PATH"]
    sys.exit(main())
