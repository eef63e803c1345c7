#!/usr/bin/env bats
# tier: all
# A report from a guest, read here with --sysroot: on a machine with another kernel, other devices and none of the guest's
# files. (guest/report.bats tests its content.)

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

# The output here equals that in the guest.
same() { # WORD...
	[ -s "$(guest_of)/$*" ]
	tool "$@" --sysroot "$BATS_FILE_TMPDIR/machine" | diff "$(guest_of)/$*" -
}

console=0000:00:1e.1

@test "list prints the same as in the guest" {
	# Except that a process of the guest has its console open: a report has nothing of the processes.
	grep -q "^$console .* used:/dev/vport" "$(guest_of)/list --all"
	tool list --all --sysroot "$BATS_FILE_TMPDIR/machine" | tr -s ' ' |
		diff <(sed "/^$console /s/ used:[^ ]*/ free/" "$(guest_of)/list --all" | tr -s ' ') -
	tool list --all --json --sysroot "$BATS_FILE_TMPDIR/machine" | jq . |
		diff <(jq --arg console $console '(.devices[] | select(.address == $console)) |= (.use = "free" | .uses = [])' \
			"$(guest_of)/list --all --json") -
	grep -q '^0000:00:06.0 .*vfio-pci' "$(guest_of)/list --all"
	# The guest wrote this folder on a filesystem of the host.
	grep -q '^0000:00:1e.2 .* used:share0' "$(guest_of)/list --all"
}

@test "status prints the same as in the guest" {
	same status
	same status --json
}

@test "matrix prints the same as in the guest" {
	same matrix
	same matrix --json
}

@test "taint prints the same as in the guest" {
	same taint
	same taint --json
	grep -q 0000:00:06.0 "$(guest_of)/taint"
}
