# SPDX-License-Identifier: BSD-2-Clause
"""The filters that are compared, each below its own directory: licetd with its whole job, opendkim and rspamd as they
sign only, a milter that does nothing, and one that makes one RSA signature of nothing. None is the system's service, none
reads /etc."""
import os
import shutil
import signal
import socket
import subprocess
import time

DOMAIN = "shop.example"
USER = "nobody"  # rspamd refuses to run as root
NAMES = ("licetd", "opendkim", "rspamd", "null", "signature")


class Peer:
    """One filter: its processes are asked for by the process group that it is started in."""

    def __init__(self, name, directory, argv, address):
        self.name, self.directory, self.argv, self.address = name, directory, argv, address
        self.process = None

    def start(self):
        path = self.address[5:] if self.address.startswith("unix:") else None
        if path and os.path.exists(path):
            os.unlink(path)
        with open(os.path.join(self.directory, self.name + ".log"), "ab") as log:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        end = time.monotonic() + 120
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(os.path.join(self.directory, self.name + ".log"), encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{self.name} does not start: {log.read()[-2000:]}")
            time.sleep(0.05)
        time.sleep(0.3)

    def listens(self):
        with socket.socket(socket.AF_UNIX if self.address.startswith("unix:") else socket.AF_INET) as probe:
            try:
                probe.connect(self.address[5:] if self.address.startswith("unix:") else
                              ("127.0.0.1", int(self.address[5:])))
                return True
            except OSError:
                return False

    def processes(self):
        """All of the session, the children that workers are included."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.getsid(int(entry)) == self.process.pid:
                    found.append(int(entry))
            except ProcessLookupError:
                pass
        return found

    def cpu(self):
        """Seconds of all its processes, of ended threads too, by the kernel's clock of each process."""
        total = 0.0
        for pid in self.processes():
            try:
                total += time.clock_gettime((~pid << 3) | 2)
            except OSError:
                pass
        return total

    def private_kilobytes(self):
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))
        return total

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, mode)
    return path


def program(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def settle_licetd(build, directory, key, policies, consent, more):
    address = f"unix:{directory}/socket"
    config = write(f"{directory}/licet.cfg", f"""milter_socket = "{address}";
lmtp_listen = "127.0.0.1:{free_port()}";
submit_to = "127.0.0.1:{free_port()}";
control_socket = "{directory}/control";
policies = "{policies}";
consent = "sqlite:{consent}";
state = "{directory}/state.db";
audit_log = "{directory}/audit.jsonl";
postfix_queue = "{directory}/queue";
mail_log = "{directory}/maillog";
keys = ( {{ domain = "{DOMAIN}"; selector = "rsa"; file = "{key}"; }} );
{more}
""")
    return Peer("licetd", directory, [os.path.join(build, "licetd"), "--config", config], address)


def settle_opendkim(directory, key):
    address = f"unix:{directory}/socket"
    config = write(f"{directory}/opendkim.conf", f"""Domain {DOMAIN}
Selector rsa
KeyFile {key}
Socket local:{directory}/socket
Canonicalization relaxed/relaxed
SignatureAlgorithm rsa-sha256
Mode s
InternalHosts 0.0.0.0/0
OversignHeaders From
RequireSafeKeys no
Syslog no
""")
    return Peer("opendkim", directory, [program("opendkim"), "-f", "-x", config], address)


def settle_rspamd(directory, key):
    """Its proxy that scans by itself, the module dkim and the plugin dkim_signing alone, no DNS."""
    port = free_port()
    config = write(f"{directory}/rspamd.conf", f"""options {{
  pidfile = "{directory}/rspamd.pid";
  filters = "dkim";
  temp_dir = "{directory}";
  rrd = "";
  history_file = "";
  hs_cache_dir = "{directory}";
  control_socket = "{directory}/control mode=0600";
  dns {{ nameserver = [ "127.0.0.1:9" ]; timeout = 0.1s; retransmits = 1; }}
  local_addrs = [ "127.0.0.0/8" ];
}}
logging {{ type = "file"; filename = "{directory}/rspamd-own.log"; level = "error"; }}
modules {{ path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
metric {{ name = "default"; actions {{ reject = 1000; }} }}
dkim {{ sign_condition = ""; }}
dkim_signing {{
  enabled = true; sign_authenticated = true; sign_local = true; allow_username_mismatch = true;
  allow_hdrfrom_mismatch = true; use_domain = "header"; check_pubkey = false; use_esld = false;
  domain {{ {DOMAIN} {{ selectors [ {{ path = "{key}"; selector = "rsa"; }} ] }} }}
}}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{port}";
  milter = yes; timeout = 120s; count = 2;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
worker "normal" {{ enabled = false; count = 0; }}
worker "controller" {{ enabled = false; count = 0; }}
""")
    os.chmod(directory, 0o777)
    return Peer("rspamd", directory, [program("rspamd"), "-f", "-u", USER, "-g", "nogroup", "-c", config], f"inet:{port}")


def settle_null(build, name, directory, *key):
    address = f"unix:{directory}/socket"
    return Peer(name, directory, [os.path.join(build, "tests/bench/null_milter"), address, *key], address)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
