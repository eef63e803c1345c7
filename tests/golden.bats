#!/usr/bin/env bats
# tests/golden/run plays the transcripts; this file checks what they must cover.

load helper

@test "every finding id is in a transcript" {
	ids=$(jq -r '."$defs".finding_id.enum[]' "$BATS_TEST_DIRNAME/schema/words.json")
	[ "$(wc -l <<<"$ids")" -gt 50 ]
	for id in $ids; do
		grep -rqF --include='*.txt' "[$id]" "$BATS_TEST_DIRNAME/golden" || { echo "in none: $id" && return 1; }
	done
}
