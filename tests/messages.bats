#!/usr/bin/env bats
# Every message that the tool prints, with what brings it about: TRIGGER on the first line, what is printed under it, whole
# lines. What only a real kernel or a fault brings about is in tests/vm/guest/messages.bats and the other files there, what
# only a kernel that breaks its promises does in tests/unit/messages_test.c. The last tests are the guard: a message that
# no test expects in full fails.

load helper

nic=0000:00:04.0
edu=0000:00:06.0

setup() {
	repository=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	cd "$BATS_TEST_TMPDIR" || exit 1
	machine case3-before
}

# ---- made-up machines, below the folder "machine" ----

machine() { # NAME: afresh, as it was recorded
	rm -rf machine
	cp -r "$repository/tests/machines/$1" machine
	devices=$PWD/machine/sys/devices/pci0000:00
	# Its command line and modprobe.d say nothing.
	: >machine/proc/cmdline
}

configured() { # LINE...: the kernel's configuration, besides or instead of what it says
	local line
	for line; do
		sed -i "/CONFIG_${line%%=*}[ =]/d" machine/proc/config.gz
		echo "CONFIG_$line" >>machine/proc/config.gz
	done
}

gone() { # PATH...
	(cd machine && rm -r "$@")
}

file() { # PATH CONTENT
	mkdir -p "machine/$(dirname "$1")"
	printf '%s\n' "$2" >"machine/$1"
}

disk() { # NAME: one on the card
	mkdir -p "$devices/$nic/block/$1/holders"
	echo 8:0 >"$devices/$nic/block/$1/dev"
	ln -s "../../devices/pci0000:00/$nic/block/$1" "machine/sys/class/block/$1"
}

interface() { # NAME FLAGS: that of the card
	rm -f machine/sys/class/net/enp0s4
	mkdir -p "$devices/$nic/net/$1"
	echo "$2" >"$devices/$nic/net/$1/flags"
	ln -s "../../devices/pci0000:00/$nic/net/$1" "machine/sys/class/net/$1"
}

# The file of a persistent binding of the card, with the given lines behind it.
stored() { # [LINE...]
	mkdir -p machine/etc/vfionoiommu.d
	printf '%s\n' ADDRESS=$nic PCI_ID=8086:10d3 PCI_SUBSYS_ID=8086:0000 "$@" >machine/etc/vfionoiommu.d/$nic
}

# ---- the table ----

# Runs the words and looks for each of the lines in what is printed.
prints_raw() { # WORDS LINE...
	local words=() line
	eval "words=($1)"
	shift
	run --separate-stderr "$VFIONOIOMMU" "${words[@]}"
	output+=$'\n'$(spoken) || { echo "$output"; return 1; }
	for line; do
		grep -qxF -- "$line" <<<"$output" || { echo "no line: $line"; return 1; }
	done
}

# The same on the made-up machine.
prints() { # WORDS LINE...
	prints_raw "--sysroot machine $1" "${@:2}"
}

# The same, of a table's row: its blanks as one.
shows() { # WORDS LINE...
	prints_raw "$1 --sysroot machine --raw" "${@:2}"
}

# ---- what was typed ----

@test "the command line" {
	prints "" "no COMMAND given; begin with: vfionoiommu status"
	prints frobnicate "there is no command 'frobnicate'; see vfionoiommu --help"
	prints "status something" "takes no argument: 'something'"
	prints bind "no DEVICE given; vfionoiommu list --all shows what there is"
	prints "unbind --all $nic" "give either DEVICE or --all, not both"
	prints "list -o NOSUCH" "there is no column 'NOSUCH'; --help lists them"
	prints "-o NAME report" \
		"there are no columns here, as this command shows no table: leave --output, --noheadings and --raw out"
	prints "--force list" "--force is for commands that change something: leave it out"
	prints "list --color blue" "--color blue: give auto, always or never"
	prints "bind --wait soon" "--wait soon: not a number of seconds up to 86400"
	prints "unbind --dry-run --timeout -1 $nic" "--timeout -1: not a number of seconds up to 86400"
	prints enable \
		"--sysroot is a recorded machine, where nothing is changed: add --dry-run"
	prints "verify $nic" \
		"--sysroot is a recorded machine, where nothing is opened and nothing happens: leave it out"
	export ARGP_HELP_FMT=rmargin=200
	prints "list --help" "Columns for --output:" \
		"Shown by default: ADDRESS,DRIVER,GROUP,CDEV,BOOT,NAME; with --all: ADDRESS,ID,CLASS,DRIVER,USE,NAME. +NAME adds to these."
	prints "matrix --help" \
		"Shown by default: THIS,CASE,GROUP,CONTAINER,CDEV,NOIOMMU,RESULT; of several kernels: KERNEL,CASE,GROUP,CONTAINER,CDEV,NOIOMMU,RESULT. +NAME adds to these."
	prints --help "  help      COMMAND: the same as COMMAND --help"
}

