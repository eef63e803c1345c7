# Keeps the JSON output of the tool in the folder DOCUMENTS; tests/schema/validate checks it after the suites. Without
# DOCUMENTS, as when a test is run by hand, nothing is kept.

# Runs the command; if it prints JSON, keeps the output and the command line.
keep() { # COMMAND...
	local file status=0
	if ! is_kept "$@"; then
		"$@"
		return
	fi
	new_document "$@"
	"$@" >"$file" || status=$?
	cat "$file"
	return "$status"
}

is_kept() { # COMMAND...
	[[ -n ${DOCUMENTS:-} && " $* " =~ \ (--json|-J)\  ]]
}

# Sets $file to a new file name for the output of this command.
new_document() { # COMMAND...
	printf -v file '%s/%s-%s-%(%s)T-%s.json' "$DOCUMENTS" "${KERNEL:-host}" "$BASHPID" -1 "$RANDOM$RANDOM"
	printf '%s\n' "$*" "(${KERNEL:-}${KERNEL:+, }${BATS_TEST_FILENAME:-$0}: ${BATS_TEST_DESCRIPTION:-})" >"${file%.json}.command"
}
