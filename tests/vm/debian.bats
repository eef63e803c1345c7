#!/usr/bin/env bats
# tier: all
# Debian 13 with our package, NetworkManager, multipathd and DPDK, booted by its systemd in QEMU, after udevd has loaded all drivers
# as in Debian's initramfs: a network card and a disk controller are bound before NetworkManager and multipathd have them. Runs on
# the host; each test boots once, and passes its files in /etc to the next.

load ../helper

nic=0000:00:04.0 other=0000:00:08.0 controller=0000:00:09.0
packages=dbus,dpdk-dev,iproute2,kmod,librte-net-e1000-25,multipath-tools,network-manager,procps,systemd,udev

# The root of a machine with our package; systemd-firstboot does not ask for what is there.
make_root() {
	local package depends cache=${XDG_CACHE_HOME:-$HOME/.cache}/vfionoiommu/roots
	make -s -C "$tree" deb
	package=$(realpath "$tree"/build/vfionoiommu_*.deb)
	depends=$(dpkg-deb -f "$package" Depends | sed 's/([^)]*)//g; s/|[^,]*//g' | tr -d ' ')
	export INCLUDE=$packages,$depends
	# mmdebstrap gives the next free descriptor to dash, which knows only one digit.
	"$tree/tests/roots/make" trixie "$cache/systemd-$(cksum <<<"$INCLUDE" | cut -d ' ' -f 1)" "$MACHINE/root" \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&-
	dpkg --root="$MACHINE/root" --install "$package"
	echo 0123456789abcdef0123456789abcdef >"$MACHINE/root/etc/machine-id"
}

setup_file() {
	export MACHINE tree=$BATS_TEST_DIRNAME/../..
	MACHINE=$(mktemp -d /tmp/vfionoiommu-debian.XXXXXX)
	chmod 755 "$MACHINE"
	mkdir -p "$MACHINE"/{etc/NetworkManager/system-connections,left}
	make_root >&2
	printf '%s\n' '[connection]' id=all type=ethernet multi-connect=3 '[ipv4]' method=manual address1=192.0.2.7/24 \
		>"$MACHINE/etc/NetworkManager/system-connections/all.nmconnection"
	chmod 600 "$MACHINE"/etc/NetworkManager/system-connections/*
	printf '%s\n' 'defaults {' 'find_multipaths no' '}' >"$MACHINE/etc/multipath.conf"
}

teardown_file() {
	rm -rf --one-file-system "$MACHINE"
}

# Boots, runs the script, which has these functions, and keeps our files in /etc.
boot() { # SCRIPT
	run --separate-stderr "$BATS_TEST_DIRNAME/boot" --systemd --initramfs --root "$MACHINE/root" --timeout 850 --memory 2G \
		--etc "$MACHINE/etc" --share "$MACHINE/left" --disk disk --device e1000e,addr=4,romfile=,netdev=a \
		--device e1000e,addr=8,romfile=,netdev=b --device pvscsi,addr=9 --device scsi-hd,drive=disk,serial=multi \
		--qemu -netdev --qemu hubport,id=a,hubid=1 --qemu -netdev --qemu hubport,id=b,hubid=2 linux6.1 -- bash -ec "
		left=$MACHINE/left nic=$nic other=$other controller=$controller"'
		driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }
		eventually() { for _ in {1..300}; do ! "$@" >/dev/null || return 0; sleep 0.5; done; "$@"; }
		has_address() { ip -4 -brief address show dev "$1" | grep 192.0.2.7; }
		has_map() { multipath -ll | grep QEMU; }
		eventually systemctl is-active multi-user.target multipathd.service
		'"$1"'
		rm -rf "$left"/*
		cp -r --parents /etc/vfionoiommu.d /etc/modprobe.d/vfionoiommu.conf $left'
	cp -r "$MACHINE/left/etc" "$MACHINE/"
	echo "$output"
	echo "$stderr" >&2
}

@test "a card and a disk controller that are in use are given a persistent binding" {
	boot '
		eventually has_address enp0s4
		eventually has_address enp0s8
		eventually has_map
		driver_of $nic; driver_of $controller
		vfionoiommu enable --persistent
		vfionoiommu bind --force --persistent $nic $controller'
	status_is 0
	says "$nic: persistent binding saved"
	says "$controller: persistent binding saved"
}

@test "after a reboot they are bound before NetworkManager and multipathd have them, and testpmd runs" {
	boot '
		eventually has_address enp0s8
		for device in $nic $controller; do
			systemctl status --no-pager vfionoiommu@$device
			journalctl --no-pager -u vfionoiommu@$device
		done
		echo $(driver_of $nic) $(driver_of $controller) $(driver_of $other)
		echo interfaces: $(ls /sys/class/net)
		echo maps: $(multipath -ll | wc -l)
		echo 256 >/proc/sys/vm/nr_hugepages
		dpdk-testpmd --lcores "(0-1)@0" --iova-mode=pa -m 128 -a $nic -- --total-num-mbufs=8192 --stats-period=1 --tx-first \
			</dev/null >/tmp/testpmd 2>&1 &
		eventually grep "TX-packets: [1-9]" /tmp/testpmd || { cat /tmp/testpmd; false; }
		kill -INT $!
		wait $! || true
		journalctl --no-pager -b
		# Another service does not start a unit that is not active, such as one that failed at boot.
		systemctl stop vfionoiommu@$nic
		systemctl restart NetworkManager
		echo unit: $(systemctl is-active vfionoiommu@$nic)'
	status_is 0
	[ "$(grep -c "Active: active (exited)" <<<"$output")" -eq 2 ]
	says "$nic: bound to vfio-pci (was: e1000e)"
	says "$controller: bound to vfio-pci (was: vmw_pvscsi)"
	says "vfio-pci vfio-pci e1000e"
	says "interfaces: enp0s8 lo"
	says "maps: 0"
	says "unit: inactive"
}