@test "the folder of a recorded machine" {
	prints_raw "list --sysroot nosuch" \
		"nosuch: cannot be opened: No such file or directory; give the folder of an unpacked report"
	mkdir empty
	prints_raw "list --sysroot empty" \
		"empty/sys/bus/pci: there is no PCI bus here: is this the folder of an unpacked report?"
}

@test "the folder of a recorded machine, on an old kernel" {
	# As Linux before 5.6.
	ASAN_OPTIONS=detect_leaks=0 run strace -f -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=ENOSYS \
		"$VFIONOIOMMU" list --sysroot machine
	status_is 1
	[ "$output" = "vfionoiommu: machine: cannot be opened: --sysroot needs Linux 5.6 or later" ]
}

@test "DEVICE" {
	prints "list ''" "DEVICE is empty; see vfionoiommu list --all"
	prints "list zz" \
		"zz: no PCI device, network interface, block device or VFIO node of that name; see vfionoiommu list --all"
	prints "list class=ff" "no PCI device matches class=ff; see vfionoiommu list --all"
	prints "list 0:4.0" \
		"0:4.0: not a PCI address: that is [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal, DEVICE up to 1f, FUNCTION up to 7"
	prints "list 00:1d.0" "00:1d.0: there is no such PCI device; see vfionoiommu list --all"
	machine case3-bound
	cp -a $devices/$nic/{driver,iommu_group} $devices/$edu
	cp $devices/{$nic,$edu}/uevent
	prints "list noiommu-0" "noiommu-0: could be any of $nic, $edu; give one address"
}

@test "bind's options" {
	prints "bind --dry-run --owner nosuch $nic" \
		"--owner nosuch: there is no such user or group; see: getent passwd, getent group"
	prints "bind --dry-run --mode 9 $nic" "--mode 9: not an octal mode up to 0777, such as 0660"
	prints "bind --dry-run --stored --mode 0660 $nic" \
		"--stored binds as it is written down: leave --persistent, --owner, --mode and --allow-iommu out"
	prints "bind --dry-run --stored $nic" \
		"$nic: has no persistent binding; it gets one with: vfionoiommu bind --persistent $nic"
}

@test "matrix's options" {
	local what="; give a file such as /proc/config.gz or /boot/config-RELEASE"
	prints "matrix --kernel 9.9.9" \
		"--kernel 9.9.9: neither a configuration nor the modules of such a kernel are installed; those that are: ls /lib/modules"
	prints "matrix --config missing" \
		"--config missing: No such file or directory; give a file such as /proc/config.gz or /boot/config-RELEASE"
	prints "matrix --config /dev/null" "--config /dev/null: is not a regular file$what"
	echo no >words
	prints "matrix --config words" "--config words: is not a kernel's configuration: it has no CONFIG_ line$what"
	truncate -s 5M large
	prints "matrix --config large" "--config large: is too large for a kernel's configuration$what"
	seq 10000 | gzip | head -c 2000 >damaged
	prints "matrix --config damaged" "--config damaged: is damaged: it cannot be decompressed to its end$what"
	run bash -c "$VFIONOIOMMU matrix --config - <machine/proc/config.gz"
	says "configuration: standard input: VFIO=m"
}

@test "monitor's options" {
	prints_raw "monitor --timeout soon" "--timeout soon: not a number of seconds up to 86400"
	prints_raw "monitor --until eth0" \
		"--until eth0: not a PCI address such as 0000:00:04.0; see vfionoiommu list --all"
	prints_raw "monitor --until 7777:00:00.0 --timeout 0" \
		"7777:00:00.0: has not got its nodes within 0 s: there is no such PCI device; see vfionoiommu list --all"
}

@test "taint's options, and a value that cannot be read" {
	prints "taint --value x" "--value x: not a number of 64 bits, decimal or hexadecimal behind 0x"
	prints "taint --value 1 --check" "--check asks about the kernel, --value about a number: give one of them"
	gone proc/sys/kernel/tainted
	prints taint "machine/proc/sys/kernel/tainted: cannot be read, or is not a number"
}

@test "report's FILE" {
	prints "report one two" "give one FILE, not 2"
	prints "report ''" "FILE is empty; name one: vfionoiommu report machine.tar"
	prints "report --json" \
		"--json needs a FILE, as standard output cannot be both: vfionoiommu report --json machine.tar"
	prints "report words.tar" \
		"words.tar: read it with: mkdir machine; tar -xf words.tar -C machine; vfionoiommu --sysroot machine status"
	prints "report words.tar" "words.tar: exists already; remove it, or name another FILE"
	prints "report nosuch/words.tar" "nosuch/words.tar: could not be written: No such file or directory"
	needs_terminal
	run script -qec "$VFIONOIOMMU report" /dev/null
	says "vfionoiommu: an archive is not for a terminal; name a FILE: vfionoiommu report machine.tar"
}

@test "what report could not read" {
	# The first read of all fails, that of a device's uevent.
	run strace -f -qq -o /dev/null -e trace=read -P "$devices/$nic/uevent" -e inject=read:error=EIO "$VFIONOIOMMU" \
		report --verbose --sysroot machine one.tar
	says "/sys/devices/pci0000:00/$nic/uevent: could not be read: Input/output error"
	[[ "$output" == *"1 of "*" files and folders could not be read, and are recorded so; -v names them"* ]]
}

