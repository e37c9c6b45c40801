# SPDX-License-Identifier: BSD-2-Clause
"""A private Postfix with licetd on loopback, below one directory.

The configuration comes from contrib/postfix/, with only ports and paths replaced, so that what is
rehearsed is what an admin installs. The system's own Postfix, its queue and its configuration are
neither read nor touched. Needs root, as every Postfix does to start.
"""
import glob
import json
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
DOMAIN = "shop.example"


def free_base_port(count):
    """The first of `count` neighbouring free ports."""
    for base in range(22000 + os.getpid() % 4000, 40000, count):
        try:
            for port in range(base, base + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise RuntimeError("no free ports")


def wait_for(what, seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.1)
    raise RuntimeError(f"no {what} after {seconds} s")


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Rehearsal:
    def __init__(self, build=TOP, now=None, directory=None):
        self.build = build
        self.now = now
        self.dir = directory or tempfile.mkdtemp(prefix="licet-rehearsal.")
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o755)
        base = free_base_port(6)
        self.smtp_port, self.milter_port, self.lmtp_port, self.second_port, self.sink_port = range(base, base + 5)
        self.processes = {}

    def path(self, *names):
        return os.path.join(self.dir, *names)

    # Preparation

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def licet(self, *args, check=True, stdin=None):
        done = subprocess.run([os.path.join(self.build, "licet"), *args], capture_output=True, text=True,
                              input=stdin, check=False)
        if check and done.returncode:
            raise RuntimeError(f"licet {' '.join(args)}: {done.returncode}\n{done.stderr}")
        return done

    def prepare_licet(self, keys=("rsa", "ed25519")):
        shutil.copytree(os.path.join(TOP, "policies"), self.path("policies"))
        shutil.copy(os.path.join(HERE, "senders.cfg"), self.path("policies", "senders.cfg"))
        with open(self.path("policies", "licet-policy.cfg"), "a", encoding="utf-8") as out:
            with open(os.path.join(HERE, "senders.cfg"), encoding="utf-8") as senders:
                out.write("\n" + senders.read())
        os.remove(self.path("policies", "senders.cfg"))
        for name in keys:
            self.licet("key", "new", DOMAIN, name, "--algorithm", name, "--out", self.path(f"{name}.pem"),
                       "--keyring", self.path("keyring"))
        self.licet("consent", "import", os.path.join(HERE, "consent.csv"), "--consent",
                   "sqlite:" + self.path("consent.db"))
        self.config = self.write("licet.cfg", self.settings(keys))

    def settings(self, keys=("rsa", "ed25519"), **changes):
        values = {
            "milter_socket": f"inet:{self.milter_port}@127.0.0.1",
            "lmtp_listen": f"127.0.0.1:{self.lmtp_port}",
            "submit_to": f"127.0.0.1:{self.second_port}",
            "control_socket": self.path("control"),
            "hostname": "licet.example",
            "policies": self.path("policies"),
            "consent": "sqlite:" + self.path("consent.db"),
            "state": self.path("state.db"),
            "audit_log": self.path("audit.jsonl"),
            "postfix_queue": self.path("queue"),
            "mail_log": self.path("maillog"),
        }
        values.update(changes)
        lines = [f'{name} = "{value}";' for name, value in values.items()] + ["verify_signatures = 1;"]
        rows = ",\n".join(f'  {{ domain = "{DOMAIN}"; selector = "{k}"; file = "{self.path(k + ".pem")}"; }}'
                          for k in keys)
        return "\n".join(lines) + f"\nkeys = (\n{rows}\n);\n"

    def snippet(self, name):
        """A file of contrib/postfix/ with this rehearsal's ports and paths."""
        with open(os.path.join(TOP, "contrib", "postfix", name), encoding="utf-8") as file:
            text = file.read()
        for shipped, ours in (("127.0.0.1:10025", f"127.0.0.1:{self.milter_port}"),
                              ("[127.0.0.1]:10026", f"[127.0.0.1]:{self.lmtp_port}"),
                              ("127.0.0.1:10027", f"127.0.0.1:{self.second_port}"),
                              ("/etc/postfix/licet_header_checks", self.path("etc", "licet_header_checks"))):
            text = text.replace(shipped, ours)
        return text

    def prepare_postfix(self):
        for name in ("queue", "data", "etc"):
            os.makedirs(self.path(name), exist_ok=True)
        shutil.chown(self.path("data"), "postfix", "postfix")
        os.chmod(self.path("data"), 0o700)
        self.configure_postfix()

    def configure_postfix(self):
        self.write("etc/licet_header_checks", self.snippet("licet_header_checks"))
        self.write("etc/main.cf", f"""compatibility_level = 3.6
queue_directory = {self.path("queue")}
data_directory = {self.path("data")}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.path("maillog")}
maillog_file_prefixes = {self.dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{DOMAIN}
mydomain = {DOMAIN}
myorigin = {DOMAIN}
mydestination =
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{self.sink_port}
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_dns_support_level = disabled
lmtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
minimal_backoff_time = 300s
maximal_backoff_time = 600s
queue_run_delay = 300s

{self.snippet("main.cf")}""")
        self.write("etc/master.cf", f"""127.0.0.1:{self.smtp_port} inet n - n - - smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd

{self.snippet("master.cf")}""")

    # Processes

    def start(self, name, argv, ready):
        with open(self.path(name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                    start_new_session=True)
        process = self.processes[name]

        def is_ready():
            if process.poll() is not None:
                with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{name} ended: {log.read()[-2000:]}")
            return ready()
        wait_for(name, 30, is_ready)

    def start_sink(self):
        os.makedirs(self.path("sink"), exist_ok=True)
        self.start("sink", ["/usr/bin/python3", os.path.join(HERE, "sink.py"), str(self.sink_port),
                            self.path("sink")], lambda: listens(self.sink_port))

    def start_licetd(self):
        argv = [os.path.join(self.build, "licetd"), "--config", self.config]
        if self.now:
            argv += ["--now", self.now]
        self.start("licetd", argv, lambda: listens(self.milter_port) and listens(self.lmtp_port))

    def stop_licetd(self, kill=False):
        process = self.processes.pop("licetd", None)
        if process:
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            process.wait(30)

    def start_postfix(self):
        self.start("postfix", ["postfix", "-c", self.path("etc"), "start-fg"], lambda: listens(self.smtp_port))

    def start_all(self):
        self.prepare_licet()
        self.prepare_postfix()
        self.start_sink()
        self.start_licetd()
        self.start_postfix()

    def kill_postfix(self):
        """A stop that comes while master is still starting finds nothing to stop."""
        master = self.path("queue", "pid", "master.pid")
        for _ in range(20):
            subprocess.run(["postfix", "-c", self.path("etc"), "stop"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if self.processes["postfix"].poll() is not None and not self.lives(master):
                return
            time.sleep(0.25)
        for kill in (lambda: os.kill(int(open(master, encoding="ascii").read()), signal.SIGKILL),
                     lambda: os.killpg(self.processes["postfix"].pid, signal.SIGKILL)):
            try:
                kill()
            except (OSError, ValueError):
                pass

    @staticmethod
    def lives(pid_file):
        try:
            with open(pid_file, encoding="ascii") as file:
                os.kill(int(file.read()), 0)
            return True
        except (OSError, ValueError):
            return False

    def stop_all(self):
        if "postfix" in self.processes:
            self.kill_postfix()
        for name in ("postfix", "licetd", "sink"):
            process = self.processes.pop(name, None)
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(5)

    def clean_up(self):
        self.stop_all()
        shutil.rmtree(self.dir, ignore_errors=True)

    # Mail

    def mail(self, name):
        with open(os.path.join(HERE, "mails", name), "rb") as file:
            return file.read()

    def send(self, data, recipients, sender=f"orders@{DOMAIN}", options=()):
        """Gives one message to Postfix. Returns (code, text) of the reply after the final dot."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=60) as smtp:
            smtp.ehlo("app.shop.example")
            code, text = smtp.mail(sender, list(options))
            if code != 250:
                return code, text.decode()
            for recipient in recipients:
                code, text = smtp.rcpt(recipient)
                if code != 250:
                    return code, text.decode()
            code, text = smtp.data(data)
            return code, text.decode("utf-8", "replace")

    def queue_entries(self):
        done = subprocess.run(["postqueue", "-c", self.path("etc"), "-j"], capture_output=True, text=True, check=False)
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def queue(self):
        """The recipients that wait in Postfix's queue: list of (address, reason)."""
        return [(recipient["address"], recipient.get("delay_reason", ""))
                for entry in self.queue_entries() if entry["queue_name"] != "hold"
                for recipient in entry["recipients"]]

    def held(self):
        """What waits for a person: queue id by recipient."""
        return {recipient["address"]: entry["queue_id"]
                for entry in self.queue_entries() if entry["queue_name"] == "hold"
                for recipient in entry["recipients"]}

    def release(self, queue_id):
        subprocess.run(["postsuper", "-c", self.path("etc"), "-H", queue_id], capture_output=True, check=True)
        subprocess.run(["postqueue", "-c", self.path("etc"), "-i", queue_id], capture_output=True, check=True)

    def run_queue(self):
        subprocess.run(["postqueue", "-c", self.path("etc"), "-f"], check=False)

    def received(self):
        """What the sink holds: list of {"sender", "recipients", "data", "file"}."""
        messages = []
        for path in sorted(glob.glob(self.path("sink", "*.json"))):
            with open(path, encoding="utf-8") as file:
                message = json.load(file)
            message["file"] = path[:-5] + ".eml"
            with open(message["file"], "rb") as file:
                message["data"] = file.read()
            messages.append(message)
        return messages

    def received_for(self, recipient, message_id):
        return [m for m in self.received()
                if recipient in m["recipients"] and message_id.encode() in m["data"]]

    def settle(self, seconds=20):
        """Waits until nothing is on its way: all that is left in the queue waits for a reason."""
        wait_for("quiet queue", seconds, lambda: all(reason for _, reason in self.queue()))
        time.sleep(0.3)

    def maillog(self):
        try:
            with open(self.path("maillog"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def audit(self):
        try:
            with open(self.path("audit.jsonl"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []


def without_received(data):
    """The message without its trace fields, which every hop adds."""
    return re.sub(rb"(?im)^Received:.*\r\n(?:[ \t].*\r\n)*", b"", data.split(b"\r\n\r\n", 1)[0] + b"\r\n") + \
        b"\r\n" + data.split(b"\r\n\r\n", 1)[1]
