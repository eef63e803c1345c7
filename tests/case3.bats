#!/usr/bin/env bats
# Linux 7.3 with everything built (case 3), recorded before and after `vfionoiommu bind --enable 0000:00:04.0`.

load helper

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
	before=tests/machines/case3-before
	bound=tests/machines/case3-bound
}

@test "before: the kernel can, the mode is off" {
	run_tool status --sysroot $before
	status_is 3
	says "case 3, noiommu built: group and cdev both work"
	says "vfio not loaded, vfio-pci not loaded, iommufd not loaded"
	says "[noiommu-disabled]"
	run_tool list --sysroot $before
	status_is 0
	[ -z "$output" ]
	run_tool list --all --sysroot $before -nro ADDRESS,DRIVER,USE 00:04.0
	[ "$output" = "0000:00:04.0 e1000e free" ]
}

@test "before: bind is refused without --enable, and planned with it" {
	run_tool bind --dry-run --sysroot $before 00:04.0
	status_is 3
	complains "[noiommu-disabled]"
	run_tool bind --dry-run --enable --sysroot $before 00:04.0
	status_is 0
	says "load module vfio"
	says "write 0000:00:04.0 to /sys/bus/pci/drivers/vfio-pci/bind"
}

@test "before: a bind is planned in this order, and JSON says the same" {
	run_tool bind --dry-run --enable --json --sysroot $before 00:04.0
	status_is 0
	jq -e '[.results[].outcome] == ["planned", "planned", "planned"] and .planned and (.changed | not)' <<<"$output"
	jq -e '.results[2].subject == "0000:00:04.0"' <<<"$output"
	jq -e '[.results[2].steps[] | .action + " " + .path] == [
		"save /run/vfionoiommu/0000:00:04.0",
		"write /sys/bus/pci/devices/0000:00:04.0/driver_override",
		"write /sys/bus/pci/drivers/e1000e/unbind",
		"write /sys/bus/pci/drivers/vfio-pci/bind"]' <<<"$output"
}

@test "before: what is to become of the nodes is planned in JSON, too" {
	run_tool bind --dry-run --enable --owner 7:8 --mode 0640 --json --sysroot $before 00:04.0
	status_is 0
	jq -e '[.results[2].steps[] | select(.action == "access") | [.path, .owner, .group, .mode]] == [
		["/dev/vfio/noiommu-N", 7, 8, "0640"], ["/dev/vfio/devices/noiommu-vfioX", 7, 8, "0640"]]' <<<"$output"
	jq -e '[.results[2].steps[].action] | index("watch") == 0 and index("settle") != null' <<<"$output"
	jq -e '.results[2].steps[] | select(.action == "save") | .owner == null and .mode == "0600"' <<<"$output"
}

@test "whatever acts prints the same kind of JSON, and less of it when it refuses" {
	for words in "enable" "bind --enable 00:06.0" "unbind 00:04.0" "unbind --all" "disable --force"; do
		run_tool $words --dry-run --json --sysroot $bound
		status_is 0
		jq -e 'keys_unsorted == ["schema", "results", "changed", "planned", "findings", "devices", "taint"]' <<<"$output"
	done
	run_tool disable --dry-run --json --sysroot $bound
	status_is 3
	jq -e 'keys_unsorted == ["schema", "results", "changed", "planned", "findings"]' <<<"$output"
}

