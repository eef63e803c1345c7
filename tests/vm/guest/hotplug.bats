#!/usr/bin/env bats
# kernels: case3
#
# A device with a persistent binding is bound by udev when it is plugged in, and nothing is left of it when it is pulled out.

load guest
load events

setup_file() {
	make -s -C "$BATS_TEST_DIRNAME/../../.." install PREFIX="$BATS_FILE_TMPDIR/usr" UDEVRULESDIR=/etc/udev/rules.d
	udevadm control --reload
}

# What is saved of bound devices.
saved() {
	ls /run/vfionoiommu
}

@test "a device without a persistent binding is left alone when it comes" {
	begin
	plug
	udevadm settle
	[ -z "$(driver_of $plug)$(override_of $plug | grep -v '(null)')" ]
	[ -z "$(nodes)" ]
	unplug
}

@test "bound at every boot, pulled out: nothing is left but the persistent binding" {
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

@test "plugged in again: bound on arrival, and monitor shows it" {
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

@test "given back once, it is bound again when it comes again" {
	tool unbind $plug
	[ -z "$(driver_of $plug)" ]
	unplug
	plug
	udevadm settle
	[ "$(driver_of $plug)" = vfio-pci ]
}

@test "pulled out while its binding is taken away: it comes back as any other device" {
	unplug
	udevadm settle
	[ -z "$(saved)" ]
	# A word that is wrong: nothing is touched.
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

@test "mode off: a device that comes with a persistent binding is not bound, and that is told" {
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
	# It is not bound just now, and --all means it nevertheless.
	run_tool unbind --all --persistent
	status_is 0
	says "$plug: persistent binding removed"
	[ ! -e /etc/vfionoiommu.d/$plug ]
	unplug
}
