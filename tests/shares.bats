#!/usr/bin/env bats
# The filesystems that a virtual machine's host shares with it: their device is not free while one is mounted.

load helper

share=0000:00:1e.2

setup() {
	root=$BATS_TEST_TMPDIR/machine
	cp -r "$BATS_TEST_DIRNAME/machines/case3-bound" "$root"
	mkdir -p "$root/proc/self" "$root/sys/bus/virtio/devices" "$root/sys/bus/virtio/drivers/"{9pnet_virtio,virtiofs} \
		"$root/sys/devices/pci0000:00/$share/virtio2"
	ln -s ../../../devices/pci0000:00/$share/virtio2 "$root/sys/bus/virtio/devices/virtio2"
}

mounted() { # TYPE SOURCE TARGET
	echo "25 1 0:22 / $3 rw,relatime - $1 $2 rw" >"$root/proc/self/mountinfo"
}

driven() { # DRIVER
	ln -s "../../../../bus/virtio/drivers/$1" "$root/sys/devices/pci0000:00/$share/virtio2/driver"
}

use() {
	tool list --sysroot "$root" -nro USE $share
}

@test "9p, by its tag" {
	driven 9pnet_virtio
	echo work >"$root/sys/devices/pci0000:00/$share/virtio2/mount_tag"
	mounted 9p work /work
	[ "$(use)" = used:work ]
	run_tool bind --dry-run --sysroot "$root" $share
	status_is 3
	complains "$share: work is mounted on /work [disk-mounted]"
	mounted 9p home /home
	[ "$(use)" = free ]
	mounted tmpfs work /work
	[ "$(use)" = free ]
}

@test "virtiofs, which does not tell of which device it is" {
	driven virtiofs
	mounted virtiofs work /work
	[ "$(use)" = used:work ]
	mounted ext4 /dev/vda1 /
	[ "$(use)" = free ]
}
