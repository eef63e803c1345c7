#!/usr/bin/env bats
# A test that hangs is killed with all its processes and ends its file, and its name is printed (tests/tap).

load helper

# Runs a bats file with these lines as tests/run does, with a limit that is long enough on a busy machine.
run_file() { # LINE...
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/file.bats"
	run env LIMIT=${limit:-5} timeout -k 5 60 bats --timing --formatter "$BATS_TEST_DIRNAME/tap" "$BATS_TEST_TMPDIR/file.bats" </dev/null
}

@test "the time limit kills a test that ignores signals and waits for a grandchild, and names the test" {
	run_file '@test "quick" { true; }' '@test "hangs" { (trap "" TERM; bash -c "exec -a $MARK sleep 1000; true" & wait); }'
	[ "$status" -ne 0 ]
	[[ "$output" == *"not ok 2 hangs # ran into its limit of 5 s"* ]]
	[[ "$output" == *"ok 1 quick in "*ms* ]]
	# The last processes may still be exiting.
	wait_until 5 not pgrep -f "^$MARK"
}

@test "the time limit also kills a setup_file that hangs" {
	run_file 'setup_file() { sleep 1000; }' '@test "never" { true; }'
	[[ "$output" == *"not ok 1 (before the first test) # ran into its limit of 5 s"* ]]
}

@test "skips, failures and comments are passed on" {
	limit=60
	run_file '@test "skipped" { skip "why"; }' '@test "fails" { false; }'
	[ "$status" -ne 0 ]
	[[ "$output" == *"ok 1 skipped "*"# skip why"* ]]
	[[ "$output" == *"not ok 2 fails"* ]]
	[[ "$output" == *"# "*"false"* ]]
}

setup() {
	export MARK=hanging-$BATS_TEST_NUMBER-$$
}
