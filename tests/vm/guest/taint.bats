#!/usr/bin/env bats
# tier: all
# fresh: yes
# kernels: case3
# more: case1 linux6.1
#
# The taint on real kernels. It cannot be cleared before the next boot, and overwritten log lines cannot be restored: the tests
# depend on this order, in one boot.

load guest

# Whether this kernel gives noiommu devices a cdev, which taints it as well.
has_cdev() {
	tool status --json | jq -e '.access.cdev_path == "works"' >/dev/null
}

# The other letters of the taint: 6.1's modules are out of the tree, and not signed.
others() {
	[ "$(tainted)" -eq "$(</proc/sys/kernel/tainted)" ] || printf 'O, E, '
}

@test "a fresh boot is not tainted" {
	[ "$(tainted)" -eq 0 ]
	run_tool taint
	status_is 0
	[ "$output" = "taint: 0, not tainted" ]
	run_tool taint --check
	status_is 0
	run_tool status
	grep -qE '^taint +0$' <<<"$output"
}

@test "U set by something else is not attributed to VFIO noiommu" {
	echo 64 >/proc/sys/kernel/tainted
	run_tool taint
	status_is 0
	says "6   U "
	says "U: not set by VFIO noiommu"
	run_tool taint --check
	status_is 0
	run_tool status
	says "64 (U: not set by VFIO noiommu)"
	run_tool taint --json
	jq -e '.kernel_taint.value == 64 and .kernel_taint.vfio_noiommu == false' <<<"$output"
}

@test "messages that root writes to the log are ignored" {
	echo "<4>vfio-pci $edu: Adding kernel taint for vfio-noiommu group on device" >/dev/kmsg
	run_tool taint --check
	status_is 0
	says "U: not set by VFIO noiommu"
}

@test "bind taints the kernel, and taint prints the device and the time" {
	tool enable
	before=$(date -u +%s)
	tool bind $edu
	after=$(date -u +%s)
	run_tool taint
	status_is 0
	says "U: set by VFIO noiommu:"
	says "s after boot): group of $edu"
	run_tool taint --check --quiet
	status_is 3
	run_tool status
	[ "$(tainted)" -eq 64 ]
	says "$(</proc/sys/kernel/tainted) ($(others)U: set by VFIO noiommu, last for $edu)"
	run_tool taint --json
	jq -e --arg edu $edu '.kernel_taint.vfio_noiommu and ([.kernel_taint.events[].address] | unique == [$edu])' \
		<<<"$output"
	# The boot time has a resolution of one second.
	jq -e --argjson before "$before" --argjson after "$after" \
		'.kernel_taint.events[-1].time | fromdate | . >= $before - 2 and . <= $after + 2' <<<"$output"
}

@test "taint prints one event for each node of the bind" {
	kinds='["group"]'
	! has_cdev || kinds='["group","cdev"]'
	run_tool taint --json
	[ "$(jq -c '[.kernel_taint.events[].kind]' <<<"$output")" = "$kinds" ]
	tool unbind $edu
	run_tool taint --check --quiet
	status_is 3
	tool bind $edu
	tool unbind $edu
	run_tool taint --json
	[ "$(jq -c '[.kernel_taint.events[].kind]' <<<"$output")" = "$(jq -c '. + .' <<<"$kinds")" ]
}

@test "taint and dmesg print the same times" {
	run_tool taint --json
	# As numbers on both sides: jq drops a trailing zero, in one of ten cases.
	[ "$(jq -c '[.kernel_taint.events[].seconds]' <<<"$output")" = \
		"$(dmesg --kernel | sed -nE 's/^\[ *([0-9.]+)\] vfio-pci .*Adding kernel taint for vfio-noiommu.*/\1/p' | jq -sc .)" ]
}

@test "dmesg --clear does not hide the events" {
	dmesg --clear
	run_tool taint --check --quiet
	status_is 3
}

@test "taint works without root, but prints unknown if only root can read the log" {
	# Debian's default is 1.
	sysctl -q kernel.dmesg_restrict=0
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" taint --check
	status_is 3
	sysctl -q kernel.dmesg_restrict=1
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" taint
	status_is 0
	says "U: cause unknown: only root can read the kernel log; run the command again with sudo"
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" taint --check
	status_is 1
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" status
	status_is 0
	says "$(</proc/sys/kernel/tainted) ($(others)U: cause unknown: only root can read the kernel log; run the command again with sudo)"
	run_tool taint --check --quiet
	status_is 3
	sysctl -q kernel.dmesg_restrict=0
}

@test "a /dev/kmsg that is not the kernel log is ignored" {
	mount --bind /dev/null /dev/kmsg
	run_tool taint
	status=$status
	umount /dev/kmsg
	status_is 0
	says "cause unknown: the kernel log cannot be read (No such device)"
}

@test "taint prints the same for a recorded machine" {
	tests/machines/record /tmp/machine
	tool taint --json >/tmp/live
	tool taint --json --sysroot /tmp/machine | diff /tmp/live -
	not grep -q 'Linux version' /tmp/machine/dev/kmsg
}

# Fills the log, whatever its size, until the messages of VFIO are overwritten.
overwrite() {
	local lines
	sysctl -q kernel.printk_devkmsg=on
	lines=$(printf '<7>%0900d\n' {1..50})
	while dd if=/dev/kmsg iflag=nonblock bs=8192 2>/dev/null | grep -q 'vfio-noiommu'; do
		while read -r line; do
			echo "$line" >/dev/kmsg
		done <<<"$lines"
	done
}

@test "taint reads a log that grows while it is read" {
	sysctl -q kernel.printk_devkmsg=on
	while :; do echo '<7>on and on' >/dev/kmsg; done &
	writer=$!
	for _ in {1..20}; do
		run_tool taint --check --quiet
		[ "$status" -eq 3 ] || [ "$status" -eq 1 ]
		[ -z "$stderr" ]
	done
	kill $writer
}

@test "the cause is unknown if the beginning of the log is overwritten" {
	overwrite
	run_tool taint
	status_is 0
	says "the beginning of the kernel log was overwritten"
	run_tool taint --check
	status_is 1
	run_tool status
	says "the beginning of the kernel log was overwritten"
	[ "$(tainted)" -eq 64 ]
}

@test "the next bind makes the cause known again" {
	tool bind $edu
	run_tool taint --check
	status_is 3
	tool unbind $edu
}

@test "bind --dry-run does not announce a taint that is already set" {
	run_tool bind --dry-run $edu
	status_is 0
	[ -z "$stderr" ]
}
