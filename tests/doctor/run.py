#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licet doctor on the configuration that we ship and on wrong ones: each mistake is found with its
place, and nothing else is. Prints TAP.

usage: run.py TOP BUILD"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field

sys.dont_write_bytecode = True
TOP, BUILD = (os.path.abspath(name) for name in sys.argv[1:3])
sys.path.insert(0, os.path.join(TOP, "contrib", "rehearsal"))
import rehearsal  # noqa: E402

OUTSIDE = "smtp      inet  n       -       y       -       -       smtpd"
SUBMISSION = "submission inet n       -       y       -       -       smtpd"
SECOND = "127.0.0.1:SECOND inet"
WAY = "licet     unix"
SMTP = "smtp      unix"


@dataclass
class Case:
    """A mistake: texts to put in place of others ("" for the old one: at the end), and what must be
    found: check, file, and how the line begins that it stands in (None: no line)."""
    name: str
    edits: list
    want: list = field(default_factory=list)
    notes: int = 0
    write: list = field(default_factory=list)  # lines that it says to write, among others


def main(new, check, old="", line=""):
    """A line of main.cf."""
    return ("main.cf", old, new), (check, "main.cf", line if line is None else line or new)


def simple(name, new, check, old="", line="", notes=0):
    edit, want = main(new, check, old, line)
    return Case(name, [edit], [want], notes)


def both(name, new, check, old, write=()):
    """A line that non_smtpd_milters takes over."""
    case = simple(name, new, check, old)
    case.write = list(write)
    case.want.append((check, "main.cf", "non_smtpd_milters ="))
    return case


def option(name, service, text, check, old="", notes=0):
    """An option of a service of master.cf, put in place of another one or behind its first line."""
    edit = ("master.cf", old, text) if old else ("master.cf", service, (service, text))
    return Case(name, [edit], [(check, "master.cf", service)], notes)


