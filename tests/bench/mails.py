# SPDX-License-Identifier: BSD-2-Clause
"""The mails of the benchmarks: receipts of about 3 kB, newsletters of about 60 kB and invoices of about 1 MB with
a PDF, twenty of each, the same in every run."""
import base64
import os
import random

SETS = ("small", "medium", "large")
EACH = 20
GOODS = ("umbrella", "rain jacket", "walking boots", "wool scarf", "travel bag", "desk lamp", "tea kettle",
         "picture frame", "garden chair", "bicycle bell", "cotton shirt", "leather belt")
ADJECTIVES = ("light", "sturdy", "blue", "folding", "warm", "small", "waterproof", "hand-made", "green", "classic")


def head(subject, number, size, content, rng, extra=""):
    return (f"From: Shop Example <orders@shop.example>\r\nTo: customer{number}@example.com\r\n"
            f"Subject: {subject}\r\nDate: Tue, 24 Nov 2026 09:{number:02}:00 +0100\r\n"
            f"Message-ID: <{size}.{number}.{rng.randrange(10**9)}@shop.example>\r\nMIME-Version: 1.0\r\n"
            f"{extra}Content-Type: {content}\r\n")


def both(text, page, boundary):
    return (f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{text}\r\n"
            f"--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{page}\r\n"
            f"--{boundary}--\r\n")


def article(rng):
    return f"{rng.choice(ADJECTIVES)} {rng.choice(GOODS)}", f"{rng.randrange(9, 190)}.{rng.randrange(100):02} EUR"


def order(rng, rows):
    lines = [article(rng) for _ in range(rows)]
    text = "".join(f"1 x {name}   {price}\r\n" for name, price in lines)
    page = "".join(f'<tr><td style="padding:6px">1 x {name}</td><td align="right">{price}</td></tr>\r\n'
                   for name, price in lines)
    return text, page


def receipt(rng, number, rows):
    code = f"A{rng.randrange(10**7):07}"
    lines, table = order(rng, rows)
    text = (f"Thank you for your order {code}.\r\n\r\n{lines}\r\nYour order is paid and will be shipped tomorrow to\r\n"
            "the address that you gave us.\r\n\r\nShop Example GmbH, Hauptstrasse 1, 10115 Berlin\r\n")
    page = ('<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><title>Your order</title></head><body>\r\n'
            f'<h1 style="font-size:20px">Thank you for your order {code}</h1>\r\n<table width="600">\r\n{table}</table>\r\n'
            "<p>Your order is paid and will be shipped tomorrow to the address that you gave us.</p>\r\n"
            f'<p><a href="https://shop.example/orders/{code}">See your order</a></p>\r\n'
            "<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example</p></body></html>\r\n")
    return f"Your order {code}, receipt {number}", text, page


def small(rng, number):
    subject, text, page = receipt(rng, number, 8)
    return head(subject, number, "s", 'multipart/alternative; boundary="=_s"', rng) + "\r\n" + both(text, page, "=_s")


def offer(rng, i):
    name, price = article(rng)
    return (f'<tr><td class="a" style="font-family: Arial, sans-serif; padding: 12px">\r\n<table><tr><td>'
            f'<a href="https://shop.example/p/{i}?utm_source=mail&amp;id={rng.randrange(10**6)}">'
            f'<img src="https://img.shop.example/{i}.jpg" alt="{name}" width="280"></a></td>\r\n'
            f"<td><h3>{name.title()}</h3><p>Our {name}, now at {price} instead of more; &uuml;ber Nacht bei Ihnen.</p>"
            "<p>In stock; delivered tomorrow.</p></td></tr></table></td></tr>\r\n",
            f"{name.title()}, now {price}\r\nhttps://shop.example/p/{i}\r\n")


def medium(rng, number):
    rows = [offer(rng, i) for i in range(108)]
    page = ('<!DOCTYPE html>\r\n<html><head><meta charset="utf-8"><title>News</title><style>.a{color:#333}</style></head>'
            '<body style="margin:0">\r\n<table width="600" align="center"><tbody>\r\n' + "".join(row[0] for row in rows) +
            "</tbody></table>\r\n<p>Shop Example GmbH, Hauptstrasse 1, 10115 Berlin, service@shop.example</p>\r\n"
            f'<p><a href="https://shop.example/u/{number}">Unsubscribe</a></p></body></html>\r\n')
    text = ("Our offers of the week\r\n\r\n" + "".join(row[1] for row in rows[:60]) +
            f"\r\nUnsubscribe: https://shop.example/u/{number}\r\nShop Example GmbH, Hauptstrasse 1, 10115 Berlin\r\n")
    extra = (f"List-Unsubscribe: <https://shop.example/u/{number}>\r\n"
             "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    subject = f"Anzeige: Save on {len(rows)} articles this week"
    return head(subject, number, "m", 'multipart/alternative; boundary="=_m"', rng, extra) + "\r\n" + both(text, page, "=_m")


def large(rng, number):
    subject, text, page = receipt(rng, number, 80)
    pdf = base64.encodebytes(b"%PDF-1.4\n" + rng.randbytes(740_000)).replace(b"\n", b"\r\n").decode()
    return (head(subject, number, "l", 'multipart/mixed; boundary="=_l"', rng) + "\r\n--=_l\r\n"
            'Content-Type: multipart/alternative; boundary="=_s"\r\n\r\n' + both(text, page, "=_s") +
            '--=_l\r\nContent-Type: application/pdf; name="invoice.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
            f'Content-Disposition: attachment; filename="invoice.pdf"\r\n\r\n{pdf}--=_l--\r\n')


def write(directory):
    """Returns the files of each set."""
    os.makedirs(directory, exist_ok=True)
    files = {}
    for size, make in zip(SETS, (small, medium, large)):
        rng = random.Random(size)
        files[size] = [os.path.join(directory, f"{size}{number}.eml") for number in range(EACH)]
        for number, path in enumerate(files[size]):
            with open(path, "wb") as out:
                out.write(make(rng, number).encode("ascii"))
    return files
