# Keeps what the tool prints as JSON in the folder DOCUMENTS, where tests/schema/validate looks at all of it when the suites
# have ended. Without DOCUMENTS, as when a test is run by hand, nothing is kept.

# Prints the name of a new file for the output of this command. Fails when that is not to be kept.
document() { # COMMAND...
	local file
	[[ -n ${DOCUMENTS:-} && " $* " =~ \ (--json|-J)\  ]] || return 1
	file=$(mktemp "$DOCUMENTS/XXXXXXXXXX.json")
	printf '%s\n' "$*" "(${KERNEL:-}${KERNEL:+, }$(basename "${BATS_TEST_FILENAME:-$0}"): ${BATS_TEST_DESCRIPTION:-})" >"${file%.json}.command"
	echo "$file"
}

# Runs the command, and keeps what it prints if that is JSON.
keep() { # COMMAND...
	local file status=0
	if ! file=$(document "$@"); then
		"$@"
		return
	fi
	"$@" >"$file" || status=$?
	cat "$file"
	return "$status"
}
