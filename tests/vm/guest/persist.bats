#!/usr/bin/env bats
# kernels: case3
#
# Persistent settings: one file in modprobe.d, and one for each device in vfionoiommu.d; files of the admin never change.
# tests/vm/reboot.bats tests their effect.

load guest

own=/etc/modprobe.d/vfionoiommu.conf
image=/boot/initrd.img-$(uname -r)

setup_file() {
	modprobe e1000e
	"$VFIONOIOMMU" enable
}

# Creates an initramfs like update-initramfs: an uncompressed early archive, followed by a compressed one.
make_initramfs() { # FILE...
	local folder=$BATS_TEST_TMPDIR/image file
	mkdir -p "$folder/early/kernel/x86/microcode" "$folder/main"
	echo microcode >"$folder/early/kernel/x86/microcode/GenuineIntel.bin"
	for file; do
		mkdir -p "$folder/main/$(dirname "$file")"
		if [ -e "/$file" ]; then cp "/$file" "$folder/main/$file"; else echo x >"$folder/main/$file"; fi
	done
	(cd "$folder/early" && find . | cpio -o -H newc --quiet) >"$image"
	head -c 1024 /dev/zero >>"$image"
	(cd "$folder/main" && find . | cpio -o -H newc --quiet | zstd -q) >>"$image"
}

@test "status warns if noiommu mode is enabled now but not at the next boot" {
	run_tool status
	status_is 0
	says "next boot disabled by default"
	says "noiommu mode is enabled now but will be disabled after the next boot (nothing sets it) [next-boot-differs]"
	says "hint: vfionoiommu enable --persistent"
}

@test "enable --persistent writes one file that modprobe reads, and disable --persistent removes it" {
	before=$(ls /etc/modprobe.d)
	run_tool enable --persistent --dry-run
	status_is 0
	says "write file $own"
	[ ! -e $own ]
	run_tool enable --persistent
	status_is 0
	says "next boot: noiommu mode will be enabled"
	[ "$(stat -c %a:%u $own)" = 644:0 ]
	[[ "$(modprobe --showconfig)" == *"options vfio enable_unsafe_noiommu_mode=1"* ]]
	run_tool enable --persistent
	says "next boot: noiommu mode already enabled"
	run_tool status
	says "next boot enabled by $own"
	not says "[next-boot-differs]"
	run_tool disable --persistent
	status_is 0
	says "next boot: noiommu mode will be disabled"
	[ "$(ls /etc/modprobe.d)" = "$before" ]
	tool enable
}

@test "enable and disable --persistent respect the admin's own file" {
	echo "options vfio enable_unsafe_noiommu_mode=Y" >/etc/modprobe.d/dpdk.conf
	run_tool enable --persistent
	status_is 0
	says "noiommu mode already enabled"
	[ ! -e $own ]
	run_tool disable --persistent
	status_is 3
	complains "/etc/modprobe.d/dpdk.conf enables noiommu mode at the next boot; vfionoiommu does not manage this setting [mode-set-elsewhere]"
	[ "$(cat /etc/modprobe.d/dpdk.conf)" = "options vfio enable_unsafe_noiommu_mode=Y" ]
	rm /etc/modprobe.d/dpdk.conf
	# This file is read after ours and disables the mode.
	echo "options vfio enable-unsafe-noiommu-mode=0" >/etc/modprobe.d/zz-hardening.conf
	run_tool enable --persistent
	status_is 3
	complains "/etc/modprobe.d/zz-hardening.conf disables noiommu mode at the next boot"
	rm /etc/modprobe.d/zz-hardening.conf
	tool disable --persistent
	# An edited file of ours belongs to the admin.
	tool enable --persistent
	echo "# mine" >>$own
	run_tool disable --persistent
	status_is 3
	complains "$own differs from what vfionoiommu writes"
	grep -q "# mine" $own
	rm $own
	tool enable
}

@test "enable --persistent requires a new initramfs only if it contains vfio" {
	run_tool enable --persistent
	status_is 0
	not complains initramfs
	make_initramfs usr/lib/modules/x/kernel/drivers/vfio/vfio.ko.xz etc/modprobe.d/fbdev.conf
	run_tool enable --persistent
	status_is 0
	complains "$image contains vfio and leaves noiommu mode disabled; rebuild it [initramfs-stale]"
	make_initramfs usr/lib/modules/x/kernel/drivers/vfio/vfio.ko etc/modprobe.d/vfionoiommu.conf
	run_tool enable --persistent
	not complains initramfs
	make_initramfs usr/lib/modules/x/kernel/fs/ext4/ext4.ko
	run_tool enable --persistent
	not complains initramfs
	echo garbage >"$image"
	run_tool enable --persistent
	complains "[initramfs-unknown]"
	rm "$image"
	tool disable --persistent
	tool enable
}

@test "bind --persistent writes one file, unbind --persistent removes it" {
	run_tool bind --persistent --owner 1000 --mode 0600 $nic
	status_is 0
	says "$nic: bound to vfio-pci (was: e1000e)"
	says "$nic: persistent binding saved"
	complains "[binding-without-mode]"
	complains "[binding-without-rule]"
	[ "$(stat -c %a:%u /etc/vfionoiommu.d/$nic)" = 644:0 ]
	[ "$(stat -c %a:%u /etc/vfionoiommu.d)" = 755:0 ]
	grep -qx "PCI_ID=8086:10d3" /etc/vfionoiommu.d/$nic
	grep -qx "DRIVER=e1000e" /etc/vfionoiommu.d/$nic
	grep -qE "^SERIAL=([0-9a-f]{2}-){7}[0-9a-f]{2}$" /etc/vfionoiommu.d/$nic
	[[ "$(lspci -vv -s $nic)" == *"Device Serial Number $(sed -n 's/^SERIAL=//p' /etc/vfionoiommu.d/$nic)"* ]]
	[ "$(tool list -nro BOOT $nic)" = yes ]
	[ "$(tool list -nro BOOT $edu)" = - ]
	run_tool bind --persistent --owner 1000 --mode 0600 $nic
	says "$nic: persistent binding already up to date"
	run_tool unbind $nic
	status_is 0
	complains "will be bound again at the next boot [binding-remains]"
	run_tool status
	says "warning: $nic: the device has a persistent binding but is not bound to VFIO (driver: e1000e) [binding-not-bound]"
	says "hint: vfionoiommu bind --stored $nic"
	run_tool unbind --persistent $nic
	status_is 0
	says "$nic: persistent binding removed"
	[ -z "$(ls /etc/vfionoiommu.d)" ]
	[ "$(driver_of $nic)" = e1000e ]
}

