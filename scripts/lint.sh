#!/bin/sh
# lint.sh - what a reader would stumble over, found by a program: format,
# includes that point upwards, long files and functions, left-over notes.
set -u
bad=0
say() { echo "lint: $*"; bad=1; }

files=$(git ls-files 'src/*.[ch]' 'tests/*.[ch]')

# Format: compared, not changed.
for f in $files; do
	clang-format "$f" | cmp -s - "$f" || say "$f: not formatted (make format)"
done

# Which header may be included where.
only() { # pattern, allowed files as a regular expression
	git grep -lE "^#include $1" -- src | grep -vE "$2" |
		while read -r f; do echo "$f includes $1"; done
}
rules=$(
	only '<uv\.h>' '^src/(main\.c|app/|host/|ui/(ui|loader)[^/]*|cli/)'
	only '<(n?curses|term)[^>]*>' '^src/ui/term[^/]*\.c$'
	only '<curl/' '^src/host/http[^/]*\.[ch]$'
	only '<openssl/' '^src/base/(hash|rng|sign)\.c$'
	up() { # layer, layers it may not see
		git grep -nE "^#include \"($2)/" -- "src/$1" || true
	}
	up base 'proto|dht|core|host|app|ui|cli'
	up proto 'dht|core|host|app|ui|cli'
	up dht 'core|host|app|ui|cli'
	up core 'host|app|ui|cli'
	up host 'app|ui|cli'
	up app 'ui|cli'
	up ui 'host|app|cli'
	git grep -nE '^#include "core/' -- src/ui |
		grep -vE '"core/(snapshot|command|settings)\.h"' || true
)
[ -z "$rules" ] || say "an include that the layers forbid:
$rules"

# Size.
for f in $(git ls-files 'src/*.[ch]'); do
	n=$(wc -l <"$f")
	[ "$n" -le 800 ] || say "$f: $n lines (at most 800)"
done
long=$(git ls-files 'src/*.c' | xargs awk '
	FNR == 1 { s = 0 }
	/^\{/ { s = FNR }
	/^\}/ { if (s && FNR - s > 80) print FILENAME ":" s ": " FNR - s " lines"; s = 0 }')
[ -z "$long" ] || say "functions over 80 lines:
$long"

notes=$(git grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -- src tests scripts Makefile ':!scripts/lint.sh')
[ -z "$notes" ] || say "left-over notes:
$notes"
raw=$(git grep -nE '\b(malloc|calloc|realloc|strdup|alloca|sprintf|strcpy|strcat|gets)\(' -- src ':!src/base/mem.c' ':!src/ui/term*.c')
[ -z "$raw" ] || say "use mem.h and bounded forms:
$raw"

if [ "${1:-}" != quick ]; then
	flags="-D_GNU_SOURCE -DBTTUI_VERSION=\\\"0\\\" -Isrc -std=c11 $(pkg-config --cflags ncursesw libuv libcurl libcrypto)"
	# One process a file: several in one give false findings (clang-tidy 14).
	git ls-files 'src/*.c' | xargs -P 2 -I{} sh -c \
		"clang-tidy --quiet {} -- $flags 2>/dev/null" >build/tidy.txt
	if grep -qE 'warning:|error:' build/tidy.txt; then
		say "clang-tidy:"
		grep -E 'warning:|error:' build/tidy.txt
	fi
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -Isrc \
		-D_GNU_SOURCE --suppress=missingIncludeSystem \
		--enable=warning,portability src 2>build/cppcheck.txt || {
		say "cppcheck:"
		cat build/cppcheck.txt
	}
fi
exit $bad
