#!/usr/bin/env bats
# tier: all
# Runs the example playbook on the host for three guests at once, each with an SSH server on its own port of the loopback
# interface: one of case 1, one of case 5, one whose kernel has no VFIO.
#
# The tool is installed for the guests in a shared folder with the same path.

load ../helper

setup_file() {
	export FLEET
	FLEET=$(mktemp -d /var/tmp/vfionoiommu-fleet.XXXXXX)
	chmod 755 "$FLEET"
	cd "$FLEET" || exit 1
	make -s -C "$BATS_TEST_DIRNAME/../.." install PREFIX="$FLEET/usr" UDEVRULESDIR="$FLEET/udev"
	ssh-keygen -q -t ed25519 -N '' -f key
	start one case1
	start two case5
	start none off
	cat >ansible.cfg <<-END
		[defaults]
		inventory = inventory
		host_key_checking = false
		remote_tmp = /tmp/ansible
		local_tmp = $FLEET/local
		interpreter_python = /usr/bin/python3
		retry_files_enabled = false
		timeout = 60
		[ssh_connection]
		# A connection that two names of the inventory share has failed once.
		retries = 3
		control_path_dir = $FLEET/control
		transfer_method = piped
		pipelining = true
		ssh_args = -F none -o ControlMaster=auto -o ControlPersist=60 -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes
	END
	for guest in one two none; do
		answers "$guest"
	done
}

teardown_file() {
	# shellcheck disable=SC2046 # a word each
	kill $(cat "$FLEET"/*.pid)
	rm -rf "$FLEET"
}

# Boots a guest that runs an SSH server until it is stopped.
start() { # NAME KERNEL
	local port
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	echo "$port" >"$1.port"
	"$BATS_TEST_DIRNAME/boot" --timeout 2000 --device e1000e,addr=4,romfile= --device edu,addr=6 \
		--device virtio-net-pci,netdev=ssh,addr=1d,romfile= --qemu -netdev \
		--qemu "user,id=ssh,restrict=on,hostfwd=tcp:127.0.0.1:$port-10.0.2.15:22" "$2" -- bash -ec "
			ln -s '$FLEET/usr/sbin/vfionoiommu' /usr/sbin/
			# Hides /root of the host; the guest only gets the key.
			mount -t tmpfs -o mode=700 tmpfs /root
			mkdir -p /etc/dropbear /root/.ssh
			cp '$FLEET/key.pub' /root/.ssh/authorized_keys
			link=\$(basename /sys/bus/pci/devices/0000:00:1d.0/virtio*/net/*)
			ip address add 10.0.2.15/24 dev \$link
			ip link set \$link up
			exec dropbear -R -s -E -F" >"$1.log" 2>&1 </dev/null 3>&- &
	echo $! >"$1.pid"
}

# Waits until the guest answers.
answers() { # NAME
	for _ in $(seq 120); do
		! on "$1" true 2>/dev/null || return 0
		kill -0 "$(cat "$FLEET/$1.pid")" || break
		sleep 1
	done
	cat "$FLEET/$1.log"
	return 1
}

on() { # NAME COMMAND
	ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=error \
		-o ConnectTimeout=60 -i "$FLEET/key" -p "$(cat "$FLEET/$1.port")" root@127.0.0.1 "$2"
}

# Arguments: NAME=DEVICES...
inventory() {
	local host
	echo all:
	echo "  vars: {ansible_host: 127.0.0.1, ansible_user: root, ansible_ssh_private_key_file: $FLEET/key}"
	echo "  hosts:"
	for host; do
		echo "    ${host%%=*}: {ansible_port: $(cat "$FLEET/${host%%=*}.port"), vfionoiommu_devices: [${host#*=}]}"
	done
}

play() { # ARG...
	cd "$FLEET" || return
	run ansible-playbook "$@" "$BATS_TEST_DIRNAME/../../man/examples/ansible/vfionoiommu.yml"
	echo "$output"
}

# The row of a host in the table, and its numbers in the recap.
row() { # HOST
	sed -n "s/^ *\"\($1 .*\)\",\{0,1\}\$/\1/p" <<<"$output" | tr -s ' '
}
recap() { # HOST WHAT
	sed -n "s/^$1 .* $2=\([0-9]*\).*/\1/p" <<<"$output"
}

as_listed() {
	inventory 'one="0000:00:04.0"' 'two="1234:11e8"' 'none="0000:00:04.0"' >"$FLEET/inventory"
}

@test "--check prints the changes, and makes none" {
	as_listed
	play --check
	[[ $(row one) == "one 1 noiommu mode would be enabled; "*"; 0000:00:04.0 would be bound to vfio-pci (now: e1000e)" ]]
	[ -z "$(on one 'ls -A /run/vfionoiommu /etc/ansible 2>/dev/null')" ]
}

@test "all listed devices are bound; only the host without VFIO fails, and its reason is printed" {
	as_listed
	play
	status_is 2
	[ "$(row one)" = "one 1 0000:00:04.0" ]
	[ "$(row two)" = "two 5 0000:00:06.0" ]
	[[ $(row none) == "none 6 kernel "*" was built without VFIO" ]]
	[ "$(recap one failed) $(recap two failed) $(recap none failed)" = "0 0 1" ]
	[ "$(on one 'vfionoiommu list -nro ADDRESS,DRIVER')" = "0000:00:04.0 vfio-pci" ]
	[ "$(on two 'vfionoiommu list -nro ADDRESS,DRIVER')" = "0000:00:06.0 vfio-pci" ]
}

@test "a second run changes nothing" {
	as_listed
	play
	status_is 2
	[ "$(row one)" = "one 1 0000:00:04.0" ]
	[ "$(recap one changed) $(recap two changed) $(recap none changed)" = "0 0 0" ]
}

@test "only the host with a wrong address and the host that does not answer fail" {
	# The table is also printed for a host with a failed task.
	inventory 'one="0000:00:04.0"' 'two="0000:00:0f.0"' none= >"$FLEET/inventory"
	echo "    lost: {ansible_port: $(cat "$FLEET/one.port"), vfionoiommu_devices: 7}" >>"$FLEET/inventory"
	sed -i "s/none: {ansible_port: [0-9]*/none: {ansible_port: 1/" "$FLEET/inventory"
	play --check
	status_is 2
	[ "$(row one)" = "one 1 0000:00:04.0" ]
	[ "$(row two)" = "two 5 0000:00:06.0 vfionoiommu: error: 0000:00:0f.0: no such PCI device; vfionoiommu: hint: vfionoiommu list --all" ]
	# The second, if ssh ends before Ansible has sent it the module.
	[[ $(row none) =~ ^"none - ".*("Connection refused"|"can be reached over ssh") ]]
	[ "$(row lost)" = "lost - a task failed before this: see above" ]
	[ "$(recap one failed) $(recap two failed) $(recap none failed) $(recap lost failed)" = "0 1 1 1" ]
	# On a host that is as listed, --check reports no change either.
	[ "$(recap one changed)" = 0 ]
}

@test "the output of status is a local fact of the host" {
	as_listed
	cd "$FLEET"
	run ansible all -m setup -a "gather_subset=!all,!min,local filter=ansible_local"
	status_is 0
	[ "$(grep -c '"schema": 1' <<<"$output")" -eq 3 ]
	[ "$(grep -c '"ready": true' <<<"$output")" -eq 2 ]
}
