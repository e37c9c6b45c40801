#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""licet-web over the wire: the real program, a real store, tokens by another implementation. TAP.

Arguments: the top of the source tree, the build directory; for the long form also how many GET
requests and how many forged tokens.
"""
import concurrent.futures
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import html5lib

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
GETS = int(sys.argv[3]) if len(sys.argv) > 3 else 300
FORGED = int(sys.argv[4]) if len(sys.argv) > 4 else 2000
sys.path.insert(0, os.path.join(TOP, "tests", "web"))
import tokens  # noqa: E402
from harness import ONE_CLICK, Site, free_port  # noqa: E402

LANGUAGES = {"en": "Unsubscribe", "es": "Darse de baja", "de": "Abmelden", "fr": "Se désabonner",
             "it": "Annulla iscrizione", "pt": "Cancelar inscrição"}
PURPOSES = ["newsletter", "offer", "cross-sell", "reactivation", "cart-reminder", "survey", "event", "referral",
            "welcome"]
MULTIPART = (b"--FormBoundary\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"
             b"One-Click\r\n--FormBoundary--\r\n")


def one_click_acts(site):
    """POST as a mailbox provider sends it withdraws, with source and proof, and without cookie or redirect"""
    token = site.token("ana@example.com")
    reply = site.one_click(token)
    assert reply.status == 200, reply.text
    assert "Set-Cookie" not in reply.headers and "Location" not in reply.headers, reply.headers
    event, = site.events("ana@example.com")
    assert event["purpose"] == "newsletter" and event["source"] == "one-click", event
    assert re.fullmatch(r"RFC 8058 POST; token for newsletter under key [0-9a-f]{8}", event["evidence"]), event
    assert abs(time.time() - time.mktime(time.strptime(event["at"], "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 60, event


def suppressed_keeps_the_no(site):
    """what a person says while a bounce holds everything back outlasts the release, and is recorded once"""
    site.load([{"address": "sue@example.com", "purpose": "*", "state": "suppressed", "basis": "bounce",
                "at": "2026-01-02T03:04:05Z"}])
    site.grant("sue@example.com")
    for _ in range(3):
        assert site.one_click(site.token("sue@example.com")).status == 200
        time.sleep(0.6)
    assert [e["state"] for e in site.events("sue@example.com")] == ["suppressed", "withdrawn"], site.events()
    site.licet("consent", "release", "sue@example.com", "*", "--consent", "sqlite:" + site.store)
    shown = site.licet("consent", "show", "sue@example.com", "--json", "--consent", "sqlite:" + site.store).stdout
    assert '"newsletter","state":"refused"' in shown, shown
    site.own()


def tags_are_folded(site):
    """where tags are folded a withdrawal is who it is without the tag"""
    site.stop()
    site.settings["address_tags"] = "fold"
    try:
        site.start()
        assert site.one_click(site.token("tom+shop@example.com")).status == 200
        assert site.events("tom@example.com") and not site.events("tom+shop@example.com"), site.events()
    finally:
        site.stop()
        del site.settings["address_tags"]
        site.start()


def addresses_of_all_kinds(site):
    """letters of all scripts, quoted local parts and A-labels: the link withdraws for the very mailbox"""
    for address, shown in [("j\u00f6rg@xn--mller-kva.example", "j***@xn--mller-kva.example"),
                           ('"a b"@x.example', "***@x.example"), ('"a\\"@b<i>"@x.example', "***@x.example"),
                           ("\u03b5\u03bb\u03ad\u03bd\u03b7@xn--hxajbheg2az3al.xn--qxam", "@xn--hxajbheg2az3al.xn--qxam")]:
        site.grant(address)
        token = site.token(address)
        page = site.ask("GET", "/u/" + token)
        assert page.status == 200 and shown in page.text and "<i>" not in page.text, page.text
        assert site.one_click(token).status == 200
        event, = site.events(address)
        assert event["purpose"] == "newsletter", event


def multipart_acts(site):
    """the same as multipart/form-data (RFC 8058 3.2), whole and in pieces"""
    reply = site.post("/u/" + site.token("bea@example.com"), MULTIPART,
                      **{"Content-Type": "multipart/form-data; boundary=FormBoundary"})
    assert reply.status == 200, reply.text
    head = (f"POST /u/{site.token('bob@example.com')} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: multipart/form-data; boundary=FormBoundary\r\n\r\n").encode()
    chunks = b"".join(b"1\r\n" + bytes([c]) + b"\r\n" for c in MULTIPART) + b"0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), 10) as s:
        s.sendall(head + chunks)
        assert s.recv(64).startswith(b"HTTP/1.1 200"), "chunked"
    assert len(site.events("bea@example.com")) == len(site.events("bob@example.com")) == 1


def forms_of_all_kinds(site):
    """what RFC 7578 and RFC 2046 allow in a form, and a form without a type, act as well"""
    part = b'\r\nContent-Disposition: form-data; name=%s\r\n%s\r\nOne-Click\r\n'
    rows = [("application/x-www-form-urlencoded; charset=UTF-8", ONE_CLICK), (None, ONE_CLICK),
            ("Application/X-WWW-Form-Urlencoded", ONE_CLICK + b"\r\n"),
            ("application/x-www-form-urlencoded", b"a=b&" + ONE_CLICK + b"&"),
            ("application/x-www-form-urlencoded", b"List%2DUnsubscribe=One%2dClick"),
            ('multipart/form-data; boundary="x y"', b"--x y" + part % (b'"List-Unsubscribe"', b"") + b"--x y--\r\n"),
            ("multipart/form-data; boundary=x; charset=utf-8", b"--x" + part % (b'"List-Unsubscribe"', b"") + b"--x--"),
            ("multipart/form-data;\tcharset=utf-8;  BOUNDARY=x", b"--x" + part % (b"List-Unsubscribe", b"X: y\r\n") +
             b"--x--\r\n"),
            ("multipart/form-data; boundary=x", b"--x" + part % (b'"a"', b"") + b"--x" +
             part % (b'"List-Unsubscribe"', b"Content-Type: text/plain\r\n") + b"--x--\r\n")]
    for number, (kind, body) in enumerate(rows):
        address = f"form{number}@example.com"
        reply = site.ask("POST", "/u/" + site.token(address), body, {"Content-Type": kind} if kind else {})
        assert reply.status == 200 and len(site.events(address)) == 1, (kind, body, reply.status)


def again_is_no_error(site):
    """the same POST again answers 200 and stores nothing"""
    for _ in range(3):
        assert site.one_click(site.token("ana@example.com")).status == 200
    assert len(site.events("ana@example.com")) == 1


def reading_changes_nothing(site):
    """GET and HEAD, as people, previews and scanners send them, change nothing"""
    before = site.events()
    token = site.token("cay@example.com")
    agents = ["Mozilla/5.0", "Barracuda Sentinel (EE)", "GoogleImageProxy", "Slackbot-LinkExpanding 1.0", ""]

    def visit(i):
        path = ["/u/", "/p/"][i % 2] + token + ["", "?List-Unsubscribe=One-Click", "?confirm=yes&all=yes"][i % 3]
        body = ONE_CLICK if i % 5 == 0 else None
        return site.ask(["GET", "HEAD"][i % 7 == 0], path, body,
                        {"User-Agent": agents[i % 5], "Content-Type": "application/x-www-form-urlencoded"}).status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(visit, range(GETS))) == {200}
    assert site.events() == before
    assert site.ask("HEAD", "/u/" + token).body == b""


def other_methods_change_nothing(site):
    """other methods get 405 with Allow and change nothing"""
    before = site.events()
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "post", "LIST-UNSUBSCRIBE"]:
        reply = site.ask(method, "/u/" + site.token("cay@example.com"), ONE_CLICK,
                         {"Content-Type": "application/x-www-form-urlencoded"})
        assert reply.status == 405 and reply.headers["Allow"] == "GET, HEAD, POST", (method, reply.status)
    assert site.events() == before


def other_bodies_change_nothing(site):
    """a POST that asks for nothing known gets 400 and changes nothing"""
    before = site.events()
    token = site.token("cay@example.com")
    form = "application/x-www-form-urlencoded"
    for kind, body in [(form, b""), (form, b"List-Unsubscribe=One-click"), (form, b"list-unsubscribe=One-Click"),
                       (form, b"x=" + ONE_CLICK), (form, b"List-Unsubscribe"), (form, b"=" * 50), (form, b"\0" * 100), (form, b"%"),
                       ("application/json", b'{"List-Unsubscribe":"One-Click"}'), ("text/plain", ONE_CLICK),
                       ("multipart/form-data", MULTIPART), ("multipart/form-data; boundary=other", MULTIPART),
                       ("multipart/form-data; boundary=", MULTIPART), ("multipart/form-data; boundary=F", MULTIPART),
                       ("multipart/form-data; boundary=FormBoundary", MULTIPART[2:]),
                       ("multipart/form-data; boundary=FormBoundary", MULTIPART.replace(b"One-Click", b"One-Click\r\n")),
                       ("multipart/form-data; boundary=FormBoundary", MULTIPART.replace(b"name=", b"nam=")),
                       ("multipart/form-data; boundary=" + "x" * 200, MULTIPART), ("multipart/mixed; boundary=x", b"--x"),
                       (form, b"&".join([b"a=b"] * 500) + b"&" + ONE_CLICK)]:
        for path in "/u/", "/p/":
            reply = site.post(path + token, body, **{"Content-Type": kind})
            assert reply.status == 400, (kind, body[:40], reply.status)
    assert site.events() == before


def forged_tokens(site):
    """forged tokens: none is accepted, and none tells what is wrong with it"""
    before = site.events()
    chance = random.Random(8058)
    good = [site.token(f"p{i}@example.com", chance.choice(PURPOSES)) for i in range(50)]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    texts = set()

    def forge():
        token, other = chance.choice(good), chance.choice(good)
        at = chance.randrange(len(token))
        return chance.choice([
            lambda: token[:at] + chance.choice(letters) + token[at + 1:],
            lambda: token[:at],
            lambda: token[:at] + other[at:],
            lambda: token + chance.choice(letters),
            lambda: "".join(chance.choice(letters) for _ in range(len(token))),
            lambda: token[:7] + "".join(chance.choice(letters) for _ in token[7:]),
            lambda: tokens.make(chance.randbytes(64), "ana@example.com", "*"),
            lambda: token.swapcase(),
            lambda: token[::-1],
        ])()
    forged = []
    while len(forged) < FORGED:
        token = forge()
        if token not in good:
            forged.append(token)

    def attack(token):
        reply = site.one_click(token)
        return reply.status, reply.text
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for status, text in pool.map(attack, forged):
            assert status == 404, status
            texts.add(text)
    assert len(texts) == 1, "they can be told apart"
    assert site.events() == before
    assert site.metric("bad_tokens_total") >= FORGED


def tokens_of_ours_read_elsewhere(site):
    """a token that licet run put into a copy is one of RFC 5297 by another implementation"""
    policies = site.path("policies")
    subprocess.run(["cp", "-r", os.path.join(TOP, "policies"), policies], check=True)
    with open(os.path.join(policies, "licet-policy.cfg"), "a", encoding="utf-8") as file:
        file.write('senders = ( { domains = [ "shop.example" ]; names = [ "Shop Example GmbH" ]; postal_address = '
                   '[ "Hauptstrasse 1" ]; contact = [ "service@shop.example" ]; unsubscribe_url = '
                   '"https://shop.example/u/{token}"; } );\n')
    mail = os.path.join(TOP, "tests/cases/415-token-per-recipient/mail.eml")
    csv = os.path.join(TOP, "tests/cases/415-token-per-recipient/consent.csv")
    site.licet("run", "--config", site.path("licet.cfg"), "--policies", policies, "--consent", csv, "--from",
               "orders@shop.example", "--rcpt", "ana@gmail.com", "--rcpt", "ben@gmail.com", "--out", site.path("out"),
               "--now", "2026-11-24T15:00:00Z", mail)
    key = tokens.keys(site.path("keys"))[0]
    for number, address in (1, "ana@gmail.com"), (2, "ben@gmail.com"):
        with open(site.path("out", f"{number}.eml"), encoding="utf-8", newline="") as file:
            found = set(re.findall(r"/u/([A-Za-z0-9_-]+)", file.read()))
        token, = found
        assert tokens.read(key, token) == ("offer", address)
        assert tokens.make(key, address, "offer") == token
        assert address.split("@")[0] not in token and site.one_click(token).status == 200
        assert [e["purpose"] for e in site.events(address)] == ["offer"]


def strict_headers(site):
    """every answer has the strict fields, errors too, and the style sheet fits its hash"""
    token = site.token("cay@example.com")
    for reply in [site.ask("GET", "/u/" + token), site.ask("GET", "/nothing"), site.ask("GET", "/u/x"),
                  site.ask("PUT", "/u/" + token), site.post("/u/" + token, b""), site.ask("GET", "/healthz")]:
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        for name, value in [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
                            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY")]:
            assert reply.headers[name] == value, (name, reply.headers[name])
        for name in "Set-Cookie", "Location", "Server", "Refresh":
            assert name not in reply.headers, name


def check_page(text, language):
    """Well-formed, in one language, without script, each field with its label. The tree."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(text)
    assert tree.get("lang") == language, tree.get("lang")
    assert not tree.findall(".//script") and not re.search(r"\son[a-z]+=|javascript:|https?://(?!shop\.example/imprint)",
                                                           text)
    assert len(tree.findall(".//h1")) == 1 and tree.find(".//title").text and tree.findall(".//main")
    labels = {label.get("for") for label in tree.findall(".//label")}
    for field in tree.findall(".//input"):
        assert field.get("id") in labels, field.get("id")
    for group in tree.findall(".//fieldset"):
        assert group.find("legend") is not None
    return tree


