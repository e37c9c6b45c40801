#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The command line is a contract: exit statuses (sysexits), JSON that is one object per line and
# nothing else, and every command without daemon and settings file. Prints TAP.
set -u
top=${1:-${srcdir:-.}}
build=${2:-.}
licet=$build/licet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LICET_CONFIG=

mail=$top/contrib/rehearsal/mails/a-receipt-with-offer.eml
csv=$top/contrib/rehearsal/consent.csv
options="--policies $top/policies --consent $csv --now 2026-11-22T15:00:00Z"
number=0
failed=0

expect() { # name, wanted status, command…
    name=$1 wanted=$2
    shift 2
    number=$((number + 1))
    "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    if [ "$got" = "$wanted" ]; then
        echo "ok $number - $name"
    else
        sed 's/^/# /' "$work/err"
        echo "not ok $number - $name (exit status $got instead of $wanted)"
        failed=1
    fi
}
says() { # name, pattern: the last command printed it on either stream
    number=$((number + 1))
    if cat "$work/out" "$work/err" | grep -q -e "$2"; then
        echo "ok $number - $1"
    else
        sed 's/^/# /' "$work/out" "$work/err"
        echo "not ok $number - $1"
        failed=1
    fi
}
lacks() { # name, pattern: the last command did not print it
    number=$((number + 1))
    if grep -q -e "$2" "$work/out"; then
        sed 's/^/# /' "$work/out"
        echo "not ok $number - $1"
        failed=1
    else
        echo "ok $number - $1"
    fi
}
json() { # name, python expression over rows
    number=$((number + 1))
    if /usr/bin/python3 -c "import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert $2" "$work/out" 2>"$work/pyerr"; then
        echo "ok $number - $1"
    else
        sed 's/^/# /' "$work/pyerr" "$work/out"
        echo "not ok $number - $1"
        failed=1
    fi
}

unset LICET_CONFIG
expect "no command is wrong usage" 64 "$licet"
expect "an unknown command is wrong usage" 64 "$licet" strip
expect "help is help" 0 "$licet" help
expect "an unknown option is wrong usage" 64 "$licet" run --colour "$mail"
expect "run needs a recipient" 64 "$licet" run $options "$mail"
expect "run of a file that is not there" 66 "$licet" run $options --rcpt ana@example.com "$work/none.eml"
printf '\n\nno header\n' >"$work/bad.eml"
expect "run of what is no message" 65 "$licet" run $options --rcpt ana@example.com "$work/bad.eml"
expect "run with a bad time" 65 "$licet" run --policies "$top/policies" --consent "$csv" --now soon --rcpt a@b.example "$mail"
expect "run with policies that are not there" 75 "$licet" run --policies "$work/none" --rcpt a@b.example "$mail"
expect "run writes the copies" 0 "$licet" run $options --json --from o@shop.example --rcpt ana@example.com --rcpt bruno@example.com \
    --rcpt carla@example.com --out "$work/copies" "$mail"
