#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --hotplug --device e1000e,addr=4,romfile= --device e1000e,addr=5,romfile= --device edu,addr=6 --device e1000e,addr=7,romfile= --device e1000e,addr=8,romfile= --device e1000e,addr=a,romfile= --device e1000e,addr=b,romfile= --device e1000e,addr=c,romfile=
#
# udev binds a device with a persistent binding when it is plugged in; unplugging it leaves nothing else behind.

load guest
load events

setup_file() {
	make -s -C "$BATS_TEST_DIRNAME/../../.." install PREFIX="$BATS_FILE_TMPDIR/usr" UDEVRULESDIR=/etc/udev/rules.d
	udevadm control --reload
}

# The saved state of bound devices.
saved() {
	ls /run/vfionoiommu
}

@test "a hotplugged device without a persistent binding is not bound" {
	begin
	plug
	udevadm settle
	[ -z "$(driver_of $plug)$(override_of $plug | grep -v '(null)')" ]
	[ -z "$(nodes)" ]
	unplug
}

@test "unplugging a bound device keeps only its persistent binding" {
	begin
	plug
	run_tool bind --persistent $plug
	status_is 0
	says "$plug: persistent binding saved"
	[ "$(saved)" = $plug ]
	unplug
	udevadm settle
	[ -z "$(saved)" ]
	[ -z "$(nodes)" ]
	[ -e /etc/vfionoiommu.d/$plug ]
}

@test "a hotplugged device with a persistent binding is bound, and monitor prints it" {
	start --until $plug --timeout 60
	plug
	ends_with 0
	grep -qx "$plug: added (1234:11e8)" "$events"
	[ "$(grep -c "^$plug: node added: /dev/vfio/" "$events")" -eq 2 ]
	udevadm settle
	[ "$(driver_of $plug)" = vfio-pci ]
	[ "$(tool list -nro ADDRESS,BOOT $plug)" = "$plug yes" ]
	run_tool verify $plug
	status_is 0
}

@test "status says if no udevd runs that would bind it" {
	mv /run/udev/control /run/udev/away
	run_tool status
	mv /run/udev/away /run/udev/control
	says "no udevd is running: persistent bindings will not be applied at boot [binding-without-rule]"
	run_tool status
	not says binding-without-rule
}

@test "a device that was unbound is bound again after the next hotplug" {
	tool unbind $plug
	[ -z "$(driver_of $plug)" ]
	unplug
	plug
	udevadm settle
	[ "$(driver_of $plug)" = vfio-pci ]
}

# The device appears again, with events that udevd processes when it starts its queue.
appear_again() {
	udevadm control --stop-exec-queue
	echo 1 >/sys/bus/pci/devices/$plug/remove
	echo 1 >/sys/bus/pci/rescan
	wait_until 60 is_plugged
}

start_queue() {
	udevadm control --start-exec-queue
	udevadm settle
}

@test "an event that udevd processes late does not undo a newer unbind" {
	appear_again
	tool bind $plug
	tool unbind $plug
	start_queue
	[ -z "$(driver_of $plug)" ]
	[ -z "$(nodes)" ]
	# Nor does a repeated one.
	udevadm trigger --action=add --settle /sys/bus/pci/devices/$plug
	[ -z "$(driver_of $plug)" ]
	# A newer event binds it.
	appear_again
	start_queue
	[ "$(driver_of $plug)" = vfio-pci ]
}

@test "a removal that udevd processes late does not undo a newer bind" {
	tool unbind --persistent $plug
	tool bind $plug
	appear_again
	tool bind $plug
	start_queue
	[ "$(driver_of $plug)" = vfio-pci ]
	[ "$(saved)" = $plug ]
	tool bind --persistent $plug
}

@test "unbind --persistent removes the persistent binding of an unplugged device" {
	unplug
	udevadm settle
	[ -z "$(saved)" ]
	# With one wrong argument nothing changes.
	run_tool unbind --persistent $plug 0000:00:19.0
	status_is 1
	[ -e /etc/vfionoiommu.d/$plug ]
	run_tool unbind --persistent $plug
	status_is 0
	says "$plug: device no longer present; persistent binding removed"
	[ ! -e /etc/vfionoiommu.d/$plug ]
	plug
	udevadm settle
	[ -z "$(driver_of $plug)" ]
	[ -z "$(nodes)" ]
	unplug
}

@test "a hotplugged device is not bound while noiommu mode is disabled" {
	begin
	plug
	tool bind --persistent $plug
	unplug
	udevadm settle
	tool disable
	plug
	udevadm settle
	[ -z "$(driver_of $plug)" ]
	[ -z "$(saved)" ]
	[ "$(tool list -nro BOOT $plug)" = yes ]
	# It is not bound, but --all includes it.
	run_tool unbind --all --persistent
	status_is 0
	says "$plug: persistent binding removed"
	[ ! -e /etc/vfionoiommu.d/$plug ]
	unplug
}

# The kernel adds the devices that it finds, and then binds their drivers, one after the other.
find_all() { # DEVICE...
	for device in "$@"; do
		echo 1 >"/sys/bus/pci/devices/$device/remove"
	done
	echo 1 >/sys/bus/pci/rescan &
	until [ -e "/sys/bus/pci/devices/$device" ]; do
		:
	done
}

@test "bind waits for a device that the kernel is still adding" {
	local last=0000:00:0c.0
	modprobe e1000e
	tool enable
	find_all 0000:00:0{4,5,7,8,a,b,c}.0
	run_tool bind --wait 0 $last
	status_is 3
	complains "$last: the kernel is still adding the device"
	complains "[device-not-added]"
	run_tool bind --wait 60 $last
	status_is 0
	says "$last: bound to vfio-pci"
	wait
	[ "$(driver_of $last)" = vfio-pci ]
	tool unbind $last
	[ "$(driver_of $last)" = e1000e ]
}
