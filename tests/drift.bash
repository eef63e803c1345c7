# The commands, options, columns, findings and exit statuses of the source, --help, the man page, README.md and the schema, each
# as a sorted set of words, one per line; and the guards that compare them. They read the tree below $tree.

commands=(status list matrix enable disable bind unbind verify taint report monitor metrics cdi)
acting=(enable disable bind unbind)
live=(verify monitor)
without_table=(report monitor metrics cdi)

# Prints the difference; fails if there is one, or if a set is empty.
same() { # WHAT EXPECTED FOUND
	[ -n "$2" ] || { echo "$1: nothing found to compare with" && return 1; }
	diff --label expected --label "$1" -U 0 <(sort -u <<<"$2") <(sort -u <<<"$3")
}

# The first set is a subset of the second.
within() { # WHAT SET BIGGER
	[ -z "$(comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3"))" ] || {
		comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3") | sed "s/^/$1: /" && return 1
	}
}

# A section of the man page.
man_section() { # NAME
	sed -n "/^\.Sh $1\$/,/^\.Sh [^$]/p" "$tree/man/vfionoiommu.8" | sed '$d'
}

# A part of a section.
man_part() { # SECTION PART
	man_section "$1" | awk -v part=".Ss $2" '/^\.Ss / { on = $0 == part } on'
}

source_commands() {
	sed -n '/^#define COMMANDS/,/^$/p' "$tree/src/cmd/cmd.h" | sed -n 's/^	X(\([a-z]*\)).*/\1/p'
}

guard_commands() {
	local expected
	expected=$(source_commands)
	same "the list in tests/drift.bash" "$expected" "$(printf '%s\n' "${commands[@]}")" || return
	same "the man page" "$expected"$'\nhelp' "$(man_section COMMANDS | sed -n 's/^\.Ss //p')" || return
	same "the man page's synopsis" "$expected" "$(man_section SYNOPSIS | sed -n 's/^\.Ic //p')" || return
	same "README.md" "$expected" "$(grep '^|' "$tree/README.md" | grep -o '`vfionoiommu [a-z]*' | cut -d ' ' -f 2)" || return
	same "--help" "$expected"$'\nhelp' "$(tool --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')" || return
}

# ---- options ----

help_options() { # COMMAND
	tool "$1" --help | grep -oE '^ +(-[a-zA-Z?], )?--[a-z-]+' | grep -oE -- '-[a-zA-Z?]\b|-\?|--[a-z-]+'
}

man_options() { # COMMAND
	{
		man_part COMMANDS "$1"
		man_part OPTIONS "Common options"
		[[ " ${without_table[*]} " == *" $1 "* ]] || man_part OPTIONS "Options for tables"
		[[ " ${live[*]} " == *" $1 "* ]] || man_part OPTIONS "Offline analysis"
		[[ " ${acting[*]} " != *" $1 "* ]] || man_part OPTIONS "Options for commands that make changes"
	} | sed -n 's/^\.It Fl //p' | sed 's/ Ns .*//; s/ , Fl /\n/g; s/\\&//g' | sed 's/^/-/'
}

# The names of all options in the source.
source_options() {
	grep -hv 'hidden = true' "$tree"/src/cmd/*.c | grep -oE '^	\{ "[a-z-]+", ' | grep -oE '[a-z-]{2,}' | sed 's/^/--/'
	printf '%s\n' --help --usage --version
}

guard_options() {
	local command all=''
	for command in "${commands[@]}"; do
		all+=$(help_options "$command")$'\n'
		same "the man page, of $command" "$(help_options "$command")" "$(man_options "$command")" || return
	done
	same "the source" "$(grep -- -- <<<"$all")" "$(source_options)" || return
	within "README.md" "$(grep -v '^    ' "$tree/README.md" | grep -oE -- '[^-a-z]--[a-z][a-z-]*' | cut -c 2-)" "$all" || return
}

# ---- columns ----

help_columns() { # COMMAND
	tool "$1" --help | sed -n '/^Columns for --output/,/^$/s/^  \([A-Z-]*\) .*/\1/p'
}

man_columns() { # COMMAND
	man_section COLUMNS | awk -v command="$1" '
		/^\.Ss / { on = 0; for (i = 2; i <= NF; i++) { name = $i; sub(",", "", name); on = on || name == command } }
		on && /^\.It Li / { print $3 }'
}

guard_columns() {
	local command all=''
	for command in "${commands[@]}"; do
		[ -n "$(help_columns "$command")" ] || continue
		all+=$(help_columns "$command")$'\n'
		same "the man page, of $command" "$(help_columns "$command")" "$(man_columns "$command")" || return
	done
	same "the source" "$(grep . <<<"$all")" \
		"$(grep -ohE '^	\{ "[A-Z-]+", "' "$tree"/src/show/*.c | grep -oE '[A-Z-]+')" || return
	within "README.md" "$(grep -oE -- '--output [A-Z,-]+' "$tree/README.md" | cut -d ' ' -f 2 | tr ',' '\n')" "$all" || return
}

# ---- findings, exit statuses ----

guard_findings() {
	local expected
	# With the severity, and whether --force overrides it.
	expected=$(sed -nE 's/.*X\([A-Z_]+, "([a-z-]+)", ([A-Z]+), (true|false)\).*/\1 \L\2\E \3/p' "$tree/src/judge/judge.h")
	same "the man page" "$expected" "$(man_part DIAGNOSTICS Findings |
		sed -nE 's/^\.It Li ([a-z-]+) Pq Em ([a-z]+)$/\1 \2 false/p; s/^\.It Li ([a-z-]+) Pq Em ([a-z]+) , No forcible$/\1 \2 true/p')" ||
		return
	expected=$(cut -d ' ' -f 1 <<<"$expected")
	same "the schema" "$expected" "$(jq -r '."$defs".finding.properties.id.enum[]' "$tree/tests/schema/defs.json")" || return
	within "README.md" "$(grep -oE '\[[a-z]+-[a-z-]+\]' "$tree/README.md" | tr -d '[]')" "$expected"
}

guard_statuses() {
	local expected
	expected=$(sed -nE 's/^	STATUS_[A-Z]+ = ([0-9]+), .*/\1/p' "$tree/src/cmd/cmd.h")
	same "the man page" "$expected" "$(man_section "EXIT STATUS" | sed -n 's/^\.It Li //p')" || return
	same "--help" "$expected" "$(tool --help | sed -n '/^Exit status: /,$p' | grep -oE '\b[0-9]+\b')" || return
	same "README.md" "$expected" "$(grep '^Exit status: ' "$tree/README.md" | grep -oE '\b[0-9]+\b')"
}