json "run --json has the keys of the contract" "len(rows) == 1 and {'file','class','purpose','promo_share','route','variants','refused','deferred','decisions'} <= set(rows[0])"
json "its decisions name every rule with its source" "all({'id','verdict','action','mode','source'} <= set(r) for d in rows[0]['decisions'] for r in d['rules'])"
json "its variants say who gets which file and what was edited" "[v['recipients'] for v in rows[0]['variants']] == [['ana@example.com'], ['bruno@example.com', 'carla@example.com']] and rows[0]['variants'][1]['file'].endswith('/2.eml') and {'kind','where','bytes_removed','rule'} == set(rows[0]['variants'][1]['edits'][0])"
expect "run of a newsletter on a Sunday" 0 "$licet" run $options --json --from o@shop.example --rcpt carla@example.com "$top/contrib/rehearsal/mails/d-newsletter.eml"
json "its deferred say until when" "rows[0]['deferred'][0]['recipient'] == 'carla@example.com' and rows[0]['deferred'][0]['until'] == '2026-11-23T12:00:00Z' and rows[0]['deferred'][0]['rule'] == 'CO-WINDOW'"
expect "the copies are there" 0 test -s "$work/copies/2.eml"
expect "copies where none can be written" 73 "$licet" run $options --rcpt ana@example.com --out /proc/none "$mail"
expect "explain" 0 "$licet" explain $options --rcpt bruno@example.com "$mail"
says "explain names the statute" "UWG s. 7(2)"
says "explain says what was declared" "declared: receipt, cross-sell"
says "explain tells what the promotion is for, and where it stands" "promotion: purpose cross-sell, order transaction-first"
says "explain tells the subject's class" "subject: transactional"
says "explain tells what speaks for the class" 'what became of something, in the subject: “your receipt” (subject-status)'
says "explain tells what was cut, and how it was found" "^      text/html 2, bytes [0-9]* to [0-9]*: marked by comments$"
says "explain shows how each passage begins, on one line" "^        “20 % off rain jackets .\{30,44\}…”$"
/usr/bin/python3 -c 'import sys
sys.stdout.reconfigure(encoding="utf-8", newline="\r\n")
print("From: a@shop.example\nTo: b@example.com\nSubject: Your order 4711\nX-Licet-Purpose: receipt, offer\nContent-Type: text/html; charset=utf-8\n\n"
      "<p>Total: 63.90 EUR</p><!-- licet:promotional --><p>Sale A" + "\u0301" * 20000 + "</p><!-- /licet:promotional --><p>Bye</p>")' >"$work/marks.eml"
expect "explain of a passage with marks without end above a letter" 0 "$licet" explain $options --rcpt bruno@example.com "$work/marks.eml"
says "it shows how the passage begins" "^        “Sale A"
lacks "and no more than fits" "$(printf '\314\201%.0s' $(seq 300))"
printf 'From: a@shop.example\nTo: b@example.com\nSubject: Your order 4711\nX-Licet-Class: transactional\nX-Licet-ana@example.com: 1\nX-Licet-Colour: red\n\nTotal: 63.90 EUR\n' >"$work/fields.eml"
expect "explain of mail with fields that licet does not know" 0 "$licet" explain $options --rcpt bruno@example.com "$work/fields.eml"
says "it names a field whose name is a word" "X-Licet-Colour says nothing to licet"
says "of another it tells that it is none" "a field whose name is no word says nothing to licet"
lacks "an address that is a field's name is not shown" "ana@example"
expect "run of it" 0 "$licet" run --json $options --rcpt bruno@example.com "$work/fields.eml"
lacks "nor there" "ana@example"
expect "explain of mail that nobody marked" 0 "$licet" explain $options --rcpt bruno@example.com "$top/tests/cases/110-unmarked-coupon-with-twin/mail.eml"
says "explain tells why a passage was found" "^        why: [0-9]* points for an offer, .*standing after the transaction"
says "explain says what goes with it in words" "text/plain 1, bytes 213 to 383: the same in another form"
lacks "no name of the program's own stands for a reason" "leaf \|twin\|block-after\|preheader"
expect "explain to somebody who agreed" 0 "$licet" explain $options --rcpt ana@example.com "$top/tests/cases/110-unmarked-coupon-with-twin/mail.eml"
says "explain says that nothing was cut" "^    nothing was cut from this copy$"
says "and what stayed" "^    promotional passages:$"
expect "run of mail that nobody marked" 0 "$licet" run $options --rcpt ana@example.com --rcpt bruno@example.com "$top/tests/cases/110-unmarked-coupon-with-twin/mail.eml"
says "run tells who gets which copy" "^      copy 2$"
says "run tells what was cut" "text/html 2, bytes [0-9]* to [0-9]*: read as promotion"
says "run tells from what nothing was cut" "^    nothing was cut from this copy$"
expect "explain of mail that declares nothing" 0 "$licet" explain $options --rcpt bruno@example.com "$top/tests/cases/128-activation-in-an-offer/mail.eml"
says "explain says that no purpose was declared" "declared: no purpose; it is read from the message"
says "explain tells why the class is no other" "Promotion cannot be told from the transaction (block-doubt)"
says "explain shows where" "^        “Great to have you! Enjoy 20% off"
says "explain tells what would help" "^        in a paragraph of its own, or marked, the promotion could be cut$"
expect "explain without a consent store" 0 "$licet" explain --policies "$top/policies" --rcpt bruno@example.com "$mail"
says "it says so" "^no consent store was given"
for uri in "$work/none.csv" "sqlite:$work/none.db"; do
    expect "explain with a store that is not there" 66 "$licet" explain --policies "$top/policies" --consent "$uri" --rcpt bruno@example.com "$mail"
    says "it says which" "none.[a-z]*: no such store"
    expect "it made none" 1 test -e "$work/none.db"
