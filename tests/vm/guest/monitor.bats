#!/usr/bin/env bats
# kernels: case3
#
# What monitor tells of real hotplug, binds and nodes, with udevd at work.

load guest
load events

@test "udevd is at work, and it is that which is listened to" {
	[ -e /run/udev/control ]
	start -v
	grep -qx "vfionoiommu: listening to udevd" "$errors"
	stop TERM
}

@test "plugged in, bound, given back, plugged out: each is a line" {
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
	sort >"$BATS_TEST_TMPDIR/expected" <<-EOF
		$plug: added (1234:11e8)
		$plug: $group came
		$plug: $cdev came
		$plug: bound to vfio-pci
		$plug: $group went
		$plug: $cdev went
		$plug: left its driver
		$plug: removed
	EOF
	sort "$events" | diff "$BATS_TEST_TMPDIR/expected" -
	[ ! -s "$errors" ]
	# Bound means that the node of the device itself was there before.
	sed -n "/$(basename "$cdev") came/,\$p" "$events" | grep -qx "$plug: bound to vfio-pci"
}

@test "a bound device that is plugged out takes its nodes with it, and they are still known to be its" {
	begin
	plug
	tool bind $plug
	# From here on the nodes are known only by what was there at the start.
	start
	group=$(nodes | grep -v devices) cdev=$(nodes | grep devices)
	unplug
	stop INT
	grep -qx "$plug: $group went" "$events"
	grep -qx "$plug: $cdev went" "$events"
	grep -qx "$plug: left its driver" "$events"
	[ -z "$(nodes)" ]
}

@test "a card with a driver: that it leaves it and gets it again" {
	begin
	start
	tool bind $nic
	wait_for "$nic: bound to vfio-pci"
	tool unbind $nic
	wait_for "$nic: bound to e1000e"
	stop HUP
	[ "$(grep -cx "$nic: left its driver" "$events")" -eq 2 ]
}

@test "--json: an object on each line" {
	begin
	start --json
	plug
	tool bind $plug
	wait_for '"event":"bound"'
	group=$(nodes | grep -v devices)
	tool unbind $plug
	wait_for '"event":"unbound"'
	unplug
	stop TERM
	[ "$(wc -l <"$events")" -eq 8 ]
	[ "$(jq -c . "$events" | wc -l)" -eq 8 ]
	[ "$(head -c 12 "$events")" = '{"schema":1,' ]
	jq -es --arg plug $plug 'all(.schema == 1 and .address == $plug)' "$events"
	jq -es '[.[].event] | sort == ["added", "bound", "node-added", "node-added", "node-removed", "node-removed",
		"removed", "unbound"]' "$events"
	jq -es --arg node "$group" '[.[] | select(.node == $node).event] == ["node-added", "node-removed"]' "$events"
	jq -es '.[0] | .event == "added" and .vendor == "1234" and .device == "11e8" and .driver == null' "$events"
	jq -es '[.[] | select(.event == "bound").driver] == ["vfio-pci"]' "$events"
}

@test "--until a device that has its nodes already ends at once, and prints nothing" {
	begin
	tool bind $edu
	for words in "" --quiet --json "--timeout 0"; do
		run_tool monitor --until 00:06.0 $words
		status_is 0
		[ -z "$output$stderr" ]
	done
	tool unbind $edu
}

@test "--until a device that comes later, and is bound later still" {
	begin
	start --until $plug --timeout 120
	plug
	tool bind $edu
	not ended
	tool bind $plug
	ends_with 0
	# Only this device's lines, and both of its nodes before the end.
	[ "$(grep -c "^$plug: /dev/vfio/.* came$" "$events")" -eq 2 ]
	not grep -v "^$plug: " "$events"
	for node in $(tool list -nro GROUP,CDEV $plug); do
		[ -c "$node" ]
	done
	tool unbind $plug $edu
	unplug
}

@test "--until with --timeout: status 1, and what is missing" {
	begin
	for missing in "$plug there is no such PCI device; see vfionoiommu list --all" \
		"$nic is bound to e1000e; bind it with: vfionoiommu bind $nic" \
		"$edu is bound to no driver; bind it with: vfionoiommu bind $edu"; do
		read -r device why <<<"$missing"
		run_tool monitor --until $device --timeout 1
		status_is 1
		[ "$stderr" = "vfionoiommu: $device: has not got its nodes within 1 s: $why" ]
	done
	tool bind $edu
	group=$(nodes | grep -v devices)
	mv "$group" /dev/away
	run_tool monitor --until $edu --timeout 1
	mv /dev/away "$group"
	status_is 1
	complains "$group is not in /dev yet; wait longer with --timeout"
	tool unbind $edu
}

@test "--until that is interrupted has not seen the device: status 1" {
	start --until $plug
	kill -TERM $monitor
	ends_with 1
	[ ! -s "$events" ]
}

@test "a reader that goes away ends it with status 1, without a word" {
	begin
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	head -n 1 <"$BATS_TEST_TMPDIR/pipe" >/dev/null &
	"$VFIONOIOMMU" monitor >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
	monitor=$! errors=$BATS_TEST_TMPDIR/errors
	listens
	tool bind $edu
	tool unbind $edu
	ends_with 1
	[ ! -s "$errors" ]
}

@test "a full disk is said" {
	begin
	"$VFIONOIOMMU" monitor >/dev/full 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
	monitor=$!
	listens
	tool bind $edu
	tool unbind $edu
	ends_with 1
	[ "$(cat "$BATS_TEST_TMPDIR/errors")" = "vfionoiommu: standard output: could not be written" ]
}

@test "an ordinary user sees the same" {
	begin
	chmod 755 "$BATS_TEST_TMPDIR"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$VFIONOIOMMU" monitor --until $edu --timeout 60 \
		>"$BATS_TEST_TMPDIR/user" 3>&- &
	monitor=$!
	listens
	tool bind $edu
	ends_with 0
	[ "$(grep -c "^$edu: /dev/vfio/.* came$" "$BATS_TEST_TMPDIR/user")" -eq 2 ]
	tool unbind $edu
}
