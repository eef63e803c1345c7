#!/usr/bin/env bats
# kernels: case3
# boot: --disk disk --disk vdisk --disk pf --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=disk --device virtio-blk-pci,addr=8,drive=vdisk --device pcie-root-port,addr=9,id=port0 --device nvme-subsys,id=subsys --device nvme,addr=a,serial=two,subsys=subsys,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2 --device e1000e,addr=b.0,multifunction=on,romfile= --device edu,addr=b.1
#
# bind refuses a device in use, prints its use and does not change it; --force overrides this.

load guest

vblk=0000:00:08.0
port=0000:00:09.0
pf=0000:00:0a.0

setup_file() {
	"$VFIONOIOMMU" enable
	load_disks
}

teardown_file() {
	umount /run/netns
	modprobe nvme
	sfdisk --quiet --delete "/dev/$(disk_of $nvme)"
}

@test "devices without any use are free" {
	[ "$(use_of $edu)" = free ]
	[ "$(use_of $nvme)" = free ]
	[ "$(use_of $vblk)" = free ]
	[ "$(use_of $nic)" = free ]
}

@test "bind refuses a network card that is up, with an address and a default route" {
	local eth
	eth=$(interface_of $nic)
	ip link set "$eth" up
	ip address add 192.0.2.1/24 dev "$eth"
	ip route add default via 192.0.2.254
	ip route add 198.51.100.0/24 via 192.0.2.254 table 77
	ip -6 address add 2001:db8::1/64 dev "$eth" nodad
	refused $nic interface-up "network interface $eth is up" $edu
	complains "$eth has the address 192.0.2.1 [interface-address]"
	complains "$eth has the address 2001:db8::1 [interface-address]"
	complains "$eth carries a route: default [interface-route]"
	complains "$eth carries a route: 198.51.100.0/24 in table 77 [interface-route]"
	complains "hint: ip link set $eth down"
	[ "$(use_of $nic)" = "used:$eth" ]
	ip address flush dev "$eth"
	ip link set "$eth" down
	[ "$(use_of $nic)" = free ]
}

@test "bind refuses a network card that is a port of a bridge" {
	local eth
	eth=$(interface_of $nic)
	modprobe bridge
	ip link add br0 type bridge
	ip link set "$eth" master br0
	refused $nic interface-enslaved "network interface $eth is in use by interface br0" $edu
	ip link delete br0
}

@test "bind refuses a network card that is in another network namespace" {
	local eth
	eth=$(interface_of $nic)
	ip netns add elsewhere
	ip link set "$eth" netns elsewhere
	refused $nic interface-elsewhere "network interface $eth is in the network namespace /run/netns/elsewhere" $edu
	ip netns exec elsewhere ip link set "$eth" netns 1
	ip netns delete elsewhere
	[ "$(use_of $nic)" = free ]
}

@test "bind refuses a disk with a mounted partition" {
	printf 'size=32M\n,\n' | sfdisk -q /dev/$disk
	udevadm settle
	mkfs.ext2 -q /dev/${disk}p1
	mkdir -p /run/mounted
	mount /dev/${disk}p1 /run/mounted
	refused $nvme disk-mounted "${disk}p1 is mounted on /run/mounted" $edu
	complains "hint: umount /run/mounted"
	[ "$(use_of $nvme)" = used:${disk}p1 ]
	# The mount is invisible in another mount namespace, but the disk is still in use.
	run --separate-stderr unshare --mount bash -c "umount /run/mounted; $VFIONOIOMMU bind $nvme"
	status_is 3
	complains "$nvme: $disk"
	umount /run/mounted
}

@test "bind refuses a disk with swap on a partition" {
	mkswap -q /dev/${disk}p2
	swapon /dev/${disk}p2
	refused $nvme disk-swap "${disk}p2 is in use as swap" $edu
	swapoff /dev/${disk}p2
	[ "$(use_of $nvme)" = free ]
}

