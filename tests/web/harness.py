# SPDX-License-Identifier: BSD-2-Clause
"""A licet-web with a store of its own below a temporary directory, and what tests ask of it."""
import csv
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

import tokens

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
USER = "nobody"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode(errors="replace")


class Site:
    def __init__(self, build, **settings):
        self.build = build
        self.dir = tempfile.mkdtemp(prefix="licet-web.")
        os.chmod(self.dir, 0o755)
        self.store_dir = self.path("store")
        os.mkdir(self.store_dir)
        self.store = os.path.join(self.store_dir, "consent.db")
        self.port = free_port()
        self.settings = {"unsubscribe_keys": self.path("keys"), "consent": "sqlite:" + self.store,
                         "web_listen": f"127.0.0.1:{self.port}", "web_name": "Shop Example GmbH",
                         "web_imprint": "https://shop.example/imprint", "web_rate": 1000000}
        if os.geteuid() == 0:
            self.settings["web_user"] = USER
        self.settings.update(settings)
        self.process = None
        self.log = open(self.path("log"), "ab")
        self.new_key()
        self.grant("seed@example.com")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def own(self):
        """The program's user owns what it works on."""
        if os.geteuid() != 0:
            return
        entry = pwd.getpwnam(USER)
        for dir_, _, files in os.walk(self.store_dir):
            for name in [dir_] + [os.path.join(dir_, f) for f in files]:
                os.chown(name, entry.pw_uid, entry.pw_gid)
        os.chown(self.path("keys"), 0, entry.pw_gid)
        os.chmod(self.path("keys"), 0o640)

    def new_key(self):
        self.licet("key", "new", "--unsubscribe", self.path("keys"))

    def write_settings(self):
        with open(self.path("licet.cfg"), "w", encoding="utf-8") as file:
            for name, value in self.settings.items():
                file.write(f'{name} = {value};\n' if isinstance(value, int) else f'{name} = "{value}";\n')

    def start(self, *options):
        self.write_settings()
        self.own()
        self.process = subprocess.Popen([os.path.join(self.build, "licet-web"), "--config", self.path("licet.cfg"),
                                         *options], stderr=self.log, stdin=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None, self.log_text()
                time.sleep(0.05)
        raise AssertionError("licet-web does not listen")

    def hang_up(self):
        before = self.log_text().count("reload=")
        self.process.send_signal(signal.SIGHUP)
        for _ in range(200):
            if self.log_text().count("reload=") > before:
                return
            time.sleep(0.02)
        raise AssertionError("no reload")

    def stop(self, kill=False):
        if self.process:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            status = self.process.wait(20)
            assert kill or status == 0, (status, self.log_text())
            self.process = None

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def log_text(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read()

    def licet(self, *arguments, check=True):
        return subprocess.run([os.path.join(self.build, "licet"), *arguments], capture_output=True, text=True,
                              check=check)

    def grant(self, address, purpose="*", language=None):
        row = {"address": address, "purpose": purpose, "state": "granted", "basis": "express",
               "at": "2026-01-02T03:04:05Z", "source": "form", "language": language or ""}
        self.load([row])

    def load(self, rows):
        path = self.path("rows.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        self.licet("consent", "import", path, "--consent", "sqlite:" + self.store)
        self.own() if self.process else None

    def events(self, address=None, state="withdrawn"):
        """All withdrawals, or those of an address, in the order of the store."""
        path = self.path("all.csv")
        self.licet("consent", "export", path, "--consent", "sqlite:" + self.store)
        with open(path, encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file)
                    if row["state"] == state and address in (None, row["address"])]

    def token(self, address, purpose="newsletter"):
        return tokens.make(tokens.keys(self.path("keys"))[0], address, purpose)

    def ask(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def post(self, path, fields, **headers):
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        return self.ask("POST", path, body, {"Content-Type": FORM, **headers})

    def one_click(self, token, **headers):
        return self.post("/u/" + token, ONE_CLICK, **headers)

    def metric(self, name):
        for line in self.ask("GET", "/metrics").text.splitlines():
            if line.startswith(f"licet_web_{name} "):
                return float(line.split()[1])
        raise AssertionError(name)
