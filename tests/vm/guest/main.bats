#!/usr/bin/env bats
# fresh: yes
# kernels: case3
#
# The main tasks on a real kernel: a card with a driver at 0000:00:04.0, one without at 0000:00:06.0. The tests follow the order
# of a first session; each leaves the machine unchanged.

load guest

@test "status exits with 3 while noiommu mode is disabled, and prints the command that enables it" {
	modprobe e1000e
	run_tool status
	status_is 3
	says "case 3"
	says "group and cdev both work"
	says "[noiommu-disabled]"
	says "hint: vfionoiommu enable"
	[ "$(tainted)" -eq 0 ]
}

@test "bind is refused while noiommu mode is disabled, and changes nothing" {
	before=$(machine)
	run_tool bind $nic
	status_is 3
	complains "[noiommu-disabled]"
	complains "hint: vfionoiommu enable"
	[ "$(machine)" = "$before" ]
	[ ! -e /sys/module/vfio ]
}

@test "bind --dry-run --enable prints every write, and writes nothing" {
	before=$(machine)
	run_tool bind --dry-run --enable $nic
	status_is 0
	says "write Y to /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
	says "write vfio-pci to /sys/bus/pci/devices/$nic/driver_override"
	says "write $nic to /sys/bus/pci/drivers/e1000e/unbind"
	says "write $nic to /sys/bus/pci/drivers/vfio-pci/bind"
	[ "$(machine)" = "$before" ]
	[ ! -e /sys/module/vfio ]
}

@test "enable loads vfio and enables noiommu mode, without a taint" {
	run_tool enable
	status_is 0
	[ "$output" = "noiommu mode: enabled" ]
	[ "$(mode)" = Y ]
	[ "$(tainted)" -eq 0 ]
	run_tool enable
	status_is 0
	[ "$output" = "noiommu mode: already enabled" ]
	run_tool status
	status_is 0
	says "hint: vfionoiommu bind DEVICE"
}

@test "bind binds the card to vfio-pci, and prints its name, both nodes and the taint" {
	begin
	run_tool bind $nic
	status_is 0
	[ "${lines[0]}" = "$nic: bound to vfio-pci (was: e1000e)" ]
	complains "the kernel is now tainted (64, was 0)"
	[ "$(driver_of $nic)" = vfio-pci ]
	[ -c /dev/vfio/noiommu-0 ]
	[ -c /dev/vfio/devices/noiommu-vfio0 ]
	[ "$(tainted)" -eq 64 ]
	run_tool list
	status_is 0
	says /dev/vfio/noiommu-0
	says /dev/vfio/devices/noiommu-vfio0
	says "82574L Gigabit Network Connection"
	[ "$(stat -c %a /run/vfionoiommu)" = 700 ]
	[ "$(stat -c %a /run/vfionoiommu/$nic)" = 600 ]
}

@test "binding a bound device succeeds and says so" {
	run_tool bind $nic
	status_is 0
	[ "${lines[0]}" = "$nic: already bound to vfio-pci" ]
}

@test "unbind restores the driver and clears driver_override and the saved state" {
	run_tool unbind $nic
	status_is 0
	[ "${lines[0]}" = "$nic: unbound, driver e1000e restored" ]
	restored $nic e1000e
	[ -z "$(nodes)" ]
}

@test "unbinding an unbound device succeeds and says so" {
	run_tool unbind $nic
	status_is 0
	[ "${lines[0]}" = "$nic: not bound to VFIO (driver: e1000e)" ]
}

@test "unbind leaves a device without a driver if it had none" {
	begin
	tool bind $edu
	[ "$(driver_of $edu)" = vfio-pci ]
	run_tool unbind $edu
	status_is 0
	[ "${lines[0]}" = "$edu: unbound, no driver to restore" ]
	restored $edu ""
}

@test "bind and unbind accept two devices, in either order" {
	begin
	for order in "$nic $edu" "$edu $nic"; do
		tool bind $order
		[ "$(nodes | wc -l)" -eq 4 ]
		tool unbind $order
		[ "$(driver_of $nic)" = e1000e ]
		[ -z "$(driver_of $edu)" ]
		[ -z "$(nodes)" ]
	done
}

