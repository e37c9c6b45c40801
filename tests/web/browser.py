#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The pages of licet-web in headless Chromium: no error, nothing loaded from elsewhere, keyboard only, contrast,
and screenshots at phone and desktop width to look at. Prints TAP; skipped where there is no Chromium.

Arguments: the top of the source tree, the build directory; a directory for the screenshots.
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", "."))
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
SHOTS = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
sys.path.insert(0, os.path.join(TOP, "tests", "web"))
from harness import Site  # noqa: E402

WIDTHS = {"phone": (360, 740), "desktop": (1280, 800)}


class Browser:
    """Chromium by the DevTools protocol over a pair of pipes."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="licet-chromium.")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()

        def arrange():
            # Chromium reads from 3 and writes to 4; neither may be one of the ends that it gets.
            a, b = os.dup2(to_read, 30), os.dup2(from_write, 31)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=arrange, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.number = 0
        self.buffer = b""
        self.notes = []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Network", "Log", "Accessibility":
            self.call(domain + ".enable")

    def read(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.from_read, 65536)
            assert piece, "Chromium has ended"
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.notes.append(answer)

    def wait(self, method):
        for i, note in enumerate(self.notes):
            if note.get("method") == method:
                return self.notes.pop(i)
        while True:
            note = self.read()
            if note.get("method") == method:
                return note
            self.notes.append(note)

    def go(self, url):
        self.notes.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def js(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def key(self, key, text=None):
        code = {"Tab": 9, "Enter": 13, " ": 32}[key]
        down = {"type": "keyDown", "key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        if text:
            down["text"] = text
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", **{**down, "type": "keyUp"})

    def size(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def shot(self, name):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        if SHOTS:
            os.makedirs(SHOTS, exist_ok=True)
            with open(os.path.join(SHOTS, name + ".png"), "wb") as file:
                file.write(base64.b64decode(data))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


FOCUS = "(e => e.id || (e.name && e.name + '=' + e.value) || e.getAttribute('href') || e.tagName)(document.activeElement)"
OUTLINE = "getComputedStyle(document.activeElement).outlineWidth"
# WCAG 2.2 relative luminance of every text against what stands behind it.
CONTRAST = """(() => {
  const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => { x /= 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const behind = e => { for (; e; e = e.parentElement) { const b = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$|transparent/.test(b)) return b; } return 'rgb(255, 255, 255)'; };
  let least = 21;
  for (const e of document.querySelectorAll('h1,p,li,label,legend,span,button,a,header,footer')) {
    const a = light(getComputedStyle(e).color), b = light(behind(e));
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)); }
  return least; })()"""
TARGETS = "Math.min(...[...document.querySelectorAll('button,.row')].map(e => e.getBoundingClientRect().height), 99)"


def check_sound(browser):
    """Nothing was complained about and nothing came from elsewhere."""
    bad = [n for n in browser.notes if n.get("method") == "Log.entryAdded" and
           n["params"]["entry"]["level"] == "error" and "favicon" not in json.dumps(n) and
           "status of" not in n["params"]["entry"]["text"]]
    assert not bad, bad
    asked = {n["params"]["request"]["url"] for n in browser.notes if n.get("method") == "Network.requestWillBeSent"}
    assert all(url.startswith("http://127.0.0.1:") for url in asked), asked
    assert browser.js("document.cookie") == ""
    assert browser.js("getComputedStyle(document.querySelector('main')).maxWidth") == "544px", "the style is blocked"


def show(browser, site, name, path):
    for width, (w, h) in WIDTHS.items():
        for dark in False, True:
            browser.size(w, h, dark)
            browser.go(site.base + path)
            check_sound(browser)
            assert browser.js("document.documentElement.scrollWidth") <= w, "it is wider than the screen"
            assert browser.js(CONTRAST) >= 7, browser.js(CONTRAST)
            assert browser.js(TARGETS) >= 44, browser.js(TARGETS)
            browser.shot(f"{name}-{width}{'-dark' if dark else ''}")


def pages_look_right(browser, site):
    """every page on a phone and a desktop, light and dark: contrast of 7, targets of 44 pixels, nothing cut"""
    for language in "en", "es", "de", "fr", "it", "pt":
        site.grant(f"{language}@example.com", language=language)
        show(browser, site, "unsubscribe-" + language, "/u/" + site.token(f"{language}@example.com"))
        show(browser, site, "choices-" + language, "/p/" + site.token(f"{language}@example.com"))
    long = "a-very-long-local-part-that-nobody-has" * 3 + "@a-domain-with-a-long-name-indeed." + "sub." * 20 + "example"
    show(browser, site, "long-address", "/u/" + site.token(long))
    show(browser, site, "bad-link", "/u/nothing")


ERRORS = [("bad-link", "/u/nothing", None), ("no-such-page", "/nothing", None), ("bad-request", "/u/{token}", "post"),
          ("not-yet", "/p/{token}", "down"), ("too-many", "/p/{token}", "crowd")]


def submit(browser, path):
    """What a form of another page would send."""
    browser.js("{const f = document.createElement('form'); f.method = 'post'; f.action = " + json.dumps(path) +
               "; document.body.append(f); f.submit()}")
    browser.wait("Page.loadEventFired")


def errors_say_what_to_do(browser, site):
    """each page of an error is in the reader's language, with one heading and what to do, on a phone"""
    down = Site(BUILD, consent="unavailable:").start()
    crowd = Site(BUILD, web_rate=1).start()
    titles = set()
    try:
        for language in "en", "es", "de", "fr", "it", "pt":
            browser.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language + ";q=0.9, *;q=0.1"})
            browser.size(*WIDTHS["phone"])
            for name, path, how in ERRORS:
                there = {"down": down, "crowd": crowd}.get(how, site)
                base = f"http://127.0.0.1:{there.port}"
                url = base + path.format(token=there.token("nobody@example.com"))
                for _ in range(3 if how == "crowd" else 1):
                    browser.go(url)
                if how == "post":
                    submit(browser, url)
                check_sound(browser)
                assert browser.js("document.documentElement.lang") == language
                assert browser.js("document.querySelectorAll('h1').length") == 1
                title, heading = browser.js("document.title"), browser.js("document.querySelector('h1').textContent")
                assert title.startswith(heading) and len(browser.js("document.querySelector('main p').textContent")) > 25
                assert browser.js("document.documentElement.scrollWidth") <= WIDTHS["phone"][0]
                assert browser.js(CONTRAST) >= 7
                titles.add((language, heading))
                browser.shot(f"error-{name}-{language}")
    finally:
        browser.call("Network.setExtraHTTPHeaders", headers={})
        down.close()
        crowd.close()
    assert len(titles) == 30, titles


