#!/usr/bin/env bats
# tier: all
# A machine with systemd, udevd and networkd, booted in QEMU: a unit binds each device that has a persistent binding, at boot
# before networkd can configure it, and when it is plugged in. Runs on the host; the tool is installed for the guest in a folder
# with the same path.

load ../helper

nic=0000:00:04.0

setup_file() {
	export MACHINE
	MACHINE=$(mktemp -d /var/tmp/vfionoiommu-systemd.XXXXXX)
	mkdir -p "$MACHINE"/etc/{systemd/network,modprobe.d,vfionoiommu.d} "$MACHINE/left"
	chmod 755 "$MACHINE"
	make -s -C "$BATS_TEST_DIRNAME/../.." install PREFIX="$MACHINE/usr" UDEVRULESDIR="$MACHINE/etc/udev/rules.d" \
		UNITDIR="$MACHINE/etc/systemd/system"
	printf '%s\n' '[Match]' 'Type=ether' '[Network]' 'Address=192.0.2.7/24' 'ConfigureWithoutCarrier=yes' \
		>"$MACHINE/etc/systemd/network/10-all.network"
	echo "options vfio enable_unsafe_noiommu_mode=1" >"$MACHINE/etc/modprobe.d/vfio.conf"
}

teardown_file() {
	rm -rf "$MACHINE"
}

# Runs the script in a guest with systemd; it has these functions.
boot() { # SCRIPT [OPTION...]
	run --separate-stderr "$BATS_TEST_DIRNAME/boot" --systemd --timeout 850 --etc "$MACHINE/etc" --share "$MACHINE/left" \
		--env "PATH=$MACHINE/usr/sbin:$PATH" "${@:2}" linux6.1 -- bash -Eec '
		trap "echo \"failed: \$BASH_COMMAND (after \$SECONDS s)\"" ERR
		nic=0000:00:04.0 edu=0000:00:06.0 other=0000:00:08.0
		driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")"; }
		eventually() { for _ in {1..900}; do ! "$@" >/dev/null || return 0; sleep 0.2; done; "$@"; }
		has_driver() { [ "$(driver_of "$1")" = "$2" ]; }
		is_active() { systemctl is-active "vfionoiommu@$1"; }
		# udevd processes its event after an unbind.
		replug_late() {
			udevadm control --stop-exec-queue
			replug $1
			vfionoiommu bind --force $1
			vfionoiommu unbind $1
			udevadm control --start-exec-queue
			udevadm settle
			eventually is_active $1
		}
		replug() { echo 1 >/sys/bus/pci/devices/$1/remove; echo 1 >/sys/bus/pci/rescan; }
		'"$1"
	echo "$output"
	echo "$stderr" >&2
}

cards=(--device "e1000e,addr=4,romfile=" --device "edu,addr=6" --device "e1000e,addr=8,romfile=")

