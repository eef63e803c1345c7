#!/usr/bin/env bats
# How monitor ends without any event; for events see tests/vm/guest/monitor.bats. It only listens.

load helper

@test "--timeout alone is a way to end well" {
	for words in "--timeout 0" "--timeout 1" "--timeout 1 --json" "--timeout 0 --quiet"; do
		run_tool monitor $words
		status_is 0
	done
}

@test "a device that does not come is status 1" {
	for seconds in 0 1; do
		run_tool monitor --until 7777:00:00.0 --timeout $seconds
		status_is 1
		[ -z "$output" ]
	done
}

@test "a signal ends it: status 0, or 1 when it waited for a device" {
	for signal in INT TERM HUP; do
		run timeout --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor
		status_is 0
		run timeout --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor --until 7777:00:00.0
		status_is 1
		[ -z "$output" ]
	done
}
