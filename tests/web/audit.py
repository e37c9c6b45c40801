#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The log's pages of licet-web on the log of a day: who gets in, what a search finds (compared with the lines read
with Python's json), and the story of each kind of record. Prints TAP.

Arguments: the top of the source tree, the build directory; a directory for screenshots.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

import html5lib

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
SHOTS = sys.argv[3] if len(sys.argv) > 3 else None
sys.path[:0] = [os.path.join(TOP, "tests", "web"), os.path.join(TOP, "tests", "audit")]
import day  # noqa: E402
from harness import FORM, Site  # noqa: E402

MESSAGES = 300
NOW = "2026-11-25T08:00:00Z"


def prepare():
    site = Site(BUILD)
    site.day = os.path.join(site.store_dir, "day")
    os.mkdir(site.day)
    day.run_day(BUILD, day.prepare(TOP, site.day, MESSAGES), MESSAGES)
    site.rows = []
    for name in sorted(os.listdir(site.day)):
        if name.startswith("audit") and name.endswith(".jsonl"):
            with open(os.path.join(site.day, name), encoding="utf-8") as file:
                site.rows += [json.loads(line) for line in file]
    site.settings.update({"audit_log": site.day + "/audit.jsonl", "state": site.day + "/state.db",
                          "web_auditors": site.path("auditors")})
    printed = site.licet("key", "new", "--auditor", "olga", "--out", site.path("auditors")).stdout
    site.secret = printed.split()[-1]
    os.chmod(site.path("auditors"), 0o644)
    return site.start("--now", NOW)


def entry(secret, name="olga"):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def page(site, path, fields=None, language="en", status=200):
    headers = {**entry(site.secret), "Accept-Language": language}
    body = None
    if fields is not None:
        body = urllib.parse.urlencode(fields).encode()
        headers["Content-Type"] = FORM
    reply = site.ask("POST" if body is not None else "GET", path, body, headers)
    assert reply.status == status, (path, reply.status, reply.text[-600:])
    html5lib.HTMLParser(strict=True).parse(reply.text)
    assert not re.search(r"p\d+@example|<script|javascript:", reply.text), "an address"
    return reply.text


def found(text):
    match = re.search(r"Records found: (\d+), the newest", text)
    return int(match.group(1)) if match else 0


def only_with_a_token(site):
    """without an auditor's token nothing is shown, and without auditors there is no such page"""
    for headers in ({}, entry("x"), entry(site.secret + "A"), entry(site.secret[:-1]), entry(""),
                    {"Authorization": "Bearer " + site.secret}, {"Authorization": "Basic " + "A" * 600},
                    {"Authorization": "Basic"}, {"Authorization": "basic !!!"}):
        for path in "/audit", "/audit/3":
            reply = site.ask("GET", path, headers=headers)
            assert reply.status == 401 and "Basic" in reply.headers["WWW-Authenticate"], (headers, reply.status)
            assert "Queue id" not in reply.text and "shop.example" not in reply.text
    for method in "PUT", "DELETE":
        assert site.ask(method, "/audit", headers=entry(site.secret)).status == 405
    assert site.ask("GET", "/auditors", headers=entry(site.secret)).status == 404
    kept = site.settings.pop("web_auditors")
    site.write_settings()
    site.hang_up()
    assert site.ask("GET", "/audit", headers=entry(site.secret)).status == 404
    site.settings["web_auditors"] = kept
    site.write_settings()
    site.hang_up()
    assert site.secret not in open(site.path("auditors"), encoding="ascii").read()


def search_finds_what_is_there(site):
    """each field of the search finds as many records as Python does in the lines"""
    rows = site.rows
    deepest = next(r for r in rows if r["record"] == "decision" and r["outcome"] == "strip")

    def count(test):
        return sum(1 for r in rows if test(r))
    for fields, test in [
            ({"since": ""}, lambda r: True),
            ({"outcome": "strip"}, lambda r: r.get("outcome") == "strip"),
            ({"outcome": "refuse", "territory": "de"}, lambda r: r.get("outcome") == "refuse" and r["territory"] == "DE"),
            ({"sender": "shop.example"}, lambda r: r.get("sender_domain") == "shop.example"),
            ({"class": "mixed"}, lambda r: r.get("message", {}).get("class") == "mixed"),
            ({"queue_id": deepest["queue_id"]}, lambda r: deepest["queue_id"] in (r.get("queue_id"),
                                                                                  r.get("submitted_queue_id"))),
            ({"since": "2026-11-24T12:00:00Z"}, lambda r: r["time"] >= "2026-11-24T12:00:00Z"),
            ({"until": "2026-11-24T06:00:00Z"}, lambda r: r["time"] < "2026-11-24T06:00:00Z"),
            ({"purpose": "newsletter"}, lambda r: "newsletter" in (r.get("message", {}).get("purpose"),
                                                                    r.get("message", {}).get("promo_purpose"))),
            ({"outcome": "nothing"}, lambda r: False)]:
        text = page(site, "/audit", fields)
        assert found(text) == count(test), (fields, found(text), count(test))
        assert text.count("<tr><td><a") == min(count(test), 200)
    for language, cells, wrong in ("en", ("stripped", "decision", "mixed"), "<td>strip</td>"), \
            ("es", ("recortado", "decisión", "mixto"), "<td>mixed</td>"):
        text = page(site, "/audit", {"outcome": "strip"}, language)
        assert all(f"<td>{cell}</td>" in text for cell in cells) and wrong not in text, language
        assert '<option value="strip" selected>' in text
    for name in {r.get("outcome") for r in rows} - {None}:
        assert f'<option value="{name}">' in page(site, "/audit"), name
    assert "is no time" in page(site, "/audit", {"since": "soon"}, status=400)
    assert "&lt;b&gt;" in page(site, "/audit", {"sender": "<b>\"'"})


