# SPDX-License-Identifier: BSD-2-Clause
"""What is tortured: a private Postfix, licetd behind its faults, and a sink that keeps every copy with
the queue ids it came under."""
import glob
import os
import re
import resource
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "contrib", "rehearsal"))
import rehearsal  # noqa: E402

WHO = ("yes@example.com", "no@example.com", "also@example.com")
MARK = b"umbrellas"


def is_sanitized(build):
    """Whether licetd is built with a library that stands where fault.so wants to stand."""
    with open(os.path.join(build, "licetd"), "rb") as file:
        return re.search(rb"lib[aut][sb]san\.so|__asan_|__tsan_", file.read()) is not None


def find_room(on_disk):
    """A new directory: in memory, if a gigabyte is free there."""
    memory = "/dev/shm"
    fits = not on_disk and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    return tempfile.mkdtemp(prefix="licet-torture.", dir=memory if fits else None)


class Session(socketserver.StreamRequestHandler):
    """The world outside. A message counts only with its final dot, and is noted before the reply."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def read_data(self):
        data = []
        for line in iter(self.rfile.readline, b""):
            if line == b".\r\n":
                return b"".join(data)
            data.append(line[1:] if line.startswith(b".") else line)
        return None

    def handle(self):
        recipients = []
        self.say("220 sink ESMTP")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if verb == b"QUIT":
                return
            if verb == b"EHLO":
                self.say("250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE")
            elif verb == b"MAIL":
                recipients = []
                self.say("250 2.1.0 Ok")
            elif verb == b"RCPT":
                recipients.append(line[line.index(b"<") + 1:line.index(b">")].decode())
                self.say("250 2.1.5 Ok")
            elif verb == b"DATA":
                self.say("354 go on")
                data = self.read_data()
                if data is None:
                    return
                self.server.keep(data, recipients)
                self.say("250 2.0.0 kept")
            else:
                self.say("250 2.0.0 Ok")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Session)
        self.copies = []  # (message id, recipient, first queue id, last queue id, number of the bytes)
        self.bytes = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keep(self, data, recipients):
        head = re.sub(rb"\r\n[ \t]+", b" ", data.split(b"\r\n\r\n", 1)[0])
        ids = [i.decode() for i in re.findall(rb"(?im)^Received:.*?\bid (\w+)", head)]
        name = re.search(rb"(?im)^Message-ID: <(.*?)@", head).group(1).decode()
        with self.lock:
            self.bytes.append(data)
            for recipient in recipients:
                self.copies.append((name, recipient, ids[-1], ids[0], len(self.bytes) - 1))

    def handle_error(self, request, client_address):
        """Postfix is killed while it delivers: that is what this is about."""


class World(rehearsal.Rehearsal):
    def __init__(self, build, defect=None, directory=None):
        super().__init__(build=build, directory=directory)
        self.defect = defect
        self.fault = os.path.join(build, "tests", "torture", "fault.so")
        self.daemon = None
        self.slowest = 0  # start, in seconds

    def prepare(self):
        mode = "shadow" if self.defect == "no-strip" else "enforce"
        self.write("policies/licet-policy.cfg", 'default_territory = "ES";\nunsubscribe_words = [ "unsubscribe" ];\n')
        self.write("policies/territories/ES.cfg", f"""territory = "ES";
name = "Test"; mixed_mail = "any-promotion";
rules = ( {{ id = "ES-CONSENT"; kind = "consent"; applies_to = [ "promotional" ]; accept = [ "double-opt-in" ];
  otherwise = "strip"; mode = "{mode}"; source = "Test Act s. 1"; provenance = "verified: test"; }} );
