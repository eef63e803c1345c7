#!/usr/bin/env bats
# tier: all
# kernels: case3
#
# monitor without udevd: it reads the kernel's own events.

load guest
load events

setup_file() {
	udevadm control --exit
	wait_until 10 [ ! -e /run/udev/control ] || rm /run/udev/control
}

teardown_file() {
	# bats waits until all its descriptors are closed.
	/lib/systemd/systemd-udevd --daemon >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}

@test "without udevd monitor reads the events of the kernel, and -v prints that" {
	[ ! -e /run/udev/control ]
	start -v
	[ "$(socket Groups)" = 00000001 ]
	grep -qx "vfionoiommu: listening for events of the kernel (udevd is not running)" "$errors"
	stop TERM
}

@test "add, bind, unbind and remove print one line each, in the kernel's order" {
	begin
	start
	plug
	tool bind $plug
	wait_for "$plug: bound to vfio-pci"
	group=$(nodes | grep -v devices) cdev=$(nodes | grep devices)
	tool unbind $plug
	wait_for "$plug: unbound"
	unplug
	stop TERM
	cat "$events"
	sed 2q "$events" | diff - <(printf '%s\n' "$plug: added (1234:11e8)" "$plug: node added: $group")
	[ "$(wc -l <"$events")" -eq 8 ]
	[ "$(sed -n 4p "$events")" = "$plug: bound to vfio-pci" ]
	[ "$(tail -n 1 "$events")" = "$plug: removed" ]
	grep -qx "$plug: node added: $cdev" "$events"
	grep -qx "$plug: node removed: $group" "$events"
	grep -qx "$plug: node removed: $cdev" "$events"
	[ ! -s "$errors" ]
}

@test "--until always waits for both nodes" {
	begin
	for _ in $(seq 5); do
		start --until $edu --timeout 60
		tool bind $edu
		ends_with 0
		[ "$(grep -c "^$edu: node added: /dev/vfio/.*" "$events")" -eq 2 ]
		tool unbind $edu
	done
}

@test "monitor reports lost events, and continues" {
	begin
	# Without this capability, the buffer has at most this size, which few events fill.
	sysctl -q net.core.rmem_max=65536
	local small=$BATS_TEST_TMPDIR/small
	printf '#!/bin/sh\nexec setpriv --bounding-set=-net_admin %s "$@"\n' "$VFIONOIOMMU" >"$small"
	chmod +x "$small"
	VFIONOIOMMU=$small start
	kill -STOP $monitor
	while [ "$(socket Drops)" -eq 0 ]; do
		for _ in $(seq 200); do
			echo change >/sys/bus/pci/devices/$nic/uevent
		done
	done
	tool bind $edu
	kill -CONT $monitor
	wait_until 60 eval '[ "$(socket Rmem)" -eq 0 ]'
	grep -qx "vfionoiommu: warning: event buffer overrun: some events were lost" "$errors"
	not ended
	# It has read the current state again: it finds the device of the node that was added in between.
	group=$(nodes | grep -v devices)
	tool unbind $edu
	wait_for "$edu: node removed: $group"
	stop TERM
}