@test "standard output" {
	run bash -c "$VFIONOIOMMU list --all --sysroot machine 2>&1 >/dev/full"
	[ "$output" = "vfionoiommu: standard output: No space left on device" ]
	run bash -c "$VFIONOIOMMU report --sysroot machine 2>&1 >/dev/full"
	[ "$output" = "vfionoiommu: standard output: could not be written: No space left on device" ]
	needs_terminal
	run script -qec "$VFIONOIOMMU list --sysroot machine" /dev/null
	says "vfionoiommu: no noiommu device is bound; vfionoiommu list --all shows what could be"
}

@test "the kernel's events" {
	# Only what it listens through fails; the sanitizer's search for leaks and strace do not go together.
	ASAN_OPTIONS=detect_leaks=0 run strace -f -qq -o /dev/null -e trace=bind -e inject=bind:error=EACCES "$VFIONOIOMMU" monitor --timeout 1
	status_is 1
	[ "$output" = "vfionoiommu: the events cannot be listened to: Permission denied" ]
}

# ---- the kernel ----

@test "a kernel without VFIO" {
	machine without-vfio
	prints status "blocker: kernel $(cat machine/proc/sys/kernel/osrelease) was built without VFIO [kernel-without-vfio]" \
		"    remedy: boot a kernel with CONFIG_VFIO=m, CONFIG_VFIO_PCI=m and CONFIG_VFIO_NOIOMMU=y" "not ready:"
}

@test "its modules, its configuration, its name are not there" {
	gone lib/modules
	prints status "blocker: the module vfio of kernel 7.3.4-case3 is not installed [vfio-missing]" \
		"    remedy: install the package that brings /lib/modules/7.3.4-case3"
	gone proc/config.gz
	prints status \
		"blocker: whether kernel 7.3.4-case3 has VFIO is unknown: neither its configuration nor its modules were found [vfio-unknown]" \
		"    remedy: install the package that brings /lib/modules/7.3.4-case3"
	shows status "kernel 7.3.4-case3,\x20its\x20configuration\x20was\x20not\x20found" \
		"access unknown:\x20unknown" "next\x20boot unknown"
	prints matrix "7.3.4-case3: case unknown, noiommu unknown: unknown" \
		"configuration: none was found; give one with --config FILE" \
		"seen running: nothing, vfio is not loaded" "module files: nothing, none were found"
	gone proc/sys/kernel/osrelease
	prints status \
		"blocker: whether kernel of unknown release has VFIO is unknown: neither its configuration nor its modules were found [vfio-unknown]" \
		"    remedy: install the package that brings /lib/modules/RELEASE"
	prints matrix "this kernel: case unknown, noiommu unknown: unknown"
	machine case3-bound
	gone proc/config.gz
	prints status \
		"note: the configuration of kernel 7.3.4-case3 was not found: what it offers is known from what it shows, and from its module files [kernel-config-unknown]"
}

@test "a kernel without noiommu, and one that shows otherwise than its configuration says" {
	machine case3-bound
	gone sys/module/vfio/parameters
	prints status \
		"blocker: kernel 7.3.4-case3 was built without VFIO noiommu (CONFIG_VFIO_NOIOMMU) [kernel-without-noiommu]" \
		"    remedy: vfionoiommu matrix" \
		"warning: VFIO_NOIOMMU is not built, as the running kernel shows; /proc/config.gz says otherwise, is probably another kernel's, and is not believed [sources-contradict]" \
		"warning: VFIO_NOIOMMU for the group is not built, as the running kernel shows; /proc/config.gz says otherwise, is probably another kernel's, and is not believed [sources-contradict]"
	machine case3-before
	configured "VFIO_CONTAINER=n"
	prints matrix \
		"warning: VFIO_CONTAINER is built, as the kernel's module files show; /proc/config.gz says otherwise, is probably another kernel's, and is not believed [sources-contradict]"
}

@test "a kernel that shows otherwise than its module files" {
	machine case3-bound
	gone sys/class/misc/vfio
	configured VFIO_CONTAINER=n
	prints status \
		"warning: VFIO_CONTAINER is not built, as the running kernel shows; its module information says otherwise, is probably another kernel's, and is not believed [sources-contradict]"
}

# Linux 7.3 with the group and without a container, nor a cdev.
without_container() {
	machine case3-bound
	gone sys/class/misc/vfio lib/modules
	sed -i /vfio-dev/d machine/proc/devices
	configured VFIO_CONTAINER=n VFIO_DEVICE_CDEV=n IOMMUFD_NOIOMMU=n
}

@test "a kernel without a container" {
	without_container
	prints status \
		"warning: kernel 7.3.4-case3 has no VFIO container: the group opens only for what takes /dev/iommu in its place [group-needs-iommufd]" \
		"    remedy: ln -s /dev/iommu /dev/vfio/vfio" "ready: vfionoiommu bind DEVICE"
	prints matrix "to change in the configuration, for the group:" \
		"to change in the configuration, for the cdev alone, with Linux 7.3 or later:"
	gone sys/class/misc/iommu
	configured IOMMUFD=n
	prints status \
		"blocker: kernel 7.3.4-case3 offers no path to a noiommu device: the group needs a container, and there is no noiommu cdev [kernel-without-path]" \
		"    remedy: vfionoiommu matrix"
}

