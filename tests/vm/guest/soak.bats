#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --device virtio-rng-pci,addr=4 --device edu,addr=5 --device edu,addr=6 --device edu,addr=7 --device edu,addr=8 --device edu,addr=9 --device edu,addr=a --device edu,addr=b,multifunction=on --device edu,addr=b.1 --device edu,addr=c --device edu,addr=d --device edu,addr=e --device edu,addr=f --device edu,addr=10 --device edu,addr=11 --device edu,addr=12 --device edu,addr=13 --device edu,addr=14
#
# No state is lost by many runs, by parallel runs, or by killed runs. The card at 0000:00:04.0 has a driver that unbinds and
# binds fast, so that each run is short.

load guest

card=$nic
driver=virtio-pci
# Few enough to wait for; to change it, use tests/vm/boot --env KILLS=... --env CYCLES=...
if [ "${TIER:-}" = all ]; then
	kills=${KILLS:-60} cycles=${CYCLES:-200}
else
	kills=${KILLS:-15} cycles=${CYCLES:-40}
fi

setup_file() {
	"$VFIONOIOMMU" enable
	modprobe vfio-pci
	modprobe iommufd
}

as_before() {
	restored $card $driver
	[ -z "$(nodes)$(ls /run/vfionoiommu 2>/dev/null)" ]
}

# A run of the tool in which a change of the driver takes 100 ms more: else few kills would hit a run in between.
slow() { # WORD...
	disturbed write delay_exit=100000 /sys/bus/pci/drivers/{$driver,vfio-pci}/unbind -- "$@"
}

# A slow run that is killed after this time, with its processes.
killed() { # MILLISECONDS COMMAND...
	local pause
	printf -v pause '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
	slow "${@:2}" >/dev/null 2>&1 3>&- &
	sleep "$pause"
	pkill -KILL -x vfionoiommu || true
	wait $! || true
}

@test "unbind restores the device after bind or unbind is killed at any time" {
	local halfway=0 longest
	# The duration of a run here, in milliseconds.
	longest=$(date +%s%3N)
	slow bind $card >/dev/null
	longest=$(($(date +%s%3N) - longest))
	RANDOM=4
	for run in $(seq "$kills"); do
		tool unbind $card >/dev/null
		as_before
		if [ $((run % 2)) -eq 0 ]; then
			tool bind $card >/dev/null
			killed $((RANDOM % longest)) unbind $card
		else
			killed $((RANDOM % longest)) bind $card
		fi
		# Neither unbound nor bound: the kill hit a point in between.
		[ -z "$(ls /run/vfionoiommu)" ] || [ "$(driver_of $card)" = vfio-pci ] || halfway=$((halfway + 1))
	done
	tool unbind $card
	as_before
	echo "# a run takes $longest ms; $halfway of $kills were cut off halfway"
	[ "$halfway" -ge $((kills / 40)) ]
}

@test "of 16 parallel runs, one binds the device, and the others print that it is bound" {
	local pids=() pid
	for i in $(seq 16); do
		tool bind $card >"$BATS_TEST_TMPDIR/$i" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	[ "$(grep -l "^$card: bound to vfio-pci (was: $driver)" "$BATS_TEST_TMPDIR"/* | wc -l)" -eq 1 ]
	[ "$(grep -l "^$card: already bound to vfio-pci" "$BATS_TEST_TMPDIR"/* | wc -l)" -eq 15 ]
	tool unbind $card
	as_before
}

@test "16 parallel runs bind and unbind 16 devices" {
	local pids=() pid verb
	for verb in bind unbind; do
		pids=()
		for i in $(seq 5 20); do
			tool $verb "$(printf '0000:00:%02x.0' "$i")" &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid"
		done
		[ $verb = unbind ] || [ "$(nodes | wc -l)" -eq 32 ]
	done
	as_before
}

# The allocated memory of the kernel in KiB, without reclaimable memory.
slab() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^Slab:/ { print $2 }' /proc/meminfo
}

cycles() { # COUNT
	for _ in $(seq "$1"); do
		tool bind $card
		tool unbind $card
	done >/dev/null
	as_before
}

@test "many binds and unbinds leave no state, and leak no kernel memory" {
	local before after
	local first=$((cycles / 4))
	cycles $first
	before=$(slab)
	cycles $((cycles - first))
	after=$(slab)
	echo "# slab: $before KiB after $first cycles, $after KiB after $cycles"
	[ $((after - before)) -lt 512 ]
}