done
expect "audit of a log that is not there" 66 "$licet" audit verify --log "$work/none.jsonl"
says "it says which log" "none.jsonl: there is no log"
: >"$work/empty.jsonl"
expect "checkpoints that are not there" 66 "$licet" audit verify --log "$work/empty.jsonl" --checkpoints "$work/none"
says "it says which file" "^licet: --checkpoints .*none: no such file"
expect "explain --json" 0 "$licet" explain $options --json --rcpt bruno@example.com "$mail"
json "explain --json is one object per recipient" "len(rows) == 1 and rows[0]['outcome'] == 'strip' and rows[0]['territory'] == 'DE'"
json "explain --json tells the evidence as the log does" "rows[0]['subject_class'] == 'transactional' and rows[0]['confidence'] > 0.5 and 1 < len(rows[0]['evidence']) <= 8 and all(entry['seen'] for entry in rows[0]['evidence']) and abs(rows[0]['evidence'][0]['weight']) >= abs(rows[0]['evidence'][-1]['weight'])"
for word in ana 'Ana <ana@example.com>' ''; do
    expect "explain to \"$word\"" 65 "$licet" explain $options --rcpt "$word" "$mail"
    says "it names the option" "--rcpt: address: "
    expect "run to \"$word\"" 65 "$licet" run $options --rcpt ana@example.com --rcpt "$word" "$mail"
done
expect "explain to Postmaster, who needs no domain" 0 "$licet" explain $options --rcpt Postmaster "$mail"
expect "classify of several files" 0 "$licet" classify --policies "$top/policies" --json "$mail" "$top/contrib/rehearsal/mails/e-personal-letter.eml"
json "classify --json is one object per file" "[r['class'] for r in rows] == ['mixed', 'personal'] and {'file','class','purpose','promo_share','confidence','evidence','blocks'} <= set(rows[0])"
json "its blocks have their place" "all({'leaf','start','end','class','how'} == set(b) for b in rows[0]['blocks']) and len(rows[0]['blocks']) == 2"
expect "classify for people" 0 "$licet" classify --policies "$top/policies" "$top/tests/written/mixed/inst-en-m1.eml"
says "correspondence is among the evidence" "^  correspondence "
expect "the strongest comes first by the number that is shown" 0 sh -c "awk '/^  (promotion|transaction|correspondence) /{ print \$2 }' '$work/out' >'$work/shown' && sort -rn '$work/shown' | cmp - '$work/shown'"
expect "classify without policies" 0 "$licet" classify --policies "$work/none" "$mail"
says "it warns that it has no vocabulary" "^licet: warning: $work/none has no vocabulary and no model"
for word in acount:account invoice:billing; do
    sed "s/^Subject:/X-Licet-Purpose: ${word%:*}\r\n&/" "$top/tests/written/mixed/inst-en-m1.eml" >"$work/declared.eml"
    for command in classify "explain --rcpt ana@example.com"; do
        expect "$command of a purpose that is none, ${word%:*}" 0 "$licet" $command --policies "$top/policies" "$work/declared.eml"
        says "it tells the one that was meant" "X-Licet-Purpose names no purpose; did you mean ${word#*:}?"
    done