def pages_in_six_languages(site):
    """the pages speak the person's language, else the browser's, else English"""
    for language, word in LANGUAGES.items():
        address = f"{language}@example.com"
        site.grant(address, language=language + "-XX")
        for path in "/u/", "/p/":
            text = site.ask("GET", path + site.token(address), headers={"Accept-Language": "en"}).text
            check_page(text, language)
            assert f"{address[0]}***@example.com" in text and address not in text
        assert word in site.ask("GET", "/u/" + site.token(address)).text
        check_page(site.ask("GET", "/u/x", headers={"Accept-Language": f"xx, {language};q=0.9, en;q=0.1"}).text, language)
    for field, language in [("", "en"), ("de-CH,de;q=0.9,en;q=0.8", "de"), ("en;q=0.2, pt-BR;q=0.7", "pt"),
                            ("xx", "en"), ("fr;q=0", "en"), ("de;q=x", "en"), ("," * 5000 + "de", "en")]:
        reply = site.ask("GET", "/u/x", headers={"Accept-Language": field})
        assert reply.headers["Content-Language"] == language, (field, reply.headers["Content-Language"])


def button_acts(site):
    """the page's button withdraws; the event names the version of the text that was shown"""
    reply = site.post("/u/" + site.token("de@example.com"), {"confirm": "yes"})
    assert reply.status == 200 and "Erledigt" in reply.text, reply.text
    check_page(reply.text, "de")
    event, = site.events("de@example.com")
    assert event["source"] == "unsubscribe-page" and event["wording"].startswith("licet-web de "), event
    printed = subprocess.run([os.path.join(BUILD, "licet-web"), "--texts"], capture_output=True, text=True, check=True)
    assert event["wording"] + "\n" in printed.stdout