@test "bind refuses a disk below a device mapper volume, mounted or not" {
	modprobe dm-mod
	echo "0 65536 linear /dev/vda 0" | dmsetup create volume
	refused $vblk disk-held "vda is in use by dm-0" $edu
	mkfs.ext2 -q /dev/mapper/volume
	mkdir -p /run/mounted
	mount /dev/mapper/volume /run/mounted
	refused $vblk disk-mounted "dm-0 (over vda) is mounted on /run/mounted" $edu
	umount /run/mounted
	dmsetup remove volume
}

@test "bind refuses a bridge, even with --force" {
	refused $port device-is-bridge "the device is a bridge" $edu
	run_tool bind --force $port
	status_is 3
	[ -z "$(tool list --all -nro ADDRESS | grep $port)" ]
}

@test "bind refuses a physical function with virtual functions enabled, and binds a virtual one" {
	echo 2 >/sys/bus/pci/devices/$pf/sriov_numvfs
	udevadm settle
	refused $pf device-has-vfs "the device has virtual functions enabled (2: " $edu
	run_tool bind --force $pf
	status_is 3
	local vf
	vf=$(basename "$(readlink /sys/bus/pci/devices/$pf/virtfn0)")
	before=$(driver_of "$vf")
	tool bind "$vf"
	[ "$(driver_of "$vf")" = vfio-pci ]
	tool unbind "$vf"
	[ "$(driver_of "$vf")" = "$before" ]
	echo 0 >/sys/bus/pci/devices/$pf/sriov_numvfs
}

@test "bind prints a note if another function of the slot is not bound" {
	run_tool bind 0000:00:0b.1
	status_is 0
	complains "note: 0000:00:0b.1: 0000:00:0b.0 in the same slot is not bound to VFIO"
	complains "[sibling-unbound]"
	tool unbind 0000:00:0b.1
	run_tool bind --dry-run 0000:00:0b.0 0000:00:0b.1
	status_is 0
	not grep -q sibling-unbound <<<"$stderr"
}

@test "bind --force prints what it overrides, and binds the free device too" {
	local eth
	eth=$(interface_of $nic)
	ip link set "$eth" up
	run_tool bind --force $nic $edu
	status_is 0
	complains "$nic: overridden by --force: network interface $eth is up [interface-up]"
	[ "$(driver_of $nic)" = vfio-pci ]
	[ "$(driver_of $edu)" = vfio-pci ]
	tool unbind --all
	[ "$(driver_of $nic)" = e1000e ]
}

@test "bind and unbind of free devices restore their drivers" {
	for device in $edu $nvme $vblk; do
		before=$(driver_of $device)
		tool bind $device
		tool unbind $device
		[ "$(driver_of $device)" = "$before" ]
	done
}

@test "unbind --force of a device in use times out, and succeeds when the device is free" {
	tool bind $edu
	exec 7<"$(tool list -nro CDEV $edu)"
	SECONDS=0
	run_tool unbind --force --timeout 2 $edu 7<&-
	[ "$SECONDS" -le 8 ]
	status_is 1
	complains "$edu: write $edu to /sys/bus/pci/drivers/vfio-pci/unbind timed out"
	complains "process $BASHPID (bash) uses the device; when the kernel finishes, process "
	complains " completes the command; check with: vfionoiommu list $edu"
	exec 7<&-
	wait_until 20 [ ! -L /sys/bus/pci/devices/$edu/driver ]
	tool unbind $edu
	restored $edu ""
}

@test "unbind names the processes that hold the nodes within a second, and is refused" {
	tool bind $edu
	group=$(tool list -nro GROUP $edu) cdev=$(tool list -nro CDEV $edu)
	hold "$group"
	SECONDS=0
	run_tool unbind $edu
	[ "$SECONDS" -le 2 ]
	status_is 3
	complains "$edu: $group is in use by process $holder (sleep) [device-held]"
	[ "$(driver_of $edu)" = vfio-pci ]
	end_holder
	hold "$cdev"
	run_tool unbind $edu
	status_is 3
	complains "$edu: $cdev is in use by process $holder (sleep) [device-held]"
	end_holder
	tool unbind $edu
	[ -z "$(driver_of $edu)" ]
}
