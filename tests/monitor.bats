#!/usr/bin/env bats
# What monitor says without any event; for events see tests/vm/guest/monitor.bats. It only listens.

load helper

@test "wrong usage is status 2, with a sentence on stderr and nothing on stdout" {
	while read -r words; do
		run_tool monitor $words
		status_is 2
		[ -z "$output" ]
		[ -n "$stderr" ]
	done <<-'EOF'
		0000:00:04.0
		--until
		--until eth0
		--until 8086:10d3
		--until 0000:00:99.0
		--timeout
		--timeout soon
		--timeout -1
		--timeout 99999999999
		--output ADDRESS
		--sysroot tests/machines/case3-bound
	EOF
	run_tool --sysroot / monitor
	status_is 2
	complains "nothing happens"
}

@test "--timeout alone is a way to end well" {
	for words in "--timeout 0" "--timeout 1" "--timeout 1 --json" "--timeout 0 --quiet"; do
		run_tool monitor $words
		status_is 0
	done
}

@test "a device that does not come is said not to be there, status 1" {
	for seconds in 0 1; do
		run_tool monitor --until 7777:00:00.0 --timeout $seconds
		status_is 1
		[ -z "$output" ]
		[ "$stderr" = "vfionoiommu: 7777:00:00.0: has not got its nodes within $seconds s: there is no such PCI device; see vfionoiommu list --all" ]
	done
}

@test "a signal ends it: status 0, or 1 when it waited for a device" {
	for signal in INT TERM HUP; do
		run timeout --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor
		[ "$status" -eq 0 ]
		run timeout --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor --until 7777:00:00.0
		[ "$status" -eq 1 ]
		[ -z "$output" ]
	done
}

@test "--help tells its options, and of no columns" {
	run_tool monitor --help
	status_is 0
	says "--until=ADDRESS"
	not says "Columns for"
}
