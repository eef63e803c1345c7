# Shared by the bats files about events: a monitor in the background, and a card to plug and unplug.

plug=0000:01:00.0

# Starts `tool monitor`; stdout goes to the file $events, stderr to $errors. Closes descriptor 3, or bats would wait for it.
start() { # OPTION...
	errors=$BATS_TEST_TMPDIR/errors
	local file
	events=$BATS_TEST_TMPDIR/events
	if is_kept "$@"; then
		new_document "$VFIONOIOMMU" monitor "$@"
		events=$file
	fi
	"$VFIONOIOMMU" monitor "$@" >"$events" 2>"$errors" 3>&- &
	monitor=$!
	listens
}

# Waits until monitor listens: it has a socket, and has read the current state soon after.
listens() {
	wait_until 60 has_socket
	sleep 0.5
}

has_socket() {
	readlink /proc/$monitor/fd/* 2>/dev/null | grep -q socket
}

# A column of monitor's socket: the multicast groups (1: of the kernel, 2: of udev), the bytes in its queue, or the number of lost
# messages.
socket() { # Groups|Rmem|Drops
	awk -v pid=$monitor -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
		NR > 1 && $3 == pid { print $column }' /proc/net/netlink
}

# Waits up to a minute for the line.
wait_for() { # TEXT
	wait_until 60 grep -qF -- "$1" "$events"
}

ended() {
	! kill -0 $monitor 2>/dev/null
}

# Waits up to a minute until monitor exits.
ends_with() { # STATUS
	local status=0
	wait_until 60 ended
	wait $monitor || status=$?
	[ $status -eq "$1" ]
}

# Ends monitor with a signal, after which it must succeed.
stop() { # SIGNAL
	kill -"$1" $monitor
	ends_with 0
}

is_plugged() {
	[ -e /sys/bus/pci/devices/$plug ]
}

plug() {
	qemu device_add edu,id=plug,bus=port0
	wait_until 60 is_plugged
}

# QEMU removes the device a moment after the guest; until then its id and its slot are in use.
is_free_in_qemu() {
	! qemu qom-list /machine/peripheral | grep -qF 'plug (child'
}

# The hotplug slot waits five seconds, as after a press of its button, before it removes the device.
unplug() {
	qemu device_del plug
	wait_until 60 not is_plugged
	wait_until 60 is_free_in_qemu
	# The last event of a running monitor.
	[ -z "${monitor:-}" ] || ended || wait_for removed
}
