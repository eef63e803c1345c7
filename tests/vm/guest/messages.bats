#!/usr/bin/env bats
# kernels: case3
# boot: --device virtio-net-pci,addr=4,romfile= --device edu,addr=6
# fresh: yes
# limit: 900
#
# What only a real machine prints, word by word: tests/golden/guest. That of recorded machines is in tests/golden.

load guest

@test "what is printed is what the transcripts of tests/golden/guest show" {
	golden=$BATS_TEST_DIRNAME/../../golden
	run "$golden/run" "$golden"/guest/*.txt
	status_is 0
	not says SKIP
}
