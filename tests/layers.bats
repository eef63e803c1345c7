#!/usr/bin/env bats
# The rules of the layout (CONTRIBUTING.md, "Where code belongs"), checked on the includes and on the symbols of the build. Each rule lists
# its exceptions; an unnecessary exception is an error.

load helper

cd_source() {
	cd "$BATS_TEST_DIRNAME/../src" || exit 1
}

# The other folders that each folder may include and call.
allowed="
base:
os: base
state: base
collect: base os state
judge: base
act: base os state
show: base
cmd: act base collect judge os show state
"

folders() {
	sed -n 's/:.*//p' <<<"$allowed"
}

may_use() { # FOLDER
	sed -n "s/^$1://p" <<<"$allowed"
}

# Each line: source file FOLDER/NAME, type of a symbol in the output of nm, symbol.
setup_file() {
	local objects file
	objects=$(dirname "$VFIONOIOMMU")/src
	cd_source
	for file in *.c */*.c; do
		nm "$objects/${file%.c}.o" | awk -v name="${file%.c}" '{ sub(/64$/, "", $NF); print name, $(NF - 1), $NF }'
	done >"$BATS_FILE_TMPDIR/symbols"
}

needed() { # FOLDER/NAME SYMBOL
	awk '$2 == "U" { print $1, $3 }' "$BATS_FILE_TMPDIR/symbols"
}

defined() {
	awk '$2 ~ /^[TDBRV]$/ { print $1, $3 }' "$BATS_FILE_TMPDIR/symbols"
}

# FOLDER/NAME FOLDER/OTHER for each file that uses a function or data of another.
uses() {
	awk 'NR == FNR { of[$2] = $1; next } $2 in of && of[$2] != $1 { print $1, of[$2] }' <(defined) <(needed) | sort -u
}

# Stdin has exactly these lines.
only() { # EXCEPTION...
	diff -u <([ $# -eq 0 ] || printf '%s\n' "$@" | sort -u) <(sort -u)
}

@test "a folder includes only the folders that it may use" {
	local folder header found=0
	cd_source
	for folder in $(folders); do
		for header in $(grep -rhoE '^#include "[a-z]+/' "$folder" | sed 's/.*"//; s|/||' | sort -u); do
			[[ " $folder $(may_use "$folder") " == *" $header "* ]] || {
				echo "$folder includes $header"
				found=1
			}
		done
	done
	not grep -rnE '"(model|work)\.h"' base
	return $found
}

@test "a folder calls only the folders that it may use" {
	local folder other found=0
	while read -r folder other; do
		[[ " $folder $(may_use "$folder") " == *" $other "* ]] || {
			echo "$folder calls $other"
			found=1
		}
	done < <(uses | grep / | sed 's|/[^ ]*||g' | grep -v '^main' | sort -u)
	return $found
}

@test "what is collected is const outside collect, except where the verdict of judge is stored" {
	cd_source
	grep -rnE '\bstruct device(_list)? \*' act cmd judge os show state | grep -vE 'const struct device(_list)? ' | cut -d : -f 1 |
		only cmd/context.c
}

@test "each folder has one header with its name" {
	cd_source
	[ "$(echo */)" = "$(folders | sort | sed 's|$|/|' | xargs)" ]
	[ "$(echo */*.h)" = "$(folders | sed 's|.*|&/&.h|' | sort | xargs)" ]
}

@test "there are at most 75 source files" {
	cd_source
	[ "$(find . -name '*.[ch]' | wc -l)" -le 75 ]
}

@test "no function has more than 50 lines" {
	cd_source
	[ -z "$(find . -name '*.c' -exec awk '/^{/ { began = FNR } /^}/ && began { if (FNR - began > 51) print FILENAME ":" began; began = 0 }' {} +)" ]
}

@test "no files call each other in a cycle" {
	uses | tsort >/dev/null
}

