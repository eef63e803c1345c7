#!/usr/bin/env bats
# A test that hangs ends its file, by name, with all that it has started (tests/tap).

load helper

# A bats file with these lines, run as tests/run does, with a limit that leaves a busy machine time to begin.
run_file() { # LINE...
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/file.bats"
	run env LIMIT=${limit:-5} timeout -k 5 60 bats --timing --formatter "$BATS_TEST_DIRNAME/tap" "$BATS_TEST_TMPDIR/file.bats" </dev/null
}

@test "a test that ignores signals and waits for a grandchild is ended at its limit, and named" {
	run_file '@test "quick" { true; }' '@test "hangs" { (trap "" TERM; bash -c "exec -a $MARK sleep 1000; true" & wait); }'
	[ "$status" -ne 0 ]
	[[ "$output" == *"not ok 2 hangs # ran into its limit of 5 s"* ]]
	[[ "$output" == *"ok 1 quick in "*ms* ]]
	# The last of them may still be on its way out.
	for _ in $(seq 50); do
		pgrep -f "^$MARK" || return 0
		sleep 0.1
	done
	return 1
}

@test "a setup_file that hangs is ended too" {
	run_file 'setup_file() { sleep 1000; }' '@test "never" { true; }'
	[[ "$output" == *"not ok 1 (before the first test) # ran into its limit of 5 s"* ]]
}

@test "skips, failures and comments come through" {
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
