# Keeps what the tool prints as JSON in the folder DOCUMENTS, where tests/schema/validate looks at all of it when the suites
# have ended. Without DOCUMENTS, as when a test is run by hand, nothing is kept.

# Runs the command, and keeps what it prints if that is JSON, with how it was called beside it.
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

# The name of a new file for the output of this command, in $file.
new_document() { # COMMAND...
	printf -v file '%s/%s-%s-%(%s)T-%s.json' "$DOCUMENTS" "${KERNEL:-host}" "$BASHPID" -1 "$RANDOM$RANDOM"
	printf '%s\n' "$*" "(${KERNEL:-}${KERNEL:+, }${BATS_TEST_FILENAME:-$0}: ${BATS_TEST_DESCRIPTION:-})" >"${file%.json}.command"
}
