#!/usr/bin/env bats
# How monitor exits without any event; for events see tests/vm/guest/monitor.bats. It changes nothing.

load helper

@test "--timeout without --until exits with status 0" {
	for words in "--timeout 0" "--timeout 1" "--timeout 1 --json" "--timeout 0 --quiet"; do
		run_tool monitor $words
		status_is 0
	done
}

@test "--until times out with status 1 if the device does not exist" {
	for seconds in 0 1; do
		run_tool monitor --until 7777:00:00.0 --timeout $seconds
		status_is 1
		[ -z "$output" ]
	done
}

@test "a signal ends monitor with status 0, or 1 with --until" {
	# --foreground: else a SIGCONT follows the signal, and can cancel the SIGSTOP of the leak sanitizer, which then waits for ever.
	for signal in INT TERM HUP; do
		run timeout --foreground --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor
		status_is 0
		run timeout --foreground --signal $signal --preserve-status 2 "$VFIONOIOMMU" monitor --until 7777:00:00.0
		status_is 1
		[ -z "$output" ]
	done
}
