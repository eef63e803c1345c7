# The functions for the commands of transcripts: they copy a recorded machine to the folder `machine`, and change it.
# Without looking for leaks: see helper.bash.
export PATH=$golden/bin:$PATH LC_ALL=C.UTF-8 ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
unset ARGP_HELP_FMT COLUMNS NO_COLOR
umask 022

# Makes a fresh copy, which vfionoiommu reads from now on. Its current noiommu mode is also the mode at its next boot.
machine() { # NAME
	recorded=$1
	rm -rf machine
	cp -r "$repository/tests/machines/$1" machine
	export SYSROOT=machine
	file proc/cmdline
	! grep -qs Y machine/sys/module/vfio/parameters/enable_unsafe_noiommu_mode ||
		file proc/cmdline vfio.enable_unsafe_noiommu_mode=1
	nic=machine/sys/devices/pci0000:00/0000:00:04.0
}

# Adds or replaces lines of the kernel configuration.
kconfig() { # LINE...
	local line
	for line; do
		sed -i "/CONFIG_${line%%=*}[ =]/d" machine/proc/config.gz
		echo "CONFIG_$line" >>machine/proc/config.gz
	done
}

remove() { # PATH...
	(cd machine && rm -r "$@")
}

file() { # PATH LINE...
	[[ $1 != */* ]] || mkdir -p "machine/${1%/*}"
	printf '%s\n' "${@:2}" >"machine/$1"
}

# Adds a disk to the card.
disk() { # NAME
	mkdir -p "$nic/block/$1/holders"
	echo 8:0 >"$nic/block/$1/dev"
	ln -s "../../devices/pci0000:00/0000:00:04.0/block/$1" "machine/sys/class/block/$1"
}

# Adds a network interface to the card.
interface() { # NAME FLAGS
	rm -f machine/sys/class/net/enp0s4
	mkdir -p "$nic/net/$1"
	echo "$2" >"$nic/net/$1/flags"
	ln -s "../../devices/pci0000:00/0000:00:04.0/net/$1" "machine/sys/class/net/$1"
}

# Creates an initramfs with these files, copied from the machine or empty: a cpio archive.
initramfs() { # PATH...
	local path size
	mkdir -p machine/boot
	for path in "$@" 'TRAILER!!!'; do
		size=$(stat -c %s "machine/$path" 2>/dev/null)
		printf '070707%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o%s\0' 0 1 0100644 0 0 1 0 0 $((${#path} + 1)) "${size:-0}" "$path"
		cat "machine/$path" 2>/dev/null
	done >machine/boot/initrd.img-7.3.4-case3
	true
}

# Creates the persistent binding of the card, with these lines at its end.
persistent() { # [LINE...]
	file etc/vfionoiommu.d/0000:00:04.0 ADDRESS=0000:00:04.0 PCI_ID=8086:10d3 PCI_SUBSYS_ID=8086:0000 "$@"
}

# Prints the names of all commands except help.
commands() {
	vfionoiommu --help | sed -nE '/^Commands:/,/^$/s/^  ([a-z]+) .*/\1/p' | grep -vx help
}

# The command ends with this status. For loops: `ends 2 COMMAND || return`.
ends() { # STATUS COMMAND [ARG...]
	"${@:2}"
	[ $? -eq "$1" ]
}

# What the changes to the machine change: prints the lines of the output that the command does not print on a fresh copy, and
# all findings. The whole output on a fresh copy is in the transcript with the name of the machine.
changed() { # COMMAND [ARG...]
	local status
	(mkdir -p "$work/fresh" && cd "$work/fresh" && machine "$recorded" && "$@") 2>/dev/null | grep -v '\[[a-z-]*\]$' >"$work/before"
	"$@" >"$work/after"
	status=$?
	diff --unchanged-group-format='' --old-group-format='(gone) %<' --new-group-format='%>' --changed-group-format='%>' \
		"$work/before" "$work/after"
	return "$status"
}

# Prints the matrix without the rows of other cases.
own_case() { # [ARG...]
	vfionoiommu matrix "$@" | grep -v '^- '
}

# Runs the command on a terminal of this width.
terminal() { # WIDTH COMMAND [ARG...]
	script -qec "stty cols $1; $(printf '%q ' "${@:2}")" /dev/null
}

# The JSON on standard input matches the filter.
matches() { # JQ-FILTER
	local document
	document=$(cat)
	# jq 1.6 accepts that there is none.
	[ -n "$document" ] && jq -e "$1" >/dev/null <<<"$document"
}

# The command prints something, and no control characters.
printable() { # COMMAND [ARG...]
	local printed
	printed=$("$@" 2>&1)
	[ -n "$printed" ] && ! LC_ALL=C grep -qaP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$printed"
}

# Runs the command under strace, with a failing system call.
faulty() { # SYSCALL:ERROR[:when=N] [-P PATH]... COMMAND [ARG...]
	strace -f -qq -o /dev/null -e "trace=${1%%:*}" -e "inject=${1%%:*}:error=${1#*:}" "${@:2}"
}

# Prints how often the command asks the machine for a file, and the files that it asks for more than once. Counts what the
# program itself does, not libc and the libraries: it names all files relative to the root, except those it writes. On a real
# kernel, only files of the kernel and of the program count: the others are those of the host, and processes vary in number.
accesses() { # COMMAND [ARG...]
	strace -f -y -qq -o "$work/accesses" -e trace=%file "$@" >/dev/null 2>&1
	sed -nE '/EAGAIN/d
		s#^[^"]*\([0-9]+<[^>]*/machine>, "([^"]+)".*#\1#p
		s#^[^"]*\([0-9]+</>, "((sys|dev|proc/[^0-9]|(run|etc)/vfionoiommu)[^"]*)".*#\1#p
		s#^[^"]*"/(sys/(bus|module/vfio)/[^"]*)".*#\1#p' "$work/accesses" | sort >"$work/files"
	echo "$(wc -l <"$work/files") accesses"
	uniq -cd "$work/files" | awk '{ print $1 " times " $2 }'
}
