#!/usr/bin/env bats
# tier: all
# A report that was made in a guest, read here with --sysroot: on a machine with another kernel, other devices and none of the
# guest's files. (What is in a report, and what not, is in guest/report.bats.)

load ../helper

guest_of() {
	echo "$BATS_FILE_TMPDIR/guest"
}

setup_file() {
	mkdir "$(guest_of)" "$BATS_FILE_TMPDIR/machine"
	"$BATS_TEST_DIRNAME/boot" --timeout 600 --share "$(guest_of)" --env "TOOL=$VFIONOIOMMU" \
		--device e1000e,addr=4,romfile= --device edu,addr=6 case3 -- bash -ec "
			modprobe e1000e
			\$TOOL enable
			\$TOOL bind 0000:00:06.0
			\$TOOL report '$(guest_of)/report.tar'
			for words in 'list --all' status matrix taint; do
				\$TOOL \$words >'$(guest_of)'/\"\$words\"
				\$TOOL \$words --json >'$(guest_of)'/\"\$words --json\"
			done"
	tar -xf "$(guest_of)/report.tar" -C "$BATS_FILE_TMPDIR/machine"
}

# Here it says what it said there.
same() { # WORD...
	[ -s "$(guest_of)/$*" ]
	tool "$@" --sysroot "$BATS_FILE_TMPDIR/machine" | diff "$(guest_of)/$*" -
}

@test "list" {
	same list --all
	same list --all --json
	grep -q '^0000:00:06.0 .*vfio-pci' "$(guest_of)/list --all"
	# What is written into here is on a filesystem of the host's.
	grep -q '^0000:00:1e.2 .* used:share0' "$(guest_of)/list --all"
}

@test "status" {
	same status
	same status --json
}

@test "matrix" {
	same matrix
	same matrix --json
}

@test "taint" {
	same taint
	same taint --json
	grep -q 0000:00:06.0 "$(guest_of)/taint"
}