@test "a bind that fails leaves a mode that is set for the next boot enabled" {
	tool enable --persistent
	modprobe -r vfio-pci
	modprobe -r vfio_iommu_type1
	run ! grep -q '^vfio ' /proc/modules
	run_tool disable --persistent --dry-run
	run --separate-stderr disturbed write error=EBUSY /sys/bus/pci/drivers/vfio-pci/bind -- bind $nic
	status_is 1
	[ "$(driver_of $nic)" = e1000e ]
	[ "$(mode)" = Y ]
	tool disable --persistent
	run --separate-stderr disturbed write error=EBUSY /sys/bus/pci/drivers/vfio-pci/bind -- bind --enable $nic
	status_is 1
	[ "$(mode)" = N ]
	tool enable
}

@test "unbind without space in /run restores the driver" {
	echo e1000e >/sys/bus/pci/devices/$nic/driver_override
	tool bind --persistent $nic
	mkdir -p /run/vfionoiommu.unbound
	mount -t tmpfs -o size=4k,mode=700 tmpfs /run/vfionoiommu.unbound
	head -c 4096 /dev/zero >/run/vfionoiommu.unbound/.full || true
	run_tool unbind $nic
	umount /run/vfionoiommu.unbound
	status_is 0
	restored $nic e1000e e1000e
	tool unbind --persistent $nic
	echo >/sys/bus/pci/devices/$nic/driver_override
}

@test "bind --stored uses the saved owner, mode and driver" {
	tool bind --persistent --owner 1000:1000 --mode 0600 $nic
	tool unbind $nic
	echo $nic >/sys/bus/pci/drivers/e1000e/unbind
	run_tool bind --stored
	status_is 0
	says "$nic: bound to vfio-pci (was: no driver)"
	[ "$(stat -c %u:%g:%a "$(tool list -nro GROUP $nic)")" = 1000:1000:600 ]
	run_tool bind --stored $nic
	says "already bound to vfio-pci"
	tool unbind --persistent $nic
	[ "$(driver_of $nic)" = e1000e ]
	run_tool bind --stored $nic
	status_is 3
	complains "error: $nic: no persistent binding"
	run_tool bind --stored --owner 0 $nic
	status_is 2
}

@test "bind --stored ignores and reports another card at the address" {
	tool bind --persistent $nic
	tool unbind $nic
	for change in s/10d3/10d4/ "s/^SERIAL=../SERIAL=ff/" /SERIAL/d; do
		cp /etc/vfionoiommu.d/$nic /tmp/stored
		sed -i "$change" /etc/vfionoiommu.d/$nic
		run_tool bind --stored
		status_is 3
		complains "warning: $nic: the persistent binding is ignored: it belongs to a different card"
		complains "[binding-other-card]"
		[ "$(driver_of $nic)" = e1000e ]
		run_tool status
		says "[binding-other-card]"
		[ "$(tool list -nro BOOT $nic)" = invalid ]
		cp /tmp/stored /etc/vfionoiommu.d/$nic
	done
	tool unbind --persistent $nic
}

@test "bind --stored ignores a file that others can write, or that is malformed" {
	tool bind --persistent $nic
	tool unbind $nic
	file=/etc/vfionoiommu.d/$nic
	cp $file /tmp/stored
	refused() {
		run_tool bind --stored
		status_is 3
		complains "[binding-unusable]"
		[ "$(driver_of $nic)" = e1000e ]
		rm -rf $file
		cp /tmp/stored $file
	}
	chmod 666 $file && refused
	chmod 777 /etc/vfionoiommu.d && refused
	chmod 755 /etc/vfionoiommu.d
	chown 1000 $file && refused
	echo >$file && refused
	head -c 1000000 /dev/urandom >$file && refused
	sed -i s/ADDRESS=.*/ADDRESS=0000:00:05.0/ $file && refused
	sed -i 's|DRIVER=.*|DRIVER=../../x|' $file && refused
	echo MODE=7777 >>$file && refused
	echo OWNER=-1 >>$file && refused
	rm $file && mkdir $file && refused
	rm $file && mkfifo $file && refused
	run_tool bind --stored
	status_is 0
	tool unbind --persistent $nic
}

@test "unbind --persistent accepts a device that is absent" {
	tool bind --persistent $edu
	tool unbind $edu
	sed s/$edu/0000:00:19.0/ /etc/vfionoiommu.d/$edu >/etc/vfionoiommu.d/0000:00:19.0
	tool unbind --persistent $edu
	run_tool status
	says "warning: 0000:00:19.0: a persistent binding exists, but there is no device at this address [binding-absent]"
	run_tool unbind --persistent 0000:00:19.0
	status_is 0
	says "0000:00:19.0: device no longer present; persistent binding removed"
	run_tool unbind --persistent 0000:00:19.0
	status_is 1
}