@test "unbind restores a driver_override that was set before" {
	begin
	echo e1000e >/sys/bus/pci/devices/$nic/driver_override
	tool bind $nic
	[ "$(override_of $nic)" = vfio-pci ]
	tool unbind $nic
	restored $nic e1000e e1000e
	echo >/sys/bus/pci/devices/$nic/driver_override
}

@test "unbind lets the kernel choose the driver of a device that another tool bound" {
	begin
	echo vfio-pci >/sys/bus/pci/devices/$nic/driver_override
	echo $nic >/sys/bus/pci/drivers/e1000e/unbind
	echo $nic >/sys/bus/pci/drivers/vfio-pci/bind
	run_tool unbind $nic
	status_is 0
	[ "${lines[0]}" = "$nic: unbound, driver chosen by the kernel: e1000e" ]
	restored $nic e1000e
}

@test "unbind also loads the module of the driver that the kernel chooses" {
	begin
	tool bind $nic
	rm /run/vfionoiommu/$nic
	rmmod e1000e
	tool unbind $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "unbind loads the module of the saved driver again" {
	begin
	tool bind $nic
	rmmod e1000e
	tool unbind $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "unbind --all unbinds every noiommu device" {
	begin
	tool bind $nic $edu
	run_tool unbind --all
	status_is 0
	says "$nic: unbound, driver e1000e restored"
	says "$edu: unbound, no driver to restore"
	[ -z "$(nodes)" ]
}

@test "every kind of DEVICE selects the same card" {
	begin
	interface=$(interface_of $nic)
	for device in 00:04.0 0000:00:04.0 "$interface" 8086:10d3 8086:10D3 class=0200 driver=e1000e; do
		tool bind "$device"
		[ "$(driver_of $nic)" = vfio-pci ]
		tool unbind $nic
	done
	tool bind $nic
	group=$(nodes | grep -v devices) cdev=$(nodes | grep devices)
	for device in "$group" "$cdev" "$(basename "$group")" "$(basename "$cdev")"; do
		run_tool list -nro ADDRESS "$device"
		[ "$output" = $nic ]
	done
	tool unbind "$cdev"
	[ "$(driver_of $nic)" = e1000e ]
}

@test "bind --enable enables noiommu mode first" {
	begin
	tool disable
	[ "$(mode)" = N ]
	run_tool bind --enable $edu
	status_is 0
	says "noiommu mode: enabled"
	[ "$(mode)" = Y ]
	# Also for a device that is bound already.
	tool disable --force
	run_tool bind --enable $edu
	status_is 0
	says "noiommu mode: enabled"
	says "$edu: already bound to vfio-pci"
	[ "$(mode)" = Y ]
	tool unbind $edu
}

@test "disable is refused while a device is bound, unless --force is given" {
	begin
	tool bind $edu
	run_tool disable
	status_is 3
	complains "$edu: the device is bound as a noiommu device"
	complains "[noiommu-devices-bound]"
	[ "$(mode)" = Y ]
	tool disable --force
	[ "$(mode)" = N ]
	tool unbind $edu
	run_tool disable
	status_is 0
	[ "$output" = "noiommu mode: already disabled" ]
}

@test "an invalid or missing DEVICE is an error, and changes nothing" {
	begin
	before=$(machine)
	run_tool bind 0000:00:99.0
	status_is 2
	complains "0000:00:99.0: invalid PCI address"
	run_tool bind zz
	status_is 1
	complains "zz: no such PCI device"
	run_tool bind ""
	status_is 2
	complains "empty DEVICE argument"
	run_tool bind $nic zz
	status_is 1
	run_tool bind 0000:00:1d.0
	status_is 1
	complains "no such PCI device"
	[ "$(machine)" = "$before" ]
}

@test "status and list work without root, and bind requires root" {
	begin
	before=$(machine)
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" status
	status_is 0
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" list --all
	status_is 0
	says "$nic"
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" bind $nic
	status_is 3
	complains "only root can do this [not-root]"
	# Nor can it see which processes use the device.
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" bind --dry-run $nic
	status_is 3
	complains "only root can see the open files of all processes [use-unknown]"
	complains "hint: run the command again with sudo"
	[[ $stderr != *--force* ]]
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" bind --dry-run --force $nic
	status_is 0
	[ "$(machine)" = "$before" ]
}

# A fault in the n-th write to the device's attributes: strace counts the writes to these paths, which are all paths that
# bind and unbind write to. WHAT is "error=EIO" or "signal=KILL"; N "3+" means the third and all later writes.
inject() { # WHAT N COMMAND...
	local what=$1 n=$2
	shift 2
	[[ $what == *=* ]] || what=error=$what
	run --separate-stderr disturbed write "$what:when=$n" /sys/bus/pci/devices/$nic/driver_override \
		/sys/bus/pci/drivers/{e1000e,vfio-pci}/{bind,unbind} -- "$@"
}

@test "a failed write rolls bind back, and the message names the step" {
	begin
	before=$(machine)
	steps=("/sys/bus/pci/devices/$nic/driver_override" /sys/bus/pci/drivers/e1000e/unbind
		/sys/bus/pci/drivers/vfio-pci/bind)
	for error in EBUSY EIO; do
		for n in 1 2 3; do
			inject $error $n bind $nic
			status_is 1
			grep -q INJECTED /tmp/strace
			complains "$nic: could not write"
			complains "to ${steps[n - 1]}:"
			complains "all changes were rolled back"
			[ "$(machine)" = "$before" ]
		done
	done
	# There is no fourth write.
	inject EIO 4 bind $nic
	status_is 0
	not grep -q INJECTED /tmp/strace
	tool unbind $nic
}

@test "a failed write rolls unbind back, and the new nodes have the owner and mode of the old ones" {
	local node
	begin
	tool bind --owner 65534 --mode 0660 $nic
	for n in 1 2 3; do
		inject EIO $n unbind $nic
		status_is 1
		complains "all changes were rolled back"
		[ "$(driver_of $nic)" = vfio-pci ]
		[ "$(override_of $nic)" = vfio-pci ]
		[ "$(nodes | wc -l)" -eq 2 ]
		for node in $(nodes); do
			[ "$(stat -c %u:%a "$node")" = 65534:660 ]
		done
		[ -e /run/vfionoiommu/$nic ]
	done
	says "owner and mode of the nodes restored"
	tool unbind $nic
	[ "$(driver_of $nic)" = e1000e ]
}

@test "a failed bind --enable disables noiommu mode again" {
	begin
	tool disable
	inject EIO 3 bind --enable $nic
	status_is 1
	[ "$(mode)" = N ]
	[ "$(driver_of $nic)" = e1000e ]
}

@test "a failed bind --enable leaves the mode enabled for a device that is bound already" {
	begin
	tool bind $edu
	tool disable --force
	inject EIO 3 bind --enable $edu $nic
	status_is 1
	[ "$(mode)" = Y ]
	tool unbind $edu
}

@test "bind and unbind succeed and roll back if driver_override names another driver" {
	begin
	echo vfio-pci >/sys/bus/pci/devices/$nic/driver_override
	before=$(machine)
	for n in 1 2; do
		inject EIO $n bind $nic
		status_is 1
		grep -q INJECTED /tmp/strace
		[ "$(machine)" = "$before" ]
	done
	tool bind $nic
	[ "$(driver_of $nic)" = vfio-pci ]
	# An override by vfio-pci is not restored: it would withhold the device from its driver.
	tool unbind $nic
	restored $nic e1000e
}

@test "if the rollback fails too, unbind can still restore the driver" {
	begin
	inject EIO 3+ bind $nic
	status_is 1
	complains "rollback failed"
	complains "run: vfionoiommu unbind"
	[ -e /run/vfionoiommu/$nic ]
	tool unbind $nic
	restored $nic e1000e
}

@test "after bind is killed, unbind restores the driver, and bind succeeds" {
	begin
	for n in 2 3; do
		inject signal=KILL $n bind $nic
		[ "$(override_of $nic)" = vfio-pci ]
		tool unbind $nic
		restored $nic e1000e
		inject signal=KILL $n bind $nic
		tool bind $nic
		[ "$(driver_of $nic)" = vfio-pci ]
		tool unbind $nic
		restored $nic e1000e
	done
}

@test "if a module cannot be loaded, no device changes and noiommu mode is disabled again" {
	begin
	tool disable
	rmmod vfio_pci
	before=$(machine)
	run --separate-stderr disturbed finit_module error=EPERM -- bind --enable $nic
	status_is 1
	complains "could not load module vfio_pci: the kernel does not permit it"
	complains "$nic: skipped"
	[ "$(mode)" = N ]
	[ "$(machine)" = "$before" ]
}

@test "a second run waits for the lock, then names its holder" {
	begin
	before=$(machine)
	lock
	run_tool bind --wait 1 $nic
	status_is 1
	complains "waiting for another instance (pid $holder)"
	[ "$(machine)" = "$before" ]
	tool bind --wait 60 $nic &
	waiting=$!
	unlock
	wait $waiting
	[ "$(driver_of $nic)" = vfio-pci ]
	tool unbind $nic
}

@test "unbind --force works for a caller that ignores SIGCHLD and blocks signals" {
	begin
	tool bind $nic
	run --separate-stderr env --ignore-signal=CHLD --block-signal "$VFIONOIOMMU" unbind --force $nic
	status_is 0
	restored $nic e1000e
	[ -z "$(nodes)" ]
}

@test "with standard error closed, messages are not written to a file" {
	begin
	"$VFIONOIOMMU" bind --verbose $nic 2>&-
	[ "$(driver_of $nic)" = vfio-pci ]
	[ "$(wc -l </run/vfionoiommu.lock)" -eq 1 ]
	grep -qxE '[0-9]+' /run/vfionoiommu.lock
	tool unbind $nic
}

@test "--json and -nro print output for scripts" {
	begin
	run_tool bind --json $nic
	jq -e '.changed and .devices[0].cdev.present and .taint.after == 64' <<<"$output"
	run_tool list --json
	[ "$(jq -r '.schema' <<<"$output")" = 1 ]
	[ "$(jq -r '.devices[0].address' <<<"$output")" = $nic ]
	[ "$(jq -r '.devices[0].before.driver' <<<"$output")" = e1000e ]
	jq -e '.devices[0].group.noiommu and .devices[0].cdev.noiommu' <<<"$output"
	run_tool status --json
	status_is 0
	jq -e '.ready and .access.case == 3 and .host.mode == "on" and .host.taint == 64' <<<"$output"
	run_tool list --raw --noheadings --output ADDRESS,GROUP,CDEV
	[[ "$output" =~ ^0000:00:04.0\ /dev/vfio/noiommu-[0-9]+\ /dev/vfio/devices/noiommu-vfio[0-9]+$ ]]
	run_tool unbind --json $nic
	jq -e '.changed and .results[0].outcome == "changed"' <<<"$output"
	run_tool unbind --json $nic
	jq -e '.changed == false and .results[0].outcome == "unchanged"' <<<"$output"
	run_tool disable --json
	jq -e '.changed and .devices == []' <<<"$output"
	run_tool enable --json
	jq -e '.changed and [.results[].subject] == ["noiommu mode"]' <<<"$output"
}

@test "a failed write to standard output is an error" {
	begin
	run bash -c "$VFIONOIOMMU bind $edu >/dev/full"
	status_is 1
	[ "$(driver_of $edu)" = vfio-pci ]
	tool unbind $edu
	run bash -c "$VFIONOIOMMU list --all >/dev/full"
	status_is 1
	[[ "$output" == *"standard output: No space left on device"* ]]
}