def choices_act(site):
    """the choices: what was ticked stops, nothing ticked changes nothing, one button stops all"""
    token = site.token("es@example.com", "*")
    reply = site.post("/p/" + token, {"choose": "yes"})
    assert reply.status == 200 and 'role="alert"' in reply.text and not site.events("es@example.com")
    reply = site.post("/p/" + token, [("choose", "yes"), ("stop", "offer"), ("stop", "survey"), ("stop", "tracking"),
                                      ("stop", "receipt"), ("stop", "nonsense")])
    assert reply.status == 200 and "Hecho" in reply.text
    events = site.events("es@example.com")
    assert [e["purpose"] for e in events] == ["offer", "survey", "tracking"], events
    assert {e["source"] for e in events} == {"preference-page"}
    tree = check_page(site.ask("GET", "/p/" + token).text, "es")
    ticked = {f.get("value") for f in tree.findall(".//input") if f.get("disabled") is not None}
    assert ticked == {"offer", "survey", "tracking"}, ticked
    assert site.post("/p/" + token, {"all": "yes"}).status == 200
    assert [e["purpose"] for e in site.events("es@example.com")][-1] == "*"
    shown = site.licet("consent", "show", "es@example.com", "--consent", "sqlite:" + site.store).stdout
    assert shown.count("refused") == 10 and "granted" not in shown, shown


