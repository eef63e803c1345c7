#!/usr/bin/env bats
# The binary needs no C library symbols newer than 2.28. Those of other libraries are looked up when they are first used.

load ../helper

# The symbols that the binary imports from a library, with their versions: NAME@VERSION.
imports() { # PREFIX
	readelf --wide --dyn-syms "$VFIONOIOMMU" | awk '$7 == "UND" { print $8 }' | grep "@$1"
}

# The symbols with a higher version.
above() { # VERSION
	awk -F '@[A-Z]*_' -v max="$1" '
		{ split($2, is, "."); split(max, may, ".") }
		is[1] > may[1] || (is[1] == may[1] && is[2] + 0 > may[2] + 0)'
}

# These existed before, in another library or under another name: their version is only that of the build machine.
moved='^(__libc_start_main|pthread_(create|join)|[fl]?stat(64)?|fstatat(64)?|mknodat|dl(open|sym|close|error)|__isoc23_[a-z]+)@'

@test "the binary needs at most version 2.28 of the C library" {
	imports GLIBC_ | grep -qE '^open(64)?@'
	[ -z "$(imports GLIBC_ | above 2.28 | grep -vE "$moved")" ]
}

@test "the check finds symbols that are newer" {
	[ "$(printf '%s\n' close_range@GLIBC_2.34 open@GLIBC_2.2.5 new@GLIBC_3.0 renameat2@GLIBC_2.28 | above 2.28)" = \
		$'close_range@GLIBC_2.34\nnew@GLIBC_3.0' ]
}
