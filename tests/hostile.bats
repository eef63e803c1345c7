#!/usr/bin/env bats
# Hostile recorded machines (--sysroot): whatever they contain, the tool exits soon, uses little memory, prints no control
# characters, opens no file outside, and reports what it could not read.

load helper

nic=0000:00:04.0
modules=lib/modules/7.3.4-case3

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
	cp -a "$BATS_TEST_DIRNAME/machines/case3-bound" machine
	mkdir -p outside
	: >outside/secret
	# Adds files that are usually absent, so that they are read.
	mkdir -p machine/{boot,etc/{modprobe.d,vfionoiommu.d},proc/self,usr/lib/modprobe.d}
	echo U >machine/etc/modprobe.d/a.conf
	echo ADDRESS=$nic >machine/etc/vfionoiommu.d/$nic
	echo "36 35 8:1 / / rw - ext4 /dev/sda1 rw" >machine/proc/self/mountinfo
	echo "Filename Type Size Used Priority" >machine/proc/swaps
	echo root=/dev/sda1 >machine/proc/cmdline
	printf 'cpu 1\nbtime 1\n' >machine/proc/stat
	: >machine/dev/kmsg
	: >machine/boot/initrd.img-7.3.4-case3
	disk sda
}

disk() { # a disk on the card
	mkdir -p "machine/sys/devices/pci0000:00/$nic/block/$1/holders"
	echo 8:1 >"machine/sys/devices/pci0000:00/$nic/block/$1/dev"
	ln -s "../../devices/pci0000:00/$nic/block/$1" "machine/sys/class/block/$1"
}

# Each replaces a file: as_KIND PATH.
as_loop() { ln -s "$(basename "$1")" "$1"; }
as_link_out() { ln -s "$BATS_TEST_TMPDIR/outside/secret" "$1"; }
as_climb() { ln -s "../../../../../../../../../../../../../..$BATS_TEST_TMPDIR/outside/secret" "$1"; }
as_folder() { mkdir "$1"; }
as_fifo() { mkfifo "$1"; }
as_device() { mknod "$1" c 1 5 2>/dev/null || mkfifo "$1"; } # /dev/zero, which is endless; only root can create it
as_large() { truncate -s 8G "$1"; }

# Uses the kinds in turn.
replace() { # "KIND..." PATH...
	local path at=0 kinds
	read -ra kinds <<<"$1"
	shift
	for path; do
		rm -rf "machine/$path"
		"as_${kinds[at++ % ${#kinds[@]}]}" "machine/$path"
	done
}

# Runs the tool with limited time and memory, and checks its output and the files that it opened.
survives() { # WORDS...
	run --separate-stderr bash -c '
		[[ $BUILD =~ (sanitize|valgrind)$ ]] || ulimit -v 400000
		exec timeout 30 strace -f -y -qq -o opened -e trace=open,openat,openat2 "$@" >stdout' \
		bash "$VFIONOIOMMU" --sysroot machine "$@"
	echo "$* : status $status"
	case $status in 0 | 1 | 3) ;; *) return 1 ;; esac
	# A report contains the files unchanged.
	[ "$1" = report ] || not grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' stdout
	not grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$stderr"
	[[ " $* " != *" --json "* ]] || [ ! -s stdout ] || jq -e .schema stdout >/dev/null
	# Libraries and id names; libkmod, libselinux and the sanitizers also read files of the real machine.
	not grep -vE "= -1 |<$PWD/machine[/>]|</(usr/)?lib[^>]*>\$|</etc/(ld.so|udev/)[^>]*>\$|</proc/(filesystems|cmdline|[0-9]+/(maps|cmdline|environ))>\$" opened
}

all_survive() {
	local words commands=("list --all" "status --json" "bind --dry-run --force --cdi $nic" report)
	# The others read the same files.
	[ "${TIER:-all}" != all ] || commands+=(matrix "taint --json" metrics cdi "enable --dry-run --persistent")
	for words in "${commands[@]}"; do
		survives $words
	done
}

