#!/usr/bin/env bats
# kernels: case3
# more: case1 case3-iommufd case4-loosened case5 linux6.1
#
# verify predicts what a program can do: each access path that the matrix says works, and each one that it says fails.

load guest

setup_file() {
	bind_standard
}

@test "verify opens every device through each of its nodes" {
	run_tool verify $nic $edu $nvme
	status_is 0
	for device in $nic $edu $nvme; do
		says "$device: opens through /dev/vfio/"
	done
	if has_path GROUP; then
		says "VFIO_GROUP_GET_DEVICE_FD"
	fi
	if has_path CDEV; then
		says "IOMMU_IOAS_NOIOMMU_GET_PA"
		says "matches /proc/self/pagemap"
	fi
	run_tool verify -nro RESULT $nic $edu $nvme
	[ "$(sort -u <<<"$output")" = ok ]
	# Each node is opened, and none stays open.
	run_tool verify --json $nic $edu $nvme
	jq -e 'all(.openings[]; .opened)' <<<"$output"
	[ "$(jq '.openings | length' <<<"$output")" -eq "$(nodes | wc -l)" ]
	jq -e 'all(.openings[]; has("physical_address") | not)' <<<"$output"
	run_tool verify --json --verbose $edu
	[ "$(jq -c '[.openings[] | select(.physical_address != "0") | .physical_address_right]' <<<"$output")" = \
		"$(if has_path CDEV; then echo '[true]'; else echo '[]'; fi)" ]
	tool unbind --dry-run $nic $edu $nvme
}

@test "without a container verify opens the group with /dev/iommu, and prints a hint" {
	[ "$KERNEL" = case4-loosened ] || return 0
	has_path GROUP || return 0
	run_tool verify $edu
	status_is 0
	says "open /dev/iommu"
	complains "[group-needs-iommufd]"
	complains "hint: modprobe iommufd; mkdir -p /dev/vfio && ln -s /dev/iommu /dev/vfio/vfio"
}

# "Region 0: Memory at febc0000 (32-bit, non-prefetchable) [disabled] [size=128K]", as "bar0 128K".
regions_by_lspci() { # ADDRESS
	lspci -v -s "$1" | sed -nE 's/.*(Memory|I\/O ports) at .*\[size=([0-9]+[KMG]?)\].*/\2/p' | sort
}

msis_by_lspci() { # ADDRESS CAPABILITY
	lspci -vv -s "$1" | sed -nE "s|.* $2:.*Count=(1/)?([0-9]+).*|\\2|p"
}

@test "verify prints the same regions and interrupts as lspci" {
	for device in $nic $edu $nvme; do
		run_tool verify $device
		[ "$(sed -nE 's/^region bar[0-9] +([0-9]+[KMG]?) .*/\1/p' <<<"$output" | sort)" = "$(regions_by_lspci $device)" ]
		run_tool verify --json $device
		offer=$(jq '[.openings[].offer | select(.)][0]' <<<"$output")
		msi=$(msis_by_lspci $device MSI) msix=$(msis_by_lspci $device MSI-X)
		[ "$(jq '.interrupts["MSI"]' <<<"$offer")" -eq "${msi:-0}" ]
		[ "$(jq '.interrupts["MSI-X"]' <<<"$offer")" -eq "${msix:-0}" ]
		[ "$(jq '.interrupts["INTx"]' <<<"$offer")" -eq "$(lspci -v -s $device | grep -cE 'IRQ [0-9]+|Interrupt: pin')" ]
		says '"name": "config"'
	done
}

@test "without CAP_SYS_RAWIO verify reports the missing capability, not missing permissions" {
	run --separate-stderr capsh --drop=cap_sys_rawio -- -c "$VFIONOIOMMU verify $edu"
	status_is 1
	complains "CAP_SYS_RAWIO is missing"
	complains "[capability-missing]"
	not grep -q "node-permission" <<<"$stderr"
}

@test "verify as an unprivileged user reports the owner and mode of the node" {
	run --separate-stderr "${as_user[@]}" "$VFIONOIOMMU" verify $edu
	status_is 1
	complains "[node-permission]"
	# /dev/vfio/vfio does not exist there.
	[ "$KERNEL" != case4-loosened ] || complains "the owner and mode of /dev/iommu deny access to this user"
}

@test "verify --quiet prints errors only" {
	# The device has no MSI-X: a note without --quiet.
	run_tool verify --for dpdk $edu
	complains "[client-interrupts]"
	run_tool verify --quiet --for dpdk $edu
	[ -z "$output" ]
	not grep -E "(note|warning): " <<<"$stderr"
}

@test "verify of a bridge does not advise to bind it" {
	run_tool verify 00:00.0
	status_is 3
	complains "[device-not-bound]"
	complains "hint: vfionoiommu list --all"
}

