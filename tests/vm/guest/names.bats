#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --disk disk --disk vdisk --disk pf --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=disk --device virtio-blk-pci,addr=8,drive=vdisk --device pcie-root-port,addr=9,id=port0 --device nvme-subsys,id=subsys --device nvme,addr=a,serial=two,subsys=subsys,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2 --device e1000e,addr=b.0,multifunction=on,romfile= --device edu,addr=b.1
#
# A DEVICE can be any name of it that a user copies from another program.

load guest

vblk=0000:00:08.0

setup_file() {
	load_disks
}

teardown() {
	[ ! -e /dev/mapper/across ] || dmsetup remove across
	[ ! -e /dev/mapper/volume ] || dmsetup remove volume
}

# Each name selects this device only.
are() { # ADDRESS NAME...
	local name
	for name in "${@:2}"; do
		run_tool list -nro ADDRESS "$name"
		status_is 0
		[ "$output" = "$1" ] || { echo "$name: $output"; return 1; }
	done
}

@test "a DEVICE can be an alternative name of an interface, which may be longer than a name" {
	local eth
	eth=$(interface_of $nic)
	ip link property add dev "$eth" altname uplink altname a-name-that-is-longer-than-fifteen-bytes
	are $nic uplink a-name-that-is-longer-than-fifteen-bytes "$eth"
	ip link property del dev "$eth" altname uplink altname a-name-that-is-longer-than-fifteen-bytes
	run_tool list uplink
	status_is 1
	complains "uplink: no such PCI device"
}

@test "a DEVICE can be the hardware address of an interface, in any notation" {
	local mac
	mac=$(cat /sys/bus/pci/devices/$nic/net/*/address)
	are $nic "$mac" "${mac^^}" "${mac//:/-}"
	run_tool list 02:00:00:00:00:01
	status_is 1
	complains "no network interface of a PCI device has this address"
}

@test "a DEVICE can be a path in /sys" {
	local eth
	eth=$(interface_of $nic)
	are $nic /sys/bus/pci/devices/$nic /sys/bus/pci/devices/$nic/ /sys/devices/pci0000:00/$nic \
		"/sys/class/net/$eth" "/sys/class/net/$eth/" "/sys/class/net/$eth/device" /sys/bus/pci/drivers/e1000e/$nic
	are $nvme "/sys/block/$disk" "/sys/class/block/$disk/queue"
	run_tool list /sys/class/net/lo
	status_is 1
}

@test "a DEVICE can be any node in /dev, and any link to one" {
	local link
	are $nvme "/dev/$disk" "${disk%n1}" "/dev/${disk%n1}"
	for link in /dev/disk/by-*/*; do
		[ "$(readlink -f "$link")" != "/dev/$disk" ] || are $nvme "$link"
	done
	mkdir /run/nodes
	mknod /run/nodes/other b "$((0x$(stat -c %t "/dev/$disk")))" "$((0x$(stat -c %T "/dev/$disk")))"
	ln -s /run/nodes/other /dev/link-to-disk
	are $nvme /dev/link-to-disk
	rm -r /dev/link-to-disk /run/nodes
}

@test "a DEVICE can be a device mapper device; if it is made of several, the error names them" {
	echo "0 65536 linear /dev/vda 0" | dmsetup create volume
	are $vblk /dev/mapper/volume "$(basename "$(readlink /dev/mapper/volume)")"
	printf '0 32768 linear /dev/mapper/volume 0\n32768 32768 linear /dev/%s 0\n' "$disk" | dmsetup create across
	run_tool bind --dry-run /dev/mapper/across
	status_is 1
	complains "ambiguous, matches $nvme, $vblk"
	[ "$(driver_of $nvme)" = nvme ]
}

@test "a DEVICE can be an address as devlink, lshw and libvirt write it" {
	are $nic pci/$nic pci@$nic pci_0000_00_04_0
}

@test "bind takes any of these names" {
	local mac
	mac=$(cat /sys/bus/pci/devices/$nic/net/*/address)
	tool enable
	run_tool bind --force "$mac" /sys/bus/pci/devices/$edu/
	status_is 0
	[ "$(driver_of $nic)" = vfio-pci ]
	[ "$(driver_of $edu)" = vfio-pci ]
	tool unbind $nic $edu
}
