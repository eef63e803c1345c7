#!/usr/bin/env bats
# A test that hangs ends its file, by name, with all that it has started (tests/tap).

load helper

# A bats file with these lines, run as tests/run does, with a limit of a second.
run_file() { # LINE...
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/file.bats"
	run env LIMIT=1 timeout -k 5 60 bats --timing --formatter "$BATS_TEST_DIRNAME/tap" "$BATS_TEST_TMPDIR/file.bats" </dev/null
}

@test "a test that ignores signals and waits for a grandchild is ended at its limit, and named" {
	run_file '@test "quick" { true; }' '@test "hangs" { (trap "" TERM; bash -c "exec -a $MARK sleep 1000; true" & wait); }'
	[ "$status" -ne 0 ]
	[[ "$output" == *"not ok 2 hangs # ran into its limit of 1 s"* ]]
	[[ "$output" == *"ok 1 quick in "*ms* ]]
	not pgrep -f "^$MARK"
}

@test "a setup_file that hangs is ended too" {
	run_file 'setup_file() { sleep 1000; }' '@test "never" { true; }'
	[[ "$output" == *"not ok 1 (before the first test) # ran into its limit of 1 s"* ]]
}

@test "skips, failures and comments come through" {
	run_file '@test "skipped" { skip "why"; }' '@test "fails" { false; }'
	[ "$status" -ne 0 ]
	[[ "$output" == *"ok 1 skipped "*"# skip why"* ]]
	[[ "$output" == *"not ok 2 fails"* ]]
	[[ "$output" == *"# "*"false"* ]]
}

setup() {
	export MARK=hanging-$BATS_TEST_NUMBER-$$
}
