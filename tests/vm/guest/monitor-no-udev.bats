#!/usr/bin/env bats
# kernels: case3
#
# monitor without udevd: by the kernel's own events.

load guest
load events

setup_file() {
	udevadm control --exit
	for _ in $(seq 100); do
		[ -e /run/udev/control ] || return 0
		sleep 0.1
	done
	rm /run/udev/control
}

teardown_file() {
	/lib/systemd/systemd-udevd --daemon 3>&-
}

@test "without udevd the kernel is listened to, and that is said with -v" {
	[ ! -e /run/udev/control ]
	start -v
	grep -qx "vfionoiommu: listening to the kernel, as there is no udevd" "$errors"
	stop TERM
}

@test "plugged in, bound, given back, plugged out: each is a line, in the kernel's order" {
	begin
	start
	plug
	tool bind $plug
	wait_for "$plug: bound to vfio-pci"
	group=$(nodes | grep -v devices) cdev=$(nodes | grep devices)
	tool unbind $plug
	wait_for "$plug: left its driver"
	unplug
	stop TERM
	cat "$events"
	sed 2q "$events" | diff - <(printf '%s\n' "$plug: added (1234:11e8)" "$plug: $group came")
	[ "$(wc -l <"$events")" -eq 8 ]
	[ "$(sed -n 4p "$events")" = "$plug: bound to vfio-pci" ]
	[ "$(tail -n 1 "$events")" = "$plug: removed" ]
	grep -qx "$plug: $cdev came" "$events"
	grep -qx "$plug: $group went" "$events"
	grep -qx "$plug: $cdev went" "$events"
	[ ! -s "$errors" ]
}

@test "--until ends with both nodes there, every time" {
	begin
	for _ in $(seq 5); do
		start --until $edu --timeout 60
		tool bind $edu
		ends_with 0
		[ "$(grep -c "^$edu: /dev/vfio/.* came$" "$events")" -eq 2 ]
		tool unbind $edu
	done
}

# A column of the monitor's socket: how many bytes wait in it, how many messages it has lost.
socket() { # Rmem|Drops
	awk -v pid=$monitor -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
		NR > 1 && $3 == pid { print $column }' /proc/net/netlink
}

@test "more events than can be taken: that is said, and it goes on" {
	begin
	start
	kill -STOP $monitor
	while [ "$(socket Drops)" -eq 0 ]; do
		for _ in $(seq 200); do
			echo change >/sys/bus/pci/devices/$nic/uevent
		done
	done
	tool bind $edu
	kill -CONT $monitor
	while [ "$(socket Rmem)" -gt 0 ]; do
		sleep 0.5
	done
	grep -qx "vfionoiommu: some events were lost, as more came at once than could be taken; what there is now: vfionoiommu list --all" "$errors"
	not ended
	# It has learnt anew what there is: of the node that came meanwhile it knows the device.
	group=$(nodes | grep -v devices)
	tool unbind $edu
	wait_for "$edu: $group went"
	stop TERM
}
