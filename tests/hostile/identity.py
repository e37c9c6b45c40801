# SPDX-License-Identifier: BSD-2-Clause
"""B16: messages that pretend to be other ones, or come twice. (What somebody does to the log: tests/audit.)"""

import threading

from daemon import Lmtp, daemon
from world import RECEIPT, crlf, header, leaf

NAME = "identity"


def hand_over(queue_id, mail, rcpt="ana@example.de", sender="orders@shop.example"):
    client = Lmtp(daemon())
    client.begin(queue_id, (rcpt,), sender)
    client.socket.sendall(mail + b".\r\n")
    reply = client.reply()
    client.close()
    return reply


def mail(number, text=RECEIPT, message_id=True):
    head = header().replace("<e1@", f"<{number}@") if message_id else header().replace("Message-ID: <e1@shop.example>\n", "")
    return crlf(head + leaf(f"{text} ({number})" if message_id else text))


def arrived(word):
    return [copy for copy in daemon().sink.whole if word in copy[2]]


def both(first, second, wanted):
    """Two hand-overs, each of the same or another message; how many copies arrive."""
    def check():
        word = daemon().new_id()
        replies = [hand_over(*arguments(word)) for arguments in (first, second)]
        return None if len(arrived(word)) == wanted else f"{replies}, {len(arrived(word))} copies"
    return check


# The queue id makes a message (RFC 5321 has none of its own): what the sender may choose does not.
PAIRS = [
    ("a stranger's text under a Message-ID that is still to come", lambda w: (w + "a", mail(w, f"Spam {w}"), "x@example.de", "x@shop.example"),
     lambda w: (w + "b", mail(w)), 2),
    ("one queue id, another text", lambda w: (w + "a", mail(w)), lambda w: (w + "a", mail(w, "Danke, Summe 12,00 EUR.")), 1),
    ("one queue id, another sender", lambda w: (w + "a", mail(w)), lambda w: (w + "a", mail(w), "ana@example.de", "b@shop.example"), 1),
    ("one Message-ID, two texts", lambda w: (w + "a", mail(w)), lambda w: (w + "b", mail(w, "Danke, Summe 12,00 EUR.")), 2),
    ("one text, no Message-ID", lambda w: (w + "a", mail(w, f"Danke {w}", False)), lambda w: (w + "b", mail(w, f"Danke {w}", False)), 2),
    ("one message for two people", lambda w: (w + "a", mail(w)), lambda w: (w + "a", mail(w), "bob@example.de"), 2),
    ("one message from two senders", lambda w: (w + "a", mail(w), "ana@example.de", "a@shop.example"),
     lambda w: (w + "b", mail(w), "ana@example.de", "b@shop.example"), 2),
    ("the same hand-over twice", lambda w: (w + "a", mail(w)), lambda w: (w + "a", mail(w)), 1),
    ("one message to two spellings of an address", lambda w: (w + "a", mail(w)), lambda w: (w + "a", mail(w), "Ana@EXAMPLE.de"), 2),
]


def flood():
    """20 clients hand over the same message at once: it arrives once."""
    word = daemon().new_id()
    threads = [threading.Thread(target=hand_over, args=(word + "a", mail(word))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    copies = len(arrived(word))
    return None if copies == 1 else f"{copies} copies"


def twice(queue_id, wanted):
    """The same bytes come twice, and then others, under an id that no Postfix makes: how many copies arrive."""
    def check():
        word = daemon().new_id()
        ours, other = mail(word, f"Danke {word}"), mail(word, f"Danke {word}, Summe 12,00 EUR.")
        replies = [hand_over(queue_id.replace("@", word), data) for data in (ours, ours, other)]
        texts = {copy[2].split("\r\n\r\n", 1)[1] for copy in daemon().sink.whole if word in copy[2]}
        arrivals = sum(word in copy[2] for copy in daemon().sink.whole)
        return None if daemon().is_there() and arrivals == len(texts) == wanted else f"{replies}, {arrivals} copies, {len(texts)} texts"
    return check


# An id is taken as it is; without one, or with one that is refused, the bytes stand for it.
IDS = [("no queue id", "[UNAVAILABLE]", 2), ("an empty queue id", "", 2), ("a queue id with a path", "../@", 1),
       ("a queue id with a quote", "@'--", 1), ("a queue id of 5,000 letters", "@" + "a" * 5000, 2),
       ("a queue id with a line end in xtext", "@+0D+0A", 2)]


def rows():
    for name, queue_id, wanted in IDS:
        yield name + ", twice and with another text", twice(queue_id, wanted)
    for name, first, second, wanted in PAIRS:
        yield name, both(first, second, wanted)
    yield "20 hand-overs at once", flood
