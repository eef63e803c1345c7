#!/usr/bin/env bats
# A kernel without any VFIO: a virtual machine of a cloud, recorded as it is.

load helper

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
	root=tests/machines/without-vfio
}

@test "status says that this kernel cannot, and why" {
	run_tool status --sysroot $root
	status_is 3
	says "case 6"
	says "no access path"
	says "was built without VFIO [kernel-without-vfio]"
	says "remedy: boot a kernel with CONFIG_VFIO=m"
}

@test "status --json carries the whole model" {
	run_tool status --json --sysroot $root
	status_is 3
	jq -e '.schema == 1 and .ready == false and .access.case == 6' <<<"$output"
	jq -e '.host.kconfig.VFIO == "n" and .host.kconfig.VFIO_NOIOMMU == "absent"' <<<"$output"
	jq -e '[.findings[].id] == ["kernel-without-vfio"]' <<<"$output"
	jq -e '.devices == []' <<<"$output"
}

@test "list shows nothing, list --all what there is" {
	run_tool list --sysroot $root
	status_is 0
	[ -z "$output" ]
	run_tool list --all --sysroot $root -nro ADDRESS,ID,DRIVER,USE
	status_is 0
	[ "${lines[2]}" = "0000:00:03.0 1af4:1041 virtio-pci free" ]
	# Not the host bridge: it looks like an endpoint, and is nothing to give away.
	[ ${#lines[@]} -eq 5 ]
	run_tool bind --dry-run --sysroot $root 00:00.0
	status_is 3
	complains "0000:00:00.0: is a bridge"
}

@test "an interface and a disk mean their PCI device, by name and by node" {
	run_tool list --sysroot $root -nro ADDRESS eth0
	[ "$output" = 0000:00:03.0 ]
	run_tool list --sysroot $root -nro ADDRESS vda
	[ "$output" = 0000:00:02.0 ]
	run_tool list --sysroot $root -nro ADDRESS /dev/vda
	[ "$output" = 0000:00:02.0 ]
	run_tool list --sysroot $root lo
	status_is 1
	complains "lo: no PCI device, network interface, block device or VFIO node of that name"
}

@test "a pattern means all that match, each once" {
	run_tool list --sysroot $root -nro ADDRESS driver=virtio-pci eth0
	[ ${#lines[@]} -eq 5 ]
	run_tool list --sysroot $root -nro ADDRESS class=02 1AF4:1041
	[ "$output" = 0000:00:03.0 ]
	run_tool list --sysroot $root class=zz
	status_is 1
	complains "no PCI device matches class=zz"
}

@test "bind --dry-run is refused with the same finding" {
	run_tool bind --dry-run --sysroot $root eth0
	status_is 3
	complains "[kernel-without-vfio]"
	run_tool bind --dry-run --json --sysroot $root eth0
	status_is 3
	jq -e '.findings[0].id == "kernel-without-vfio" and .changed == false' <<<"$output"
}

@test "a terminal's control bytes in a recorded machine are escaped" {
	cp -r $root "$BATS_TEST_TMPDIR/machine"
	root=$BATS_TEST_TMPDIR/machine
	printf '6.1\033[31m\n' >"$root/proc/sys/kernel/osrelease"
	printf 'DRIVER=bad\033]0;x\007\nPCI_CLASS=20000\nPCI_ID=8086:10D3\n' >"$root/sys/devices/pci0000:00/0000:00:03.0/uevent"
	run_tool status --sysroot "$root"
	says '6.1\x1b[31m'
	not grep -q $'\033' <<<"$output"
	run_tool list --all --sysroot "$root"
	says 'bad\x1b]0;x\x07'
	not grep -q $'\033' <<<"$output"
	run_tool list --all --json --sysroot "$root"
	jq -e '.devices | length == 5' <<<"$output"
	run_tool list --sysroot "$root" $'\033[31m'
	not grep -q $'\033' <<<"$stderr"
}

@test "a device that cannot be read is there nevertheless: unknown, not free, and not gone" {
	cp -r $root "$BATS_TEST_TMPDIR/machine"
	root=$BATS_TEST_TMPDIR/machine
	uevent=$root/sys/devices/pci0000:00/0000:00:03.0/uevent
	rm "$uevent"
	mkdir "$uevent" "$root/run" "$root/run/vfionoiommu"
	touch "$root/run/vfionoiommu/0000:00:03.0"
	run_tool list --sysroot "$root" -nro DRIVER,USE 00:03.0
	[ "$output" = "? unknown" ]
	run_tool list --all --json --sysroot "$root"
	jq -e '.devices | length == 5' <<<"$output"
	jq -e '.devices[] | select(.address == "0000:00:03.0") | .unreadable | startswith("uevent: ")' <<<"$output"
	for command in bind unbind; do
		run_tool $command --dry-run --sysroot "$root" 00:03.0
		status_is 3
		complains "0000:00:03.0: what it has now could not be put back again, as it cannot be read: uevent: "
	done
}

@test "no link leads out of a recorded machine, and nothing but a regular file is read" {
	cp -r $root "$BATS_TEST_TMPDIR/machine"
	root=$BATS_TEST_TMPDIR/machine
	rm "$root/proc/sys/kernel/osrelease" "$root/proc/sys/kernel/tainted" "$root/proc/config.gz"
	ln -s /../../../../../../../../../proc/sys/kernel/osrelease "$root/proc/sys/kernel/osrelease"
	mkfifo "$root/proc/sys/kernel/tainted"
	mkdir "$root/proc/config.gz"
	run --separate-stderr keep timeout 5 "$VFIONOIOMMU" status --json --sysroot "$root"
	status_is 3
	jq -e '.findings[0].id == "vfio-unknown"' <<<"$output"
	jq -e '.host.release == null and .host.taint == null and .host.config == null' <<<"$output"
}
