#!/usr/bin/env bats
# tier: all
#
# No invalid access and no leak, on the real machine.

load ../helper

@test "list, status and taint are clean under valgrind" {
	export FINDINGS=$BATS_TEST_TMPDIR/findings VALGRIND
	VALGRIND=$("$BATS_TEST_DIRNAME/../fetch" valgrind trixie)
	mkdir "$FINDINGS"
	# valgrind does not know the system calls that mount a filesystem privately, as the tool does where configfs is not mounted.
	local mounted=()
	[ "$EUID" -ne 0 ] || [ ! -d /sys/kernel/config ] || mounted=(unshare --mount bash -c
		'mount -t tmpfs none /sys/kernel/config && mkdir /sys/kernel/config/none && exec "$0" "$@"')
	for words in "list --all" "list --all --json" "status" "status --json" "taint --value 0x1fffff" "taint --value 64 --json"; do
		run --separate-stderr keep "${mounted[@]}" "$BATS_TEST_DIRNAME/../valgrind/vfionoiommu" $words
		find "$FINDINGS" -type f -size +0 -exec cat {} +
		[ "$status" -ne 99 ]
		[ -z "$stderr$(find "$FINDINGS" -type f -size +0)" ]
	done
}