@test "bound: both nodes, the driver that it came from, the taint" {
	run_tool status --sysroot $bound
	status_is 0
	says "64 (U: by VFIO noiommu? cannot tell: the kernel log is not readable (No such file or directory))"
	says "1 bound as noiommu"
	run_tool status --json --sysroot $bound
	jq -e '.host.seen.group and .host.seen.noiommu and .host.in_modules.container' <<<"$output"
	jq -e '.devices[0].before.driver == "e1000e" and .devices[0].driver_override == "vfio-pci"' <<<"$output"
	run_tool list --sysroot $bound
	[ ${#lines[@]} -eq 2 ]
	says "0000:00:04.0 vfio-pci /dev/vfio/noiommu-0 /dev/vfio/devices/noiommu-vfio0"
	run_tool list --sysroot $bound -nro OVERRIDE,BEFORE,USE
	[ "$output" = "vfio-pci e1000e bound" ]
}

@test "bound: the nodes mean the device, by name and by path" {
	for device in noiommu-0 /dev/vfio/noiommu-0 noiommu-vfio0 /dev/vfio/devices/noiommu-vfio0; do
		run_tool list --sysroot $bound -nro ADDRESS $device
		[ "$output" = 0000:00:04.0 ]
	done
	run_tool list --sysroot $bound noiommu-1
	status_is 1
}

@test "bound: bind says that it is, unbind is planned back to e1000e" {
	run_tool bind --dry-run --sysroot $bound 00:04.0
	status_is 0
	[ "$output" = "0000:00:04.0: is bound to vfio-pci already" ]
	run_tool unbind --dry-run --all --sysroot $bound
	status_is 0
	[ "${lines[0]}" = "0000:00:04.0: would be given back to e1000e" ]
	says "write a newline to /sys/bus/pci/devices/0000:00:04.0/driver_override"
	says "write 0000:00:04.0 to /sys/bus/pci/drivers/e1000e/bind"
	says "remove /run/vfionoiommu/0000:00:04.0"
}

@test "bound: without what was remembered it goes to the kernel's choice" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	rm "$BATS_TEST_TMPDIR/machine/run/vfionoiommu/0000:00:04.0"
	run_tool unbind --dry-run --sysroot "$BATS_TEST_TMPDIR/machine" 00:04.0
	status_is 0
	says "would be given back to the driver of the kernel's choice"
	says "load module pci:v00008086d000010D3"
	says "write 0000:00:04.0 to /sys/bus/pci/drivers_probe"
}

@test "bound: disable is refused, and names the device" {
	run_tool disable --dry-run --sysroot $bound
	status_is 3
	complains "0000:00:04.0: is bound as a noiommu device"
	run_tool disable --dry-run --force --sysroot $bound
	status_is 0
	says "write N to /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
}

@test "without a cdev's dev file there is no cdev" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	rm "$BATS_TEST_TMPDIR"/machine/sys/devices/pci*/0000:00:04.0/vfio-dev/*/dev
	run_tool list --sysroot "$BATS_TEST_TMPDIR/machine" -nro GROUP,CDEV
	[ "$output" = "/dev/vfio/noiommu-0 -" ]
}

@test "what something wrote into the state is not trusted to be short, or text" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	state=$BATS_TEST_TMPDIR/machine/run/vfionoiommu/0000:00:04.0
	head -c 100000 /dev/zero | tr '\0' A >"$state"
	run_tool unbind --dry-run --sysroot "$BATS_TEST_TMPDIR/machine" 00:04.0
	status_is 0
	sed -i 's|^DRIVER=.*|DRIVER=../../../../tmp/x|' "$state"
	run_tool unbind --dry-run --sysroot "$BATS_TEST_TMPDIR/machine" 00:04.0
	status_is 0
	not grep -qF ../ <<<"$output"
	complains "[memory-unusable]"
}

@test "what was written down of another card at that address is not used" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	sed -i 's|^MODALIAS=.*|MODALIAS=pci:v00001234d000011E8|' "$BATS_TEST_TMPDIR/machine/run/vfionoiommu/0000:00:04.0"
	run_tool unbind --dry-run --sysroot "$BATS_TEST_TMPDIR/machine" 00:04.0
	status_is 0
	says "would be given back to the driver of the kernel's choice"
	complains "[memory-unusable]"
}

@test "cut off between unbind and bind: unbind puts it right, bind does so first" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	root=$BATS_TEST_TMPDIR/machine
	device=$(echo "$root"/sys/devices/pci*/0000:00:04.0)
	rm -r "$device"/vfio-dev "$device"/driver "$device"/iommu_group
	sed -i /^DRIVER=/d "$device/uevent"
	run_tool unbind --dry-run --sysroot "$root" 00:04.0
	status_is 0
	[ "${lines[0]}" = "0000:00:04.0: would be given back to e1000e" ]
	run_tool unbind --dry-run --all --sysroot "$root"
	[ "${lines[0]}" = "0000:00:04.0: would be given back to e1000e" ]
	run_tool status --sysroot "$root"
	says "0000:00:04.0: warning: was left halfway by a run that was cut off [device-interrupted]"
	run_tool bind --dry-run --sysroot "$root" 00:04.0
	status_is 0
	says "0000:00:04.0: would be put back after a run that was cut off"
}

@test "a byte that is not UTF-8 does not break the JSON" {
	cp -r $before "$BATS_TEST_TMPDIR/machine"
	printf '\377\n' >"$(echo "$BATS_TEST_TMPDIR"/machine/sys/devices/pci*/0000:00:04.0/driver_override)"
	run_tool bind --dry-run --enable --json --sysroot "$BATS_TEST_TMPDIR/machine" 00:04.0
	iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
	jq -e .schema <<<"$output"
}

@test "what is loaded is there, whatever the configuration says" {
	cp -r $bound "$BATS_TEST_TMPDIR/machine"
	sed -i 's/^CONFIG_VFIO_PCI=.*/# CONFIG_VFIO_PCI is not set/' "$BATS_TEST_TMPDIR/machine/proc/config.gz"
	run_tool status --sysroot "$BATS_TEST_TMPDIR/machine"
	status_is 0
}
