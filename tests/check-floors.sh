#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An include may only point down, and each external library is included in one folder only.
# Prints TAP. The first argument is the top of the source tree.
set -eu
cd "${1:-${srcdir:-.}}"

# The answers stand in a variable, since a process for each include would take a minute.
# Public header -> floor. Values (what travels between stages) are floor 0.
floor_of_header() {
    case "$1" in
    limits | authentication | mail_hosts | error | crlf | nearest | utf8 | json_text | address | clock | log | envelope | edit | classification | decision | plan) answer=0 ;;
    message | normalise | selector | tracking | hints | conffile | settings | consent | contacts | import | ledger | mail_resolver | preflight | quota | seal | signer | token | digest | audit | audit_mail | audit_read | audit_story) answer=1 ;;
    classify | training | passages | feedback | policy | cases | rewrite | doctor) answer=2 ;;
    pipeline | engine | rehearsal | withdrawal) answer=3 ;;
    edge) answer=4 ;;
    *) answer=9 ;;
    esac
}

floor_of_file() {
    case "$1" in
    milter/base/*) answer=0 ;;
    milter/message/* | milter/config/* | milter/consent/* | milter/sign/* | milter/audit/*) answer=1 ;;
    milter/classify/* | milter/doctor/* | milter/feedback/* | milter/policy/* | milter/rewrite/*) answer=2 ;;
    milter/pipeline.c | milter/departure.* | milter/foreign.* | milter/engine.c | milter/rehearsal.c | milter/withdrawal.c) answer=3 ;;
    milter/edge/* | milter/web/[!m]*) answer=4 ;;
    milter/main.c | milter/check.* | milter/web/main.c | milter/tool/*) answer=5 ;;
    *) answer=0 ;;
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
    answer=
    case "$1" in
    gmime/* | gumbo.h) answer=milter/message/ ;;
    libconfig.h) answer=milter/config/ ;;
    sqlite3.h | libpq-fe.h) answer=milter/consent/ ;;
    openssl/* | opendkim/* | dkim.h | spf2/* | ares.h) answer=milter/sign/ ;;
    jansson.h) answer=milter/audit/ ;;
    microhttpd.h) answer=milter/web/ ;;
    libmilter/*) answer=milter/edge/ ;;
    idn2.h | libpsl.h) answer=milter/base/ ;;
    linear.h) answer=milter/classify/ ;;
    unistr.h | uni*.h) [ "$1" = unistd.h ] || answer=milter/classify/ ;;
    esac
}

bad=$(
    grep -r '^# *include' milter --include='*.[ch]' |
        sed -n 's/^\([^:]*\):# *include *[<"]\([^>"]*\)[>"].*/\1 \2/p' | while read -r file header; do
        floor_of_file "$file"
        floor=$answer
        case "$header" in
        licet/*)
            name=${header#licet/}
            name=${name%.h}
            floor_of_header "$name"
            if [ "$answer" -gt "$floor" ]; then
                echo "$file (floor $floor) includes $header (floor $answer)"
            elif [ "$floor" = 1 ] && [ "$answer" = 1 ] && ! sideways_allowed "$file" "$name"; then
                echo "$file includes $header of its own floor"
            fi
            continue
            ;;
        ../*) echo "$file reaches into another folder: $header" ;;
        esac
        home_of_library "$header"
        [ -z "$answer" ] || case "$file" in "$answer"*) ;; *) echo "$file includes $header, which belongs to $answer" ;; esac
    done
)
echo 1..1
if [ -n "$bad" ]; then
    echo "$bad" | sed 's/^/# /'
    echo "not ok 1 - includes point down, libraries have one home"
    exit 1
fi
echo "ok 1 - includes point down, libraries have one home"
