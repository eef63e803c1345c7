#!/usr/bin/env bats
# kernels: case1 case3 case5 linux6.1
# more: debian off builtin case2 case3-iommufd case4 case4-loosened
#
# The matrix predicts what each kernel does: the verdict before any module is loaded agrees with the kernel's behavior
# afterwards, with and without its configuration, and with the verdict afterwards.

load guest

# This machine without its kernel configuration: the tool sees only the running kernel and the module files.
without_config() {
	keep unshare --mount bash -c '
		for config in /proc/config.gz "/boot/config-$(uname -r)"; do
			[ ! -e "$config" ] || mount --bind /dev/null "$config"
		done
		exec "$@"' bash "$VFIONOIOMMU" "$@"
}

# The predictions in the verdict.
verdict() { # COMMAND...
	"$@" matrix --json | jq -c '.kernels[0].access | del(.sources, .noiommu_possible)'
}

known() { # in the verdict in $verdict
	jq -r ".$1" <<<"$verdict"
}

@test "matrix prints the case that the kernel was built as" {
	verdict=$(verdict tool)
	case $KERNEL in
	case[1-5]*) [ "$(known case)" = "${KERNEL:4:1}" ] ;;
	off) [ "$(known case)" = 6 ] ;;
	builtin) [ "$(known case)" = 3 ] ;;
	linux6.1 | debian) [ "$(known case)" = 1 ] ;;
	*) false ;;
	esac
}

@test "before vfio is loaded, matrix prints the same verdict without the configuration" {
	[ "$KERNEL" = builtin ] || [ ! -e /sys/module/vfio ]
	with=$(verdict tool) without=$(verdict without_config)
	echo "with: $with"
	echo "without: $without"
	# Modules that are not installed do not show that the kernel was built without them.
	if [ "$KERNEL" = off ]; then
		[ "$(jq -r .case <<<"$without")" = null ]
	else
		[ "$with" = "$without" ]
	fi
}

@test "bind has the predicted status, nodes and taint" {
	verdict=$(verdict tool)
	echo "$verdict" >/run/predicted
	run_tool bind --dry-run --enable --json $edu
	predicted=$status
	run_tool bind --enable $edu
	status_is "$predicted"
	if [ "$predicted" -eq 0 ]; then
		[ "$(tainted)" -eq 64 ]
		[ "$(driver_of $edu)" = vfio-pci ]
	else
		[ "$predicted" -eq 3 ]
		[ "$(tainted)" -eq 0 ]
		[ -z "$(driver_of $edu)" ]
	fi
	group=no cdev=no
	[ -z "$(find /dev/vfio -maxdepth 1 -name 'noiommu-*' 2>/dev/null)" ] || group=yes
	[ -z "$(find /dev/vfio/devices -name 'noiommu-vfio*' 2>/dev/null)" ] || cdev=yes
	yes_no() { jq -r "if .$1 then \"yes\" else \"no\" end" <<<"$verdict"; }
	echo "predicted group $(yes_no group_node) cdev $(yes_no cdev_node), seen group $group cdev $cdev"
	[ "$(known group_node)" != null ] && [ "$(known cdev_node)" != null ]
	[ "$(yes_no group_node)" = $group ]
	[ "$(yes_no cdev_node)" = $cdev ]
	[ "$(known group_path)" = none ] && [ "$(known cdev_path)" = none ] && [ "$predicted" -eq 0 ] && return 1
	return 0
}

@test "after bind, matrix prints the same verdict, with and without the configuration" {
	with=$(verdict tool) without=$(verdict without_config)
	echo "before: $(cat /run/predicted)"
	echo "with: $with"
	echo "without: $without"
	[ "$with" = "$(cat /run/predicted)" ]
	[ "$KERNEL" = off ] || [ "$without" = "$with" ]
	tool matrix --json | jq -e '[.kernels[0].findings[] | select(.id == "sources-contradict")] == []'
}

@test "unbind restores the machine" {
	tool unbind --all
	restored $edu ""
	[ -z "$(nodes)" ]
}
