#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manuals say what the programs do: settings and licet.cfg(5), subcommands and licet(1),
# options of licetd and licetd(8), kinds of rule and licet-policy(5). Prints TAP.
# Arguments: the top of the source tree, the build directory.
set -eu
top=${1:-${srcdir:-.}}
build=${2:-.}

number=0
status=0
check() { # name, wanted list, found list
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        printf 'in the program:\n%s\nin the manual:\n%s\n' "$2" "$3" | sed 's/^/# /'
        echo "not ok $number - $1"
        status=1
    fi
}
# The words that a manual introduces with ".It Ic WORD" within a section.
items() { # file, section
    awk -v section="$2" '$1 == ".Sh" { on = ($0 == ".Sh " section) } on && /^\.It Ic / { print $3 }' "$1" | sort -u
}

echo 1..6
check "settings are those of licet.cfg(5)" \
    "$("$build/licet" settings | awk '{ print $1 }' | sort -u)" "$(items "$top/milter/config/licet.cfg.5" SETTINGS)"
check "subcommands are those of licet(1)" \
    "$("$build/licet" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort -u)" "$(items "$top/milter/tool/licet.1" COMMANDS)"
check "options of licetd are those of licetd(8)" \
    "$("$build/licetd" --help | sed -n 's/^ *\(-[a-z], \)*--\([a-z-]*\).*/\2/p' | grep -v '^help' | sort -u)" \
    "$(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$top/milter/licetd.8" | sort -u)"
check "options of licet-web are those of licet-web(8)" \
    "$("$build/licet-web" --help | sed -n 's/^ *\(-[a-z], \)*--\([a-z-]*\).*/\2/p' | grep -v '^help' | sort -u)" \
    "$(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$top/milter/web/licet-web.8" | sort -u)"
check "kinds of rule are those of licet-policy(5)" \
    "$("$build/licet" policy kinds | awk '/^[a-z]/ { print $1 }' | sort -u)" "$(items "$top/policies/licet-policy.5" KINDS)"
check "the manuals are well-formed" "" \
    "$(mandoc -Tlint -Wwarning "$top/milter/licetd.8" "$top/milter/web/licet-web.8" "$top/milter/tool/licet.1" "$top/milter/config/licet.cfg.5" "$top/policies/licet-policy.5" 2>&1 || true)"
exit $status