done
expect "policy check" 0 "$licet" policy check --policies "$top/policies"
cp -r "$top/policies" "$work/policies" && chmod -R u+w "$work/policies"
echo 'colour = "red";' >>"$work/policies/territories/DE.cfg"
expect "policy check of a broken file" 78 "$licet" policy check --policies "$work/policies"
says "it names file and line" "territories/DE.cfg:[0-9]*: unknown setting \"colour\""
echo 'colour = "red";' >"$work/policies/words/de.cfg"
cp "$top/policies/territories/DE.cfg" "$work/policies/territories/DE.cfg"
expect "policy check of a broken words file" 78 "$licet" policy check --policies "$work/policies"
says "it names the words file" "words/de.cfg:1: "
cp "$top/policies/words/de.cfg" "$work/policies/words/de.cfg"
echo 'colour = "red";' >>"$work/policies/model/general.cfg"
expect "policy check of a broken model" 78 "$licet" policy check --policies "$work/policies"
says "it names the model" "model/general.cfg:[0-9]*: unknown setting \"colour\""
for class in transactional promotional personal; do
    mkdir -p "$work/labelled/$class"
done
for n in 1 2 3 4 5 6; do
    printf 'From: a%s@shop.example\nSubject: Your order 10042%s\nAuto-Submitted: auto-generated\n\nThank you for your order 10042%s. Total: 9.00 EUR\n' $n $n $n >"$work/labelled/transactional/$n.eml"
    printf 'From: a%s@shop.example\nSubject: Sale! 20%% off\nList-Unsubscribe: <https://s.example/u>\n\nSale! All jackets 20%% off. Unsubscribe: https://s.example/u\n' $n >"$work/labelled/promotional/$n.eml"
    printf 'From: Ana <ana%s@example.com>\nSubject: Re: lunch\nIn-Reply-To: <x@y>\n\nAt noon, as always. See you!\n' $n >"$work/labelled/personal/$n.eml"
