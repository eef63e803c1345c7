#!/usr/bin/env bats
# kernels: case3
# boot: --device virtio-net-pci,addr=4,romfile= --device edu,addr=6
# fresh: yes
# limit: 900
#
# The exact output that only a real kernel causes: tests/golden/guest. That of recorded machines is in tests/golden.

load guest

@test "the output equals the transcripts in tests/golden/guest" {
	golden=$BATS_TEST_DIRNAME/../../golden
	run "$golden/run" "$golden"/guest/*.txt
	status_is 0
	not says SKIP
}
