#!/usr/bin/env bats
# tier: all
# kernels: case3
#
# monitor on real hotplug, binds and nodes, with udevd running.

load guest
load events

@test "with udevd running monitor reads the events of udev" {
	[ -e /run/udev/control ]
	start -v
	[ "$(socket Groups)" = 00000002 ]
	grep -qx "vfionoiommu: listening for events of udevd" "$errors"
	stop TERM
}

@test "add, bind, unbind and remove print one line each" {
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
	sort >"$BATS_TEST_TMPDIR/expected" <<-EOF
		$plug: added (1234:11e8)
		$plug: node added: $group
		$plug: node added: $cdev
		$plug: bound to vfio-pci
		$plug: node removed: $group
		$plug: node removed: $cdev
		$plug: unbound
		$plug: removed
	EOF
	sort "$events" | diff "$BATS_TEST_TMPDIR/expected" -
	[ ! -s "$errors" ]
	# The line "bound" follows that of the device's own node.
	sed -n "/node added: ${cdev//\//\\/}/,\$p" "$events" | grep -qx "$plug: bound to vfio-pci"
}

@test "removing a bound device prints the removal of its nodes" {
	begin
	plug
	tool bind $plug
	# The new monitor sees these nodes only at its start.
	start
	group=$(nodes | grep -v devices) cdev=$(nodes | grep devices)
	unplug
	stop INT
	grep -qx "$plug: node removed: $group" "$events"
	grep -qx "$plug: node removed: $cdev" "$events"
	grep -qx "$plug: unbound" "$events"
	[ -z "$(nodes)" ]
}

@test "binding a card with a driver prints that its driver changes" {
	begin
	start
	tool bind $nic
	wait_for "$nic: bound to vfio-pci"
	tool unbind $nic
	wait_for "$nic: bound to e1000e"
	stop HUP
	[ "$(grep -cx "$nic: unbound" "$events")" -eq 2 ]
}

@test "--json prints one object per line" {
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

@test "--until exits at once and prints nothing if the device already has its nodes" {
	begin
	tool bind $edu
	for words in "" --quiet --json "--timeout 0"; do
		run_tool monitor --until 00:06.0 $words
		status_is 0
		[ -z "$output$stderr" ]
	done
	tool unbind $edu
}

@test "--until waits for a device that is added and bound later" {
	begin
	start --until $plug --timeout 120
	plug
	tool bind $edu
	not ended
	tool bind $plug
	ends_with 0
	# Only the lines of this device, and both nodes before the exit.
	[ "$(grep -c "^$plug: node added: /dev/vfio/.*" "$events")" -eq 2 ]
	not grep -v "^$plug: " "$events"
	for node in $(tool list -nro GROUP,CDEV $plug); do
		[ -c "$node" ]
	done
	tool unbind $plug $edu
	unplug
}

@test "--until with --timeout exits with status 1, and prints what is missing" {
	begin
	for missing in "$plug|no such PCI device|vfionoiommu list --all" \
		"$nic|bound to e1000e, not to VFIO|vfionoiommu bind $nic" \
		"$edu|bound to no driver, not to VFIO|vfionoiommu bind $edu"; do
		IFS='|' read -r device why hint <<<"$missing"
		run_tool monitor --until $device --timeout 1
		status_is 1
		[ "$stderr" = "vfionoiommu: error: $device: timed out after 1 s waiting for its nodes: $why
vfionoiommu: hint: $hint" ]
	done
	tool bind $edu
	group=$(nodes | grep -v devices)
	mv "$group" /dev/away
	run_tool monitor --until $edu --timeout 1
	mv /dev/away "$group"
	status_is 1
	complains "$group does not exist yet"
	tool unbind $edu
}

@test "--until exits with status 1 if interrupted" {
	start --until $plug
	kill -TERM $monitor
	ends_with 1
	[ ! -s "$events" ]
}

@test "monitor exits with status 1 and no message when its reader exits" {
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

@test "monitor reports a full disk" {
	begin
	"$VFIONOIOMMU" monitor >/dev/full 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
	monitor=$!
	listens
	tool bind $edu
	tool unbind $edu
	ends_with 1
	[ "$(cat "$BATS_TEST_TMPDIR/errors")" = "vfionoiommu: error: standard output: write failed" ]
}

@test "monitor works without root" {
	begin
	chmod 755 "$BATS_TEST_TMPDIR"
	"${as_user[@]}" "$VFIONOIOMMU" monitor --until $edu --timeout 60 \
		>"$BATS_TEST_TMPDIR/user" 3>&- &
	monitor=$!
	listens
	tool bind $edu
	ends_with 0
	[ "$(grep -c "^$edu: node added: /dev/vfio/.*" "$BATS_TEST_TMPDIR/user")" -eq 2 ]
	tool unbind $edu
}