@test "a kernel without vfio-pci" {
	machine case3-bound
	gone sys/module/vfio_pci lib/modules
	configured VFIO_PCI=n
	prints status "blocker: kernel 7.3.4-case3 was built without vfio-pci [vfio-pci-missing]" \
		"    remedy: boot a kernel with CONFIG_VFIO_PCI=m"
}

@test "the matrix of any kernel" {
	prints_raw "matrix --raw --sysroot machine" "THIS CASE GROUP CONTAINER CDEV NOIOMMU RESULT" \
		"- 1 y y n yes group\x20noiommu\x20works" \
		"- 2 y n n no blocked:\x20no\x20container" \
		"* 3 y y y yes group\x20and\x20cdev\x20both\x20work" \
		"- 4 y n y no blocked:\x20no\x20container\x20(for\x20the\x20cdev\x20only:\x20VFIO_GROUP=n)" \
		"- 5 n - y yes cdev\x20only" \
		"- 6 n - n no no\x20access\x20path"
	cat >group <<-'END'
		# Linux/x86 7.3.4 Kernel Configuration
		CONFIG_VFIO=m
		CONFIG_VFIO_PCI=m
		CONFIG_VFIO_GROUP=y
		CONFIG_VFIO_CONTAINER=y
		CONFIG_VFIO_NOIOMMU=y
	END
	prints "matrix --config group" "group: case 1, noiommu built: group works, no cdev" \
		"configuration: group: VFIO=m VFIO_PCI=m VFIO_GROUP=y VFIO_CONTAINER=y VFIO_NOIOMMU=y" \
		"to change in the configuration, for the cdev too, with Linux 7.3 or later:"
	sed 's/CONFIG_VFIO_GROUP=y/# CONFIG_VFIO_GROUP is not set/; /CONTAINER/d' group >cdev
	printf '%s\n' CONFIG_IOMMUFD=m CONFIG_VFIO_DEVICE_CDEV=y CONFIG_IOMMUFD_NOIOMMU=y >>cdev
	prints "matrix --config cdev" "cdev: case 5, noiommu built: cdev works, no group" \
		"to change in the configuration, for the group:"
	sed 's/# CONFIG_VFIO_GROUP is not set/CONFIG_VFIO_GROUP=y/' cdev >loosened
	prints "matrix --config loosened" "loosened: case 4, noiommu built: cdev works, group with /dev/iommu only"
	prints "matrix --config cdev --config loosened" \
		"cdev     5    n     -         y    yes     cdev works, no group" \
		"loosened 4    y     n         y    yes     cdev works, group with /dev/iommu only"
}

# ---- the mode ----

@test "the mode is off" {
	prints status "blocker: noiommu mode is off: the module vfio is not loaded yet [noiommu-disabled]" \
		"    remedy: vfionoiommu enable"
	shows status "kernel 7.3.4-case3,\x20configuration\x20from\x20/proc/config.gz" "mode off\x20until\x20vfio\x20is\x20loaded" "next\x20boot off:\x20nothing\x20sets\x20it" \
		"modules vfio\x20not\x20loaded,\x20vfio-pci\x20not\x20loaded,\x20iommufd\x20not\x20loaded"
	prints "enable --dry-run" "noiommu mode: would be switched on" "  load module vfio" \
		"  write Y to /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
	prints "disable --dry-run" "noiommu mode: is off already"
	machine iommu
	prints status \
		"blocker: noiommu mode is off: the kernel refuses to bind a device without an IOMMU to vfio-pci [noiommu-disabled]" \
		"    remedy: vfionoiommu enable"
}

@test "the mode is on" {
	machine iommu
	file sys/module/vfio/parameters/enable_unsafe_noiommu_mode Y
	prints status \
		"warning: noiommu mode is on although this machine has an IOMMU: devices behind it do not need the mode, and DPDK uses physical addresses for all of them while it is on [noiommu-with-iommu]" \
		"    remedy: vfionoiommu disable"
	machine case3-bound
	prints "enable --dry-run" "noiommu mode: is on already"
	prints "disable --dry-run" \
		"$nic: is bound as a noiommu device: with the mode off its group node cannot be opened any more, its cdev node still can [noiommu-devices-bound]" \
		"    remedy: vfionoiommu unbind $nic"
	prints "disable --dry-run --force" "noiommu mode: would be switched off"
}