CASES = [
    Case("the configuration that we ship", []),
    Case("comments, folded lines and names of names",
         [("main.cf", "smtpd_milters = inet:127.0.0.1:MILTER",
           "# none\nours = inet:localhost:MILTER\n\nsmtpd_milters =\n# in between\n  ${ours}\n")]),
    Case("a port for mail from outside alone", [("master.cf", "", OUTSIDE + "\n    -o smtpd_milters=\n")],
         [("no-milter", "master.cf", OUTSIDE)], notes=1),
    Case("a submission port without licet", [("master.cf", "", SUBMISSION + "\n    -o smtpd_milters=\n")],
         [("no-milter", "master.cf", SUBMISSION)]),
    Case("no milter anywhere", [("main.cf", "smtpd_milters = inet:127.0.0.1:MILTER", "smtpd_milters ="),
                                ("main.cf", "non_smtpd_milters = $smtpd_milters", "non_smtpd_milters = inet:127.0.0.1:MILTER")],
         [("no-milter", "master.cf", "127.0.0.1:SMTP inet")]),
    simple("sendmail(1) past licet", "non_smtpd_milters =", "sendmail", "non_smtpd_milters = $smtpd_milters"),
    simple("another milter's port", "non_smtpd_milters = inet:127.0.0.1:9", "sendmail", "non_smtpd_milters = $smtpd_milters"),
    option("milters switched off at a port", "127.0.0.1:SMTP inet", "    -o receive_override_options=no_milters", "no-milters"),
    option("milters switched off for sendmail(1)", "pickup    unix", "    -o receive_override_options=no_milters", "no-milters"),
    simple("milters by map", "smtpd_milter_maps = cidr:/etc/postfix/milter_maps", "milter-maps", notes=1),
    simple("a filter behind licet", "content_filter = smtp-amavis:[127.0.0.1]:10024", "content-filter"),
    option("a filter for sendmail(1)", "pickup    unix", "    -o content_filter=scan:", "content-filter"),
    option("a proxy in front", "127.0.0.1:SMTP inet", "    -o smtpd_proxy_filter=127.0.0.1:10024", "proxy-filter"),
    simple("mail out while licetd is down", "milter_default_action = accept", "default-action", "milter_default_action = tempfail"),
    simple("mail bounced while licetd is down", "milter_default_action = reject", "default-action", "milter_default_action = tempfail"),
    both("the same for one milter", "smtpd_milters = { inet:127.0.0.1:MILTER, connect_timeout=10s, default_action = accept }",
           "default-action", "smtpd_milters = inet:127.0.0.1:MILTER"),
    both("an editor behind licet", "smtpd_milters = inet:127.0.0.1:MILTER, inet:127.0.0.1:8893", "milter-order",
           "smtpd_milters = inet:127.0.0.1:MILTER", ["smtpd_milters = inet:127.0.0.1:8893, inet:127.0.0.1:MILTER"]),
    both("a signer in front of licet", "smtpd_milters = unix:opendkim/opendkim.sock, inet:127.0.0.1:MILTER", "second-signer",
           "smtpd_milters = inet:127.0.0.1:MILTER",
           ["smtpd_milters = inet:127.0.0.1:MILTER", "non_smtpd_milters = inet:127.0.0.1:MILTER"]),
    Case("OpenDKIM as many set-ups have it, and no licet",
         [("main.cf", "smtpd_milters = inet:127.0.0.1:MILTER", "smtpd_milters = local:opendkim/opendkim.sock")],
         [("second-signer", "main.cf", "smtpd_milters ="), ("second-signer", "main.cf", "non_smtpd_milters ="),
          ("sendmail", "main.cf", "non_smtpd_milters ="), ("no-milter", "master.cf", "127.0.0.1:SMTP inet")],
         write=["smtpd_milters = inet:127.0.0.1:MILTER", "non_smtpd_milters = inet:127.0.0.1:MILTER"]),
    simple("Postfix gives up first", "milter_content_timeout = 15s", "content-timeout", "milter_content_timeout = 120s"),
    simple("an old protocol", "milter_protocol = 4", "protocol"),
    simple("no queue id", "milter_end_of_data_macros = {mail_addr}", "macros"),
    simple("no map for the hand-over", "milter_header_checks =", "route", "milter_header_checks = regexp:DIR/licet_header_checks"),
    simple("a map that is not there", "milter_header_checks = regexp:DIR/no_header_checks", "route-file",
           "milter_header_checks = regexp:DIR/licet_header_checks"),
    Case("a map without the line", [("licet_header_checks", "/^X-Licet-Route: split$/", "#/^X-Licet-Route: split$/")],
         [("route", "main.cf", "milter_header_checks = regexp:")]),
    Case("a hand-over to another port", [("licet_header_checks", "[127.0.0.1]:LMTP", "[127.0.0.1]:9")],
         [("route-target", "main.cf", "milter_header_checks = regexp:")]),
    Case("a hand-over by a transport that is not there", [("licet_header_checks", "FILTER licet:", "FILTER licit:")],
         [("route-transport", "master.cf", None)]),
    option("a hand-over without XFORWARD", WAY, "", "hand-over", "    -o lmtp_send_xforward_command=yes\n"),
    option("a hand-over that converts", WAY, "    -o disable_mime_output_conversion=no\n    -o lmtp_line", "hand-over",
           "    -o disable_mime_output_conversion=yes\n    -o lmtp_line"),
    option("a hand-over that folds", WAY, "    -o lmtp_line_length_limit=990", "hand-over", "    -o lmtp_line_length_limit=0"),
    option("a hand-over by TLS", WAY, "    -o lmtp_tls_security_level=encrypt", "hand-over", "    -o lmtp_tls_security_level=none"),
    option("a hand-over without patience", WAY, "    -o lmtp_data_done_timeout=1m", "hand-over", "    -o lmtp_data_done_timeout=600s"),
    Case("no second port", [("master.cf", SECOND, "127.0.0.1:9 inet")],
         [("second-port", "master.cf", None)]),
    option("a second port without guard", SECOND, "\n    -o smtpd_milters=\n", "second-guard",
           "\n    -o smtpd_milters=inet:127.0.0.1:MILTER\n"),
    option("a second port with another milter", SECOND, "\n    -o smtpd_milters=inet:127.0.0.1:MILTER,inet:127.0.0.1:8891\n",
           "second-guard", "\n    -o smtpd_milters=inet:127.0.0.1:MILTER\n"),
    option("a second port with another name", SECOND, "    -o milter_macro_daemon_name=ORIGINATING", "second-name",
           "    -o milter_macro_daemon_name=licet-guard"),
    option("a second port that opens without licetd", SECOND, "    -o milter_default_action=accept", "second-action",
           "    -o milter_default_action=tempfail"),
    option("a second port with exceptions", SECOND, "    -o smtpd_milter_maps=cidr:/etc/postfix/m", "second-bypass",
           "    -o smtpd_milter_maps="),
    option("a second port with its milters off", SECOND,
           "    -o receive_override_options=no_header_body_checks,no_milters,no_address_mappings", "second-bypass",
           "    -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_address_mappings"),
    option("a second port that maps addresses", SECOND,
           "    -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks", "second-override",
           "    -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_address_mappings"),
    option("a second port with a filter", SECOND, "    -o content_filter=scan:", "second-filter", "    -o content_filter="),
    option("a second port for the neighbours", SECOND, "    -o mynetworks=127.0.0.0/8,10.0.0.0/8", "second-open",
           "    -o mynetworks=127.0.0.0/8"),
    option("a second port for all", SECOND, "    -o smtpd_client_restrictions=", "second-open",
           "    -o smtpd_client_restrictions=permit_mynetworks,reject"),
    Case("a second port on all addresses", [("master.cf", SECOND, "SECOND inet"),
                                            ("main.cf", "inet_interfaces = 127.0.0.1", "inet_interfaces = all")],
         [("second-address", "master.cf", "SECOND inet")]),
    option("a second port that wants TLS", SECOND, "    -o smtpd_tls_security_level=encrypt", "second-tls",
           "    -o smtpd_tls_security_level=none"),
    option("a second port without XFORWARD", SECOND, "", "second-xforward", "    -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n"),
    option("a second port that hangs up", SECOND, "    -o smtpd_hard_error_limit=20", "second-errors",
           "    -o smtpd_hard_error_limit=1001", notes=1),
    simple("addresses mapped after signing", "smtp_generic_maps = hash:/etc/postfix/generic", "after-signing"),
    option("fields removed after signing", SMTP, "    -o smtp_header_checks=pcre:/etc/postfix/strip", "after-signing"),
    simple("8-bit mail converted after signing", "disable_mime_output_conversion = no", "conversion",
           "disable_mime_output_conversion = yes"),
    simple("long lines folded after signing", "smtp_line_length_limit = 998", "line-length", "smtp_line_length_limit = 0"),
    simple("queue ids used twice", "enable_long_queue_ids = no", "queue-ids", "enable_long_queue_ids = yes"),
    simple("recipients that Postfix adds", "always_bcc = archive@shop.example", "added-recipients", notes=1),
]

