#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""strip_truth.py TOP BUILD DIR: for every pair DIR/NAME.base.html (a page without a promotional
block) and DIR/NAME.block.html (the block), with the mail NAME.eml that holds both somewhere below
DIR/.., marks the block in the three ways, in three encodings, strips it with licet run, and
compares the page that is left with the base. Prints the counts."""

import base64
import collections
import email
import email.policy
import json
import os
import quopri
import re
import subprocess
import sys
import tempfile

CONSENT = ('address,purpose,state,basis,at,source,wording,evidence,country,subdivision,'
           'recipient_class,language,expires,person\n'
           'b@example.com,*,withdrawn,,2026-02-03T10:15:00Z,x,,,US,,,,,\n')
HEAD = (b'From: Shop <a@shop.example>\r\nTo: b@example.com\r\nSubject: Your receipt\r\n'
        b'X-Licet-Purpose: receipt\r\nMIME-Version: 1.0\r\n')
POLICY = ('version = "t"; default_territory = "XX"; unsubscribe_words = [ "unsubscribe" ];\n'
          'promotional_blocks = [ "[data-truth=block]" ];\n')
TERRITORY = ('territory = "XX"; name = "X"; mixed_mail = "any-promotion"; rules = ({ id = "C"; '
             'kind = "consent"; applies_to = [ "promotional" ]; accept = [ "express" ]; '
             'otherwise = "strip"; source = "S"; provenance = "verify: x"; });\n')


def encode(page, way):
    if way == 'base64':
        return base64.encodebytes(page).replace(b'\n', b'\r\n')
    if way == 'quoted-printable':
        return quopri.encodestring(page.replace(b'\r\n', b'\n')).replace(b'\n', b'\r\n')
    return page


def find_page(name, roots):
    """The HTML of the mail of that name, with LF line ends."""
    for folder, _, names in os.walk(roots):
        for file in names:
            if file == name + '.eml':
                message = email.message_from_binary_file(open(os.path.join(folder, file), 'rb'),
                                                         policy=email.policy.compat32)
                for part in message.walk():
                    if part.get_content_type() == 'text/html':
                        return part.get_payload(decode=True).replace(b'\r\n', b'\n')
    return None


def mark_elements(block, attribute):
    """Each of the elements of one kind that the block is made of; None when it is made otherwise."""
    first = re.match(rb'\s*<([a-zA-Z][a-zA-Z0-9]*)', block)
    if not first:
        return None
    out, depth, at = b'', 0, 0
    for tag in re.finditer(rb'<(/?)(' + first.group(1) + rb')(?![a-zA-Z0-9])[^>]*>', block, re.I):
        if depth == 0 and block[at:tag.start()].strip():
            return None
        out += block[at:tag.start()]
        closes = bool(tag.group(1))
        out += tag.group(0) if closes or depth else \
            tag.group(0)[:1 + len(tag.group(2))] + attribute + tag.group(0)[1 + len(tag.group(2)):]
        depth += -1 if closes else 1
        at = tag.end()
    return out + block[at:] if depth == 0 and not block[at:].strip() else None


def mark(before, block, after, how):
    """None where the block is no single element."""
    if how == 'comment':
        block = b'<!-- licet:promotional -->' + block + b'<!-- /licet:promotional -->'
    else:
        attribute = b' data-licet="promotional"' if how == 'attribute' else b' data-truth="block"'
        block = mark_elements(block, attribute)
        if block is None:
            return None
    return before + block + after


def tree(page):
    import html5lib
    walker = html5lib.getTreeWalker('etree')
    document = html5lib.parse(page, namespaceHTMLElements=False)
    out = []
    for token in walker(document):
        kind = token['type']
        data = re.sub(r'\s+', ' ', token['data']) if kind in ('Characters', 'SpaceCharacters') else \
            token.get('data')
        if kind in ('Characters', 'SpaceCharacters'):
            if out and out[-1][0] == 'text':
                out[-1] = ('text', re.sub(r'\s+', ' ', out[-1][1] + data))
            else:
                out.append(('text', data))
        elif kind != 'Comment':
            out.append((kind, token.get('name'), str(sorted(data.items())) if
                        isinstance(data, dict) else ''))
    return [item for item in out if item != ('text', ' ')]


def strip(licet, page, way, work):
    lines = b'\r\n'.join(page.split(b'\n'))
    mail = HEAD + (b'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ' +
                   way.encode() + b'\r\n\r\n' + encode(lines, way))
    open(work + '/mail.eml', 'wb').write(mail if mail.endswith(b'\r\n') else mail + b'\r\n')
    run = subprocess.run([licet, 'run', '--json', '--policies', work + '/policies', '--consent',
                          work + '/consent.csv', '--rcpt', 'b@example.com', '--out', work + '/out',
                          work + '/mail.eml'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=False)
    plan = json.loads(run.stdout or '{"refused":[{"reply":"%d"}],"variants":[]}' % run.returncode)
    if not plan['variants']:
        return None, plan['refused'][0]['reply'] if plan['refused'] else 'deferred'
    result = email.message_from_binary_file(open(work + '/out/1.eml', 'rb'),
                                            policy=email.policy.compat32)
    if not any(edit['kind'] == 'strip' for edit in plan['variants'][0]['edits']):
        return None, 'not stripped: ' + plan['class']
    return result.get_payload(decode=True).replace(b'\r\n', b'\n'), None


def main():
    _, build, corpus = sys.argv[1:4]
    licet = os.path.join(os.path.abspath(build), 'licet')
    counts, reasons, bad = collections.Counter(), collections.Counter(), []
    names = sorted(n[:-10] for n in os.listdir(corpus) if n.endswith('.base.html'))
    with tempfile.TemporaryDirectory() as work:
        os.makedirs(work + '/policies/territories')
        open(work + '/policies/licet-policy.cfg', 'w').write(POLICY)
        open(work + '/policies/territories/XX.cfg', 'w').write(TERRITORY)
        open(work + '/consent.csv', 'w').write(CONSENT)
        for name in names:
            base = open(f'{corpus}/{name}.base.html', 'rb').read().replace(b'\r\n', b'\n')
            block = open(f'{corpus}/{name}.block.html', 'rb').read().replace(b'\r\n', b'\n')
            page = find_page(name, os.path.join(corpus, '..'))
            at = page.find(block) if page else -1
            if at < 0:
                counts['the mail or its block was not found'] += 1
                continue
            before, after = page[:at], page[at + len(block):]
            for how in ('comment', 'attribute', 'selector'):
                marked = mark(before, block, after, how)
                for way in ('8bit', 'quoted-printable', 'base64'):
                    if marked is None:
                        counts[f'{how}: the block is no single element'] += 1
                        continue
                    left, reason = strip(licet, marked, way, work)
                    if left is None:
                        counts[f'{how}: refused'] += 1
                        reasons[f'{how}, {way}: {reason}'] += 1
                    elif left.rstrip(b'\n') == (before + after).rstrip(b'\n'):
                        counts[f'{how}: equal to the byte'] += 1
                    elif tree(left) == tree(before + after):
                        counts[f'{how}: equal as a tree'] += 1
                    else:
                        counts[f'{how}: DIFFERENT'] += 1
                        bad.append(f'{name} {how} {way}')
    for what, count in sorted(counts.items()):
        print(f'{count:5} {what}')
    for reason, count in reasons.most_common(20):
        print(f'#{count:5} {reason}')
    for line in bad:
        print('# ' + line)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
