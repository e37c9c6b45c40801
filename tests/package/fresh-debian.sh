#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The packages on a Debian 12 that nobody has touched: installed beside a stock Postfix, wired by
# licet-setup-postfix, run by systemd as licetd.service has it, a message sent and stripped and signed, reloaded,
# unwired, and purged, after which nothing is left but the policy that was changed. Needs root, debootstrap, the
# network, a kernel with cgroup2, and the packages that "dpkg-buildpackage -us -uc -b" made. Prints TAP.
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
        -o -path ./var/log -o -path ./var/lib/systemd -o -path ./var/lib/private -o -path ./var/tmp -o -path ./root/.ssh -o -path ./etc/mtab -o -path ./var/spool/postfix -o -path ./var/lib/postfix -o -path ./var/mail \) -prune \
        -o -print | sort)
}

prepare() {
    mkdir -p "$work"
    if [ ! -f "$work/debian.tar" ]; then
        rm -rf "$root"
        debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || return 1
        printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"
        cp /etc/resolv.conf "$root/etc/resolv.conf"
        within apt-get install -y --no-install-recommends postfix ucf adduser systemd systemd-sysv dbus >"$work/postfix.log" 2>&1 || return 1
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
    cat >"$work/mail.eml" <<'END'
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

# systemd as process 1 of namespaces of its own, below a cgroup of its own.
write_boot() {
    cat >"$work/boot.sh" <<'END'
set -e
cd "$1"
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
ln -s pts/ptmx dev/ptmx
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ip link set lo up
mkdir -p .before
pivot_root . .before
umount -l /.before
rmdir /.before
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lxc /lib/systemd/systemd
END
}

boot() {
    cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    [ -n "$cgroups" ] || return 1
    mkdir -p "$cgroups/licet-fresh-debian"
    rm -f "$root/usr/sbin/policy-rc.d"
    write_boot
    # shellcheck disable=SC2016
    sh -c 'echo $$ >"$1/cgroup.procs"; exec unshare --pid --mount --net --uts --ipc --cgroup --fork --kill-child sh "$2" "$3"' \
        sh "$cgroups/licet-fresh-debian" "$work/boot.sh" "$root" >"$work/boot.log" 2>&1 &
    booted=$!
    for _ in $(seq 300); do
        first=$(tr -d ' ' <"/proc/$booted/task/$booted/children")
        [ -n "$first" ] && booting systemctl is-active --quiet postfix 2>/dev/null && return 0
        sleep 0.2
    done
    return 1
}

booting() { # a command in the Debian that was booted
    nsenter --target "$first" --mount --pid --net --uts --ipc --cgroup --root --wd env \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
}

halt() {
    kill -KILL "$first" && wait "$booted" 2>/dev/null
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"
    find "$cgroups/licet-fresh-debian" -depth -type d -exec rmdir {} + 2>/dev/null
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
rm -rf "$work/postfix.before" && cp -r "$root/etc/postfix" "$work/postfix.before"
within licet-setup-postfix --yes >"$work/setup.log" 2>&1 && grep -q '^+smtpd_milters' "$work/setup.log"
ok $? "licet-setup-postfix shows the difference and writes it"
within licet doctor >"$work/doctor.log" 2>&1
ok $? "licet doctor finds no problem"
write_mail
mail=$root/var/mail/alice
boot
ok $? "systemd and Postfix are up"
for _ in $(seq 150); do booting systemctl is-active --quiet licetd && break; sleep 0.2; done
booting systemctl is-active --quiet licetd
ok $? "systemd has started licetd"
booting sendmail -f orders@shop.example alice@mail.shop.example <"$work/mail.eml"
for _ in $(seq 150); do [ -s "$mail" ] && break; sleep 0.2; done
booting systemctl reload licetd
ok $? "systemctl reload"
echo nonsense >>"$root/etc/licet/policies/licet-policy.cfg"
! booting systemctl reload licetd 2>/dev/null && booting systemctl is-active --quiet licetd
ok $? "a reload that is refused says so, and licetd goes on"
sed -i '$d' "$root/etc/licet/policies/licet-policy.cfg"
booting licet status >"$work/status" 2>&1
ok $? "licet status"
booting systemctl stop licetd
[ "$(booting systemctl show -p Result -p NRestarts -p ExecMainStatus licetd | sort | paste -sd' ')" = \
    "ExecMainStatus=0 NRestarts=0 Result=success" ]
ok $? "licetd ends when told, and never did before"
booting journalctl --no-pager -u licetd >"$work/licetd.log" 2>&1
halt
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
