#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""prove.py TOP BUILD [DIR...]: cuts something out of every text leaf of every mail below the
directories (else TOP/tests/cases), and asks readers that are not licet's whether nothing else changed. Prints TAP and
the counts; a mail that cannot be edited is counted by reason, and no failure."""

import collections
import email
import email.policy
import os
import subprocess
import sys
import tempfile


def read(path):
    data = open(path, 'rb').read()
    return data if b'\r\n' in data else data.replace(b'\n', b'\r\n')


def leaves(data):
    """The decoded leaves in order, what is inside other messages too."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    return [part.get_payload(decode=True) or b'' for part in message.walk()
            if not part.is_multipart()]


def find_mails(roots):
    for root in roots:
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                if not name.endswith(('.py', '.md', '.cfg', '.csv', '.json', '.jsonl', '.txt', '.html',
                                      '.tsv')) and name != 'envelope' and 'expected' not in folder:
                    yield os.path.join(folder, name)


def check(original, result, start, end):
    """None when exactly one leaf lost exactly this many bytes."""
    before, after = leaves(original), leaves(result)
    if len(before) != len(after):
        return f'{len(before)} leaves became {len(after)}'
    changed = [(a, b) for a, b in zip(before, after) if a != b]
    if len(changed) != 1:
        return f'{len(changed)} leaves changed'
    a, b = changed[0]
    if a[:start] + a[end:] != b:
        return 'the leaf is not what was meant'
    return None


def main():
    top, build, *roots = sys.argv[1:]
    driver = os.path.join(build, 'tests/proof/force_cuts')
    roots = roots or [os.path.join(top, 'tests/cases')]
    mails = list(find_mails(roots))
    counts, reasons, bad, slow = collections.Counter(), collections.Counter(), [], []
    with tempfile.TemporaryDirectory() as out:
        run = subprocess.run([driver, out] + mails, stdout=subprocess.PIPE, check=False)
        if run.returncode:
            bad.append(f'{driver} ended with {run.returncode}')
        for line in run.stdout.decode('utf-8', 'replace').splitlines():
            path, what, *rest = line.split('\t')
            counts[what] += 1
            if what == 'parsed':
                mib, seconds = int(rest[0]) / 1e6, float(rest[1])
                if mib > 0.05:
                    slow.append((seconds / mib, path))
            elif what in ('refused', 'unchanged', 'no message'):
                reason = rest[0].split(': ', 1)[-1] if what == 'refused' else rest[0]
                reasons[f'{what}: {reason}'] += 1
            elif what == 'edited':
                wrong = check(read(path), read(os.path.join(out, rest[0] + '.eml')),
                              int(rest[2]), int(rest[3]))
                if wrong or rest[4] != 'gmime-agrees':
                    bad.append(f'{path}, leaf {rest[1]}: {wrong or rest[4]}')
            else:
                bad.append(line)
    for what, count in sorted(counts.items()):
        print(f'# {count} {what}')
    for reason, count in reasons.most_common():
        print(f'#   {count} {reason}')
    if slow:
        print(f'# slowest: {1000 * max(slow)[0]:.1f} ms per MB')
    for line in bad:
        print('# ' + line)
    print(('not ok' if bad or not counts['edited'] else 'ok') +
          f' 1 - {counts["edited"]} leaves of {len(mails)} mails cut, all else as it was')
    print('1..1')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