# Replaces all these files of the machine.
each_survives() { # TEST OF FIND...
	local files kinds
	mapfile -t files < <(cd machine && find . -type f "$@")
	[ ${#files[@]} -gt 9 ]
	for kinds in "loop link_out climb" folder "fifo device" large; do
		echo "as $kinds"
		rm -rf machine
		setup
		replace "$kinds" "${files[@]}"
		all_survive
	done
}

warns() { # TEXT
	grep -F -- "$1" stdout || complains "$1"
}

first=(-name uevent -o -name osrelease -o -name tainted)

@test "essential files may be link loops, links out of the root, folders, FIFOs, devices or 8 GiB long" {
	each_survives '(' "${first[@]}" ')'
	replace fifo sys/devices/pci0000:00/$nic/uevent
	survives list --json $nic
	warns '"unreadable": "uevent: Invalid argument"'
	survives bind --dry-run $nic
	status_is 0
	replace climb proc/sys/kernel/tainted
	survives taint
	status_is 1
}

@test "all other files may be the same" {
	each_survives -not '(' "${first[@]}" ')'
	rm -rf machine
	setup
	replace large proc/self/mountinfo
	survives list --all --json
	jq -e '[.devices[].uses[].detail] | index("File too large")' stdout
}

@test "a module file may be the same" {
	mkdir -p machine/$modules/kernel/drivers
	for kind in link_out climb fifo large; do
		rm -rf machine/$modules/kernel/drivers/vfio
		mkdir machine/$modules/kernel/drivers/vfio
		"as_$kind" machine/$modules/kernel/drivers/vfio/vfio.ko
		survives matrix --json
		survives report
	done
	rm -r machine/$modules/kernel
	ln -s "$BATS_TEST_TMPDIR/outside" machine/$modules/kernel
	mkdir -p outside/drivers/vfio
	: >outside/drivers/vfio/vfio.ko
	survives matrix
}

@test "folders may be link loops or links out of the root" {
	for kind in loop link_out; do
		for path in sys/bus/pci sys/class proc etc lib/modules "sys/devices/pci0000:00/$nic" sys/class/block/sda/holders; do
			rm -rf machine
			setup
			replace $kind "$path"
			survives status --json
		done
	done
	replace loop sys/bus/pci
	survives list
	status_is 1
	warns "Too many levels of symbolic links"
}

@test "disks may be holders of each other" {
	for disk in sd{b..m}; do
		disk $disk
	done
	for disk in sd{a..m}; do
		touch machine/sys/devices/pci0000:00/$nic/block/$disk/holders/sd{a..m}
	done
	survives list --all --json
	[ "$(jq '[.devices[].uses[] | select(.kind == "held")] | length' stdout)" -eq $((13 * 13)) ]
}

@test "links may have very long targets" {
	local i
	for i in {1..39}; do
		ln -s "w$((i + 1))$(printf '/.%.0s' {1..2000})" machine/w$i
	done
	mkdir machine/w40
	rm -r machine/boot machine/etc
	ln -s w1 machine/boot
	ln -s "w38/$(printf '../w40/%.0s' {1..400})" machine/etc
	survives report
	survives status
}

# 255 bytes: terminal escapes, a newline, half a character, a C1 control.
evil=$'\e]0;evil\a\e[31m\n\r\t\x7f\x9b\xc2\x9b\xe2\x80x'
evil+=$(printf 'x%.0s' $(seq $((255 - ${#evil}))))
evil=$(printf %s "$evil" | head -c 255)

@test "names may have 255 bytes, with escapes and newlines" {
	local device=machine/sys/devices/pci0000:00/$nic
	mkdir "$device/block/$evil"
	mkdir -p "$device/net/$evil/upper_${evil:6:200}" "$device/block/$evil/holders/$evil"
	echo 0x1003 >"$device/net/$evil/flags"
	echo 8:1 >"$device/block/$evil/dev"
	ln -s "../../devices/pci0000:00/$nic/net/$evil" "machine/sys/class/net/$evil"
	ln -s "../../devices/pci0000:00/$nic/block/$evil" "machine/sys/class/block/$evil"
	mv machine/sys/devices/pci0000:00/0000:00:06.0 "machine/sys/devices/pci0000:00/$evil"
	ln -s "../../../devices/pci0000:00/$evil" "machine/sys/bus/pci/devices/$evil"
	rm -r $device/vfio-dev/*
	mkdir "$device/vfio-dev/$evil"
	: >"$device/vfio-dev/$evil/dev"
	echo "options vfio enable_unsafe_noiommu_mode=1" >"machine/etc/modprobe.d/${evil:0:200}.conf"
	mv machine/$modules "machine/lib/modules/$evil"
	printf %s "$evil" >machine/proc/sys/kernel/osrelease
	all_survive
	survives list --all --json
	grep -qF '\\x1b]0;evil' stdout
}

@test "files may contain escapes and newlines" {
	find machine -type f -size -9k -name uevent -exec bash -c 'sed -i "s/=.*/=$1/" "$2"' bash "${evil//[$'\n'\/]/}" {} ';'
	all_survive
	find machine -type f -not -name uevent -exec bash -c 'printf %s "$1" >"$2"' bash "$evil" {} ';'
	all_survive
}

@test "files and links may change while the tool reads them" {
	local device=machine/sys/devices/pci0000:00/$nic
	cp $device/uevent uevent
	count=$(tool --sysroot machine list --all --json | jq '.devices | length')
	for ((i = 0; i < 2000; i++)); do
		sleep 0.002
		echo >$device/uevent
		cp uevent $device/new
		mv $device/new $device/uevent
		rm -rf machine/sys/bus/pci/devices/$nic $device/driver_override
		mkdir $device/driver_override
		ln -s ../../../devices/pci0000:00/$nic machine/sys/bus/pci/devices/$nic
		rmdir $device/driver_override
		yes vfio-pci | head -n 2000 >$device/driver_override
	done >/dev/null 2>&1 3>&- &
	writer=$!
	for _ in {1..10}; do
		survives list --all --json
		[ "$(jq '.devices | length' stdout)" -ge $((count - 1)) ]
		survives bind --dry-run --force $nic
	done
	kill $writer
}

@test "matrix --config rejects other files quickly, and with little memory" {
	: >empty
	mkdir folder
	mkfifo fifo
	gzip -c "$BASH" | head -c 2000 >truncated.gz
	head -c 1G /dev/zero | tr '\0' '\n' | gzip -1 >bomb.gz
	head -c 64M /dev/urandom >noise
	truncate -s 1G noise
	echo no >words
	for file in empty folder fifo truncated.gz bomb.gz noise words missing /dev/null; do
		run --separate-stderr bash -c '[[ $BUILD =~ (sanitize|valgrind)$ ]] || ulimit -v 200000; exec timeout 10 "$@"' bash "$VFIONOIOMMU" matrix --config "$file"
		status_is 1
		[ -z "$output" ]
		complains "$file: "
	done
}

@test "openat2 is repeated after EAGAIN" {
	local expected
	expected=$(tool --sysroot machine list --all)
	run --separate-stderr strace -f -qq -o calls -e trace=openat2 \
		-e inject=openat2:error=EAGAIN:when=2+2 "$VFIONOIOMMU" --sysroot machine list --all
	grep -q INJECTED calls
	status_is 0
	[ "$output" = "$expected" ]
	# The number of attempts is limited.
	run timeout 10 strace -f -qq -o calls -e trace=openat2 -e inject=openat2:error=EAGAIN \
		"$VFIONOIOMMU" --sysroot machine list --all
	status_is 1
}