# Opens a cdev and binds it to iommufd, like a program: VFIO_DEVICE_BIND_IOMMUFD is 0x3b76.
hold_cdev() { # NODE
	hold_with perl -e '$| = 1; open(my $cdev, "+<", $ARGV[0]) or die; open(my $iommufd, "+<", "/dev/iommu") or die;
		ioctl($cdev, 0x3b76, my $argument = pack("LLlL", 16, 0, fileno($iommufd), 0)) or die "$!"; print "bound\n"; sleep 60' "$1"
}

# Runs verify while a process has the node open.
verify_beside() { # HOLD...
	"$@"
	run_tool verify $edu
	end_holder
	status_is 1
}

@test "verify names the process that has the node open" {
	local group cdev
	read -r group cdev <<<"$(tool list -nro GROUP,CDEV $edu)"
	if [ -c "$group" ]; then
		verify_beside hold "$group"
		complains "cannot open $group: $group is in use by process $holder (sleep) [device-held]"
	fi
	# Several programs can open a cdev; after one of them has bound it, the others fail.
	if [ -c "$cdev" ]; then
		verify_beside hold_cdev "$cdev"
		complains "cannot open $cdev: $cdev is in use by process $holder (perl) [device-held]"
	fi
}

@test "noiommu mode disabled after the bind blocks the group, but not the cdev" {
	tool disable --force
	run_tool verify $edu
	if has_path GROUP && [ -e /dev/vfio/vfio ] && [ "$KERNEL" != case3-iommufd ]; then
		status_is 1
		complains "noiommu mode was disabled after the bind [noiommu-disabled]"
		complains "hint: vfionoiommu enable"
	fi
	if has_path CDEV; then
		says "$edu: opens through"
		says "/dev/vfio/devices/noiommu-vfio"
	fi
	tool enable
}

@test "without /dev/iommu verify cannot open the cdev, and prints a hint" {
	has_path CDEV || return 0
	mv /dev/iommu /dev/iommu.away
	run_tool verify --json $edu
	jq -e 'any(.openings[]; (.opened | not) and .offer == null and .steps[-1].error == "ENOENT")' <<<"$output"
	run_tool verify $edu
	mv /dev/iommu.away /dev/iommu
	status_is 1
	complains "[iommufd-missing]"
	complains "hint: modprobe iommufd"
}

@test "verify of an unbound device exits with status 3" {
	tool unbind $edu
	run_tool verify $edu
	status_is 3
	complains "$edu: the device is not bound to VFIO (driver: none), so it cannot be opened [device-not-bound]"
	complains "hint: vfionoiommu bind $edu"
	run_tool verify --json $edu
	jq -e '.openings == [] and [.findings[].id] == ["device-not-bound"] and .client == null' <<<"$output"
	run_tool verify --for group $edu
	status_is 3
	says "group: not ready"
	tool bind $edu
}

@test "bind --owner --mode sets the owner and mode of the nodes" {
	local node
	tool unbind $edu
	before=$(machine)
	run_tool bind --dry-run --owner nobody:65534 --mode 0660 $edu
	status_is 0
	says "owner 65534:65534, mode 0660"
	run_tool bind --owner nobody:65534 --mode 0660 $edu
	status_is 0
	complains "CAP_SYS_RAWIO"
	for node in $(tool list -nro GROUP,CDEV $edu | tr -d -); do
		[ ! -c "$node" ] || [ "$(stat -c '%u:%g:%a' "$node")" = 65534:65534:660 ]
	done
	# A repeated bind changes nothing; another mode changes only the mode.
	run_tool bind --owner nobody --json $edu
	jq -e '.changed == false' <<<"$output"
	run_tool bind --mode 0600 --json $edu
	jq -e .changed <<<"$output"
	tool unbind $edu
	[ "$(machine)" = "$before" ]
	for wrong in "--owner nosuch" "--owner nobody:nosuch" "--owner :" "--mode 9" "--mode 01777" "--mode -1"; do
		run_tool bind $wrong $edu
		status_is 2
	done
	[ "$(machine)" = "$before" ]
	tool bind $edu
}

@test "a failed change of the owner rolls the bind back" {
	tool unbind $edu
	before=$(machine)
	run --separate-stderr disturbed fchownat error=EPERM -- bind --owner nobody $edu
	status_is 1
	complains "$edu: could not set "
	complains "all changes were rolled back"
	[ "$(machine)" = "$before" ]
	tool bind $edu
}

@test "a udev event that cannot be read rolls the bind back at once" {
	local started=$SECONDS
	tool unbind $edu
	before=$(machine)
	run --separate-stderr disturbed recvmsg error=ENOMEM -- bind --owner 65534 $edu
	status_is 1
	complains "$edu: could not wait until udev has processed /dev/vfio/"
	complains "Cannot allocate memory; all changes were rolled back"
	[ $((SECONDS - started)) -lt 25 ]
	[ "$(machine)" = "$before" ]
	tool bind $edu
}
