# SPDX-License-Identifier: BSD-2-Clause
"""Tokens of links to unsubscribe, with AES-SIV written from RFC 5297 over plain CMAC and CTR: not the code of
OpenSSL's SIV that licet uses.
"""
import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

DOMAIN = b"licet unsubscribe\0"


def cmac(key, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def double(block):
    number = int.from_bytes(block, "big") << 1
    return ((number & (1 << 128) - 1) ^ (0x87 if number >> 128 else 0)).to_bytes(16, "big")


def s2v(key, texts, last):
    sum_ = cmac(key, bytes(16))
    for text in texts:
        sum_ = xor(double(sum_), cmac(key, text))
    if len(last) >= 16:
        return cmac(key, last[:-16] + xor(last[-16:], sum_))
    return cmac(key, xor(double(sum_), last + b"\x80" + bytes(15 - len(last))))


def counter(key, iv, data):
    mask = int.from_bytes(iv, "big") & ~(1 << 63) & ~(1 << 31)
    cipher = Cipher(algorithms.AES(key), modes.CTR(mask.to_bytes(16, "big"))).encryptor()
    return cipher.update(data) + cipher.finalize()


def seal(key, texts, plain):
    half = len(key) // 2
    iv = s2v(key[:half], texts, plain)
    return iv + counter(key[half:], iv, plain)


def check_against_the_rfc():
    """RFC 5297 A.1."""
    sealed = seal(bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
                  [bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")],
                  bytes.fromhex("112233445566778899aabbccddee"))
    assert sealed.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c", sealed.hex()


check_against_the_rfc()


def keys(path):
    with open(path, encoding="ascii") as file:
        return [base64.b64decode(line) for line in file if line.strip() and not line.startswith("#")]


def make(key, address, purpose):
    text = purpose.encode() + b"\0" + address.encode()
    text += b"\0" * (16 - len(text) % 16)
    head = b"\1" + hashlib.sha256(key).digest()[:4]
    return base64.urlsafe_b64encode(head + seal(key, [DOMAIN, head], text)).rstrip(b"=").decode()


def read(key, token):
    """(purpose, address); raises for what the key has not made."""
    whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    head, iv, sealed = whole[:5], whole[5:21], whole[21:]
    text = counter(key[32:], iv, sealed)
    assert hmac.compare_digest(s2v(key[:32], [DOMAIN, head], text), iv), "forged"
    purpose, address = text.rstrip(b"\0").split(b"\0")
    return purpose.decode(), address.decode()