@test "the mode of the next boot, by modprobe.d" {
	prints "enable --persistent --dry-run" "next boot: noiommu mode would be on" "  save /etc/modprobe.d/vfionoiommu.conf"
	file etc/modprobe.d/dpdk.conf "options vfio enable_unsafe_noiommu_mode=1"
	prints "enable --persistent --dry-run" "next boot: noiommu mode will be on already"
	prints "disable --persistent --dry-run" \
		"warning: /etc/modprobe.d/dpdk.conf switches the mode on at the next boot, and is not ours to change [mode-set-elsewhere]" \
		"    remedy: edit /etc/modprobe.d/dpdk.conf"
	shows status "mode on\x20when\x20vfio\x20is\x20loaded" "next\x20boot on,\x20by\x20/etc/modprobe.d/dpdk.conf"
	gone etc
	file etc/modprobe.d/vfionoiommu.conf mine
	prints "enable --persistent --dry-run" \
		"warning: /etc/modprobe.d/vfionoiommu.conf is not as vfionoiommu wrote it, and is left alone [mode-set-elsewhere]" \
		"    remedy: edit /etc/modprobe.d/vfionoiommu.conf"
	gone etc proc/cmdline
	file etc/modprobe.d/vfionoiommu.conf "$(printf '%s\n' \
		"# By vfionoiommu enable --persistent; vfionoiommu disable --persistent removes it." \
		"options vfio enable_unsafe_noiommu_mode=1")"
	prints "enable --persistent --dry-run" \
		"warning: what sets the mode of the next boot could not be read [next-boot-unknown]" \
		"    remedy: grep -r enable_unsafe_noiommu_mode /proc/cmdline /etc/modprobe.d"
	machine case3-bound
	prints status \
		"warning: noiommu mode is on now, and will be off after the next boot: nothing sets it [next-boot-differs]" \
		"    remedy: vfionoiommu enable --persistent"
	file sys/module/vfio/parameters/enable_unsafe_noiommu_mode N
	file proc/cmdline vfio.enable_unsafe_noiommu_mode=1
	prints status \
		"warning: noiommu mode is off now, and will be on after the next boot: /proc/cmdline says so [next-boot-differs]" \
		"    remedy: vfionoiommu enable"
}

# What is to be done on distributions that have these files.
line_of() { # REMEDY FILE...
	local remedy=$1 name
	shift
	for name; do file "$name" x; done
	prints "$verb --persistent --dry-run" "    remedy: $remedy"
	for name; do gone "${name%%/*}"; done
}

@test "the mode of the next boot, by the kernel's command line" {
	local verb=disable parameter=vfio.enable_unsafe_noiommu_mode=1
	file proc/cmdline $parameter
	prints "disable --persistent --dry-run" \
		"warning: /proc/cmdline switches the mode on at the next boot, and is not ours to change [mode-set-elsewhere]" \
		"    remedy: remove vfio.enable_unsafe_noiommu_mode=1 from the kernel's command line in the boot loader's configuration"
	line_of "remove $parameter from the file /etc/kernel/cmdline, then: kernel-install add-all" etc/kernel/cmdline
	line_of "remove $parameter from the file /boot/firmware/cmdline.txt" boot/firmware/cmdline.txt
	line_of "remove $parameter from U_BOOT_PARAMETERS in /etc/default/u-boot, then: u-boot-update" etc/default/u-boot
	line_of "remove $parameter from GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub" \
		etc/default/grub usr/sbin/update-grub
	line_of "remove $parameter from GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub2-mkconfig -o /boot/grub2/grub.cfg" \
		etc/default/grub usr/sbin/grub2-mkconfig
	line_of "remove $parameter from GRUB_CMDLINE_LINUX in /etc/default/grub, then: grub-mkconfig -o /boot/grub/grub.cfg" \
		etc/default/grub usr/bin/grub-mkconfig
	machine case3-bound
	gone sys/module/vfio/initstate
	shows status "modules vfio\x20built\x20in,\x20vfio-pci\x20loaded,\x20iommufd\x20loaded"
	prints "enable --persistent --dry-run" \
		"warning: vfio is built into this kernel: only vfio.enable_unsafe_noiommu_mode on its command line sets the mode of the next boot [next-boot-parameter]" \
		"    remedy: add vfio.enable_unsafe_noiommu_mode=1 to the kernel's command line in the boot loader's configuration"
}

@test "the initramfs" {
	local verb=enable image=boot/initrd.img-7.3.4-case3
	file $image garbage
	prints "enable --persistent --dry-run" \
		"note: whether /$image carries vfio cannot be told: if it does, it must be built again [initramfs-unknown]"
	line_of "update-initramfs -u" usr/sbin/update-initramfs
	line_of "dracut --force" usr/bin/dracut
	line_of "mkinitcpio -P" usr/bin/mkinitcpio
}

# ---- bind ----

# A bind of the card on the machine as it is now.
bind_prints() { # LINE...
	prints "bind --enable --dry-run $nic" "$@"
}

