#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The packages on a Debian 12 that nobody has touched: installed beside a stock Postfix, wired by
# licet-setup-postfix, a message sent and stripped and signed, unwired, and purged, after which nothing is
# left but the policy that was changed. Needs root, debootstrap, the network, and the packages that
# "dpkg-buildpackage -us -uc -b" made. Prints TAP.
#
#     tests/package/fresh-debian.sh DIRECTORY-OF-THE-PACKAGES [WORK]
#
# WORK keeps the Debian (WORK/debian.tar) for the next time. Ports and processes are in namespaces of their own.
set -u

[ $# -ge 1 ] || { sed -n '3,11s/^# \?//p' "$0" >&2; exit 64; }
packages=$(cd "$1" && pwd) || exit 66
work=${2:-$(mktemp -d)}
root=$work/root
mirror=${MIRROR:-http://deb.debian.org/debian}
number=0 failed=0

ok() { # status, name
    number=$((number + 1))
    if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2" && failed=1; fi
}

within() { # a command in the Debian, with the host's network
    chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}

list_files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./run \
        -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/lib/ucf \
        -o -path ./var/log -o -path ./var/spool/postfix -o -path ./var/lib/postfix -o -path ./var/mail \) -prune \
        -o -print | sort)
}

prepare() {
    mkdir -p "$work"
    if [ ! -f "$work/debian.tar" ]; then
        rm -rf "$root"
        debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || return 1
        printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"
        cp /etc/resolv.conf "$root/etc/resolv.conf"
        within apt-get install -y --no-install-recommends postfix ucf adduser >"$work/postfix.log" 2>&1 || return 1
        tar -C "$root" -cf "$work/debian.tar" . || return 1
    fi
    rm -rf "$root" && mkdir "$root" && tar -C "$root" -xf "$work/debian.tar" && cp "$packages"/licet*.deb "$root/tmp/"
}

# Libraries are no trace of ours; they stay when nothing asks for them.
satisfy() {
    for package in "$packages"/licet_*.deb "$packages"/licet-policies_*.deb; do
        needs=$(dpkg-deb -f "$package" Depends | tr ',' '\n' | grep -v licet-policies | paste -sd,)
        within apt-get satisfy -y --no-install-recommends "$needs" || return 1
    done >"$work/satisfy.log" 2>&1
    within useradd -m alice
}

as_licet() {
    within setpriv --reuid=licet --regid=licet --init-groups "$@"
}

# What an admin does after the installation; README, first ten minutes.
write_settings() {
    within licet key new shop.example 2026a --out /etc/licet/2026a.pem >"$work/key.log" 2>&1 || return 1
    within chown licet: /etc/licet/2026a.pem
    echo 'keys = ( { domain = "shop.example"; selector = "2026a"; file = "/etc/licet/2026a.pem"; } );' \
        >>"$root/etc/licet/licet.cfg"
    cat >>"$root/etc/licet/policies/licet-policy.cfg" <<'END'
senders = ( { domains = [ "shop.example" ]; names = [ "Shop Example GmbH" ];
  postal_address = [ "Hauptstrasse 1" ]; contact = [ "service@shop.example" ]; } );
END
    as_licet licet consent withdraw alice@mail.shop.example '*' --consent sqlite:/var/lib/licet/consent.db --source test &&
        within postconf -e myhostname=mail.shop.example 'mydestination=mail.shop.example, localhost' \
            inet_interfaces=loopback-only inet_protocols=ipv4 alias_maps= local_recipient_maps=
}

write_mail() {
    cat >"$root/tmp/mail.eml" <<'END'
From: Shop <orders@shop.example>
To: alice@mail.shop.example
Subject: Your order 1001
Date: Tue, 24 Nov 2026 09:00:00 +0000
Message-ID: <1001@shop.example>
X-Licet-Purpose: receipt, cross-sell

Thank you for your order 1001. Total 63.90 EUR.
[licet:promotional]
Save 30 % on all umbrellas this week only!
[/licet:promotional]
Shop Example GmbH, Hauptstrasse 1, service@shop.example
END
}

