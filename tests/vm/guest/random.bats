#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --disk disk --disk vdisk --device e1000e,addr=4,romfile= --device edu,addr=6 --device nvme,addr=7,serial=one,drive=disk --device virtio-blk-pci,addr=8,drive=vdisk
# limit: 1800
#
# Random operations, with a model of what is bound and in use: a device in use is never taken, none is lost, and no run hangs.
# To repeat a run: tests/vm/boot --env SEED=... --env OPERATIONS=...

load guest

vblk=0000:00:08.0
devices=("$nic" "$edu" "$nvme" "$vblk")
# The longest time of a run, in seconds: its deadlines, with the slowness of a guest.
deadline=30

setup_file() {
	modprobe loop
	load_disks
	mkdir -p /run/mounted/{"$nvme","$vblk"}
	for address in $nvme $vblk; do
		mkfs.ext2 -q "/dev/$(disk_of $address)"
	done
	"$VFIONOIOMMU" enable
}

teardown_file() {
	rmmod loop
}

# ---- the model

declare -gA original bound user process stale
mode=on

is_used() { # ADDRESS
	[ -n "${user[$1]:-}" ]
}

# What the machine has equals the model.
as_modeled() {
	local address
	machine
	for address in "${devices[@]}"; do
		if [ "${bound[$address]}" = yes ]; then
			[ "$(driver_of "$address")" = vfio-pci ]
		else
			[ "$(driver_of "$address")" = "${original[$address]}" ]
			[ "$(override_of "$address")" = "(null)" ]
			[ -n "${stale[$address]:-}" ] || [ ! -e "/run/vfionoiommu/$address" ]
		fi
		[ -z "${process[$address]:-}" ] || kill -0 "${process[$address]}"
	done
	[ "$(mode)" = "$([ $mode = on ] && echo Y || echo N)" ]
}

# list prints of each device what the model says.
as_listed() {
	local address use
	udevadm settle
	tool list --all -nro ADDRESS,USE | tee /run/listed
	for address in "${devices[@]}"; do
		use=$(awk -v address="$address" '$1 == address { print $2 }' /run/listed)
		if [ "${bound[$address]}" = yes ]; then
			[ "$use" = bound ]
		elif is_used "$address"; then
			[[ $use = used:* ]]
		else
			[ "$use" = free ]
		fi
	done
}

# Runs the tool within its deadline.
in_time() { # WORD...
	local began=$SECONDS
	run_tool "$@"
	[ $((SECONDS - began)) -le $deadline ]
}

# ---- operations on a device

do_bind() { # ADDRESS
	udevadm settle
	in_time bind "$1"
	if [ "${bound[$1]}" = yes ]; then
		status_is 0
	elif is_used "$1" || [ $mode = off ]; then
		status_is 3
	else
		status_is 0
		bound[$1]=yes stale[$1]=
	fi
}

do_unbind() { # ADDRESS
	in_time unbind "$1"
	if [ "${bound[$1]}" = yes ] && is_used "$1"; then
		status_is 3
		complains "${process[$1]}"
	else
		status_is 0
		bound[$1]=no
	fi
}

# Kills a run, with the process that it left, at any time. What is in use stays as it is; the rest, unbind restores.
do_kill() { # ADDRESS
	local pause command=bind
	[ "${bound[$1]}" = no ] || command=unbind
	udevadm settle
	printf -v pause '0.%03d' $((RANDOM % 400))
	tool $command "$1" >/dev/null 2>&1 3>&- &
	sleep "$pause"
	pkill -KILL -x vfionoiommu || true
	wait $! || true
	is_used "$1" || {
		in_time unbind "$1"
		status_is 0
		bound[$1]=no
	}
}

do_remove() { # ADDRESS
	! is_used "$1" || return 0
	echo 1 >"/sys/bus/pci/devices/$1/remove"
	echo 1 >/sys/bus/pci/rescan
	[ "${bound[$1]}" = no ] || stale[$1]=yes
	bound[$1]=no
	udevadm settle
	# What is remembered is of the device that is gone, and ignored until the next bind.
	in_time unbind "$1"
	status_is 0
}

do_use() { # ADDRESS
	! is_used "$1" || return 0
	local what=$((RANDOM % 4)) file
	if [ "${bound[$1]}" = yes ]; then
		# The group opens only in noiommu mode.
		if [ $((what % 2)) -eq 0 ] && [ $mode = on ]; then
			hold_device "$1"
		else
			hold "/dev/vfio/devices/$(ls "/sys/bus/pci/devices/$1/vfio-dev")"
		fi
		process[$1]=$holder user[$1]=process
		return
	fi
	case $1 in
	"$nic")
		ip link set "$(interface_of $nic)" up
		ip address add 192.0.2.1/24 dev "$(interface_of $nic)"
		user[$1]=address
		return
		;;
	"$edu")
		hold "/sys/bus/pci/devices/$edu/resource0" write
		process[$1]=$holder user[$1]=process
		return
		;;
	esac
	file=/dev/$(disk_of "$1")
	udevadm settle
	case $what in
	0)
		mount "$file" "/run/mounted/$1"
		user[$1]=mount
		;;
	1)
		hold_asleep unshare --mount bash -c 'umount /run/mounted/*; mount "$0" "$1" && exec sleep 1800' "$file" "/run/mounted/$1"
		process[$1]=$holder user[$1]=process
		;;
	2)
		user[$1]=$(losetup --find --show "$file")
		;;
	3)
		hold "$file"
		process[$1]=$holder user[$1]=process
		;;
	esac
}

do_release() { # ADDRESS
	local file=${user[$1]:-}
	case $file in
	"") return ;;
	address)
		ip address flush dev "$(interface_of $nic)"
		ip link set "$(interface_of $nic)" down
		;;
	mount) umount "/run/mounted/$1" ;;
	process)
		kill "${process[$1]}"
		wait "${process[$1]}" || true
		;;
	*) losetup --detach "$file" ;;
	esac
	unset "user[$1]" "process[$1]"
}

do_mode() {
	if [ $mode = off ]; then
		in_time enable
		status_is 0
		mode=on
	elif [[ ${bound[*]} == *yes* ]]; then
		in_time disable
		status_is 3
	else
		in_time disable
		status_is 0
		mode=off
	fi
}

@test "random operations never take a device in use, lose none, and end in time" {
	set +T
	local seed=${SEED:-$RANDOM} count=${OPERATIONS:-500} operation address
	local operations=(bind bind bind unbind unbind unbind kill kill use use use release release remove mode)
	for address in "${devices[@]}"; do
		original[$address]=$(driver_of "$address") bound[$address]=no
	done
	echo "# SEED=$seed OPERATIONS=$count"
	RANDOM=$seed
	for number in $(seq "$count"); do
		operation=${operations[RANDOM % ${#operations[@]}]}
		address=${devices[RANDOM % ${#devices[@]}]}
		# Most of the time, the mode is on.
		[ $mode = on ] || [ $((RANDOM % 2)) -eq 0 ] || operation=mode
		echo "# $number: $operation $address (bound: ${bound[$address]}, used: ${user[$address]:-no}, mode: $mode)"
		do_$operation "$address"
		as_modeled
		[ $((number % 10)) -ne 0 ] || as_listed
	done
	[ $mode = on ] || do_mode
	for address in "${devices[@]}"; do
		do_release "$address"
		do_unbind "$address"
	done
	as_modeled
	as_listed
	[ -z "$(nodes)" ]
}