@test "what would be done" {
	bind_prints "noiommu mode: would be switched on" "modules: would be loaded" "  load module vfio_pci" \
		"$nic: would be bound to vfio-pci (now: e1000e)" "  save /run/vfionoiommu/$nic" \
		"  write $nic to /sys/bus/pci/drivers/e1000e/unbind" \
		"note: binding will taint the kernel: U (64), until the next boot [kernel-will-taint]"
	prints "bind --enable --dry-run $edu" "$edu: would be bound to vfio-pci (now: no driver)"
	prints "bind --enable --dry-run --owner 0:0 --mode 0660 $nic" \
		"note: whoever owns the nodes also needs CAP_SYS_RAWIO to open them, and for the cdev access to /dev/iommu [owner-needs-capability]" \
		"    remedy: setcap cap_sys_rawio+ep PROGRAM; for the cdev also: chown USER /dev/iommu" \
		"  watch the nodes that udev settles" "  wait until udev has settled /dev/vfio/noiommu-N" \
		"  give /dev/vfio/noiommu-N owner 0:0 mode 0660"
	prints "bind --enable --dry-run --owner 0 $nic" "  give /dev/vfio/noiommu-N owner 0"
	prints "bind --enable --dry-run --owner :0 $nic" "  give /dev/vfio/noiommu-N group 0"
	prints "bind --enable --dry-run --force 00:1f.2" \
		"0000:00:1f.2: note: shares its slot with 0000:00:1f.0, which stays where it is: a hot reset of the slot will be refused [sibling-unbound]" \
		"0000:00:1f.2: note: shares its slot with 0000:00:1f.3, which stays where it is: a hot reset of the slot will be refused [sibling-unbound]" \
		"    remedy: vfionoiommu bind 0000:00:1f.3, if it is free"
}

@test "what is bound" {
	machine case3-bound
	prints "bind --dry-run $nic" "$nic: is bound to vfio-pci already"
	prints "bind --dry-run --mode 0600 $nic" \
		"$nic: is bound to vfio-pci already; owner and mode of its nodes would be changed" \
		"  give /dev/vfio/noiommu-0 mode 0600"
	prints "unbind --dry-run $nic" "$nic: would be given back to e1000e" \
		"  write a newline to /sys/bus/pci/devices/$nic/driver_override" "  remove /run/vfionoiommu/$nic"
	prints "unbind --dry-run $edu" "$edu: is not bound to VFIO, but to no driver"
	sed -i /DRIVER/d machine/run/vfionoiommu/$nic
	prints "unbind --dry-run $nic" "$nic: would be given back to no driver, as before"
	shows status "devices 1\x20bound\x20as\x20noiommu"
}

@test "what bind wrote down" {
	machine case3-bound
	: >machine/run/vfionoiommu/$nic
	prints "unbind --dry-run $nic" "$nic: would be given back to the driver of the kernel's choice" \
		"$nic: warning: what it had before bind, in /run/vfionoiommu/$nic, cannot be used: only root may read it, or it is of another device; without it the kernel chooses the driver [memory-unusable]"
	machine case3-bound
	rm -r $devices/$nic/{vfio-dev,driver,iommu_group}
	sed -i /^DRIVER=/d $devices/$nic/uevent
	prints status "$nic: warning: was left halfway by a run that was cut off [device-interrupted]" \
		"    remedy: vfionoiommu unbind $nic"
	prints "bind --dry-run $nic" "$nic: would be put back after a run that was cut off"
	file run/vfionoiommu/0000:00:1c.0 x
	prints "unbind --dry-run 0000:00:1c.0" "0000:00:1c.0: is gone, and would be forgotten"
}

@test "what cannot be a noiommu device" {
	printf '\1' | dd of=$devices/$nic/config bs=1 seek=14 conv=notrunc status=none
	bind_prints "$nic: is a bridge: VFIO takes endpoints only; name the devices behind it [device-is-bridge]" \
		"    remedy: vfionoiommu list --all"
	machine case3-before
	sed -i s/8086:10D3/8086:0435/ $devices/$nic/uevent
	bind_prints \
		"$nic: is on vfio-pci's list of devices with known errata: the kernel does not bind it to vfio-pci [device-denylisted]"
	echo 2 >$devices/$nic/sriov_numvfs
	bind_prints \
		"$nic: has 2 virtual functions enabled, with which the kernel does not bind it to vfio-pci [device-has-vfs]" \
		"    remedy: echo 0 > /sys/bus/pci/devices/$nic/sriov_numvfs"
	rm $devices/$nic/driver_override
	mkdir $devices/$nic/driver_override
	bind_prints \
		"$nic: what it has now could not be put back again, as it cannot be read: driver_override: Is a directory [device-unreadable]" \
		"    remedy: dmesg | grep $nic"
	machine iommu
	bind_prints "$nic: has an IOMMU: noiommu is not for it; as an ordinary VFIO device it is safe [device-has-iommu]" \
		"    remedy: vfionoiommu bind --allow-iommu $nic"
}

@test "network interfaces" {
	interface eth9 0x1003
	mkdir $devices/$nic/net/eth9/upper_br0
	bind_prints "$nic: its network interface eth9 is up [interface-up]" "    remedy: ip link set eth9 down" \
		"$nic: its network interface eth9 is part of br0 [interface-enslaved]" \
		"    remedy: ip link set eth9 nomaster, or ip link delete br0"
	prints "bind --enable --dry-run --force $nic" \
		"$nic: overridden by --force: its network interface eth9 is up [interface-up]"
	rm machine/sys/class/net/eth9
	bind_prints \
		"$nic: is bound to the network driver e1000e, but its interface is not to be seen here: it is probably in another network namespace, as a container's [interface-elsewhere]" \
		"    remedy: ip netns list"
	machine case3-before
	interface eth9 0
	rm $devices/$nic/net/eth9/flags
	mkdir $devices/$nic/net/eth9/flags
	bind_prints "$nic: whether it is in use cannot be told: sys/class/net/eth9/flags: Is a directory [use-unknown]" \
		"    remedy: the same command with --force, if nothing uses it"
}

