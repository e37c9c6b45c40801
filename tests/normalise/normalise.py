#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether Python's email package reads the same before and after a mail was made fit for its way.

usage: normalise.py TOP BUILD [FOLDER...]

Without a folder: mails made here, TAP. With folders: their files, and how many came out how.
"""
import base64
import email
import email.header
import email.utils
import os
import quopri
import random
import re
import subprocess
import sys
import tempfile

ADDRESSES = {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-to", "resent-cc"}
FREE = {"content-transfer-encoding", "mime-version"}
LETTERS = ["ü", "ß", "é", "ł", "日本語", "Привет", "😀", "a\u0301", "ﬁ"]


def crlf(data):
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def words(text):
    """RFC 2047 words decoded, blanks joined."""
    parts = []
    for data, charset in email.header.decode_header(text):
        if isinstance(data, str):
            parts.append(data)
        elif charset is None:
            parts.append(data.decode("raw-unicode-escape"))
        else:
            try:
                parts.append(data.decode(charset, "replace"))
            except LookupError:
                parts.append(repr(data))
    return re.sub(r"[ \t]+", " ", "".join(parts)).strip()


def unfold(raw):
    if hasattr(raw, "encode"):
        data = raw.encode("utf-8", "surrogateescape")
    else:
        data = str(raw).encode("utf-8", "surrogateescape")
    return re.sub(r"\r?\n|\r(?=[ \t]|$)", "", data.decode("utf-8", "surrogateescape"))


def field(name, raw):
    text = unfold(raw)
    if name in ADDRESSES:
        try:
            return [(words(who), address) for who, address in email.utils.getaddresses([text])]
        except Exception:  # pylint: disable=broad-except
            return "unreadable"
    try:
        text = words(text)
    except Exception:  # pylint: disable=broad-except
        return "unreadable"
    if name in {"list-id", "keywords"}:
        text = text.replace('"', "").replace("\\", "")
    # A fold after a comma, or between message ids, adds a blank that means nothing.
    return re.sub(r", ", ",", text) if name.startswith("list-") else text.replace("> <", "><")


def content(data):
    """What a reader gets: fields and decoded leaves."""
    message = email.message_from_bytes(data)
    out = []
    for part in message.walk():
        fields = [(name.lower(), field(name.lower(), raw)) for name, raw in part._headers
                  if name.lower() not in FREE]
        body = None if part.is_multipart() else part.get_payload(decode=True)
        out.append((part.get_content_type(), sorted(fields, key=repr), body))
    return out


# What no mail may leave with; other flaws are its sender's, unless we made them.
HARD = {"bare CR or LF", "long line", "8-bit", "a fold without text", "declared 8bit", "declared binary"}


def flaws(data):
    found = set()
    if re.search(rb"\r(?!\n)|(?<!\r)\n", data):
        found.add("bare CR or LF")
    if any(len(line) > 998 for line in data.split(b"\r\n")):
        found.add("long line")
    if re.search(rb"[\x80-\xff\0]", data):
        found.add("8-bit")
    if re.search(rb"\r\n[ \t]+\r\n", data.split(b"\r\n\r\n", 1)[0]):
        found.add("a fold without text")
    for part in email.message_from_bytes(data).walk():
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        if encoding not in {"7bit", "quoted-printable", "base64"}:
            found.add(f"declared {encoding}")
        if encoding == "quoted-printable" and re.search(r"[ \t](\r?\n|$)", part.get_payload()):
            found.add("a blank at the end of a line")
    return found | cut_words(data)


def cut_words(data):
    """Encoded words that do not decode alone (RFC 2047 5), or are too long."""
    for charset, kind, text in re.findall(rb"=\?(utf-8)\?([qb])\?([^?]*)\?=", data.split(b"\r\n\r\n", 1)[0]):
        raw = base64.b64decode(text) if kind == b"b" else quopri.decodestring(text, header=True)
        try:
            raw.decode(charset.decode())
        except UnicodeDecodeError:
            return {"an encoded word that cuts a letter"}
        if len(text) > 75 - 12:
            return {"an encoded word that is too long"}
    return set()


class Fitter:
    def __init__(self, build):
        self.work = tempfile.mkdtemp(prefix="licet-normalise.")
        self.out = os.path.join(self.work, "out.eml")
        self.given = os.path.join(self.work, "in.eml")
        program = os.path.join(build, "tests/normalise/make_fit")
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def fit(self, data):
        """Result, number of edits, what was left."""
        with open(self.given, "wb") as handle:
            handle.write(data)
        self.child.stdin.write(f"{self.given} {self.out}\n".encode())
        self.child.stdin.flush()
        edits = int(self.child.stdout.readline().split()[1])
        left = int(self.child.stdout.readline().split()[1])
        notes = [self.child.stdout.readline().decode("utf-8", "replace").strip() for _ in range(left)]
        with open(self.out, "rb") as handle:
            return handle.read(), edits, notes

    def close(self):
        self.child.stdin.close()
        self.child.wait()
        for name in (self.out, self.given):
            if os.path.exists(name):
                os.unlink(name)
        os.rmdir(self.work)


def judge(fitter, data):
    """One of unchanged, fit, left; or a sentence that says what is wrong."""
    result, edits, notes = fitter.fit(data)
    if not edits and result != data:
        return "changed without an edit", notes
    found = flaws(result) & HARD | flaws(result) - flaws(data)
    if not notes and found:
        return f"has {found} and nothing was said", notes
    if not edits:
        return ("left" if notes else "unchanged"), notes
    before, after = content(data), content(result)
    if before != after:
        for old, new in zip(before, after):
            if old != new:
                return f"reads otherwise: {old!r:.600} became {new!r:.600}", notes
        return "has other parts", notes
    again, more, _ = fitter.fit(result)
    if more or again != result:
        return "is not fit the second time", notes
    return ("left" if notes else "fit"), notes


def text_of(rng, wide, length):
    out = []
    while sum(map(len, out)) < length:
        out.append(rng.choice(LETTERS) if wide and rng.random() < 0.2 else rng.choice(
            ["a", "Order", "12.50", "=", "=3D", "From ", ".", " ", "\t", "?", "_", "=?x?=", "bc", "\r\n", "\r\n.\r\n", "\r\nFrom x"]))
    return "".join(out)


def words_of(rng, count):
    pool = LETTERS + ["Order", "12", "a-b", "=?utf-8?q?=C3=A4?=", "=?utf-8?b?w7w=?=", "x" * 30, "(sic)", "a.b"]
    return (" " if rng.random() < 0.9 else "  ").join(rng.choice(pool) for _ in range(count))


def name_of(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return '"' + words_of(rng, 2).replace("=?", "").replace("?=", "") + ', \\"Dr\\""'
    if kind == 1:
        return rng.choice(["Jürgen Müller", "Zoë", "日本 太郎"])
    return rng.choice(["Ana", "\"Doe, J.\"", "=?utf-8?q?J=C3=BC?= Ü", "Ü =?utf-8?q?J=C3=BC?="])


def part_of(rng):
    kind, wide, length = rng.randrange(8), rng.random() < 0.6, rng.choice([0, 20, 300, 5000])
    head, body = "Content-Type: text/plain; charset=utf-8\r\n", text_of(rng, wide, length).encode()
    if kind == 1:
        head += "Content-Transfer-Encoding: 8bit\r\n"
    elif kind == 2:
        head += "Content-Transfer-Encoding: quoted-printable\r\n"
        body = b"=C3=BC " * rng.choice([1, 400]) + (b"\xc3\xbc" if wide else b"x") + b"=\r\nend"
    elif kind == 3:
        head = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        body = b"QUJD" * rng.choice([4, 600])
    elif kind == 4:
        head = "Content-Type: image/x-odd\r\n" + rng.choice(["", "Content-Transfer-Encoding: binary\r\n"])
        body = bytes(rng.randrange(256) for _ in range(length)).replace(b"--", b"__")
        body = re.sub(rb"\r(?!\n)|(?<!\r)\n", b"?", body)
    elif kind == 5:
        body = ("x" * rng.choice([997, 998, 999, 4000]) + "ü" * wide).encode()
    elif kind == 6:
        head = "Content-Transfer-Encoding: 8bit\r\nContent-Type: text/html\r\nContent-Description: " + words_of(rng, 9) + "\r\n"
        body = b"<p>plain</p>"
    elif kind == 7:
        head = "Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n"
        body = b"<p>gr\xfc\xdfe</p>  \r\n" * 3
    return head.encode() + b"\r\n" + body


def mail_of(rng):
    head = [
        f"From: {name_of(rng)} <shop@shop.example>",
        f"To: {', '.join(name_of(rng) + f' <u{i}@example.com>' for i in range(rng.choice([1, 2, 60])))}",
        f"Subject: {words_of(rng, rng.choice([1, 5, 40, 200]))}",
        f"References: {(' ' if rng.random() < 0.5 else '').join(f'<{i}@shop.example>' for i in range(rng.choice([1, 90])))}",
        "MIME-Version: 1.0",
    ]
    if rng.random() < 0.3:
        head.append("X-Note: a\r\n \t \r\n b")
    if rng.random() < 0.3:
        head.append(f"List-Id: {name_of(rng)} <list.shop.example>")
    if rng.random() < 0.3:
        head.append(f"Received: from a (helo {rng.choice(LETTERS)}) by b; Thu, 26 Nov 2026 10:00:00 +0000")
    if rng.random() < 0.3:
        head.append("Comments: " + "y" * 1200 if rng.random() < 0.5 else "X-Odd: ä")
    rng.shuffle(head)
    if rng.random() < 0.2:
        head = ["From: shop@shop.example", "Subject: x"] + ["X-Note: a\r\n \t \r\n b"] * rng.randrange(2)
    text = ("\r\n".join(head) + "\r\n").encode()
    if rng.random() < 0.3:
        return text + part_of(rng) + b"\r\n"
    if rng.random() < 0.3:
        text += b"Content-Transfer-Encoding: 8bit\r\n"
    text += b"Content-Type: multipart/mixed; boundary=cut\r\n\r\npreamble\r\n"
    parts = [part_of(rng) for _ in range(rng.randrange(1, 5))]
    return text + b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"


LEFT_ALONE = {
    "a signed part": b"Content-Type: multipart/signed; boundary=cut; micalg=x; protocol=y\r\n\r\n"
    b"--cut\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc\r\n"
    b"--cut\r\nContent-Type: application/x\r\n\r\nxx\r\n--cut--\r\n",
    "another message": b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc\r\n--cut--\r\n",
    "two readings": b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n\xc3\xbc\r\n",
    "two readings, and declared 8bit": b"Content-Type: multipart/mixed; boundary=cut\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n--cut\r\n\r\nno end\r\n",
    "broken base64": b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUJ=QUJD" * 200 + b"\r\n",
    "a letter in an address": b"Cc: \xc3\xbc@shop.example\r\n\r\nx\r\n",
    "no UTF-8": b"Subject: \xfc\r\n\r\nx\r\n",
    "a file name": b"Content-Disposition: attachment; filename=\"\xc3\xbc\"\r\n\r\nx\r\n",
    "between parts": b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n\xc3\xbc\r\n--cut\r\n\r\nx\r\n--cut--\r\n",
}


def check_made(fitter):
    rng, number = random.Random(4711), 0
    counts = {}
    total, bad = 700, 0
    print(f"1..{1 + len(LEFT_ALONE)}")
    for i in range(total):
        data = mail_of(rng)
        verdict, notes = judge(fitter, data)
        if verdict not in {"unchanged", "fit", "left"}:
            bad += 1
            print(f"# mail {i}: {verdict} {notes}")
        counts[verdict[:9]] = counts.get(verdict[:9], 0) + 1
    print(f"# {counts}")
    print(f"{'not ' if bad or counts.get('fit', 0) < total / 2 else ''}ok 1 - {total} mails made at random read the same")
    for number, (name, rest) in enumerate(LEFT_ALONE.items(), 2):
        data = b"From: a@shop.example\r\nMIME-Version: 1.0\r\n" + rest
        result, edits, notes = fitter.fit(data)
        good = result == data and not edits and notes
        print(f"# {'; '.join(notes)}")
        print(f"{'' if good else 'not '}ok {number} - {name}: left, and said so")
        bad += not good
    return bad


def check_folders(fitter, folders):
    counts, wrong = {}, 0
    for folder in folders:
        for where, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                with open(os.path.join(where, name), "rb") as handle:
                    data = crlf(handle.read())
                try:
                    content(data)
                except Exception:  # pylint: disable=broad-except
                    counts["Python cannot read it"] = counts.get("Python cannot read it", 0) + 1
                    continue
                verdict, notes = judge(fitter, data)
                if verdict not in {"unchanged", "fit", "left"}:
                    wrong += 1
                    print(f"{where}/{name}: {verdict}")
                    verdict = "WRONG"
                for note in notes:
                    why = note.split(": ", 1)[-1].split("; ")[-1]
                    why = re.sub(r"\d+", "N", why)
                    counts["  left: " + why] = counts.get("  left: " + why, 0) + 1
                counts[verdict] = counts.get(verdict, 0) + 1
    for verdict in sorted(counts, key=lambda v: (v.startswith("  "), v)):
        print(f"{counts[verdict]:6} {verdict}")
    return wrong


def main(arguments):
    fitter = Fitter(arguments[1])
    try:
        return 1 if (check_folders(fitter, arguments[2:]) if arguments[2:] else check_made(fitter)) else 0
    finally:
        fitter.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
