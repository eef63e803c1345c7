#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: case1
# boot: --memory 2G --cpus 2 --device e1000e,addr=4,romfile=,netdev=a --device edu,addr=6 --device e1000e,addr=8,romfile=,netdev=b --device virtio-net-pci,addr=9,romfile=,netdev=c --device virtio-net-pci,addr=a,romfile=,netdev=d --qemu -netdev --qemu hubport,id=a,hubid=1 --qemu -netdev --qemu hubport,id=b,hubid=1 --qemu -netdev --qemu hubport,id=c,hubid=2 --qemu -netdev --qemu hubport,id=d,hubid=2
#
# DPDK's testpmd on devices that the tool bound: it forwards packets between two cards, and holds them while it runs. TESTPMD is
# another build of it.

load guest

pairs=("$nic 0000:00:08.0 e1000e" "0000:00:09.0 0000:00:0a.0 virtio-pci")

setup_file() {
	modprobe e1000e
	modprobe virtio_net
	reserve_huge_pages
}

teardown_file() {
	free_huge_pages
}

# Starts testpmd on two cards in the process $testpmd; it forwards a burst of packets from one card to the other and back.
start_testpmd() { # DEVICE DEVICE
	"${TESTPMD:-dpdk-testpmd}" --lcores '(0-1)@(0-1)' --iova-mode=pa -m 256 -a "$1" -a "$2" -- --total-num-mbufs=8192 \
		--forward-mode=io --tx-first --stats-period=1 </dev/null >"$BATS_TEST_TMPDIR/testpmd" 2>&1 3>&- &
	testpmd=$!
	wait_until 60 grep 'RX-packets: [1-9]' "$BATS_TEST_TMPDIR/testpmd" || { cat "$BATS_TEST_TMPDIR/testpmd" && return 1; }
}

@test "testpmd forwards packets between two bound cards, and the kernel driver gets them back" {
	tool enable
	for pair in "${pairs[@]}"; do
		read -r one two driver <<<"$pair"
		run_tool bind --force "$one" "$two"
		status_is 0
		start_testpmd "$one" "$two"
		grep 'RX-packets' "$BATS_TEST_TMPDIR/testpmd" | tail -n 2
		# While it runs, unbind is refused, and names it.
		run_tool unbind "$one"
		status_is 3
		complains "$testpmd"
		complains testpmd
		kill -INT "$testpmd"
		wait "$testpmd" || true
		run_tool unbind "$one" "$two"
		status_is 0
		[ "$(driver_of "$one") $(driver_of "$two")" = "$driver $driver" ]
	done
}

# Runs testpmd until EAL has failed, or has started, on $nic.
try_testpmd() { # OPTION...
	"${TESTPMD:-dpdk-testpmd}" --lcores '(0-1)@(0-1)' -a $nic "$@" -- --total-num-mbufs=8192 --stats-period=1 --tx-first \
		</dev/null 2>&1 3>&- &
	testpmd=$!
	sleep 12
	kill -INT $testpmd 2>/dev/null || true
	wait $testpmd
}

@test "testpmd fails for the reasons that verify --for dpdk names" {
	tool bind $nic
	run_tool verify --for dpdk $nic
	status_is 0
	run try_testpmd -m 128
	status_is 0
	says "Bye..."
	# There is no way around huge pages: without them there are no physical addresses.
	run try_testpmd -m 128 --no-huge
	says "Requested device $nic cannot be used"
	run --separate-stderr capsh --drop=cap_sys_admin -- -c "$VFIONOIOMMU verify --for dpdk $nic"
	status_is 3
	complains "[client-physical-address]"
	run capsh --drop=cap_sys_admin -- -c "${TESTPMD:-dpdk-testpmd} --lcores '(0-1)@(0-1)' -a $nic --iova-mode=pa -m 128 -- --tx-first </dev/null"
	says "Expecting 'PA' IOVA mode but current mode is 'VA', not initializing"
	says "Requested device $nic cannot be used"
	# hugetlbfs, then huge pages.
	umount /dev/hugepages
	run_tool verify --for dpdk $nic
	status_is 3
	complains "hugetlbfs is not mounted [client-huge-pages]"
	run try_testpmd -m 128
	[ "$status" -ne 0 ]
	says "Cannot get hugepage information"
	mount -t hugetlbfs hugetlbfs /dev/hugepages
	echo 0 >/proc/sys/vm/nr_hugepages
	run_tool verify --for dpdk $nic
	status_is 3
	complains "none is free [client-huge-pages]"
	run try_testpmd -m 128
	[ "$status" -ne 0 ]
	says "Cannot get hugepage information"
	echo 256 >/proc/sys/vm/nr_hugepages
	tool unbind $nic
}

@test "after kill -9 of testpmd unbind restores the driver, and the link is up again" {
	tool bind "$nic" 0000:00:08.0
	start_testpmd "$nic" 0000:00:08.0
	kill -KILL "$testpmd"
	wait "$testpmd" || true
	run_tool unbind "$nic" 0000:00:08.0
	status_is 0
	[ "$(driver_of "$nic")" = e1000e ]
	interface=$(interface_of $nic)
	ip link set "$interface" up
	wait_until 20 grep -qx 1 "/sys/class/net/$interface/carrier"
	ip link set "$interface" down
}

# The commands as printed; testpmd is stopped after some seconds.
quick_start() {
	sed -n '/^## Quick start/,/^## /s/^    //p' "$BATS_TEST_DIRNAME/../../../README.md" | sed 's/  *# .*//' |
		sed 's/--stats-period=1$/& <\/dev\/null \& sleep 12; kill -INT $!; wait $!/'
}

@test "the quick start in README.md works" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$VFIONOIOMMU" "$BATS_TEST_TMPDIR/bin/vfionoiommu"
	quick_start >"$BATS_TEST_TMPDIR/quick"
	[ "$(grep -c '^vfionoiommu ' "$BATS_TEST_TMPDIR/quick")" -ge 5 ]
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run bash "$BATS_TEST_TMPDIR/quick" 3>&-
	status_is 0
	says "$nic: opens through"
	[[ "$output" =~ RX-total:\ [1-9] ]]
	says "0000:00:08.0: unbound, driver e1000e restored"
}
