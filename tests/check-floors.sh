#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An include may only point down, and each external library is included in one folder only.
# Prints TAP. The first argument is the top of the source tree.
set -eu
cd "${1:-${srcdir:-.}}"

# Public header -> floor. Values (what travels between stages) are floor 0.
floor_of_header() {
    case "$1" in
    limits | authentication | mail_hosts | error | crlf | nearest | utf8 | json_text | address | clock | log | envelope | edit | classification | decision | plan) echo 0 ;;
    message | normalise | selector | tracking | hints | conffile | settings | consent | contacts | import | ledger | mail_resolver | preflight | quota | seal | signer | token | digest | audit | audit_mail | audit_read | audit_story) echo 1 ;;
    classify | training | passages | feedback | policy | cases | rewrite | doctor) echo 2 ;;
    pipeline | engine | rehearsal | withdrawal) echo 3 ;;
    edge) echo 4 ;;
    *) echo 9 ;;
    esac
}

floor_of_file() {
    case "$1" in
    milter/base/*) echo 0 ;;
    milter/message/* | milter/config/* | milter/consent/* | milter/sign/* | milter/audit/*) echo 1 ;;
    milter/classify/* | milter/doctor/* | milter/feedback/* | milter/policy/* | milter/rewrite/*) echo 2 ;;
    milter/pipeline.c | milter/departure.* | milter/foreign.* | milter/engine.c | milter/rehearsal.c | milter/withdrawal.c) echo 3 ;;
    milter/edge/* | milter/web/[!m]*) echo 4 ;;
    milter/main.c | milter/check.* | milter/web/main.c | milter/tool/*) echo 5 ;;
    *) echo 0 ;;
    esac
}

# What one folder of floor 1 may use of another: the log records decisions under the ledger's
# pseudonyms and is sealed with a key, settings name keys and bound the consent store.
sideways_allowed() {
    case "$1:$2" in
    milter/audit/*:ledger | milter/config/*:signer | milter/config/*:consent | milter/message/*:message | milter/message/*:normalise | milter/message/*:selector | milter/message/*:tracking | milter/config/*:conffile | \
        milter/config/*:settings | milter/consent/*:consent | milter/consent/*:import | milter/consent/*:contacts | milter/consent/*:quota | milter/consent/*:ledger | \
        milter/sign/*:mail_resolver | milter/sign/*:preflight | milter/sign/*:signer | milter/sign/*:seal | milter/sign/*:digest | milter/sign/*:token | milter/audit/*:seal | milter/audit/*:audit | milter/audit/*:audit_mail | milter/audit/*:audit_read | milter/audit/*:audit_story) return 0 ;;
    esac
    return 1
}

# Library header -> the one folder that may include it.
home_of_library() {
    case "$1" in
    gmime/* | gumbo.h) echo milter/message/ ;;
    libconfig.h) echo milter/config/ ;;
    sqlite3.h | libpq-fe.h) echo milter/consent/ ;;
    openssl/* | opendkim/* | dkim.h | spf2/* | ares.h) echo milter/sign/ ;;
    jansson.h) echo milter/audit/ ;;
    microhttpd.h) echo milter/web/ ;;
    libmilter/*) echo milter/edge/ ;;
    idn2.h | libpsl.h) echo milter/base/ ;;
    linear.h) echo milter/classify/ ;;
    unistr.h | uni*.h) [ "$1" = unistd.h ] || echo milter/classify/ ;;
    esac
}

bad=$(
    for file in $(find milter -name '*.[ch]'); do
        floor=$(floor_of_file "$file")
        sed -n 's/^# *include *[<"]\([^>"]*\)[>"].*/\1/p' "$file" | while read -r header; do
            case "$header" in
            licet/*)
                name=${header#licet/}
                name=${name%.h}
                target=$(floor_of_header "$name")
                if [ "$target" -gt "$floor" ]; then
                    echo "$file (floor $floor) includes $header (floor $target)"
                elif [ "$floor" = 1 ] && [ "$target" = 1 ] && ! sideways_allowed "$file" "$name"; then
                    echo "$file includes $header of its own floor"
                fi
                ;;
            */*)
                home=$(home_of_library "$header")
                case "$header" in ../*) echo "$file reaches into another folder: $header" ;; esac
                [ -z "$home" ] || case "$file" in "$home"*) ;; *) echo "$file includes $header, which belongs to $home" ;; esac
                ;;
            *)
                home=$(home_of_library "$header")
                [ -z "$home" ] || case "$file" in "$home"*) ;; *) echo "$file includes $header, which belongs to $home" ;; esac
                ;;
            esac
        done
    done
)
echo 1..1
if [ -n "$bad" ]; then
    echo "$bad" | sed 's/^/# /'
    echo "not ok 1 - includes point down, libraries have one home"
    exit 1
fi
echo "ok 1 - includes point down, libraries have one home"
