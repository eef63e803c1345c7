#!/usr/bin/env bats
# The drift guard: what there is, is the same in the source, in --help, in the man page, in README.md, in the schema and in the
# completions.

load helper
load completion
load drift

setup() {
	tree=$BATS_TEST_DIRNAME/..
	shells_known=(bash framework zsh fish)
}

@test "commands" {
	guard_commands
}

@test "options of each command" {
	guard_options
}

@test "columns of each table" {
	guard_columns
}

@test "finding ids, with their severity, and whether --force overrides them" {
	guard_findings
}

@test "exit statuses" {
	guard_statuses
}