done
expect "train" 0 "$licet" train --policies "$top/policies" --folds 3 --out "$work/policies/model/general.cfg" "$work/labelled"
says "train prints what was told of each class" "^personal  *0  *0  *0  *6$"
expect "what train wrote is a model" 0 "$licet" classify --json --policies "$work/policies" "$work/labelled/promotional/1.eml"
json "and it tells the mail that it learnt from" "[r['class'] for r in rows] == ['promotional']"
expect "train on one class of one source" 65 sh -c "mkdir -p '$work/one/personal' && cp '$work/labelled/personal/1.eml' '$work/one/personal/' && '$licet' train --policies '$top/policies' '$work/one'"
says "it tells what is missing" "there is nothing to test a model on"
mkdir -p "$work/passages" "$work/broken-passages" "$work/no-passages" "$work/learnt"
printf '== books\n- your order has been shipped\n+ you may like this novel\n== shoes\n- your order will be shipped\n+ friends like this shoe\n' >"$work/passages/en.txt"
printf '== books\n- your order has been shipped\n* you may like it\n' >"$work/broken-passages/en.txt"
expect "train on passages" 0 "$licet" train --passages "$work/passages" --folds 2 --out "$work/learnt"
says "train tells how many passages were told rightly" "^en  *4 passages, [01]\.[0-9]* told rightly"
expect "what it wrote is a file of words" 0 grep -q '^language = "en";$' "$work/learnt/en.cfg"
expect "train on what is no passage" 65 "$licet" train --passages "$work/broken-passages"
says "it names file and line" "en.txt:3: "
expect "train on no passages" 65 "$licet" train --passages "$work/no-passages"
expect "train on passages and on mail" 64 "$licet" train --passages "$work/passages" "$work/labelled"
expect "policy show" 0 "$licet" policy show CO --policies "$top/policies"
says "policy show tells the hours" "mon, tue, wed, thu, fri from 07:00 to 19:00"
expect "policy show of nowhere" 65 "$licet" policy show QQ --policies "$top/policies"
expect "policy show of a country by its name" 65 "$licet" policy show Germany --policies "$top/policies"
says "it hints at the code" "no territory or provider \"Germany\"; did you mean \"DE\"?"
expect "policy test: every case as wanted, no rule that could go unnoticed" 0 "$licet" policy test --mutate --policies "$top/policies"
says "it says how many" "[0-9]* cases: [0-9]* as wanted, 0 otherwise; [0-9]* rules taken away in turn: [0-9]* noticed, 0 not; "
cp -r "$top/policies" "$work/house" && chmod -R u+w "$work/house" && rm -r "$work/house/model"
sed -i 's/^strip_fallback = .*/strip_fallback = "hold"; fixes = [ ];/; s/^ambiguous = .*/ambiguous = "refuse";/' "$work/house/licet-policy.cfg"
expect "the cases say the same whatever a house sets, and without the model" 0 "$licet" policy test --policies "$work/house"
expect "policy test --json" 0 "$licet" policy test --json --policies "$top/policies" "$top/policies/territories/CO.cfg"
json "is one object per case and one for all" "all({'case','where','ok','outcome','rule','until','reply','missed'} == set(r) for r in rows[:-1]) and rows[-1]['cases'] == len(rows) - 1"
printf 'tests = ( { name = "n"; mail = "newsletter"; recipient = { country = "DE"; }; expect = "deliver"; } );\n' >"$work/case.cfg"
expect "a case that comes out otherwise" 78 "$licet" policy test --policies "$top/policies" "$work/case.cfg"
says "it names place, wanted and got" "case.cfg:1: wanted deliver, got refuse by DE-CONSENT"
expect "a case of what is no file" 75 "$licet" policy test --policies "$top/policies" "$work/none.cfg"
printf 'tests = ( { name = "n"; mail = "newsletter"; expect = "deliver"; } );\n' >"$work/case.cfg"
expect "a case without a country" 78 "$licet" policy test --policies "$top/policies" "$work/case.cfg"
says "it says what would be right" "case.cfg:1: nothing says where the recipient is; right would be"
expect "run while the store does not answer" 0 "$licet" run --policies "$top/policies" --consent unavailable: --rcpt a@b.de "$mail"
expect "policy show in Spanish" 0 "$licet" policy show CO --lang es --policies "$top/policies"
says "it speaks Spanish" "lun, mar, mié, jue, vie de 07:00 a 19:00"
expect "policy show --language, as audit has it" 0 "$licet" policy show CO --language es --policies "$top/policies"
says "it speaks Spanish too" "lun, mar, mié, jue, vie de 07:00 a 19:00"
expect "policy show in no language" 64 "$licet" policy show CO --lang xx --policies "$top/policies"
cp -r "$top/policies" "$work/new" && chmod -R u+w "$work/new"
expect "policy new" 0 "$licet" policy new BO --out "$work/new/territories/BO.cfg"
expect "policy new for a member of the European Union" 0 "$licet" policy new GR --out "$work/new/territories/GR.cfg"
expect "policy new for a part of a country" 0 "$licet" policy new US-TX --out "$work/new/territories/US-TX.cfg"
expect "policy new never writes over a file" 73 "$licet" policy new BO --out "$work/new/territories/BO.cfg"
expect "policy new of what is no country" 65 "$licet" policy new UK
says "it says what would be right" "no code of ISO 3166; right would be GB"
expect "new files are in order, and their cases miss every rule" 0 "$licet" policy test --mutate --policies "$work/new"
# The example of house.cfg, as an officer would take it.
sed -i -e '/^# name = /,/^# );$/s/^# //' -e '/^# tests = /,/^# );$/s/^# //' -e '/^rules = ();/d' "$work/new/house.cfg"
expect "rules of the house, and their cases" 0 "$licet" policy test --mutate --policies "$work/new"
says "each of them is missed" "^.*/house.cfg  *2 cases  *2 as wanted"
expect "policy test --mutate of one file" 0 "$licet" policy test --mutate --policies "$work/new" "$work/new/house.cfg"
says "only its own rules are taken away" "2 rules taken away in turn: 2 noticed, 0 not"
expect "policy show house" 0 "$licet" policy show house --policies "$work/new"
says "it tells whom they are for" "For every recipient, beside the rules of the territory"
expect "policy show of a territory" 0 "$licet" policy show BO --policies "$work/new"
says "it has the rules of the house" "HOUSE-SUNDAY (contact-window)"
expect "a newsletter on a Sunday" 0 "$licet" run --policies "$work/new" --consent "$csv" --now 2026-11-22T15:00:00Z --json --from o@shop.example --rcpt ana@example.com "$top/contrib/rehearsal/mails/d-newsletter.eml"
json "the house lets it wait" "[(d['rule'], d['until']) for d in rows[0]['deferred']] == [('HOUSE-SUNDAY', '2026-11-22T23:00:00Z')]"
expect "policy diff with rules of the house" 0 "$licet" policy diff "$top/policies" "$work/new" --on "$top/contrib/rehearsal/mails" --consent "$csv" --now 2026-11-22T15:00:00Z --rcpt ana@example.com
says "it tells what the house changes" "deliver  *defer by HOUSE-SUNDAY"
expect "the law's cases alone are run without the house" 0 "$licet" policy test --policies "$work/new" "$work/new/territories/CO.cfg"
mv "$work/new/house.cfg" "$work/house.cfg"
ln -s "$work/not-mounted/house.cfg" "$work/new/house.cfg"
expect "rules of the house behind a link that leads nowhere" 78 "$licet" policy check --policies "$work/new"
says "they are missed" "/house.cfg: no such regular file"
rm "$work/new/house.cfg"
cp "$top/policies/house.cfg" "$work/new/house.cfg"
cp -r "$top/contrib/rehearsal/mails" "$work/mails"
sed -i 's/accept = .*"express".*/accept = [ "double-opt-in" ];/' "$work/new/territories/CO.cfg"
expect "policy diff" 0 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv" --now 2026-11-23T15:00:00Z --rcpt ana@example.com --rcpt carla@example.com
says "it tells by rule" "^ *1  *1  deliver  *strip by CO-CONSENT  *.*/a-receipt-with-offer.eml to carla@example.com"
expect "policy diff --json" 0 "$licet" policy diff "$top/policies" "$work/new" --json --on "$work/mails" --consent "$csv" --now 2026-11-23T15:00:00Z --rcpt carla@example.com
json "is one object per recipient and one for all" "all({'file','recipient','before','after'} == set(r) for r in rows[:-1]) and rows[-1]['outcomes'] + rows[-1]['reasons'] == len(rows) - 1 > 1 and rows[-1]['mails'] == 5"
json "its sums tell by rule and by territory" "rows[-1]['rules']['CO-CONSENT']['after'] == rows[-1]['territories']['CO']['outcomes'] + rows[-1]['territories']['CO']['reasons'] == len(rows) - 1"
printf '# the list\nana@example.com\n\ncarla@example.com\nANA@EXAMPLE.COM\n' >"$work/list"
expect "policy diff for a list" 0 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv" --now 2026-11-23T15:00:00Z --to "$work/list"
says "every mail goes to each of the list" "^5 mails, 10 recipients: "
says "it counts by territory" "^ *5  *0  *0  ES$"
says "it counts by rule" "^ *0  *[1-9]  CO-CONSENT$"
for i in $(seq 1203); do echo "p$i@example.com"; done >"$work/long"
expect "policy diff for more than one message may have" 0 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv" --to "$work/long"
says "all of them are judged" "^5 mails, 6015 recipients: "
expect "policy diff for a list that is not there" 66 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --to "$work/none"
printf 'ana@example.com\n\000\ncarla@example.com\n' >"$work/list"
expect "policy diff for a list with a NUL byte, behind which nobody would be read" 65 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --to "$work/list"
printf 'ana@example.com\nana at example\n' >"$work/list"
expect "policy diff for a list with a line that is no address" 65 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --to "$work/list"
says "it names the line of the list" "/list:2: "
printf 'from orders@shop.example\nrcpt carla@example.com\nrcpt dave@example.com\n' >"$work/mails/a-receipt-with-offer.envelope"
expect "policy diff with an envelope beside a mail" 0 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv" --now 2026-11-23T15:00:00Z
says "its recipients are those of the envelope" "^5 mails, 6 recipients: 1 come out otherwise"
echo 'to carla@example.com' >>"$work/mails/a-receipt-with-offer.envelope"
expect "policy diff with a wrong envelope" 65 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv"
says "it names the line of the envelope" "a-receipt-with-offer.envelope:4: \"to carla@example.com\" is no line of an envelope"
echo 'from orders@shop.example' >"$work/mails/a-receipt-with-offer.envelope"
expect "policy diff with an envelope for nobody" 65 "$licet" policy diff "$top/policies" "$work/new" --on "$work/mails" --consent "$csv"
says "it says so" "a-receipt-with-offer.envelope: it names no recipient"
rm "$work/mails/a-receipt-with-offer.envelope"
expect "policy diff of the same" 0 "$licet" policy diff "$top/policies" "$top/policies" --on "$work/mails" --consent "$csv"
says "nobody gets it otherwise" "5 mails, 5 recipients: 0 come out otherwise, 0 for another reason"
store="--consent sqlite:$work/consent.db"
expect "consent import" 0 "$licet" consent import "$csv" $store
expect "consent import of a bad file" 65 "$licet" consent import "$mail" $store
says "it names the line" "a-receipt-with-offer.eml:1: "
expect "consent grant" 0 "$licet" consent grant new@example.com newsletter --basis express --source form $store
expect "consent withdraw" 0 "$licet" consent withdraw new@example.com '*' $store --at 2020-01-01
expect "an act in the future is refused" 65 "$licet" consent grant new@example.com '*' $store --at 2099-01-01
expect "consent grant of a transactional purpose" 65 "$licet" consent grant new@example.com receipt $store
expect "consent show --json" 0 "$licet" consent show new@example.com --json $store
json "the newer grant of one purpose beats the older withdrawal of all" "[r['state'] for r in rows if r['purpose'] == 'newsletter'] == ['granted']"
expect "consent history" 0 "$licet" consent history new@example.com $store
says "history has both events" "withdrawn"
expect "consent export" 0 "$licet" consent export "$work/all.csv" $store
expect "an export can be imported again" 0 "$licet" consent import "$work/all.csv" --consent "sqlite:$work/second.db"
expect "writing to a CSV store" 78 "$licet" consent grant a@b.example '*' --consent "$csv"
expect "status without a daemon" 75 "$licet" status --socket "$work/none"
expect "key new does not write over a key" 73 sh -c "'$licet' key new a.example s --out '$work/k.pem' >/dev/null && '$licet' key new a.example s --out '$work/k.pem'"
"$licet" key new agency.example s --algorithm ed25519 --out "$work/agency.pem" >/dev/null
cat >"$work/envelope.cfg" <<END
policies = "$top/policies";
consent = "memory:";
keys = ( { domain = "agency.example"; selector = "s"; file = "$work/agency.pem"; envelope_senders = [ "@bounce.agency.example" ]; } );
END
envelope="--config $work/envelope.cfg --now 2026-11-22T15:00:00Z --rcpt dave@example.com"
printf 'From: news@shop.example\nSubject: Your order 4711\nX-Licet-Class: transactional\n\nTotal 63.90 EUR\n' >"$work/order.eml"
expect "explain of mail from an envelope sender with a key" 0 "$licet" explain $envelope --from b@bounce.agency.example "$work/order.eml"
says "it is signed, and DMARC does not look at that" "^signed: d=agency.example s=s (ed25519-sha256); for the envelope's sender alone, at which DMARC does not look: no key for shop.example$"
expect "run of it" 0 "$licet" run --json $envelope --from b@bounce.agency.example "$work/order.eml"
json "the domain of the key signs" "rows[0]['variants'][0]['signatures'] == [{'d':'agency.example','s':'s','a':'ed25519-sha256'}]"
expect "run of the same from another envelope sender" 0 "$licet" run --json $envelope --from b@shop.example "$work/order.eml"
json "nobody signs" "rows[0]['variants'][0]['signatures'] == []"
echo "1..$number"
exit $failed
