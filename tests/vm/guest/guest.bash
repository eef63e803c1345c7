# What the bats files inside the guest share: the machine's state, read without the tool.
load ../../helper

nic=0000:00:04.0
edu=0000:00:06.0

driver_of() { # ADDRESS
	local folder=/sys/bus/pci/devices/$1/driver
	[ ! -L "$folder" ] || (cd -P "$folder" && echo "${PWD##*/}")
}

override_of() { # ADDRESS
	echo "$(<"/sys/bus/pci/devices/$1/driver_override")"
}

mode() {
	echo "$(</sys/module/vfio/parameters/enable_unsafe_noiommu_mode)"
}

# As a number, without what says that a module is of somebody else's making, as 6.1's are here.
tainted() {
	local value
	read -r value </proc/sys/kernel/tainted
	echo $((value & ~(1 << 12 | 1 << 13)))
}

nodes() {
	local node
	for node in /dev/vfio/devices/noiommu-* /dev/vfio/noiommu-*; do
		[ ! -e "$node" ] || echo "$node"
	done
}

# All that a bind may change, in one text: compare it before and after.
machine() {
	local address
	for address in "$nic" "$edu"; do
		echo "$address driver=$(driver_of "$address") override=$(override_of "$address")"
	done
	echo "nodes: $(nodes)"
	echo "state: $(ls /run/vfionoiommu 2>/dev/null)"
}

# The nic on its driver, edu on none, nothing remembered, the mode on: where most tests start.
begin() {
	set +T
	modprobe e1000e
	tool enable >/dev/null
	tool unbind "$nic" "$edu" >/dev/null
	[ "$(driver_of "$nic")" = e1000e ]
	[ -z "$(driver_of "$edu")" ]
	[ -z "$(nodes)" ]
}

# Holds this file open, in the process $holder, until it is let go.
hold() { # FILE
	sleep 60 <"$1" 3>&- &
	holder=$!
	# Its name changes after it has opened the file.
	for _ in $(seq 300); do
		[ "$(</proc/$holder/comm)" != sleep ] || return 0
		sleep 0.1
	done
	return 1
}

# Ends the process $holder.
let_go() {
	kill $holder
	wait $holder || true
}

# Takes the tool's lock, as another run of it would, which is the process $holder.
lock() {
	flock /run/vfionoiommu.lock sleep 60 3>&- &
	holder=$!
	while flock --nonblock /run/vfionoiommu.lock true; do
		sleep 0.1
	done
	echo $holder >/run/vfionoiommu.lock
}

unlock() {
	pkill -P $holder sleep
	wait $holder || true
}

# The name of the NVMe disk with this serial number: the driver makes the disks in its own time, and in its own order.
nvme_disk() { # SERIAL
	local entry
	for _ in $(seq 300); do
		for entry in /sys/class/block/nvme*n1; do
			if [ "$(tr -d ' ' <"$entry/device/serial")" = "$1" ]; then
				basename "$entry"
				return
			fi
		done 2>/dev/null
		sleep 0.1
	done
	return 1
}

# One command of qemu's own monitor, asked through QMP, where an answer can be told from the rest. Fails when it has
# anything to say: device_add and device_del have not.
qemu() { # device_add|device_del ARGUMENT...
	local name port line
	name=$(grep -lx vm.monitor /sys/class/virtio-ports/*/name)
	exec {port}<>"/dev/$(basename "${name%/name}")"
	echo '{"execute": "qmp_capabilities"}' >&$port
	jq -nc --arg line "$*" \
		'{execute: "human-monitor-command", arguments: {"command-line": $line}, id: "ours"}' >&$port
	while IFS= read -r -t 30 -u $port line; do
		[[ $line != *'"id": "ours"'* ]] || break
	done
	exec {port}>&-
	echo "$line"
	jq -e '.return == ""' <<<"$line"
}