BROKEN = [
    ("a line of main.cf without a value", ("main.cf", "", "smtpd_milters inet:127.0.0.1:9"), "main.cf:"),
    ("a service with too few fields", ("master.cf", "", "smtps inet n"), "master.cf:"),
]


def fill(play, text):
    for word, value in (("MILTER", play.milter_port), ("SMTP inet", f"{play.smtp_port} inet"), ("LMTP", play.lmtp_port),
                        ("SECOND", play.second_port), ("DIR", play.path("etc"))):
        text = text.replace(word, str(value))
    return text


def change(play, name, old, new):
    path = play.path("etc", name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if isinstance(new, tuple):  # behind the first line of a service
        begin = next(line for line in text.split("\n") if line.startswith(fill(play, new[0])))
        old, new = begin + "\n", begin + "\n" + new[1] + "\n"
    old, new = fill(play, old), fill(play, new)
    assert old in text, f"{name} has no {old!r}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1) if old else text + "\n" + new + "\n")


def line_of(play, name, begin):
    if begin is None:
        return name
    with open(play.path("etc", name), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith(fill(play, begin)):
                return f"{name}:{number}"
    raise AssertionError(f"{name} has no line {begin!r}")


def examine(play):
    return subprocess.run([os.path.join(BUILD, "licet"), "doctor", "--json", "--config", play.path("licet.cfg"),
                           "--postfix", play.path("etc")], capture_output=True, text=True, timeout=60, check=False)


def judge(play, case):
    play.configure_postfix()
    for edit in case.edits:
        change(play, *edit)
    done = examine(play)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    got = sorted((row["check"], row["place"]) for row in found)
    want = sorted((check, line_of(play, name, begin)) for check, name, begin in case.want)
    assert got == want, f"found {found} {done.stderr}, wanted {want}"
    for line in case.write:
        assert fill(play, line) in [row["change"] for row in found], f"no line says {line}: {found}"
    assert sum(row["grade"] == "note" for row in found) == case.notes, found
    assert done.returncode == (78 if len(want) > case.notes else 0), done.returncode


def refuse(play, edit, says):
    play.configure_postfix()
    change(play, *edit)
    done = examine(play)
    assert done.returncode == 78 and says in done.stderr and not done.stdout, done


class Sockets:
    """licetd's sockets as files of the file system, of which Postfix's user may use those that are right."""

    def __init__(self, play):
        self.play, self.open = play, []
        self.dir = play.path("sockets")
        os.makedirs(self.dir)
        self.milter, self.lmtp = os.path.join(self.dir, "milter"), os.path.join(self.dir, "lmtp")
        for path in (self.milter, self.lmtp):
            end = socket.socket(socket.AF_UNIX)
            end.bind(path)
            self.open.append(end)
        play.write("licet.cfg", play.settings(keys=(), milter_socket=f"unix:{self.milter}",
                                              lmtp_listen=f"unix:{self.lmtp}"))
        self.mend()

    def mend(self):
        os.chmod(self.dir, 0o755)
        for path in (self.milter, self.lmtp):
            if os.path.exists(path):
                os.chmod(path, 0o666)


def with_sockets(play, spoil, want, notes=0):
    ends = Sockets(play)
    try:
        play.configure_postfix()
        for name in ("main.cf", "master.cf", "licet_header_checks"):
            path = play.path("etc", name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            text = text.replace(f"inet:127.0.0.1:{play.milter_port}", f"unix:{ends.milter}")
            text = text.replace("mail_owner = postfix", "mail_owner = nobody")  # who is on every host
            text = text.replace(f"licet:[127.0.0.1]:{play.lmtp_port}", f"licet:unix:{ends.lmtp}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        spoil(play, ends)
        found = [json.loads(line) for line in examine(play).stdout.splitlines()]
        got = sorted((row["check"], row["place"].rsplit("/", 1)[-1]) for row in found)
        wanted = sorted((check, place if place in ("milter", "lmtp", "sockets") else line_of(play, "master.cf", place))
                        for check, place in want)
        assert got == wanted, f"found {found}, wanted {wanted}"
        assert sum(row["grade"] == "note" for row in found) == notes, found
    finally:
        ends.mend()
        for end in ends.open:
            end.close()
        shutil.rmtree(ends.dir)
        play.write("licet.cfg", play.settings(keys=()))


def plain_file(path):
    os.remove(path)
    with open(path, "w", encoding="utf-8"):
        pass


def in_chroot(play, *services):
    path = play.path("etc", "master.cf")
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines):
        if any(line.startswith(fill(play, service)) for service in services):
            lines[number] = re.sub(r"^((?:\S+\s+){4})\S", r"\1y", line)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


SOCKETS = [
    ("sockets that Postfix may use", lambda play, ends: None, []),
    ("a socket that only licetd may use", lambda play, ends: os.chmod(ends.milter, 0o600), [("socket-permission", "milter")]),
    ("a hand-over that only licetd may use", lambda play, ends: os.chmod(ends.lmtp, 0o644), [("socket-permission", "lmtp")]),
    ("a closed directory on the way", lambda play, ends: os.chmod(ends.dir, 0o700),
     [("socket-permission", "sockets")]),
    ("a socket that is not there", lambda play, ends: os.remove(ends.milter), [("socket-missing", "milter")], 1),
    ("a file in the place of the socket", lambda play, ends: plain_file(ends.lmtp), [("socket-kind", "lmtp")]),
    ("a port in a chroot", lambda play, ends: in_chroot(play, "127.0.0.1:SMTP inet"), [("chroot", "127.0.0.1:SMTP inet")]),
    ("a hand-over in a chroot", lambda play, ends: in_chroot(play, "licet "), [("chroot", "licet ")]),
]


def main_loop(play):
    tests = [(case.name, judge, (case,)) for case in CASES] + [(name, refuse, (edit, says)) for name, edit, says in BROKEN]
    tests += [(name, with_sockets, rest) for name, *rest in SOCKETS]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test, words) in enumerate(tests, 1):
        try:
            test(play, *words)
            print(f"ok {number} - {name}")
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {name}\n# {error}")
    return failed


def run():
    play = rehearsal.Rehearsal(BUILD)
    try:
        play.write("licet.cfg", play.settings(keys=()))
        return main_loop(play)
    finally:
        shutil.rmtree(play.dir)


sys.exit(1 if run() else 0)