def linked_addresses(site):
    """a withdrawal at one address counts for the person's other address"""
    site.load([{"address": a, "purpose": "*", "state": "granted", "basis": "express", "at": "2026-01-02T03:04:05Z",
                "source": "form", "person": "p-77"} for a in ("one@example.com", "two@example.net")])
    assert site.one_click(site.token("one@example.com")).status == 200
    shown = site.licet("consent", "show", "two@example.net", "--consent", "sqlite:" + site.store).stdout
    assert re.search(r"newsletter +refused", shown), shown


def slow_clients(site):
    """clients that drip are cut off, in the header and in the body, and nobody waits for them"""
    token = site.token("slow@example.com")

    def drip(head, rest):
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", site.port), 30) as s:
            s.sendall(head)
            try:
                for byte in rest:
                    s.sendall(bytes([byte]))
                    time.sleep(0.3)
                    s.settimeout(0.01)
                    try:
                        if s.recv(10) == b"":
                            break
                    except socket.timeout:
                        pass
                    s.settimeout(30)
            except OSError:
                pass
        return time.monotonic() - begun
    head = f"POST /u/{token} HTTP/1.1\r\nHost: x\r\n".encode()
    body = head + f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(ONE_CLICK)}\r\n\r\n".encode()
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        waits = [pool.submit(drip, head, b"X-A: " + b"b" * 200) for _ in range(10)]
        waits += [pool.submit(drip, body, ONE_CLICK) for _ in range(10)]
        waits += [pool.submit(drip, b"", b"G" * 200) for _ in range(10)]
        time.sleep(0.5)
        begun = time.monotonic()
        assert site.one_click(site.token("fast@example.com")).status == 200
        assert time.monotonic() - begun < 2
        longest = max(w.result() for w in waits)
    assert longest < 20, longest  # web_seconds = 3 and a tick; untouched they would take a minute
    assert not site.events("slow@example.com")
    assert site.metric("cut_off_total") >= 20


