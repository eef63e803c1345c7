#!/usr/bin/env bats
# No invalid access and no leak, on this machine as it is (Debian 12's valgrind does not know openat2, which --sysroot
# needs; for that make check has a newer one).

load ../helper

@test "list, status and taint are clean under valgrind" {
	for words in "list --all" "list --all --json" "status" "status --json" "taint --value 0x1fffff" "taint --value 64 --json"; do
		run --separate-stderr keep valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,possible \
			--error-exitcode=99 "$VFIONOIOMMU" $words
		[ "$status" -ne 99 ]
		[ -z "$stderr" ]
	done
}
