#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No file over 600 lines, no function over 60, the end-of-message callback within 25. Prints TAP
# and, as comments, the figures. The first argument is the top of the source tree.
set -eu
cd "${1:-${srcdir:-.}}"

# Functions begin with a name at the start of a line and end with "}" there (.clang-format).
functions=$(find milter -name '*.c' | sort | xargs awk '
    FNR == 1 { name = "" }
    /^[a-z_0-9]+ \(/ { name = $1; start = FNR }
    /^}/ && name != "" { print FNR - start + 2, name, FILENAME; name = "" }' | sort -rn)
echo "$functions" | head -n 3 | sed 's/^/# longest: /'
echo "$functions" | awk '{ n[NR] = $1 } END { print "# functions: " NR ", median " n[int((NR + 1) / 2)] " lines" }'
echo "$functions" | awk '$2 == "pipeline_run" || $2 == "at_end_of_message" { print "# " $2 ": " $1 " lines" }'

echo 1..3
status=0
report() {
    if [ -z "$2" ]; then
        echo "ok $1 - $3"
    else
        echo "$2" | sed 's/^/# /'
        echo "not ok $1 - $3"
        status=1
    fi
}
report 1 "$(find milter include -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 600')" "files have at most 600 lines"
report 2 "$(echo "$functions" | awk '$1 > 60')" "functions have at most 60 lines"
report 3 "$(echo "$functions" | awk '$2 == "at_end_of_message" && $1 > 25; $2 == "at_end_of_message" { seen = 1 } END { if (!seen) print "no at_end_of_message" }')" "the end-of-message callback has at most 25 lines"
exit $status
