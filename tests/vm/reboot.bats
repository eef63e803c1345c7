#!/usr/bin/env bats
# tier: all
# Reboots of the same machine: after each boot, persistent settings apply to the same card, and to no other. Runs on the host;
# each test boots once or twice, and passes its files in /etc to the next.
#
# The tool is installed for the guest in a shared folder with the same path.

load ../helper

nic=0000:00:04.0

setup_file() {
	export MACHINE
	MACHINE=$(mktemp -d /var/tmp/vfionoiommu-reboot.XXXXXX)
	mkdir -p "$MACHINE/etc/udev/rules.d" "$MACHINE/left"
	chmod 755 "$MACHINE"
	make -s -C "$BATS_TEST_DIRNAME/../.." install PREFIX="$MACHINE/usr" UDEVRULESDIR="$MACHINE/etc/udev/rules.d"
}

teardown_file() {
	rm -rf "$MACHINE"
}

# Boots with this card at the address, runs the command, and keeps the tool's files in /etc.
boot() { # DEVICE COMMAND
	run --separate-stderr "$BATS_TEST_DIRNAME/boot" --timeout 600 --etc "$MACHINE/etc" --share "$MACHINE/left" \
		--env "PATH=$MACHINE/usr/sbin:$PATH" --device "$1" --device edu,addr=6 case3 -- bash -ec "
			$2
			rm -rf '$MACHINE/left/'*
			cp -r /etc/vfionoiommu.d '$MACHINE/left/' 2>/dev/null || true
			mkdir '$MACHINE/left/modprobe.d'
			cp /etc/modprobe.d/vfionoiommu.conf '$MACHINE/left/modprobe.d/' 2>/dev/null || true"
	rm -rf "$MACHINE/etc/vfionoiommu.d" "$MACHINE/etc/modprobe.d"
	cp -r "$MACHINE/left/." "$MACHINE/etc/"
}

@test "enable --persistent and bind --persistent save their settings" {
	boot e1000e,addr=4,romfile= "
		test \$(basename \$(readlink /sys/bus/pci/devices/$nic/driver)) = e1000e
		vfionoiommu enable --persistent
		vfionoiommu bind --persistent --owner nobody --mode 0600 $nic"
	status_is 0
	says "next boot: noiommu mode will be enabled"
	says "$nic: persistent binding saved"
	not complains binding-without
	[ -e "$MACHINE/etc/vfionoiommu.d/$nic" ]
	[ -e "$MACHINE/etc/modprobe.d/vfionoiommu.conf" ]
}

@test "after a reboot the card is bound with its nodes, and unbind restores its driver" {
	boot e1000e,addr=4,romfile= "
		cat /sys/module/vfio/parameters/enable_unsafe_noiommu_mode
		vfionoiommu list -nro ADDRESS,DRIVER,GROUP,CDEV,PERSISTENT
		stat -c '%U %a' /dev/vfio/noiommu-0 /dev/vfio/devices/noiommu-vfio0
		cat /sys/bus/pci/devices/$nic/driver_override
		vfionoiommu status
		lsmod | grep '^e1000e'
		vfionoiommu unbind $nic"
	status_is 0
	[ "${lines[0]}" = Y ]
	[ "${lines[1]}" = "$nic vfio-pci /dev/vfio/noiommu-0 /dev/vfio/devices/noiommu-vfio0 yes" ]
	[ "${lines[2]}" = "nobody 600" ]
	[ "${lines[3]}" = "nobody 600" ]
	[ "${lines[4]}" = vfio-pci ]
	says "next boot enabled by /etc/modprobe.d/vfionoiommu.conf"
	says "hint: vfionoiommu bind DEVICE"
	not says "warning:"
	says "$nic: unbound, driver e1000e restored"
}

@test "another card at the address is not bound, and reported" {
	boot nvme,addr=4,serial=one "
		vfionoiommu list -nro DRIVER,BOOT $nic
		vfionoiommu status"
	status_is 0
	[ "${lines[0]}" = "nvme invalid" ]
	says "warning: $nic: the persistent binding is ignored: it belongs to a different card (8086:10d3, serial number"
	says "[binding-other-card]"
}

@test "after disable --persistent and unbind --persistent, a reboot binds nothing" {
	boot e1000e,addr=4,romfile= "
		vfionoiommu unbind --persistent $nic
		vfionoiommu disable --persistent"
	status_is 0
	[ -z "$(find "$MACHINE/etc/vfionoiommu.d" "$MACHINE/etc/modprobe.d" -type f)" ]
	boot e1000e,addr=4,romfile= "
		vfionoiommu list -nro DRIVER,BOOT $nic
		vfionoiommu list
		lsmod | grep -c '^vfio' || true"
	status_is 0
	[ "${lines[0]}" = "e1000e -" ]
	[ "${lines[1]}" = 0 ]
}

@test "make uninstall leaves no file" {
	make -s -C "$BATS_TEST_DIRNAME/../.." uninstall PREFIX="$MACHINE/usr" UDEVRULESDIR="$MACHINE/etc/udev/rules.d"
	[ -z "$(find "$MACHINE" -name '*vfionoiommu*' -not -path "$MACHINE" -type f)" ]
}