def large_requests(site):
    """what is too large is refused before it is read, and does no harm"""
    token = site.token("large@example.com")
    with socket.create_connection(("127.0.0.1", site.port), 10) as s:
        s.sendall(f"POST /u/{token} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n".encode())
        assert s.recv(64).startswith(b"HTTP/1.1 413")
    assert site.post("/u/" + token, ONE_CLICK + b"&x=" + b"y" * 9000).status == 413
    with socket.create_connection(("127.0.0.1", site.port), 10) as s:
        s.sendall(f"POST /u/{token} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: "
                  "application/x-www-form-urlencoded\r\n\r\n".encode())
        try:
            for _ in range(40):
                s.sendall(b"400\r\n" + b"a" * 1024 + b"\r\n")
            s.sendall(b"0\r\n\r\n")
            assert s.recv(64).startswith(b"HTTP/1.1 413")
        except OSError:
            pass
    for head in [b"X-A: " + b"b" * 100000, b"\r\n".join(b"X-%d: y" % i for i in range(5000)),
                 b"GET /" + b"a" * 100000]:
        with socket.create_connection(("127.0.0.1", site.port), 10) as s:
            try:
                s.sendall(f"GET /u/{token} HTTP/1.1\r\nHost: x\r\n".encode() + head + b"\r\n\r\n")
                answer = s.recv(64)
                assert not answer or answer.startswith(b"HTTP/1.1 4"), answer
            except OSError:
                pass
    assert site.ask("GET", "/u/" + "A" * 5000).status == 404
    assert not site.events("large@example.com") and site.ask("GET", "/healthz").status == 200


def rubbish(site):
    """bytes that are no HTTP do no harm"""
    chance = random.Random(1)
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", site.port), 5) as s:
            s.sendall(chance.choice([b"", b"POST /u/ HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"]) +
                      chance.randbytes(chance.randrange(1, 300)) + b"\r\n\r\n")
    assert site.ask("GET", "/healthz").status == 200


def many_connections(site):
    """more connections than are allowed: once they are cut off it serves again"""
    idle = [socket.socket() for _ in range(400)]
    for s in idle:
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", site.port))
    begun = time.monotonic()
    while not site.events("crowd@example.com"):
        assert time.monotonic() - begun < 10
        time.sleep(0.2)
        try:
            assert site.one_click(site.token("crowd@example.com")).status == 200
        except OSError:
            pass
    for s in idle:
        s.close()


def rate(site):
    """one client that asks too often gets 429, others do not; one-clicks of a provider always pass"""
    site.settings["web_rate"] = 20
    site.write_settings()
    site.hang_up()
    token = site.token("rate@example.com")
    first = {"X-Real-IP": "192.0.2.7"}
    statuses = [site.ask("GET", "/u/" + token, headers=first).status for _ in range(30)]
    assert statuses[:20] == [200] * 20 and 429 in statuses, statuses
    reply = site.ask("GET", "/u/" + token, headers=first)
    assert reply.status == 429 and reply.headers["Retry-After"], reply.status
    check_page(reply.text, "en")
    assert site.post("/u/x", ONE_CLICK, **first).status == 429
    assert site.ask("GET", "/u/" + token, headers={"X-Real-IP": "192.0.2.8"}).status == 200
    for i in range(60):
        assert site.one_click(site.token(f"rate{i}@example.com"), **first).status == 200
    six = [site.ask("GET", "/u/x", headers={"X-Real-IP": f"2001:db8:0:1::{i:x}"}).status for i in range(30)]
    assert 429 in six, "one /64 is one client"
    site.settings["web_rate"] = 1000000
    site.write_settings()
    site.hang_up()