@test "disks" {
	disk sda
	file proc/self/mountinfo "25 1 8:0 / /data rw,relatime - ext4 /dev/sda rw"
	file proc/swaps $'Filename Type Size Used Priority\n/dev/sda partition 1 0 -2'
	mkdir $devices/$nic/block/sda/holders/dm-0
	bind_prints "$nic: sda is mounted on /data [disk-mounted]" "    remedy: umount /data" \
		"$nic: sda is swap [disk-swap]" "    remedy: swapoff /dev/sda" \
		"$nic: sda is in use by dm-0 [disk-held]" "    remedy: lsblk /dev/sda"
}

@test "displays" {
	sed -i s/PCI_CLASS=20000/PCI_CLASS=30000/ $devices/$nic/uevent
	echo 1 >$devices/$nic/boot_vga
	mkdir -p machine/sys/class/graphics $devices/$nic/graphics/fb0
	ln -s ../../devices/pci0000:00/$nic/graphics/fb0 machine/sys/class/graphics/fb0
	bind_prints "$nic: is the display that this machine booted with: its screen would go dark [display-boot]" \
		"$nic: has the framebuffer fb0: a screen on it would go dark [display-framebuffer]" \
		"    remedy: the same command with --force, over ssh or from another screen"
}

@test "processes" {
	machine case3-bound
	mkdir -p machine/proc/77/fd
	echo testpmd >machine/proc/77/comm
	ln -s /dev/vfio/noiommu-0 machine/proc/77/fd/3
	prints "unbind --dry-run $nic" "$nic: /dev/vfio/noiommu-0 is held open by process 77 (testpmd) [device-held]" \
		"    remedy: end that process, then type the same command again"
}

# ---- persistent bindings ----

@test "persistent bindings" {
	prints "bind --enable --persistent --dry-run $nic" "$nic: would be bound at every boot" \
		"warning: noiommu mode will be off at the next boot: the persistent bindings need it [binding-without-mode]" \
		"    remedy: vfionoiommu enable --persistent" \
		"warning: the udev rule 60-vfionoiommu.rules is not installed: nothing binds the persistent bindings at the next boot [binding-without-rule]" \
		"    remedy: make install, in the source folder of vfionoiommu"
	stored
	prints status "$nic: warning: has a persistent binding, and is not bound to VFIO, but to e1000e [binding-not-bound]" \
		"    remedy: vfionoiommu bind --stored $nic"
	prints "unbind --dry-run $nic" "$nic: note: will be bound again at the next boot [binding-remains]" \
		"    remedy: vfionoiommu unbind --persistent $nic"
	prints "unbind --persistent --dry-run $nic" "$nic: would not be bound at the next boot any more"
	machine case3-bound
	stored
	prints "bind --persistent --dry-run $nic" "$nic: is bound at every boot already"
}

@test "persistent bindings that are not used" {
	stored
	sed -i s/10d3/10d4/ machine/etc/vfionoiommu.d/$nic
	prints status "$nic: warning: its persistent binding is of another card (8086:10d4), and is not used [binding-other-card]" \
		"    remedy: vfionoiommu unbind --persistent $nic"
	stored SERIAL=00-11
	head -c 4096 /dev/zero >$devices/$nic/config
	prints status \
		"$nic: warning: its persistent binding is of another card (8086:10d3, serial number 00-11), and is not used [binding-other-card]"
	echo >machine/etc/vfionoiommu.d/$nic
	prints status \
		"$nic: warning: its persistent binding is not used: /etc/vfionoiommu.d/$nic is not as vfionoiommu writes it [binding-unusable]"
	gone etc
	mkdir -p machine/etc/vfionoiommu.d/$nic
	prints status \
		"$nic: warning: its persistent binding is not used: /etc/vfionoiommu.d/$nic cannot be read: Is a directory [binding-unusable]"
	gone etc
	file etc/vfionoiommu.d/0000:00:1c.0 $'ADDRESS=0000:00:1c.0\nPCI_ID=8086:10d3\nPCI_SUBSYS_ID=8086:0000'
	prints status "0000:00:1c.0: warning: has a persistent binding, and there is no device at this address [binding-absent]" \
		"    remedy: vfionoiommu unbind --persistent 0000:00:1c.0"
}

# ---- taint ----

