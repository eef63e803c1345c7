#!/usr/bin/env bats
# What is printed, word by word: tests/golden.

load helper

golden=$BATS_TEST_DIRNAME/golden

@test "what is printed is what the transcripts of tests/golden show" {
	run "$golden/run"
	status_is 0
}

@test "every finding's id is in some transcript" {
	ids=$(jq -r '."$defs".finding.properties.id.enum[]' "$BATS_TEST_DIRNAME/schema/defs.json")
	[ "$(wc -l <<<"$ids")" -gt 50 ]
	for id in $ids; do
		grep -rqF "[$id]" "$golden" --include='*.txt' || { echo "in none: $id" && return 1; }
	done
}