def begins_with_a_week(site):
    """the form begins with the last seven days"""
    assert 'name="since" autocomplete="off" value="2026-11-18"' in page(site, "/audit")
    assert 'name="since" autocomplete="off" value=""' in page(site, "/audit", {"outcome": "strip"})


def search_by_address(site):
    """an address finds its records by the salt, in no URL and no page"""
    counts = {}
    for n in range(40):
        address = f"p{n}@{day.DOMAINS[n % 3]}"
        done = subprocess.run([os.path.join(BUILD, "licet"), "audit", "find", address, "--json", "--config", site.path("licet.cfg")],
                              capture_output=True, text=True, check=False)
        counts[address] = len(done.stdout.splitlines()) if done.returncode == 0 else 0
        headers = {**entry(site.secret), "Content-Type": FORM}
        reply = site.ask("POST", "/audit", urllib.parse.urlencode({"address": address}).encode(), headers)
        assert reply.status == 200
        assert reply.text.count(address) == 1, "it stands in the form that was sent, and nowhere else"
        assert found(reply.text) == counts[address], (address, counts[address], found(reply.text))
    assert sum(counts.values()) > 0, counts
    page(site, "/audit", {"address": "nobody"}, status=400)


def stories(site):
    """a record's story names rule, source, evidence, what was removed, and what became of it"""
    for outcome, says in [("strip", "licet removed the block “"),
                          ("refuse", "licet refused the mail for this recipient, who gets nothing, because "),
                          ("deliver", "licet let the mail go to this recipient"), ("defer", "The mail waits for this recipient")]:
        rows = [r for r in site.rows if r["record"] == "decision" and r["outcome"] == outcome]
        if not rows and outcome == "defer":
            continue
        row = rows[0]
        text = page(site, f"/audit/{row['seq']}")
        assert says in text, text[:3000]
        for rule in row["rules"]:
            assert rule["id"] in text
        if row["rule"] and outcome != "deliver":
            assert re.search(f", because (of )?{row['rule']} \\({re.escape(row['source'])}\\)", text)
        if outcome == "strip":
            edit = next(e for e in row["copy"]["edits"] if e["kind"] == "strip")
            assert f"“{edit['begins']}” ({edit['bytes_removed']} bytes of " in text and edit["where"] in text
            assert len(edit["begins"]) < 45 and all(sign["seen"] for sign in row["message"]["evidence"])
    split = next(r for r in site.rows if r["record"] == "outcome" and r["outcome"] == "submitted")
    text = page(site, f"/audit/{split['seq']}")
    assert "The same mail to the same recipient" in text
    own = next(r for r in site.rows if r["record"] == "decision" and r["queue_id"] == split["queue_id"] and
               r["subject"] == split["subject"])
    assert f'href="/audit/{own["seq"]}"' in text and f'href="/audit/{split["seq"]}"' not in text
    strip = next(r for r in site.rows if r["record"] == "decision" and r["outcome"] == "strip" and
                 r["rule"].endswith("-CONSENT") and r["copy"]["edits"])
    spanish = page(site, f"/audit/{strip['seq']}", language="es-MX,es;q=0.9")
    assert 'lang="es"' in spanish and "licet retiró el bloque «" in spanish and " exige consentimiento para esta promoción (" in spanish
    refused = next(r for r in site.rows if r.get("consent", {}).get("state") == "refused" and r["outcome"] == "refuse" and
                   r["rule"].endswith("-CONSENT"))
    assert "the newest event is a withdrawal from all promotion of 3 February 2026, 10:15 UTC" in page(site, f"/audit/{refused['seq']}")
    for record, says in ("outcome", "for this recipient"), ("failure", "licet could not decide"), ("policies", "the log wrote of itself"):
        row = next((r for r in site.rows if r["record"] == record), None)
        if row:
            assert says in page(site, f"/audit/{row['seq']}"), record


def every_record_has_a_page(site):
    """each record of the day has its page, in both languages, and what is none has none"""
    for row in site.rows[::60]:
        for language in "en", "es":
            text = page(site, f"/audit/{row['seq']}", language=language)
            assert "(null)" not in text and "%s" not in text, text
    for path in "/audit/", "/audit/0", "/audit/99999999", "/audit/x", "/audit/1x", "/audit/-1", "/audit/1/2", "/audit/../u":
        reply = site.ask("GET", path, headers=entry(site.secret))
        assert reply.status == 404, (path, reply.status)


