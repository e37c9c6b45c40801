#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Verifies every DKIM signature of mails with dkimpy, without DNS.

usage: check-dkim.py KEYRING MAIL.eml...

KEYRING has lines "selector._domainkey.domain v=DKIM1; ...". Prints one line per signature and
exits with 1 when one fails or a mail has none, with 77 when dkimpy or PyNaCl is missing.
"""
import re
import sys

try:
    import dkim
    import nacl.signing  # noqa: F401 (dkimpy imports it only when it meets an Ed25519 signature)
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def read_keyring(path):
    records = {}
    with open(path, "rb") as keyring:
        for line in keyring:
            name, _, record = line.strip().partition(b" ")
            if record and not name.startswith(b"#"):
                records.setdefault(name.lower().rstrip(b"."), record.strip())
    return records


def read_mail(path):
    """A mail kept in a file with LF lines is the same mail on the wire."""
    with open(path, "rb") as mail:
        data = mail.read()
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def tags_of(value):
    pairs = (tag.partition(b"=") for tag in re.sub(rb"\s+", b"", value).split(b";"))
    return {name.decode("latin-1"): text.decode("latin-1") for name, _, text in pairs}


def verify(data, index, records):
    def look_up(name, timeout=5):  # pylint: disable=unused-argument
        name = name if isinstance(name, bytes) else name.encode("ascii")
        return records.get(name.lower().rstrip(b"."), b"")

    try:
        # A verifier keeps state of the signature it read last, so each gets its own.
        return dkim.DKIM(data).verify(idx=index, dnsfunc=look_up), ""
    except Exception as error:  # pylint: disable=broad-except
        return False, f" ({error})"  # whatever dkimpy stumbles over is no valid signature


def check(path, records):
    data = read_mail(path)
    try:
        fields = [value for name, value in dkim.DKIM(data).headers if name.lower() == b"dkim-signature"]
    except dkim.DKIMException as error:
        print(f"fail ({error})")
        return False
    if not fields:
        print("fail (no signature)")
    good = bool(fields)
    for index, value in enumerate(fields):
        passed, why = verify(data, index, records)
        tags = tags_of(value)
        print(f"{'pass' if passed else 'fail'} d={tags.get('d')} s={tags.get('s')} a={tags.get('a')}{why}")
        good = good and passed
    return good


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        records = read_keyring(arguments[0])
        return 0 if all([check(path, records) for path in arguments[1:]]) else 1
    except OSError as error:
        print(f"fail ({error})")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
