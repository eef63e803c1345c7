# Shared by the bats files. VFIONOIOMMU is the binary under test; run it as `tool`.
: "${VFIONOIOMMU:=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")/build/vfionoiommu}"

bats_require_minimum_version 1.5.0

# Looking for leaks takes ten times as long as all the rest, does not work under strace, and the arena has none. Valgrind sees
# those of libraries.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}

source "${BASH_SOURCE[0]%/*}/schema/keep.bash"

# Before a command: runs it as an ordinary user; only root can.
as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# These functions are called thousands of times, and under emulation each new process is slow: they use bash builtins where
# possible. Without functrace, bats does not trace the commands in them; a failure still names the line of the test.
tool() {
	set +T
	keep "$VFIONOIOMMU" "$@"
}

# Like run of bats: stdout is in $output, and without empty lines in $lines; stderr in $stderr, the status in $status.
run_tool() {
	set +T
	status=0
	tool "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	slurp output "$BATS_TEST_TMPDIR/stdout"
	slurp stderr "$BATS_TEST_TMPDIR/stderr"
	IFS=$'\n' read -r -d '' -a lines <<<"$output" || true
}

# Reads the file into the variable, without newlines at its end.
slurp() { # VARIABLE FILE
	local content
	IFS= read -r -d '' content <"$2" || true
	while [[ $content == *$'\n' ]]; do
		content=${content%$'\n'}
	done
	printf -v "$1" %s "$content"
}

# Prints the output when a test fails (bats shows only the output of failed tests).
teardown() {
	printf 'status %s\n--- stdout\n%s\n--- stderr\n%s\n' "${status:-}" "${output:-}" "${stderr:-}"
}

# bats ignores the failure of a command after "!".
not() { # COMMAND...
	! "$@"
}

# Waits until the command succeeds; fails, and names it, if it does not within this time.
wait_until() { # SECONDS COMMAND...
	set +T
	local end=$((SECONDS + $1))
	until "${@:2}"; do
		[ "$SECONDS" -lt "$end" ] || { echo "not within $1 s: ${*:2}" >&2 && return 1; }
		sleep 0.1
	done
}

# Skips the rest of a test if no terminal can be opened, as in a root without /dev/pts.
needs_terminal() {
	(: </dev/ptmx) 2>/dev/null || skip "no terminal can be opened"
}

status_is() { # NUMBER
	[ "$status" -eq "$1" ]
}

# Stdout, or stderr, contains this text.
says() { # TEXT
	[[ $output == *"$1"* ]]
}

complains() { # TEXT
	[[ $stderr == *"$1"* ]]
}