# Inside the namespaces: the daemon as its own user, Postfix, one mail.
cat_session() {
    cat <<'END'
ip link set lo up
mount -t proc proc "$1/proc"
exec chroot "$1" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 sh -c '
    install -d -o licet -g licet -m 0755 /run/licet
    setpriv --reuid=licet --regid=licet --init-groups --no-new-privs licetd >/tmp/licetd.log 2>&1 &
    daemon=$!
    for i in $(seq 100); do grep -q ready /tmp/licetd.log && break; sleep 0.2; done
    postfix start >/tmp/postfix.log 2>&1
    sendmail -f orders@shop.example alice@mail.shop.example </tmp/mail.eml
    for i in $(seq 100); do [ -s /var/mail/alice ] && break; sleep 0.2; done
    licet status >/tmp/status 2>&1
    postfix stop >/dev/null 2>&1
    kill $daemon; wait $daemon
    echo $? >/tmp/daemon.status'
END
}

echo "# $packages"
prepare
ok $? "a fresh Debian 12 with its own Postfix"
satisfy
ok $? "what the packages need"
list_files >"$work/before"
within sh -c 'apt-get install -y --no-install-recommends /tmp/licet_*.deb /tmp/licet-policies_*.deb' >"$work/install.log" 2>&1
ok $? "apt install ./licet_*.deb"
write_settings
ok $? "key, sender, consent"
within install -d -o licet -g licet -m 0755 /run/licet # systemd makes it, which does not run here
as_licet licetd --check >"$work/check.log" 2>&1
ok $? "licetd --check"
cp -r "$root/etc/postfix" "$work/postfix.before"
within licet-setup-postfix --yes >"$work/setup.log" 2>&1 && grep -q '^+smtpd_milters' "$work/setup.log"
ok $? "licet-setup-postfix shows the difference and writes it"
within licet doctor >"$work/doctor.log" 2>&1
ok $? "licet doctor finds no problem"
write_mail
cat_session >"$work/session.sh"
timeout 180 unshare --net --pid --mount --fork sh "$work/session.sh" "$root" >"$work/session.log" 2>&1
mail=$root/var/mail/alice
[ "$(cat "$root/tmp/daemon.status" 2>/dev/null)" = 0 ]
ok $? "licetd runs as its own user and ends when told"
grep -q 'Total 63.90' "$mail" 2>/dev/null
ok $? "the mail arrives"
[ -s "$mail" ] && ! grep -q umbrellas "$mail"
ok $? "without the promotion that was withdrawn from"
grep -qi '^DKIM-Signature: ' "$mail" 2>/dev/null
ok $? "signed"
within licet audit verify --log /var/log/licet/audit.jsonl >"$work/audit.log" 2>&1
ok $? "the log verifies"
within licet-setup-postfix --undo --yes >"$work/undo.log" 2>&1 && diff -r "$work/postfix.before" "$root/etc/postfix" >"$work/undo.diff"
ok $? "undone, Postfix's files are as before"
rm -rf "$work/postfix.before" "$root/etc/licet/2026a.pem"
within apt-get purge -y licet licet-policies >"$work/purge.log" 2>&1
ok $? "purge"
list_files >"$work/after"
diff "$work/before" "$work/after" | grep '^[<>]' | grep -v -e '^> ./etc/licet$' -e '^> ./etc/licet/policies$' \
    -e '^> ./etc/licet/policies/licet-policy.cfg$' >"$work/left"
[ ! -s "$work/left" ] && [ -f "$root/etc/licet/policies/licet-policy.cfg" ]
ok $? "nothing is left but the policy that was changed"
sed 's/^/# /' "$work/left" | head -20
! grep -q licet "$root/etc/passwd" "$root/etc/group"
ok $? "nor a user or group"
[ ! -e "$root/var/log/licet" ] && [ ! -e "$root/var/lib/licet" ]
ok $? "nor a log or a store"
echo "1..$number"
[ "$failed" = 0 ] && [ $# -lt 2 ] && rm -rf "$work"
exit "$failed"
