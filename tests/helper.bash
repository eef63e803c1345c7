# What the bats files share. VFIONOIOMMU is the binary under test; run it as `tool`.
: "${VFIONOIOMMU:=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")/build/vfionoiommu}"

bats_require_minimum_version 1.5.0

source "$(dirname "${BASH_SOURCE[0]}")/schema/keep.bash"

tool() {
	keep "$VFIONOIOMMU" "$@"
}

# run, with stdout in $output and stderr in $stderr
run_tool() {
	run --separate-stderr tool "$@"
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
	script -qec true /dev/null >/dev/null 2>&1 </dev/null || skip "no terminal can be opened"
}

status_is() { # NUMBER
	[ "$status" -eq "$1" ]
}

# The lines of stdout, or of stderr, have one that is, or starts with, this.
says() { # TEXT
	grep -qF -- "$1" <<<"$output"
}

complains() { # TEXT
	grep -qF -- "$1" <<<"$stderr"
}
