# What the transcripts' commands may use: a recorded machine, in the folder `machine`, and what changes it.
export PATH=$golden/bin:$PATH LC_ALL=C.UTF-8 ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
unset ARGP_HELP_FMT COLUMNS NO_COLOR
umask 022

# Copies it afresh; from then on it is what vfionoiommu looks at. At its next boot noiommu mode will be as it is.
machine() { # NAME
	rm -rf machine
	cp -r "$repository/tests/machines/$1" machine
	export SYSROOT=machine
	file proc/cmdline
	! grep -qs Y machine/sys/module/vfio/parameters/enable_unsafe_noiommu_mode ||
		file proc/cmdline vfio.enable_unsafe_noiommu_mode=1
	nic=machine/sys/devices/pci0000:00/0000:00:04.0
}

# Lines of the kernel's configuration, besides or instead of what it says.
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

# A disk on the card.
disk() { # NAME
	mkdir -p "$nic/block/$1/holders"
	echo 8:0 >"$nic/block/$1/dev"
	ln -s "../../devices/pci0000:00/0000:00:04.0/block/$1" "machine/sys/class/block/$1"
}

# The card's network interface.
interface() { # NAME FLAGS
	rm -f machine/sys/class/net/enp0s4
	mkdir -p "$nic/net/$1"
	echo "$2" >"$nic/net/$1/flags"
	ln -s "../../devices/pci0000:00/0000:00:04.0/net/$1" "machine/sys/class/net/$1"
}

# An initramfs of these files, as they are in the machine or empty: a cpio archive.
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

# The file of a persistent binding of the card, with these lines at its end.
persistent() { # [LINE...]
	file etc/vfionoiommu.d/0000:00:04.0 ADDRESS=0000:00:04.0 PCI_ID=8086:10d3 PCI_SUBSYS_ID=8086:0000 "$@"
}

# Runs the command on a terminal of that width.
terminal() { # WIDTH COMMAND [ARG...]
	script -qec "stty cols $1; $(printf '%q ' "${@:2}")" /dev/null
}

# The JSON on standard input is so.
matches() { # JQ-FILTER
	jq -e "$1" >/dev/null
}

# The command prints something, and no byte that a terminal obeys.
printable() { # COMMAND [ARG...]
	local printed
	printed=$("$@" 2>&1)
	[ -n "$printed" ] && ! LC_ALL=C grep -qaP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$printed"
}

# strace makes a system call of the command fail. It and the sanitizer's search for leaks do not go together.
faulty() { # SYSCALL:ERROR[:when=N] [-P PATH]... COMMAND [ARG...]
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e "trace=${1%%:*}" -e "inject=${1%%:*}:error=${1#*:}" "${@:2}"
}