def keys_rotate(site):
    """a new key makes links, the old ones still work; one that was taken out does not; SIGHUP suffices"""
    old = site.token("old@example.com")
    site.new_key()
    site.own()
    new = site.token("new@example.com")
    assert site.one_click(new).status == 404
    site.hang_up()
    assert site.one_click(old).status == 200 and site.one_click(new).status == 200
    with open(site.path("keys"), encoding="ascii") as file:
        text = file.read()
    with open(site.path("keys"), "w", encoding="ascii") as file:
        file.write("rubbish\n")
    site.hang_up()
    assert "reload=failed" in site.log_text()
    assert site.ask("GET", "/u/" + new).status == 200, "a failed reload keeps what was"
    lines = text.splitlines(keepends=True)
    with open(site.path("keys"), "w", encoding="ascii") as file:
        file.writelines(lines[:2])
    site.hang_up()
    assert site.ask("GET", "/u/" + new).status == 200 and site.ask("GET", "/u/" + old).status == 404
    with open(site.path("keys"), "w", encoding="ascii") as file:
        file.write(text)
    site.hang_up()


def check_not_yet(reply):
    assert reply.status == 503 and int(reply.headers["Retry-After"]) > 0, reply.status
    assert "Not done yet" in reply.text and "Done" not in reply.text, reply.text
    check_page(reply.text, "en")


