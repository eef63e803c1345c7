#!/usr/bin/env bats
# tier: all
# kernels: case3
# more: case1 case3-iommufd case4-loosened case5 linux6.1
#
# verify --for: whether a client has what it needs, each shortfall brought about.

load guest

setup_file() {
	bind_standard
}

# Whether /dev/vfio/vfio is there and works, so that DPDK takes the group.
has_container() {
	[ "$(tool status --json | jq .access.container)" = true ]
}

huge_pages=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages

take_huge_pages() {
	echo 8 >$huge_pages
	mkdir -p "$BATS_TEST_TMPDIR/huge"
	mount -t hugetlbfs hugetlbfs "$BATS_TEST_TMPDIR/huge"
}

give_huge_pages() {
	umount "$BATS_TEST_TMPDIR/huge"
	echo 0 >$huge_pages
}

@test "verify --for opens only the node of the client, and refuses if there is none" {
	local client path
	for client in group cdev; do
		path=$(tool list -nro "${client^^}" $edu)
		run_tool verify --for $client --json $edu
		if [ -c "$path" ]; then
			status_is 0
			jq -e --arg path "$path" '[.openings[].node] == [$path] and .client.ready' <<<"$output"
			jq -e --arg client $client '.client.name == $client' <<<"$output"
		else
			status_is 3
			jq -e '.openings == [] and (.client.ready | not)' <<<"$output"
			run_tool verify --for $client $edu
			complains "the device has no $client, which the client opens, on this kernel"
			complains "[client-node-missing]"
		fi
	done
}

@test "verify --for qemu refuses a noiommu device, and so does QEMU" {
	run_tool verify --for qemu $edu
	status_is 3
	complains "QEMU cannot use a noiommu device: it opens only devices behind an IOMMU [client-needs-iommu]"
	[[ "$output" == "qemu: not ready"* ]]
	run_tool verify --for qemu --json $edu
	jq -e '.openings == [] and [.findings[].id] == ["client-needs-iommu"]' <<<"$output"
	run qemu-system-x86_64 -accel tcg -nodefaults -display none -S -m 16 -device vfio-pci,host=$edu
	status_is 1
	says "vfio $edu: "
}

@test "verify --for dpdk is ready only with huge pages and hugetlbfs" {
	[ "$(<$huge_pages)" = 0 ]
	run_tool verify --for dpdk $nic $edu
	status_is 3
	says "dpdk: not ready"
	complains "error: DPDK needs huge pages, and none is free [client-huge-pages]"
	complains "hint: echo 512 > $huge_pages"
	echo 8 >$huge_pages
	run_tool verify --for dpdk $nic
	status_is 3
	complains "DPDK needs huge pages, and hugetlbfs is not mounted [client-huge-pages]"
	take_huge_pages
	run_tool verify --for dpdk $nic $edu
	run_tool verify --for dpdk --json $nic $edu
	give_huge_pages
	status_is 0
	jq -e '.client | .ready and .huge_pages_free == 16777216 and .physical_addresses' <<<"$output"
	# The group where there is a container, else the cdev.
	if has_container; then
		jq -e 'all(.openings[]; .node | contains("/noiommu-vfio") | not)' <<<"$output"
		jq -e '[.findings[].id] - ["client-interrupts"] == []' <<<"$output"
	else
		jq -e 'all(.openings[]; .node | contains("/noiommu-vfio"))' <<<"$output"
		jq -e '[.findings[].id] - ["client-interrupts"] | unique == ["client-version"]' <<<"$output"
	fi
	# edu has no MSI-X, e1000e has.
	jq -e --arg edu $edu '[.findings[] | select(.id == "client-interrupts").subject] == [$edu]' <<<"$output"
}

@test "verify --for spdk needs a group and a container" {
	take_huge_pages
	run_tool verify --for spdk $nic
	give_huge_pages
	if has_container; then
		status_is 0
		says "spdk: ready"
	else
		status_is 3
		complains "[client-node-missing]"
	fi
}

@test "without a capability verify --for dpdk is not ready" {
	take_huge_pages
	run --separate-stderr capsh --drop=cap_sys_admin -- -c "$VFIONOIOMMU verify --for dpdk $nic"
	local admin=$status admin_stderr=$stderr
	run --separate-stderr capsh --drop=cap_sys_rawio -- -c "$VFIONOIOMMU verify --for dpdk $nic"
	give_huge_pages
	status_is 1
	complains "[capability-missing]"
	[ $admin -eq 3 ]
	[[ "$admin_stderr" == *"/proc/self/pagemap hides from this process [client-physical-address]"* ]]
}

@test "a limit of locked memory concerns the cdev, unless CAP_IPC_LOCK lifts it" {
	has_path CDEV || return 0
	take_huge_pages
	run --separate-stderr bash -c "ulimit -l 1024; $VFIONOIOMMU verify --for cdev $nic"
	local free=$status free_stderr=$stderr
	run --separate-stderr capsh --drop=cap_ipc_lock -- -c "ulimit -l 1024; $VFIONOIOMMU verify --for dpdk $nic"
	local dpdk=$status dpdk_stderr=$stderr
	run --separate-stderr capsh --drop=cap_ipc_lock -- -c "ulimit -l 1024; $VFIONOIOMMU verify --for cdev $nic"
	give_huge_pages
	status_is 0
	complains "of which this process may have 1024 KiB [client-memory-limit]"
	[ "$free $free_stderr" = "0 " ]
	# A huge page is larger than that; the group locks nothing.
	if has_container; then
		[ "$dpdk $dpdk_stderr" = "0 " ]
	else
		[ "$dpdk" -eq 3 ]
		[[ "$dpdk_stderr" == *"[memory-limit]"* ]]
	fi
}

@test "with noiommu mode disabled verify --for dpdk is not ready, whichever node it opens" {
	take_huge_pages
	tool disable --force
	run_tool verify --for dpdk $nic
	tool enable
	give_huge_pages
	[ "$status" -ne 0 ]
	complains "[noiommu-disabled]"
	complains "hint: vfionoiommu enable"
}