""")
        os.makedirs(self.path("policies", "words"))
        self.write("consent.csv", "address,purpose,state,basis,at,source\n" + "".join(
            f"{who},*," + ("withdrawn," if who == "no@example.com" else "granted,double-opt-in") +
            ",2026-02-03T10:15:00Z,test\n" for who in WHO))
        self.licet("consent", "import", self.path("consent.csv"), "--consent", "sqlite:" + self.path("consent.db"))
        self.licet("key", "new", rehearsal.DOMAIN, "rsa", "--out", self.path("rsa.pem"), "--keyring", self.path("keyring"))
        text = self.settings(("rsa",), audit_checkpoints=self.path("checkpoints"))
        if self.defect == "no-sign":
            text = text[:text.index("keys =")]
        self.config = self.write("licet.cfg", text + "doubt_seconds = 5;\naudit_segment = 16;\naudit_reserve = 1;\n")
        self.prepare_postfix()
        with open(self.path("etc/main.cf"), encoding="utf-8") as file:
            text = re.sub(r"(?m)^(minimal_backoff|maximal_backoff|queue_run|milter_content)_\w+ = .*\n", "", file.read())
        self.write("etc/main.cf", text + "\nminimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n"
                   "smtpd_error_sleep_time = 0\ntransport_retry_time = 1s\nmilter_content_timeout = 30s\n"
                   "smtpd_client_connection_count_limit = 0\n")
        # postsuper(1) warns of what an abort left, as user postfix; when it cannot, Postfix does not start.
        self.write("maillog", "", 0o666)
        self.sink = Sink(self.sink_port)

    # licetd

    def start_licetd(self, **faults):
        environment = dict(os.environ, LD_PRELOAD=self.fault, FAULT_LOG=self.path("points"),
                           ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0", **faults)
        if self.defect in ("no-guard", "no-journal", "early"):
            environment["FAULT_DEFECT"] = self.defect
        self.daemon = subprocess.Popen([os.path.join(self.build, "licetd"), "--config", self.config],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       env=environment)
        threading.Thread(target=self.keep_log, args=(self.daemon.stdout,), daemon=True).start()
        begun = time.monotonic()
        while not self.is_up():
            if self.daemon.poll() is not None:
                return False
            if time.monotonic() > begun + 60:
                raise RuntimeError(f"licetd does not get ready: {self.describe_wait()}")
            time.sleep(0.02)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        return True

    def keep_log(self, pipe):
        """By a pipe: a daemon whose files may not grow could not say so in a file."""
        with pipe, open(self.path("licetd.log"), "ab", buffering=0) as log:
            for some in iter(lambda: pipe.read1(65536), b""):
                log.write(some)

    def describe_wait(self):
        """Where each thread is, and the last that the log says."""
        calls = []
        for task in sorted(glob.glob(f"/proc/{self.daemon.pid}/task/*")):
            with open(task + "/wchan", encoding="ascii") as where, open(task + "/syscall", encoding="ascii") as call:
                calls.append(f"{where.read()} ({call.read().split()[0]})")
        return f"{', '.join(calls)}; {self.text('licetd.log')[-1000:]}"

    def is_up(self):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.milter_port)) == 0

    def end_licetd(self, number=signal.SIGKILL):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(number)
        if self.daemon:
            self.daemon.wait(120)

    def limit_files(self, size):
        """No file of licetd's may grow past this: its disk is full."""
        try:
            resource.prlimit(self.daemon.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        except (OSError, AttributeError):
            pass  # it has just been killed

    # Postfix

    def control_postfix(self, word):
        """Postfix's own stop and abort hang when they come while its log daemon dies; then it is killed."""
        try:
            return subprocess.run(["postfix", "-c", self.path("etc"), word], capture_output=True, check=False,
                                  timeout=20).returncode
        except subprocess.TimeoutExpired:
            self.kill_hung_postfix()
            return 1

    def kill_hung_postfix(self):
        try:
            master = int(self.text("queue/pid/master.pid"))
            for group in {os.getpgid(master), self.processes["postfix"].pid}:
                os.killpg(group, signal.SIGKILL)
        except (OSError, ValueError):
            pass  # it is gone

    def begin_postfix(self):
        """Until it answers. A start right after an abort may find the old one's lock."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            process = self.processes.get("postfix")
            if process is None or process.poll() is not None:
                with open(self.path("postfix.log"), "ab") as log:
                    self.processes["postfix"] = subprocess.Popen(
                        ["postfix", "-c", self.path("etc"), "start-fg"], stdin=subprocess.DEVNULL, stdout=log,
                        stderr=log, start_new_session=True)
            if rehearsal.listens(self.smtp_port):
                return
            time.sleep(0.1)
        raise RuntimeError("Postfix does not come back")

    def text(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def clean_up(self):
        self.end_licetd()
        self.sink.shutdown()
        super().clean_up()
