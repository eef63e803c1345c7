#!/usr/bin/env bats
# Running a plan allocates nothing: a program that ends for want of memory would leave a device halfway. Of the build
# that is installed only, as its code shows it: what libraries allocate for themselves is theirs, and fails as they say.

load ../helper

# The functions that can be reached from these through calls that name one, a line each; those of a library end in @plt.
reached() { # FUNCTION...
	objdump --disassemble --no-show-raw-insn "$VFIONOIOMMU" | awk -v roots="$*" '
		/^[0-9a-f]+ <.*>:$/ { from = substr($2, 2, length($2) - 3); known[from]; next }
		match($0, /<[^>+]+>/) { calls[from] = calls[from] " " substr($0, RSTART + 1, RLENGTH - 2) }
		END {
			count = split(roots, queue, " ")
			for (i = 1; i <= count; i++) {
				if (!(queue[i] in known) || seen[queue[i]]++) continue
				print queue[i]
				more = split(calls[queue[i]], next_ones, " ")
				for (k = 1; k <= more; k++) queue[++count] = next_ones[k]
			}
		}'
}

allocating='^((m|c|re)alloc|reallocarray|strn?dup|v?asprintf|__v?asprintf_chk|f?d?opendir|fopen|getline)@plt|^(log_out_of_memory|array_room)$'

@test "what runs a plan, undoes it, and says what it does allocates nothing" {
	run reached plan_run plan_undo action_announce
	echo "$output"
	for name in plan_run plan_undo action_announce write_attribute write_attribute_within write_file module_load udev_watch_wait log_verbose; do
		says "$name"
	done
	not grep -E "$allocating" <<<"$output"
}

@test "... and what does is found" {
	run reached session_work
	grep -E "$allocating" <<<"$output"
}
