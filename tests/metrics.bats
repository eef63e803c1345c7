#!/usr/bin/env bats
# metrics: what status says, for Prometheus.

load helper

machines=$BATS_TEST_DIRNAME/machines

setup() {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || exit 1
}

# The value of a metric, with its labels if it has any.
value() { # METRIC
	sed -n "s/^vfionoiommu_$1 //p" <<<"$output"
}

@test "a machine with a bound device: mode, case, taint, the device with its nodes" {
	run_tool --sysroot "$machines/case3-bound" metrics
	status_is 0
	[ "$(value ready)" = 1 ]
	[ "$(value mode_enabled)" = 1 ]
	[ "$(value matrix_case)" = 3 ]
	[ "$(value devices)" = 1 ]
	says 'vfionoiommu_device_info{address="0000:00:04.0",vendor="8086",device="10d3",driver="vfio-pci",group="/dev/vfio/noiommu-0",cdev="/dev/vfio/devices/noiommu-vfio0",persistent="no"} 1'
	says 'vfionoiommu_info{version="0.1",release="7.3.4-case3",group="works",cdev="works"} 1'
}

@test "a machine that is not ready says so, with the findings by id and severity" {
	run_tool --sysroot "$machines/case3-before" metrics
	status_is 0
	[ "$(value ready)" = 0 ]
	[ "$(value devices)" = 0 ]
	not says device_info
	[ "$(value 'findings{id="noiommu-disabled",severity="blocker"}')" = 1 ]
	# What status says, and nothing else.
	[ "$(grep -o '^vfionoiommu_findings{id="[a-z-]*"' <<<"$output" | cut -d '"' -f 2 | sort)" = \
		"$(tool --sysroot "$machines/case3-before" status --json | jq -r '.findings[].id' | sort -u)" ]
}

@test "what is unknown is NaN" {
	mkdir -p empty/sys/bus/pci/devices
	run_tool --sysroot empty metrics
	status_is 0
	for name in mode_enabled next_boot_mode_enabled matrix_case kernel_tainted_by_noiommu; do
		[ "$(value $name)" = NaN ]
	done
}

# The help of a metric, word by word.
helps() { # METRIC HELP
	says "# HELP vfionoiommu_$1 $2"
	says "# TYPE vfionoiommu_$1 gauge"
}

@test "the help of each says what it is" {
	run_tool --sysroot "$machines/case3-bound" metrics
	helps info "The tool that wrote this, and the kernel that it looked at."
	helps ready "Whether nothing is in the way of a bind."
	helps mode_enabled "Whether noiommu mode is on."
	helps next_boot_mode_enabled "Whether noiommu mode will be on after the next boot."
	helps matrix_case "The kernel's case in the matrix of group, container and cdev, 1 to 6."
	helps kernel_tainted_by_noiommu "Whether VFIO noiommu has tainted the kernel since it was booted."
	helps devices "PCI devices that are noiommu devices now."
	helps device_info "A noiommu device, with its nodes."
	run_tool --sysroot "$machines/case3-before" metrics
	helps findings "What status says of the machine and its devices, by the id of the finding."
}

@test "each metric has its help and its type, once, in front of it" {
	for machine in "$machines"/*/; do
		run_tool --sysroot "$machine" metrics
		status_is 0
		awk '
			/^# HELP / { help = $3; if (seen[help]++) exit 1; next }
			/^# TYPE / { if ($3 != help || $4 != "gauge") exit 1; next }
			{ name = $1; sub(/{.*/, "", name); if (name != help) exit 1 }
			END { exit NR == 0 }' <<<"$output"
	done
}

@test "labels can hold what a hostile kernel may say" {
	cp -a "$machines/case3-bound" machine
	printf '7.3"\\\n' >machine/proc/sys/kernel/osrelease
	run_tool --sysroot machine metrics
	says 'release="7.3\"\\"'
}

@test "--write replaces a file as a whole, and prints nothing" {
	echo old >noiommu.prom
	run_tool --sysroot "$machines/case3-bound" metrics --write noiommu.prom
	status_is 0
	[ -z "$output$stderr" ]
	[ "$(stat -c %a noiommu.prom)" = 644 ]
	diff noiommu.prom <(tool --sysroot "$machines/case3-bound" metrics)
	[ "$(ls)" = noiommu.prom ]
}

@test "a file that cannot be written is said to be, and status is 1" {
	mkdir folder
	run_tool --sysroot "$machines/case3-bound" metrics --write folder
	status_is 1
	complains "folder: could not be written: Is a directory"
	[ "$(ls)" = folder ]
}

@test "there is no JSON of them" {
	run_tool metrics --json
	status_is 2
	complains "metrics: there is no --json of them; what they are made of is in: vfionoiommu status --json"
}
