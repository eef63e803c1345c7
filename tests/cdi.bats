#!/usr/bin/env bats
# cdi: the bound devices for containers.

load helper

machines=$BATS_TEST_DIRNAME/machines

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
}

# The nodes of a device of the specification, each as PATH or PATH=HOSTPATH.
nodes() { # NAME
	jq -r --arg name "$1" '.devices[] | select(.name == $name).containerEdits.deviceNodes[] |
		.path + (if .hostPath then "=" + .hostPath else "" end)' <<<"$output" | tr '\n' ' '
}

@test "a device has all its nodes by its address, and those of one way behind it" {
	run_tool --sysroot "$machines/case3-bound" cdi
	status_is 0
	[ "$(jq -r '.cdiVersion + " " + .kind' <<<"$output")" = "0.5.0 vfionoiommu/device" ]
	[ "$(nodes 0000:00:04.0)" = "/dev/vfio/noiommu-0 /dev/vfio/vfio /dev/vfio/devices/noiommu-vfio0 /dev/iommu " ]
	[ "$(nodes 0000:00:04.0-group)" = "/dev/vfio/noiommu-0 /dev/vfio/vfio " ]
	[ "$(nodes 0000:00:04.0-cdev)" = "/dev/vfio/devices/noiommu-vfio0 /dev/iommu " ]
	[ "$(jq -r '[.devices[].containerEdits.deviceNodes[].permissions] | unique[]' <<<"$output")" = rw ]
}

@test "no device is bound: status 3, or the file is taken away" {
	run_tool --sysroot "$machines/case3-before" cdi
	status_is 3
	[ -z "$output" ]
	complains "no noiommu device is bound that a container could be given; bind one with: vfionoiommu bind DEVICE"
	echo old >devices.json
	run_tool --sysroot "$machines/case3-before" cdi --write devices.json
	status_is 0
	[ "$output" = "devices.json: is not there, as no noiommu device is bound" ]
	[ -z "$stderr" ]
	[ ! -e devices.json ]
	mkdir folder
	run_tool --sysroot "$machines/case3-before" cdi --write folder
	status_is 1
	complains "folder: could not be removed: Is a directory"
}

@test "--write replaces a file as a whole, and prints nothing" {
	echo old >devices.json
	run_tool --sysroot "$machines/case3-bound" cdi --write devices.json
	status_is 0
	[ -z "$output$stderr" ]
	[ "$(stat -c %a devices.json)" = 644 ]
	diff devices.json <(tool --sysroot "$machines/case3-bound" cdi)
	run_tool --sysroot "$machines/case3-bound" cdi --write nosuch/devices.json
	status_is 1
	complains "nosuch/devices.json: could not be written: No such file or directory"
	[ "$(tool --sysroot "$machines/case3-bound" cdi --write -)" = "$(cat devices.json)" ]
}

@test "what is no file is not replaced, nor taken away" {
	mkfifo fifo
	ln -s fifo link
	for name in fifo link; do
		run_tool --sysroot "$machines/case3-bound" cdi --write $name
		status_is 1
		complains "$name: could not be written: Operation not permitted"
		run_tool --sysroot "$machines/case3-before" cdi --write $name
		status_is 1
		complains "$name: could not be removed: Operation not permitted"
	done
	[ -p fifo ] && [ -L link ]
}

@test "a dry run says what would be told to containers" {
	run_tool --sysroot "$machines/case3-before" bind --cdi --enable --dry-run 00:04.0
	status_is 0
	says "containers: would be told which devices are bound"
	says "  save /run/cdi/vfionoiommu.json"
	run_tool --sysroot "$machines/case3-bound" bind --dry-run 00:04.0
	not says containers
	# Here they have not been told yet, and then they have.
	cp -a "$machines/case3-bound" machine
	run_tool --sysroot machine bind --cdi --dry-run 00:04.0
	says "containers: would be told which devices are bound"
	run_tool --sysroot machine unbind --cdi --dry-run 00:04.0
	says "containers: know of no device"
	mkdir -p machine/run/cdi
	tool --sysroot machine cdi >machine/run/cdi/vfionoiommu.json
	run_tool --sysroot machine bind --cdi --dry-run --json 00:04.0
	jq -e '(.planned or .changed | not) and .results[-1].sentence == "know the bound devices already"' <<<"$output"
	# Once it is there it is kept up to date, also when that is not asked for.
	for words in --cdi ""; do
		run_tool --sysroot machine unbind $words --dry-run 00:04.0
		says "containers: would be told that no device is bound"
		says "  remove /run/cdi/vfionoiommu.json"
	done
	run_tool --sysroot machine bind --dry-run 00:04.0
	not says containers
	# A device with an IOMMU is none of them.
	run_tool --sysroot "$machines/iommu" bind --cdi --dry-run --allow-iommu 00:04.0
	status_is 0
	says "containers: know of no device"
}
