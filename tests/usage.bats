#!/usr/bin/env bats
# Options, help and exit statuses, on a machine without VFIO.

load helper

machine=tests/machines/without-vfio

setup() {
	cd "$BATS_TEST_DIRNAME/.." || exit 1
}

@test "--help, help and help COMMAND print to stdout and end with 0" {
	for words in --help help "help --help" "help bind" "bind --help" "list --usage"; do
		run_tool $words
		status_is 0
		[[ "$output" == Usage:* ]]
		[ -z "$stderr" ]
	done
}

@test "--version names the program and its version" {
	run_tool --version
	status_is 0
	[[ "$output" =~ ^vfionoiommu\ [0-9]+\.[0-9]+ ]]
}

@test "wrong usage is status 2, with a sentence on stderr and nothing on stdout" {
	while read -r words; do
		run_tool $words
		status_is 2
		[ -z "$output" ]
		[ -n "$stderr" ]
	done <<-'EOF'

		frobnicate
		help frobnicate
		--frobnicate
		list --frobnicate
		list --output NOSUCH
		list --output
		list --output ADDRESS,,DRIVER
		status something
		enable something
		bind
		unbind
		unbind --all 0000:00:03.0
		bind --wait soon --dry-run 0000:00:03.0
		--force list
		--dry-run status
		status --force
		monitor --raw
		report --noheadings -
		unbind --timeout soon --dry-run 0000:00:03.0
		bind --timeout 1 --dry-run 0000:00:03.0
		bind --wait -1 --dry-run 0000:00:03.0
		bind 0000:00:99.0
	EOF
}

@test "everything on stderr begins with the program's name" {
	while read -r words; do
		run_tool $words
		[ -n "$stderr" ]
		spoken
	done <<-EOF
		frobnicate
		--frobnicate
		list --frobnicate
		list --output
		list --output NOSUCH
		bind
		bind --wait soon 0000:00:03.0
		list 0000:00:99.0
		list --sysroot /nonexistent
		taint --value x
		bind --dry-run --sysroot $machine 0000:00:03.0
	EOF
	# A program by any other path says the same name.
	run --separate-stderr bash -c 'exec -a /usr/sbin/other "$0" --frobnicate' "$VFIONOIOMMU"
	[ -n "$stderr" ]
	spoken
}

@test "common options are taken before and behind the command" {
	run_tool --sysroot $machine list --all --noheadings --raw --output ADDRESS
	before=$output
	run_tool --noheadings --raw --output ADDRESS --sysroot $machine list --all
	status_is 0
	[ -n "$output" ] && [ "$output" = "$before" ]
}

@test "--sysroot that is no directory is said to be none" {
	run_tool list --sysroot /nonexistent
	status_is 1
	complains "/nonexistent: cannot be opened: No such file or directory"
	run_tool list --sysroot Makefile
	status_is 1
	complains "Not a directory"
	mkdir -p "$BATS_TEST_TMPDIR/empty"
	run_tool list --sysroot "$BATS_TEST_TMPDIR/empty"
	status_is 1
	complains "there is no PCI bus here"
}

@test "what acts takes --sysroot with --dry-run only" {
	for command in "bind 0000:00:03.0" "unbind 0000:00:03.0" enable disable; do
		run_tool $command --sysroot $machine
		status_is 2
		complains "add --dry-run"
	done
}

@test "a column may be asked for twice" {
	for words in "list --all" status "matrix --config -"; do
		for columns in +CASE +VALUE +ADDRESS CASE,CASE VALUE,VALUE ADDRESS,ADDRESS; do
			run bash -c "echo CONFIG_VFIO=m | $VFIONOIOMMU --sysroot $machine $words -o $columns"
			[ "$status" -le 3 ]
		done
	done
}

@test "--quiet prints nothing, and the status tells" {
	run_tool status --quiet --sysroot $machine
	status_is 3
	[ -z "$output$stderr" ]
}

@test "a standard output that cannot be written is an error" {
	for words in "list --all" "status" "list --all --json" "--help"; do
		run bash -c "$VFIONOIOMMU --sysroot $machine $words >/dev/full"
		status_is 1
		[[ "$output" == *"standard output: No space left on device"* ]]
	done
}