@test "every bit of the taint" {
	run_tool taint --value 1048575 --noheadings --raw --output MEANING
	diff <(sed 's/\\x20/ /g' <<<"$output") - <<-'END'
		a proprietary module was loaded
		a module was loaded by force
		the processor or the system is used out of its specification
		a module was removed by force
		the processor reported a machine check
		a bad page of memory was found
		userspace did something unsafe, as each VFIO noiommu bind does
		the kernel has died: an oops or a bug
		an ACPI table was overridden
		the kernel has issued a warning
		a staging driver was loaded
		a bug of the firmware is worked around
		a module built outside the kernel's tree was loaded
		an unsigned module was loaded
		a processor was stuck: soft lockup
		the kernel was live-patched
		what the distribution defines
		built with randomized structure layouts
		a test inside the kernel was run, as KUnit's
		firmware was changed through fwctl's debug interface
	END
}

@test "by something else than VFIO noiommu" {
	file proc/sys/kernel/tainted 64
	file dev/kmsg '5,0,0,-;Linux version 7.3.4'
	prints taint "U: not by VFIO noiommu: the kernel log is complete and does not say so"
}

# ---- the guard ----

# Every text of the source that may be a part of a message: all literals but those of --help.
texts() {
	find src -name '*.[ch]' | sort | while IFS= read -r file; do
		# Without options, columns, and what a command is for.
		sed -E -e '/^\t*(static )?const struct (argp|argp_option|argp_child|column|command) [a-z_]+(\[\])? = /{:a;/\};$/!{N;ba};d}' \
			-e '/\.doc = /{:b;/",$/!{N;bb};d}' -e '/^#include/d' "$file" |
			# Without comments; the parts of a literal together, a macro between them as a conversion.
			sed -zE -e "s#(\"([^\"\\\\]|\\\\.)*\"|'([^'\\\\]|\\\\.)+')|/\*([^*]|\*+[^*/])*\*+/#\1#g" \
				-e 's/"[ \t\n\\]*"//g; s/"[ \t\n]+[A-Z_]+[ \t\n]+"/%s/g' |
			grep -oE "'([^'\\\\]|\\\\.)+'|\"([^\"\\\\]|\\\\.)*\"" | sed -nE 's/^"(.*)"$/\1/p'
	done
}

# The messages among them, those with words and a blank; a line each, what printf fills in as the character 1, without what
# stands before and behind the words.
messages() {
	texts | sed -E -e 's/\\[nv]/\n/g' | sed -E -e 's/\\t/\t/g; s/\\(["\\])/\1/g' \
		-e 's/%[-+ #0-9.*]*(ll|z|l|h)?[a-z]|\{[a-z]*\}/\x01/g; s/^[ \x01:;,]+|[ \x01:;,]+$//g' |
		grep -E '[A-Za-z]{2}.* | .*[A-Za-z]{2}' | LC_ALL=C sort -u
}

# What the tests expect: their files without comments and names, and without this part; "\x20" is a blank of --raw.
expected() {
	sed -sE '/^# ---- the guard/,$d; /^[[:blank:]]*#|^@test /d; s/\\x20/ /g' tests/*.bats tests/vm/*.bats \
		tests/vm/guest/*.bats
	sed -zE 's#"[ \t\n]*"##g; s#"[ \t\n]*[A-Z]+[ \t\n]*"#x#g' tests/unit/*.c
}

# The messages, of those on standard input, that the file does not have: in full, with anything for what printf fills in.
# A message of a word or two may be found in another: those are to be looked at when they are written.
unexpected() { # FILE
	local message
	while IFS= read -r message; do
		grep -qE -e "$(sed -E 's/[][().*+?{}|^$\\]/\\&/g; s/\x01/.*/g' <<<"$message")" "$1" || echo "$message"
	done | tr '\001' _
}

# Those that no test brings about, and why not; "_" is what printf fills in.
exceptions() {
	cat <<-'END'
		# Linux/%*[^ ] _.                                 read, not said: the head of a configuration
		cdev on device                                    read, not said: in the kernel's log
		do nothing                                        a step that does nothing is not announced, nor fails
		is still being bound; wait longer with --timeout  some microseconds in the midst of the kernel's bind
		out of memory                                     memory that is short elsewhere first
	END
}

@test "every message is expected in full by some test, but for these" {
	cd "$repository"
	messages >"$BATS_TEST_TMPDIR/messages"
	expected >"$BATS_TEST_TMPDIR/expected"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/messages")" -gt 300 ]
	exceptions | sed 's/  .*//' | diff - <(unexpected "$BATS_TEST_TMPDIR/expected" <"$BATS_TEST_TMPDIR/messages")
}

@test "... and a new one without a trigger is found, wherever it stands" {
	(cd "$repository" && expected) >expected
	mkdir -p src/cmd
	cat >src/cmd/new.c <<-'END'
		log_error("%s: one that nobody" /* "a comment" */
		          "has \"read\" %d times\n", name, 7);
		{ NULL, "a remedy that nobody types" }, /* doesn't "count at all" */
		text_copy(c == '"' ? "what " MACRO " never says" : "vfionoiommu list %s");
		static const struct argp_option none[] = {
			{ "x", 1, NULL, 0, "what --help says", 0 },
		};
	END
	messages | unexpected expected | diff - <(printf '%s\n' "a remedy that nobody types" \
		'one that nobodyhas "read" _ times' "what _ never says")
}