@test "each library is used in only one file" {
	cd_source
	for header in libudev.h libkmod.h libsmartcols.h json.h zlib.h libmount.h libmnl.h archive.h; do
		[ "$(grep -rlE "#include <([a-z-]+/)?$header>" . | wc -l)" -eq 1 ]
	done
}

@test "only show writes to stdout" {
	# main passes it to argp_help.
	needed | grep -E ' (stdout|(__)?v?printf(_chk)?|puts|putchar|putc|fputc_stdout)$' | grep -v ^show/ | cut -d ' ' -f 1 |
		only main
}

@test "only cmd, show and main print messages" {
	needed | grep -E ' log_(error|warning|note|hint|verbose|line)$' | sed 's|[/ ].*||' | sort -u | only cmd main show
}

@test "only os opens files and starts processes" {
	local calls='open|open64|openat|openat64|openat2|fopen|fopen64|fdopen|opendir|fdopendir|socket|connect|fork|vfork|clone|posix_spawnp?|exec[a-z]+|'
	calls+='ioctl|(__)?read(_chk)?|pread64|write|mmap|mmap64|[fl]?stat(64)?|fstatat(64)?|statx|access|faccessat|(__)?readlink(at)?(_chk)?|'
	calls+='unlink(at)?|rename(at)?|mkdir(at)?|kill|signal|sigaction|syscall|system|popen|dlopen'
	# base/text: the message when out of memory; base/program: the libraries, for all folders.
	needed | grep -E " ($calls)\$" | grep -v ^os/ | tr ' ' : |
		only base/program:dlopen base/text:write act/output:lstat act/output:access
}

@test "judge and state are pure: of libc they call only string, list and memory functions" {
	needed | grep -E '^(judge|state)/' | cut -d ' ' -f 2 | grep -vxF "$(defined | cut -d ' ' -f 2)" |
		grep -vE '^__(asan|ubsan|gcov|stack_chk|llvm|sanitizer|start|stop)|^_GLOBAL_OFFSET_TABLE_$' | sed -E 's/^__(isoc[0-9]+_)?//; s/_chk$//' |
		not grep -vxE '(str|mem)[a-z_]+|ctype_b_loc|errno_location|sscanf|fnmatch|qsort|bsearch|v?snprintf|strerror'
}

@test "cmd calls only the sysroot_ functions of os" {
	awk 'NR == FNR { if ($1 ~ /^os\//) of[$2] = 1; next } $1 ~ /^cmd\// && $2 in of && $2 !~ /^sysroot_/' <(defined) <(needed) | only
}

@test "context.c calls only collect and judge, results.c only act and show" {
	called() { # FILE
		uses | sed -n "s|^cmd/$1 \([a-z]*\)/.*|\1|p" | grep -vxE 'base|cmd|os' | sort -u
	}
	called context | only collect judge
	called results | only act show
}

@test "every path that is written is in act/recipes or in state" {
	cd_source
	# collect uses paths relative to the root; only names of nodes and what a user types are absolute.
	not grep -rnE '"/(sys|run|etc|dev)/' act/plan.c os show
	[ "$(grep -rhoE --include='*.[ch]' '"/(sys|run|etc|dev)/[^"]*"' cmd collect judge | sort -u | tr '\n' ' ')" = \
		'"/dev/" "/dev/%s" "/dev/sda:/dev/sdb" "/dev/vfio" "/dev/vfio/" "/dev/vfio/devices" "/run/netns/" "/sys/" "/sys/devices/" ' ]
	not grep -rnE 'write_(attribute|file|remove)\(' cmd collect judge show
}

@test "the path of each file of the tool is in the source only once" {
	cd_source
	for path in '/run/vfionoiommu' '/etc/vfionoiommu.d' '/etc/modprobe.d/vfionoiommu.conf' '/run/cdi/vfionoiommu.json'; do
		[ "$(grep -rhE "\"/?${path#/}[\"/]" --include='*.[ch]' . | wc -l)" -eq 1 ]
	done
}

@test "every command is in the manual and in --help" {
	cd_source
	for command in $(sed -nE 's/^const struct command command_([a-z]+) = \{$/\1/p' cmd/*.c); do
		grep -q "^\.It Xr vfionoiommu-$command 8" ../man/vfionoiommu.8
		tool --help | grep -q "^  $command "
		tool help "$command" | grep -q "^Usage: vfionoiommu $command "
	done
}

@test "JSON output of the tests is kept for validation against its schema" {
	cd "$BATS_TEST_DIRNAME"
	[ -z "$(grep -rnE 'VFIONOIOMMU.* (--json|-J)\b' --include='*.bats' --include='*.bash' --include=oracle . |
		grep -vE '\b(keep|document) ')" ]
}
