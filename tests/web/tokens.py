# SPDX-License-Identifier: BSD-2-Clause
"""Tokens of links to unsubscribe by another implementation of RFC 5297 (Python's cryptography)."""
import base64
import hashlib

from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def keys(path):
    with open(path, encoding="ascii") as file:
        return [base64.b64decode(line) for line in file if line.strip() and not line.startswith("#")]


def make(key, address, purpose):
    text = purpose.encode() + b"\0" + address.encode()
    text += b"\0" * (16 - len(text) % 16)
    head = b"\1" + hashlib.sha256(key).digest()[:4]
    sealed = AESSIV(key).encrypt(text, [b"licet unsubscribe\0", head])
    return base64.urlsafe_b64encode(head + sealed).rstrip(b"=").decode()


def read(key, token):
    """(purpose, address); raises for what the key has not made."""
    whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    text = AESSIV(key).decrypt(whole[5:], [b"licet unsubscribe\0", whole[:5]])
    purpose, address = text.rstrip(b"\0").split(b"\0")
    return purpose.decode(), address.decode()
