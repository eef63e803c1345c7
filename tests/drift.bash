# The commands, options, columns, findings and exit statuses of the source, --help, the man page and README.md, each as a sorted set
# of words, one per line; and the guards that compare what tests/tables does not write. They read the tree below $tree.

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

guard_tables() {
	"$tree/tests/tables"
}

guard_picture() {
	"$tree/tests/picture" | diff - "$tree/man/demo.svg"
}

# ---- commands, options and columns, of --help

commands() {
	tool --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

guard_commands() {
	within "README.md" "$(grep -oE '`vfionoiommu [a-z]+' "$tree/README.md" | cut -d ' ' -f 2)" "$(commands)"
}

help_options() { # [COMMAND]
	tool "$@" --help | grep -oE '^ +(-[a-zA-Z?], )?--[a-z-]+' | grep -oE -- '-[a-zA-Z?]\b|-\?|--[a-z-]+'
}

guard_options() {
	local command all=''
	for command in $(commands); do
		[ "$command" = help ] || all+=$(help_options "$command")$'\n'
	done
	same "the man page" "$(help_options)" "$(man_section OPTIONS |
		sed -n 's/^\.It Fl //p' | sed 's/ Ns .*//; s/ , Fl /\n/g; s/\\&//g' | sed 's/^/-/')" || return
	within "the examples" "$(grep -h '^# vfionoiommu' "$tree"/man/*.[0-9] | grep -oE -- ' --[a-z][a-z-]*' | tr -d ' ')" "$all" || return
	# Without the commands of dpdk-devbind, and its message.
	within "README.md" "$(grep -v '^    ' "$tree/README.md" | sed 's/`dpdk-devbind[^`]*`//g; s/use --noiommu-mode//' | grep -oE -- '[^-a-z]--[a-z][a-z-]*' | cut -c 2-)" "$all"
}

guard_columns() {
	within "README.md" "$(grep -oE -- '--output [A-Z,-]+' "$tree/README.md" | cut -d ' ' -f 2 | tr ',' '\n')" \
		"$(tool list --help | sed -n '/^Columns for --output/,/^$/s/^  \([A-Z-]*\) .*/\1/p')"
}

# ---- findings, exit statuses, files, pages

guard_findings() {
	within "README.md" "$(grep -oE '\[[a-z]+-[a-z-]+\]' "$tree/README.md" | tr -d '[]')" \
		"$(sed -nE 's/^X\([A-Z_]+, "([a-z-]+)", .*/\1/p' "$tree/src/judge/findings.def")"
}

guard_statuses() {
	local expected
	expected=$(sed -nE 's/^	STATUS_[A-Z]+ = ([0-9]+), .*/\1/p' "$tree/src/cmd/cmd.h")
	same "the man page" "$expected" "$(man_section "EXIT STATUS" | sed -n 's/^\.It Li //p')" || return
	same "--help" "$expected" "$(tool --help | sed -n '/^Exit status: /,$p' | grep -oE '\b[0-9]+\b')" || return
	same "README.md" "$expected" "$(grep '^Exit status: ' "$tree/README.md" | grep -oE '\b[0-9]+\b')"
}

guard_keys() {
	local source
	source=$(sed -n '/^.. ---- persistent bindings/,$p' "$tree/src/state/device_state.c")
	same "vfionoiommu.d(5)" "$(grep -oE '"[A-Z_]+"' <<<"$source" | tr -d '"'; grep -oE '\b[A-Z_]+=%' <<<"$source" | tr -d '=%')" \
		"$(sed -n 's/^\.It Li //p' "$tree/man/vfionoiommu.d.5")"
}

guard_pages() {
	local page
	for page in "$tree"/man/*.[0-9]; do
		grep -q '^\.Nd [a-zA-Z]' "$page" || { echo "$page: no NAME line" && return 1; }
		sed -n '/^\.Sh EXAMPLES/,$p' "$page" | grep -q '^\.Bd ' || { echo "$page: no EXAMPLES" && return 1; }
	done
}
