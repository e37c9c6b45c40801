#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# licet-setup-postfix on Postfix's own files: what it writes is what the doctor wants, twice is once,
# undone is as before, and what others have set is left alone. Prints TAP.
top=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

ok() { # status, name
    number=$((number + 1))
    if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2" && failed=1; fi
}

run() {
    LICET_POSTFIX_LINES=$top/contrib/postfix sh "$top/contrib/postfix/licet-setup-postfix" --dir "$work/etc" "$@" \
        >"$work/out" 2>&1
}

doctor() {
    "$build/licet" doctor --config "$work/licet.cfg" --postfix "$work/etc" >"$work/found" 2>&1
}

failed=0
echo 1..9
mkdir -p "$work/etc"
printf 'myhostname = mail.shop.example\nmynetworks = 127.0.0.0/8\ninet_interfaces = loopback-only' >"$work/etc/main.cf"
echo >>"$work/etc/main.cf"
cat >"$work/etc/master.cf" <<'EOF'
smtp      inet  n       -       y       -       -       smtpd
pickup    unix  n       -       y       60      1       pickup
cleanup   unix  n       -       y       -       0       cleanup
smtp      unix  -       -       y       -       -       smtp
EOF
chmod 640 "$work/etc/main.cf"
: >"$work/licet.cfg"
cp -r "$work/etc" "$work/before"

doctor
ok "$([ $? = 78 ]; echo $?)" "without it the doctor finds problems"
run </dev/null
ok "$([ $? = 75 ] && diff -r "$work/before" "$work/etc" >/dev/null; echo $?)" "without a yes nothing is changed"
run --yes && grep -q '^+127.0.0.1:10027 inet' "$work/out"
ok $? "the difference is shown"
doctor
ok $? "the doctor finds no problem"
ok "$([ "$(stat -c %a "$work/etc/main.cf")" = 640 ]; echo $?)" "the mode stays"
cp -r "$work/etc" "$work/wired"
run --yes && diff -r "$work/wired" "$work/etc" >/dev/null
ok $? "twice is once"
run --yes --undo && diff -r "$work/before" "$work/etc" >/dev/null
ok $? "undone is as before"
echo 'smtpd_milters = unix:opendkim/opendkim.sock' >>"$work/etc/main.cf"
run --yes
ok "$([ $? = 78 ] && grep -q 'opendkim.*by hand' "$work/out"; echo $?)" "another milter is left alone"
if [ -e /etc/postfix/main.cf ]; then
    echo "ok $((number += 1)) - # SKIP there is a Postfix"
else
    "$build/licet" doctor --config "$work/licet.cfg" 2>"$work/found"
    ok "$(grep -q -e '--postfix DIR' "$work/found"; echo $?)" "without a Postfix the doctor says how to name one"
fi
exit "$failed"
