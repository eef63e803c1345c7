#!/usr/bin/env bats
# What is built needs of the C library nothing newer than 2.28, and of libraries with versioned symbols nothing newer than
# what is beside it in the distributions that have it.

load ../helper

# The names that the binary takes from a library, with their versions: NAME@VERSION.
imports() { # PREFIX
	readelf --wide --dyn-syms "$VFIONOIOMMU" | awk '$7 == "UND" { print $8 }' | grep "@$1"
}

# Those whose version is above this one.
above() { # VERSION
	awk -F '@[A-Z]*_' -v max="$1" '
		{ split($2, is, "."); split(max, may, ".") }
		is[1] > may[1] || (is[1] == may[1] && is[2] + 0 > may[2] + 0)'
}

# They were there before, elsewhere or under another name: a newer version is only that of the machine that builds.
moved='^(__libc_start_main|pthread_(create|join)|[fl]?stat|fstatat|dl(open|sym|close|error)|__isoc23_[a-z]+)@'

@test "the C library: 2.28" {
	imports GLIBC_ | grep -q '^open@'
	[ -z "$(imports GLIBC_ | above 2.28 | grep -vE "$moved")" ]
}

@test "util-linux: 2.32" {
	imports SMARTCOLS_ | grep -q '^scols_new_table@'
	[ -z "$(imports SMARTCOLS_ | above 2.32)" ]
	[ -z "$(imports MOUNT_ | above 2.32)" ]
}

@test "... and what is newer is found" {
	[ "$(printf '%s\n' close_range@GLIBC_2.34 open@GLIBC_2.2.5 new@GLIBC_3.0 renameat2@GLIBC_2.28 | above 2.28)" = \
		$'close_range@GLIBC_2.34\nnew@GLIBC_3.0' ]
}
