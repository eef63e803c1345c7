#!/usr/bin/env bats
# make demo succeeds, and demo.txt, of which tests/picture makes a picture, has its output.

load ../helper

setup_file() {
	export DEMO=$BATS_FILE_TMPDIR/demo
	"$BATS_TEST_DIRNAME/demo" >"$DEMO.terminal" </dev/null
	tr -d '\r' <"$DEMO.terminal" >"$DEMO"
}

# Splits demo.txt into a file per command, with its output, in the folder.
split_session() { # FOLDER
	mkdir "$1"
	awk -v folder="$1" '/^\$ / { file = folder "/" ++n } { print >file }' "$BATS_TEST_DIRNAME/demo.txt"
}

@test "demo.txt has the output of make demo" {
	local file folder=$BATS_TEST_TMPDIR/session
	split_session "$folder"
	[ "$(find "$folder" -type f | wc -l)" -ge 6 ]
	for file in "$folder"/*; do
		echo "$(head -n 1 "$file")"
		[[ "$(cat "$DEMO")" == *"$(cat "$file")"* ]]
	done
}

@test "make demo binds, verifies and unbinds the device" {
	for command in status enable "bind 0000:00:04.0" list "verify 0000:00:04.0" "unbind 0000:00:04.0"; do
		grep -qx "\$ vfionoiommu $command" "$DEMO"
	done
	grep -q "^0000:00:04.0: unbound, driver e1000e restored" "$DEMO"
}