def who_looks_again_sees_it(browser, site):
    """the link opened again says that it is done, and the page of choices that nothing is left"""
    for language in "en", "de":
        address = f"again-{language}@example.com"
        site.grant(address, language=language)
        site.one_click(site.token(address))
        show(browser, site, "again-" + language, "/u/" + site.token(address))
        assert not browser.js("document.querySelectorAll('button').length")
        site.post("/p/" + site.token(address), {"all": "yes"})
        show(browser, site, "all-stopped-" + language, "/p/" + site.token(address))
        assert browser.js("document.querySelectorAll('button').length") == 1
        site.post("/p/" + site.token(address), {"choose": "yes", "stop": "tracking"})
        show(browser, site, "nothing-left-" + language, "/p/" + site.token(address))
        assert not browser.js("document.querySelectorAll('button').length")


def keyboard_unsubscribes(browser, site):
    """with the keyboard alone: Tab to the button, Enter, and it is done"""
    browser.size(*WIDTHS["phone"])
    browser.go(site.base + "/u/" + site.token("key@example.com"))
    browser.key("Tab")
    assert browser.js(FOCUS) == "confirm=yes", browser.js(FOCUS)
    assert browser.js(OUTLINE) == "3px", browser.js(OUTLINE)
    browser.shot("focus-phone")
    browser.key("Enter", "\r")
    browser.wait("Page.loadEventFired")
    check_sound(browser)
    assert browser.js("document.querySelector('h1').textContent").startswith("Done")
    browser.shot("done-phone")
    assert [e["source"] for e in site.events("key@example.com")] == ["unsubscribe-page"]


def keyboard_chooses(browser, site):
    """with the keyboard alone: from the first page to the choices, two ticked, saved"""
    browser.go(site.base + "/u/" + site.token("box@example.com"))
    for _ in range(2):
        browser.key("Tab")
    browser.key("Enter", "\r")
    browser.wait("Page.loadEventFired")
    assert "/p/" in browser.js("location.href")
    order = []
    for _ in range(13):
        browser.key("Tab")
        order.append(browser.js(FOCUS))
        if order[-1] in ("offer", "tracking"):
            browser.key(" ", " ")
    assert order[0] == "all=yes" and order[1] == "newsletter" and order[-2] == "choose=yes", order
    browser.shot("ticked-phone")
    browser.js("document.querySelector('[name=choose]').focus()")
    browser.key("Enter", "\r")
    browser.wait("Page.loadEventFired")
    check_sound(browser)
    browser.shot("chosen-phone")
    assert [e["purpose"] for e in site.events("box@example.com")] == ["offer", "tracking"]
    browser.go(site.base + "/p/" + site.token("box@example.com"))
    assert browser.js("[...document.querySelectorAll(':disabled')].map(e => e.id).join()") == "offer,tracking"
    browser.shot("choices-after-phone")


def labels_are_told(browser, site):
    """the accessibility tree has a name for each control, and one heading"""
    browser.go(site.base + "/p/" + site.token("tree@example.com"))
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    told = [(n["role"]["value"], n["name"]["value"]) for n in nodes if not n.get("ignored") and "role" in n and "name" in n]
    boxes = [name for role, name in told if role == "checkbox"]
    assert len(boxes) == 10 and all(boxes), boxes
    assert len([1 for role, _ in told if role == "button"]) == 2
    assert [name for role, name in told if role == "heading"] == ["What should stop?"]
    assert ("group", "I no longer want:") in told, told


TESTS = [pages_look_right, errors_say_what_to_do, who_looks_again_sees_it, keyboard_unsubscribes, keyboard_chooses, labels_are_told]


def main():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("1..0 # SKIP there is no Chromium")
        return 0
    print(f"1..{len(TESTS)}", flush=True)
    site = Site(BUILD).start()
    site.base = f"http://127.0.0.1:{site.port}"
    browser = Browser(program)
    failed = 0
    try:
        for number, test in enumerate(TESTS, 1):
            try:
                test(browser, site)
                print(f"ok {number} - {test.__doc__}", flush=True)
            except Exception as error:  # noqa: BLE001  the next test still tells something
                failed = 1
                print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
                print(f"not ok {number} - {test.__doc__}", flush=True)
    finally:
        browser.close()
        site.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
