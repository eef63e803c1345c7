#!/usr/bin/env bats
# Running a plan allocates no memory: a program that exits when out of memory would leave a device halfway. Checked in the code
# of the installed build only; libraries may allocate, and report their failures.

load ../helper

# The functions reachable from these by direct calls, one per line; those of a library end in @plt.
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

allocating='^((m|c|re)alloc|reallocarray|strn?dup|v?asprintf|__v?asprintf_chk|f?d?opendir|f(d)?open(64)?|getline|(__)?getdelim)@plt|^(keep|out_of_memory)$'

@test "running a plan, rolling it back and reporting the result allocates nothing" {
	run reached plan_run action_announce
	echo "$output"
	for name in plan_run action_announce write_attribute write_file module_load udev_watch_wait log_verbose; do
		says "$name"
	done
	not grep -E "$allocating" <<<"$output"
}

@test "the check finds functions that allocate" {
	run reached session_work
	grep -E "$allocating" <<<"$output"
}