def store_locked(site):
    """while somebody else holds the store: 503 with Retry-After and a sentence; afterwards it is done"""
    token = site.token("locked@example.com")
    lock = sqlite3.connect(site.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        waits = [pool.submit(site.one_click, token) for _ in range(30)]
        begun = time.monotonic()
        assert site.ask("GET", "/nothing").status == 404 and time.monotonic() - begun < 1, "others wait"
        for wait in waits:
            check_not_yet(wait.result())
        assert time.monotonic() - begun < 30
    check_not_yet(site.ask("GET", "/p/" + token))
    assert site.ask("GET", "/u/" + token).status == 200  # the button needs no store
    assert site.ask("GET", "/healthz").status == 503
    lock.execute("ROLLBACK")
    lock.close()
    assert not site.events("locked@example.com")
    time.sleep(1.1)
    assert site.one_click(token).status == 200 and len(site.events("locked@example.com")) == 1


def store_moved(site):
    """a store that was moved away takes no withdrawal; what is put in its place does"""
    token = site.token("moved@example.com")
    os.rename(site.store, site.store + ".kept")
    check_not_yet(site.one_click(token))
    assert not os.path.exists(site.store), "a second store was made"
    time.sleep(1.1)
    check_not_yet(site.one_click(token))
    subprocess.run(["cp", "-p", site.store + ".kept", site.store], check=True)
    time.sleep(1.1)
    assert site.one_click(token).status == 200
    assert len(site.events("moved@example.com")) == 1
    os.remove(site.store + ".kept")


def store_read_only(site):
    """a store that cannot be written: 503, not done"""
    if os.geteuid() != 0:
        return "SKIP needs root to give the store away"
    os.chown(site.store, 0, 0)
    os.chmod(site.store, 0o444)
    site.hang_up()
    check_not_yet(site.one_click(site.token("frozen@example.com")))
    os.chmod(site.store, 0o644)
    site.own()
    time.sleep(1.1)
    assert site.one_click(site.token("frozen@example.com")).status == 200
    return None


def store_full(site):
    """a store that may not grow: 503, not done"""
    site.stop()
    size = os.path.getsize(site.store)
    site.write_settings()
    site.own()
    command = f"ulimit -f {size // 1024}; exec '{BUILD}/licet-web' --config '{site.path('licet.cfg')}'"
    site.process = subprocess.Popen(["bash", "-c", command], stderr=site.log, stdin=subprocess.DEVNULL)
    time.sleep(1)
    seen = set()
    for i in range(60):
        reply = site.one_click(site.token(f"full{i}-{'x' * 200}@example.com"))
        seen.add(reply.status)
        if reply.status == 503:
            check_not_yet(reply)
            assert not site.events(f"full{i}-{'x' * 200}@example.com")
            break
        assert len(site.events(f"full{i}-{'x' * 200}@example.com")) == 1
    assert 503 in seen, seen
    site.stop()
    site.start()


def several_writers(site):
    """with two other programs writing and reading at the same time every 200 is in the store, once"""
    stop = threading.Event()
    written = []

    def write(name):
        round_ = 0
        while not stop.is_set():
            rows = ["address,purpose,state,basis,at,source"]
            rows += [f"{name}{round_}-{i}@example.net,*,granted,express,2026-02-03T04:05:06Z,import" for i in range(20)]
            path = site.path(name + ".csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(rows) + "\n")
            done = site.licet("consent", "import", path, "--consent", "sqlite:" + site.store, check=False)
            if done.returncode == 0:
                written.extend(row.split(",")[0] for row in rows[1:])
            round_ += 1
    threads = [threading.Thread(target=write, args=(name,)) for name in ("alpha", "beta")]
    for thread in threads:
        thread.start()

    def post(i):
        return i, site.one_click(site.token(f"writer{i}@example.com", "*")).status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(post, range(120)))
    stop.set()
    for thread in threads:
        thread.join()
    addresses = [e["address"] for e in site.events() if e["address"].startswith("writer")]
    done = [i for i, status in results if status == 200]
    assert sorted(addresses) == sorted(f"writer{i}@example.com" for i in done), "lost or doubled"
    assert {status for _, status in results} <= {200, 503} and len(done) > 100, len(done)
    granted = {e["address"] for e in site.events(states=("granted",))}
    assert written and granted >= set(written), "a row of another writer was lost"


def killed(site):
    """kill -9 while POSTs come in: what was answered 200 is in the store"""
    done = []

    def post(i):
        try:
            if site.one_click(site.token(f"killed{i}@example.com"), timeout=5).status == 200:
                done.append(f"killed{i}@example.com")
        except (OSError, ValueError, Exception):  # noqa: B014  a torn answer is no answer
            pass
    for round_ in range(3):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            waits = [pool.submit(post, round_ * 100 + i) for i in range(60)]
            time.sleep(0.15 + 0.1 * round_)
            site.stop(kill=True)
            concurrent.futures.wait(waits)
        site.start()
    stored = [e["address"] for e in site.events() if e["address"].startswith("killed")]
    assert done and set(done) <= set(stored) and len(stored) == len(set(stored)), (len(done), len(stored))


def for_this_host_only(site):
    """health and metrics are not for what a web server passed on"""
    for name in "X-Real-IP", "X-Forwarded-For":
        for path in "/healthz", "/metrics":
            assert site.ask("GET", path, headers={name: "192.0.2.1"}).status == 404
    assert site.ask("GET", "/healthz").text == "ok\n"
    text = site.ask("GET", "/metrics").text
    assert re.search(r"(?m)^# TYPE licet_web_one_clicks_total counter$", text) and "store_up 1" in text


def few_rights(site):
    """it runs as its own user, without capabilities, and cannot gain any"""
    with open(f"/proc/{site.process.pid}/status", encoding="ascii") as file:
        status = dict(line.split(":", 1) for line in file if ":" in line)
    assert status["NoNewPrivs"].strip() == "1", status["NoNewPrivs"]
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0, status["CapEff"]
    if os.geteuid() == 0:
        assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split(), status["Uid"]
        assert "0" not in status["Groups"].split(), status["Groups"]


def refuses_to_start(site):
    """it does not start as root for good, with a store nobody can write to, or without keys"""
    def start(**settings):
        kept = dict(site.settings)
        site.settings.update(settings)
        site.write_settings()
        site.settings = kept
        return subprocess.run([os.path.join(BUILD, "licet-web"), "--config", site.path("licet.cfg"), "--check"],
                              capture_output=True, text=True, check=False)
    rows = [({"unsubscribe_keys": ""}, "nothing to serve: unsubscribe_keys is not set"), ({"consent": "nothing:"}, 'consent store "nothing"'),
            ({"consent": os.path.join(TOP, "contrib/rehearsal/consent.csv")}, "is read, not written"),
            ({"consent": "sqlite:/dev/null/consent.db"}, "consent: sqlite:/dev/null/consent.db"),
            ({"web_listen": "unix:/tmp/x"}, "web_listen"), ({"web_imprint": "javascript:alert(1)"}, "web_imprint")]
    if os.geteuid() == 0:
        rows += [({"web_user": ""}, "does not serve as root"), ({"web_user": "root"}, "is root"),
                 ({"web_user": "no-such-user"}, "no such user")]
    for settings, says in rows:
        done = start(**settings)
        assert done.returncode == 78 and says in done.stderr, (settings, done)
    assert start().returncode == 0
    site.write_settings()


NGINX = """
daemon off; pid {dir}/pid; error_log {dir}/error.log info; worker_processes 1; {user}
events {{ worker_connections 64; }}
http {{
  access_log {dir}/access.log; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/w; scgi_temp_path {dir}/s;
  server {{ listen 127.0.0.1:{port}; include {dir}/licet.conf; location / {{ return 404; }} }}
}}
"""


def behind_nginx(site):
    """behind nginx with the shipped snippet: links work, nothing else is passed on or logged, down is 503"""
    if not shutil.which("nginx"):
        return "SKIP there is no nginx"
    dir_, port = site.path("nginx"), free_port()
    os.mkdir(dir_)
    with open(os.path.join(TOP, "contrib/nginx/licet.conf"), encoding="utf-8") as file:
        snippet = file.read().replace(":10028", f":{site.port}")
    with open(os.path.join(dir_, "licet.conf"), "w", encoding="utf-8") as file:
        file.write(snippet)
    with open(os.path.join(dir_, "nginx.conf"), "w", encoding="utf-8") as file:
        file.write(NGINX.format(dir=dir_, port=port, user="user nobody nogroup;" if os.geteuid() == 0 else ""))
    nginx = subprocess.Popen(["nginx", "-p", dir_, "-c", os.path.join(dir_, "nginx.conf")], stderr=subprocess.DEVNULL)
    behind, site.port = site.port, port
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        token = site.token("nginx@example.com")
        assert site.ask("GET", "/u/" + token).status == site.ask("GET", "/p/" + token).status == 200
        assert not site.events("nginx@example.com")
        reply = site.one_click(token)
        assert reply.status == 200 and "Location" not in reply.headers and "Set-Cookie" not in reply.headers
        assert site.post("/u/" + site.token("nginx2@example.com"), MULTIPART,
                         **{"Content-Type": "multipart/form-data; boundary=FormBoundary"}).status == 200
        assert len(site.events("nginx@example.com")) == len(site.events("nginx2@example.com")) == 1
        assert "This link does not work" in site.ask("GET", "/u/" + "A" * 60).text
        for path in "/metrics", "/healthz", "/u/x", "/u/" + token + "/x", "/", "/u/../metrics", "/u/%2e%2e/metrics":
            assert site.ask("GET", path).status == 404, path
            assert "licet_web" not in site.ask("GET", path).text
        assert site.post("/u/" + token, ONE_CLICK + b"&x=" + b"y" * 9000).status == 413
        site.stop()
        reply = site.one_click(token)
        assert reply.status == 503 and reply.headers["Retry-After"] == "120" and "nothing has changed" in reply.text
        for name in "access.log", "error.log":
            with open(os.path.join(dir_, name), encoding="utf-8") as file:
                assert token[:20] not in file.read(), name
    finally:
        site.port = behind
        nginx.terminate()
        nginx.wait()
        if not site.process:
            site.start()
    return None


def says_nothing_of_people(site):
    """no token, no address and no client's address is in the log, or in a message of the system"""
    text = site.log_text()
    assert "ready" in text and "consent: " in text
    assert "@" not in text and "192.0.2" not in text and site.token("ana@example.com")[:20] not in text, text


TESTS = [one_click_acts, suppressed_keeps_the_no, tags_are_folded, addresses_of_all_kinds, multipart_acts, forms_of_all_kinds,
         again_is_no_error, reading_changes_nothing, other_methods_change_nothing, other_bodies_change_nothing,
         forged_tokens, tokens_of_ours_read_elsewhere, strict_headers, pages_in_six_languages, button_acts,
         choices_act, linked_addresses, slow_clients, large_requests, rubbish, many_connections, rate, keys_rotate,
         store_locked, store_moved, store_read_only, store_full, several_writers, killed, for_this_host_only,
         few_rights, refuses_to_start, behind_nginx, says_nothing_of_people]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    site = Site(BUILD, web_seconds=3, web_connections=200)
    failed = 0
    try:
        site.start()
        for number, test in enumerate(TESTS, 1):
            begun = time.monotonic()
            try:
                skip = test(site)
                print(f"ok {number} - {test.__doc__}" + (f" # {skip}" if skip else ""), flush=True)
            except Exception as error:  # noqa: BLE001  the next test still tells something
                failed = 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
            if os.environ.get("LICET_TIMES"):
                print(f"# {time.monotonic() - begun:.1f} s {test.__name__}", flush=True)
        site.stop()
    finally:
        site.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
