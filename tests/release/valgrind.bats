#!/usr/bin/env bats
# No invalid access and no leak, on the real machine (the valgrind of Debian 12 does not support openat2, which --sysroot
# needs; make check uses a newer one for that).

load ../helper

@test "list, status and taint are clean under valgrind" {
	for words in "list --all" "list --all --json" "status" "status --json" "taint --value 0x1fffff" "taint --value 64 --json"; do
		run --separate-stderr keep valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,possible \
			--error-exitcode=99 "$VFIONOIOMMU" $words
		[ "$status" -ne 99 ]
		[ -z "$stderr" ]
	done
}
