# What the bats files share. VFIONOIOMMU is the binary under test; run it as `tool`.
: "${VFIONOIOMMU:=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")/build/vfionoiommu}"

bats_require_minimum_version 1.5.0

source "${BASH_SOURCE[0]%/*}/schema/keep.bash"

# What follows is called thousands of times, and under emulation each program that is started counts: where bash can do it
# itself, it does. Without functrace bats does not look at each command in here; a failure still names the test's own line.
tool() {
	set +T
	keep "$VFIONOIOMMU" "$@"
}

# As bats' run: stdout is in $output, and without empty lines in $lines; stderr in $stderr, the status in $status.
run_tool() {
	set +T
	status=0
	tool "$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
	slurp output "$BATS_TEST_TMPDIR/stdout"
	slurp stderr "$BATS_TEST_TMPDIR/stderr"
	IFS=$'\n' read -r -d '' -a lines <<<"$output" || true
}

# The file's content without newlines at its end, in the variable.
slurp() { # VARIABLE FILE
	local content
	IFS= read -r -d '' content <"$2" || true
	while [[ $content == *$'\n' ]]; do
		content=${content%$'\n'}
	done
	printf -v "$1" %s "$content"
}

# Says what was printed when a test fails (bats shows the output of failed tests only).
teardown() {
	printf 'status %s\n--- stdout\n%s\n--- stderr\n%s\n' "${status:-}" "${output:-}" "${stderr:-}"
}

# bats does not see a "!" fail.
not() { # COMMAND...
	! "$@"
}

# Skips the rest of a test where no terminal can be opened, as in a root without /dev/pts.
needs_terminal() {
	(: <>/dev/ptmx) 2>/dev/null || skip "no terminal can be opened"
}

status_is() { # NUMBER
	[ "$status" -eq "$1" ]
}

# Stdout, or stderr, has this somewhere.
says() { # TEXT
	[[ $output == *"$1"* ]]
}

complains() { # TEXT
	[[ $stderr == *"$1"* ]]
}

# What the tool said on stderr, each line without the program's name, which it must have; argp's hint has none.
spoken() {
	local line
	while IFS= read -r line; do
		case $line in
		"vfionoiommu: remedy: "*) echo "    ${line#vfionoiommu: }" ;;
		"vfionoiommu: "*) echo "${line#vfionoiommu: }" ;;
		"" | "Try \`vfionoiommu "* | information.) ;;
		*) echo "without a name: $line"; return 1 ;;
		esac
	done <<<"$stderr"
}
