# A monitor in the background, and a card that is plugged in and out: for the bats files that watch events.

plug=0000:01:00.0

# Starts `tool monitor`; stdout goes to the file $events, stderr to $errors. 3 is bats' own, which would wait for it.
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

# It listens when it has its socket, and has learnt what there is a little later.
listens() {
	for _ in $(seq 100); do
		! readlink /proc/$monitor/fd/* 2>/dev/null | grep -q socket || break
		sleep 0.1
	done
	sleep 0.5
}

# The line has come, within a minute.
wait_for() { # TEXT
	for _ in $(seq 300); do
		! grep -qF -- "$1" "$events" || return 0
		sleep 0.2
	done
	return 1
}

ended() {
	! kill -0 $monitor 2>/dev/null
}

# It ends by itself, within a minute.
ends_with() { # STATUS
	local status=0
	for _ in $(seq 300); do
		! ended || break
		sleep 0.2
	done
	ended
	wait $monitor || status=$?
	[ $status -eq "$1" ]
}

# Ends it by a signal, which is a way to end well.
stop() { # SIGNAL
	kill -"$1" $monitor
	ends_with 0
}

is_plugged() {
	[ -e /sys/bus/pci/devices/$plug ]
}

plug() {
	qemu device_add edu,id=plug,bus=port0
	for _ in $(seq 300); do
		! is_plugged || return 0
		sleep 0.2
	done
	return 1
}

# The slot waits five seconds, as for somebody who has pressed its button, before it lets the device go.
unplug() {
	qemu device_del plug
	for _ in $(seq 300); do
		is_plugged || break
		sleep 0.2
	done
	not is_plugged
	# QEMU lets it go a moment later than the guest, and until then has neither its id nor its slot to give away.
	for _ in $(seq 300); do
		qemu qom-list /machine/peripheral | grep -qF 'plug (child' || break
		sleep 0.2
	done
	# Of a monitor that runs, the last line.
	[ -z "${monitor:-}" ] || ended || wait_for removed
}