@test "at boot the unit binds the device, and networkd configures only the other one" {
	cat >"$MACHINE/etc/vfionoiommu.d/$nic" <<-'BINDING'
		ADDRESS=0000:00:04.0
		PCI_ID=8086:10d3
		PCI_SUBSYS_ID=8086:0000
		SERIAL=52-54-00-ff-ff-12-34-56
		DRIVER=e1000e
		MODULE=e1000e
	BINDING
	boot '
		eventually is_active $nic
		systemctl status --no-pager vfionoiommu@$nic
		eventually ip -4 address show dev enp0s8
		eventually bash -c "ip -4 -brief address | grep ^enp0s8.*192.0.2.7"
		journalctl --no-pager -b
		has_driver $nic vfio-pci
		vfionoiommu list
		# systemd keeps the network namespace of a unit in the queue of a socket, which makes no device unknown.
		systemd-run --quiet -p PrivateNetwork=yes sleep 600
		grep -l "scm_fds:[^0-9]*[1-9]" /proc/1/fdinfo/*
		echo edu is $(vfionoiommu list --all -nro USE $edu)
		vfionoiommu unbind $nic
		eventually has_driver $nic e1000e
		echo override $(cat /sys/bus/pci/devices/$nic/driver_override)' "${cards[@]}"
	status_is 0
	says "Bind PCI device $nic to vfio-pci"
	says "Active: active (exited)"
	says "$nic: bound to vfio-pci (was: no driver)"
	says "edu is free"
	says "enp0s8: Configuring with"
	not says "enp0s4: Configuring with"
	says "$nic: unbound, driver e1000e restored"
	says "override (null)"
}

@test "a device that is plugged in while its driver is loaded is bound before networkd sees its interface" {
	boot '
		eventually is_active $nic
		eventually has_driver $other e1000e
		replug $nic
		eventually has_driver $nic vfio-pci
		eventually is_active $nic
		journalctl --no-pager -b
		vfionoiommu unbind $nic
		# The unit is still active: an event does not undo an unbind.
		udevadm trigger --action=add /sys/bus/pci/devices/$nic
		udevadm settle
		sleep 2
		has_driver $nic e1000e' "${cards[@]}"
	status_is 0
	says "$nic: bound to vfio-pci (was: e1000e)"
	not says "enp0s4: Configuring with"
}

@test "a repeated event does not touch a device that was unbound" {
	cat >"$MACHINE/etc/vfionoiommu.d/0000:00:06.0" <<-'BINDING'
		ADDRESS=0000:00:06.0
		PCI_ID=1234:11e8
		PCI_SUBSYS_ID=1af4:1100
	BINDING
	boot '
		edu=0000:00:06.0
		eventually is_active $edu
		has_driver $edu vfio-pci
		vfionoiommu unbind $edu
		udevadm trigger --action=add /sys/bus/pci/devices/$edu
		udevadm settle
		sleep 2
		[ ! -e /sys/bus/pci/devices/$edu/driver ]
		echo override $(cat /sys/bus/pci/devices/$edu/driver_override)
		# The same of one whose persistent binding is newer than its first event.
		vfionoiommu bind --force --persistent $other
		vfionoiommu unbind $other
		udevadm trigger --action=add /sys/bus/pci/devices/$other
		udevadm settle
		sleep 2
		has_driver $other e1000e
		rm /etc/vfionoiommu.d/$other' "${cards[@]}"
	rm "$MACHINE/etc/vfionoiommu.d/0000:00:06.0"
	status_is 0
	says "override (null)"
}

@test "an event that udevd processes after an unbind does not undo it" {
	boot '
		eventually is_active $nic
		replug_late $nic
		has_driver $nic e1000e
		systemctl restart vfionoiommu@$nic
		has_driver $nic e1000e
		journalctl --no-pager -b -u vfionoiommu@$nic
		# One without a driver, from which the rule keeps all drivers away meanwhile.
		vfionoiommu bind --persistent --force $edu
		replug_late $edu
		echo override $(cat /sys/bus/pci/devices/$edu/driver_override)
		vfionoiommu unbind --persistent $edu' "${cards[@]}"
	status_is 0
	says "not bound: it was unbound after the event that udevd processes now; to bind it: vfionoiommu bind --stored $nic"
	says "override (null)"
}

@test "another card at the address gets its driver, and the unit says why; a restart binds it when that is repaired" {
	sed -i s/PCI_ID=8086:10d3/PCI_ID=8086:10d4/ "$MACHINE/etc/vfionoiommu.d/$nic"
	printf '%s\n' ADDRESS=0000:00:06.0 PCI_ID=1234:11e9 PCI_SUBSYS_ID=1af4:1100 >"$MACHINE/etc/vfionoiommu.d/0000:00:06.0"
	boot '
		eventually systemctl is-failed vfionoiommu@$nic
		eventually has_driver $nic e1000e
		systemctl status --no-pager --lines=50 vfionoiommu@$nic || true
		echo override $(cat /sys/bus/pci/devices/$nic/driver_override)
		eventually systemctl is-failed vfionoiommu@$edu
		sed -i s/11e9/11e8/ /etc/vfionoiommu.d/$edu
		systemctl restart vfionoiommu@$edu
		has_driver $edu vfio-pci
		vfionoiommu unbind --persistent $edu' "${cards[@]}"
	status_is 0
	says "[binding-other-card]"
	says "Active: failed"
	says "override (null)"
	rm "$MACHINE/etc/vfionoiommu.d/$nic"
}

@test "a unit that fails does not unbind what it did not bind" {
	boot '
		eventually has_driver $nic e1000e
		vfionoiommu bind --force --persistent $nic
		vfionoiommu unbind $nic
		# Nor does it undo an unbind.
		systemctl start vfionoiommu@$nic
		has_driver $nic e1000e
		systemctl stop vfionoiommu@$nic
		rm /run/vfionoiommu.unbound/$nic
		chmod g+w /etc/vfionoiommu.d/$nic
		! systemctl start vfionoiommu@$nic
		chmod g-w /etc/vfionoiommu.d/$nic
		systemctl is-failed vfionoiommu@$nic
		has_driver $nic e1000e
		vfionoiommu bind --force $nic
		chmod g+w /etc/vfionoiommu.d/$nic
		! systemctl start vfionoiommu@$nic
		has_driver $nic vfio-pci
		chmod g-w /etc/vfionoiommu.d/$nic
		vfionoiommu unbind --persistent $nic' "${cards[@]}"
	status_is 0
}

@test "a device whose unit is masked is found, and unbind gives it back" {
	boot '
		vfionoiommu bind --force --persistent $edu
		vfionoiommu unbind $edu
		systemctl mask vfionoiommu@$edu
		replug $edu
		udevadm settle
		! systemctl is-active vfionoiommu@$edu
		[ "$(cat /sys/bus/pci/devices/$edu/driver_override)" = vfionoiommu ]
		rm /etc/vfionoiommu.d/$edu
		vfionoiommu list --all $edu 2>&1
		vfionoiommu unbind $edu
		echo override $(cat /sys/bus/pci/devices/$edu/driver_override)
		systemctl unmask vfionoiommu@$edu' "${cards[@]}"
	status_is 0
	says "kept free for its persistent binding"
	says "override (null)"
}

@test "64 devices that appear at once are all bound, and no worker of udevd times out" {
	local devices=() i
	for i in 0 1; do
		devices+=(--device "i82801b11-bridge,id=bridge$i,addr=$((4 + i))")
	done
	for ((i = 0; i < 64; i++)); do
		devices+=(--device "e1000,bus=bridge$((i / 32)),addr=$(printf %x $((i % 32))),romfile=")
	done
	boot '
		udevadm settle --timeout=600
		count() { find /sys/bus/pci/drivers/vfio-pci/ -name "0000:*" | wc -l; }
		all_are_bound() { [ "$(count)" = 64 ]; }
		all_are_gone() { [ "$(count)" = 0 ]; }
		vfionoiommu bind --quiet --force --persistent driver=e1000
		all_are_bound
		for card in /sys/bus/pci/drivers/vfio-pci/0000:*; do echo 1 >$card/remove; done
		udevadm settle --timeout=600
		all_are_gone
		since=$SECONDS
		echo 1 >/sys/bus/pci/rescan
		udevadm settle --timeout=600
		eventually all_are_bound
		eventually bash -c "[ \"\$(systemctl list-units --plain --no-legend --state=active \"vfionoiommu@*\" | wc -l)\" = 64 ]"
		echo "64 devices after $((SECONDS - since)) s"
		systemctl --failed --no-legend
		journalctl --no-pager -b -u systemd-udevd' "${devices[@]}" --memory 2G
	status_is 0
	echo "# $(grep "^64 devices" <<<"$output")" >&3
	not grep -iE "timeout|killed" <<<"$output"
}

@test "make uninstall leaves no file" {
	make -s -C "$BATS_TEST_DIRNAME/../.." uninstall PREFIX="$MACHINE/usr" UDEVRULESDIR="$MACHINE/etc/udev/rules.d" \
		UNITDIR="$MACHINE/etc/systemd/system"
	[ -z "$(find "$MACHINE" -name '*vfionoiommu*' -not -path "$MACHINE" -type f)" ]
}