def nothing_is_written(site):
    """reading leaves the files as they are; who read which page is told, and no address"""
    def state():
        return {n: hashlib.sha256(open(os.path.join(site.day, n), "rb").read()).hexdigest()
                for n in os.listdir(site.day) if os.path.isfile(os.path.join(site.day, n))}
    before = state()
    page(site, "/audit", {"since": ""})
    page(site, "/audit/5")
    assert state() == before
    log = site.log_text()
    assert "audit: auditor=olga method=GET path=/audit/5" in log and "@" not in log
    assert site.metric("strangers_total") > 5


def looks_right(site):
    """the pages in Chromium, phone and desktop: sound, readable, nothing wider than the screen"""
    from browser import CONTRAST, WIDTHS, Browser
    program = shutil.which("chromium")
    if not program:
        return "SKIP there is no Chromium"
    import browser as module
    module.SHOTS = SHOTS
    browser = Browser(program)
    try:
        strip = next(r for r in site.rows if r["record"] == "decision" and r["outcome"] == "strip")
        browser.call("Network.setExtraHTTPHeaders", headers=entry(site.secret))
        for width, (w, h) in WIDTHS.items():
            browser.size(w, h)
            for name, path in ("audit", "/audit"), ("record", f"/audit/{strip['seq']}"), ("spanish", f"/audit/{strip['seq']}"):
                language = "es" if name == "spanish" else "en"
                browser.call("Network.setExtraHTTPHeaders", headers={**entry(site.secret), "Accept-Language": language})
                browser.go(f"http://127.0.0.1:{site.port}{path}")
                assert browser.js("document.documentElement.scrollWidth") <= w, name
                assert browser.js(CONTRAST) >= 7
                browser.shot(f"{name}-{width}")
            browser.go(f"http://127.0.0.1:{site.port}/audit")
            browser.js("document.querySelector('#outcome').value = 'strip'")
            browser.js("document.querySelector('button').focus()")
            assert browser.js("document.querySelector('#outcome').tagName") == "SELECT"
            browser.key("Enter", "\r")
            browser.wait("Page.loadEventFired")
            assert browser.js("document.querySelectorAll('tbody tr').length") > 0
            assert browser.js("document.documentElement.scrollWidth") <= w
            browser.shot(f"found-{width}")
    finally:
        browser.close()
    return None


def checked(site, **settings):
    kept = dict(site.settings)
    site.settings.update(settings)
    site.write_settings()
    site.settings = kept
    done = subprocess.run([os.path.join(BUILD, "licet-web"), "--config", site.path("licet.cfg"), "--check"],
                          capture_output=True, text=True, check=False)
    site.write_settings()
    return done


def says_what_it_cannot_read(site):
    """--check tells a log and a state file that are not there or may not be read, both at once"""
    done = checked(site)
    assert done.returncode == 0 and "auditors=yes" in done.stdout, done
    done = checked(site, audit_log=site.path("no.jsonl"), state=site.path("no.db"))
    assert done.returncode == 78 and f"audit_log: {site.path('no.jsonl')}: there is no log" in done.stderr, done
    assert f"state (a search by address needs it): {site.path('no.db')}" in done.stderr, done
    if os.geteuid() == 0:
        file = site.day + "/audit.jsonl"
        kept = os.stat(file)
        os.chown(file, 0, 0)
        os.chmod(file, 0o600)
        done = checked(site)
        os.chown(file, kept.st_uid, kept.st_gid)
        os.chmod(file, kept.st_mode)
        assert done.returncode == 78 and f"audit_log: {file}: Permission denied" in done.stderr, done


def auditors_alone(site):
    """without keys it serves auditors alone, and asks for no consent store"""
    kept = dict(site.settings)
    site.stop()
    site.settings.update({"unsubscribe_keys": "", "consent": "sqlite:" + site.path("none.db")})
    assert checked(site).returncode == 0
    site.start("--now", NOW)
    assert site.ask("GET", "/audit", None, entry(site.secret)).status == 200
    assert site.ask("GET", "/healthz").status == 200
    assert site.ask("GET", "/u/" + "A" * 60).status == 404 and site.ask("GET", "/p/x").status == 404
    site.hang_up()
    assert "reload=done" in site.log_text()
    site.stop()
    site.settings = kept
    site.start("--now", NOW)


TESTS = [only_with_a_token, search_finds_what_is_there, begins_with_a_week, search_by_address, stories, every_record_has_a_page,
         nothing_is_written, says_what_it_cannot_read, auditors_alone, looks_right]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    site = prepare()
    failed = 0
    try:
        for number, test in enumerate(TESTS, 1):
            try:
                skip = test(site)
                print(f"ok {number} - {test.__doc__}" + (f" # {skip}" if skip else ""), flush=True)
            except Exception as error:  # noqa: BLE001  the next test still tells something
                failed = 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
        site.stop()
    finally:
        site.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
