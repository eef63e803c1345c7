#!/usr/bin/env bats
# tier: all
# kernels: case3
# boot: --memory 2G
#
# A podman container opens the device that the file of `cdi` gives it: without an image, with the programs of this machine in
# an empty root, and podman's defaults except for the network. (cdi.bats checks the file on other kernels.)

load guest

setup_file() {
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir -p /run/fs/{usr,proc,sys,dev,tmp,var,etc,run,mnt}
	for folder in bin sbin lib lib64; do
		ln -s usr/$folder /run/fs/$folder
	done
	ln -s ../run /run/fs/var/run
	"$VFIONOIOMMU" enable
	"$VFIONOIOMMU" bind --cdi $edu
}

teardown_file() {
	umount /sys/fs/cgroup
	findmnt --raw --noheadings --output TARGET | grep ^/run/podman | tac | xargs --no-run-if-empty umount
}

# Runs a command in a container.
inside() { # OPTION... COMMAND...
	run --separate-stderr podman --root /run/podman --runroot /run/podman-run --cgroup-manager cgroupfs \
		--events-backend none run --rm --network none \
		--volume /usr:/usr:ro --volume "$(dirname "$VFIONOIOMMU"):/mnt:ro" "$@"
	echo "$output"
	echo "$stderr" >&2
}

# The VFIO nodes in the container.
nodes_inside() { # NAME
	inside --device "vfionoiommu/device=$1" --rootfs /run/fs find /dev -type c -path "*vfio/*" -o -name iommu >/dev/null 2>&1
	status_is 0
	sort <<<"$output"
}

@test "a container has exactly the nodes of its access path" {
	[ "$(nodes_inside $edu-group | xargs)" = "/dev/vfio/noiommu-0 /dev/vfio/vfio" ]
	[ "$(nodes_inside $edu-cdev | xargs)" = "/dev/iommu /dev/vfio/devices/noiommu-vfio0" ]
	[ "$(nodes_inside $edu | wc -l)" -eq 4 ]
	inside --rootfs /run/fs ls /dev
	status_is 0
	not says vfio
	not says iommu
}

@test "with CAP_SYS_RAWIO the device opens through each access path" {
	inside --device vfionoiommu/device=$edu --cap-add SYS_RAWIO --rootfs /run/fs /mnt/vfionoiommu verify $edu
	status_is 0
	says "$edu: opens through /dev/vfio/noiommu-0 and /dev/vfio/devices/noiommu-vfio0"
	inside --device vfionoiommu/device=$edu-group --cap-add SYS_RAWIO --rootfs /run/fs /mnt/vfionoiommu verify $edu
	says "$edu: opens through /dev/vfio/noiommu-0"
	complains "$edu: cannot open /dev/vfio/devices/noiommu-vfio0"
	inside --device vfionoiommu/device=$edu-cdev --cap-add SYS_RAWIO --rootfs /run/fs /mnt/vfionoiommu verify $edu
	says "$edu: opens through /dev/vfio/devices/noiommu-vfio0"
	complains "$edu: cannot open /dev/vfio/noiommu-0"
}

@test "without CAP_SYS_RAWIO verify reports the missing capability" {
	for name in $edu-group $edu-cdev; do
		inside --device vfionoiommu/device=$name --rootfs /run/fs /mnt/vfionoiommu verify $edu
		status_is 1
		complains "CAP_SYS_RAWIO is missing"
	done
}

# DPDK needs CAP_SYS_ADMIN for /proc/self/pagemap, too; vfionoiommu-verify(8) names these options.
@test "testpmd runs in a container, through the group that the specification gives it" {
	reserve_huge_pages
	modprobe e1000e
	tool bind --force --cdi $nic
	inside --device vfionoiommu/device=$nic-group --cap-add SYS_RAWIO,SYS_ADMIN,IPC_LOCK --ulimit memlock=-1 --volume /dev/hugepages:/dev/hugepages \
		--rootfs /run/fs bash -c "
		dpdk-testpmd --lcores '(0-1)@0' --iova-mode=pa -m 128 -a $nic -- --total-num-mbufs=8192 --stats-period=1 --tx-first </dev/null >/tmp/testpmd 2>&1 &
		for _ in {1..300}; do
			! grep -q 'TX-packets: [1-9]' /tmp/testpmd || break
			sleep 0.2
		done
		kill -INT %1
		wait
		cat /tmp/testpmd"
	grep 'TX-packets: [1-9]' <<<"$output"
	tool unbind --cdi $nic
	[ "$(driver_of $nic)" = e1000e ]
	free_huge_pages
}

@test "podman rejects a device that is unbound" {
	tool unbind --cdi $edu
	inside --device vfionoiommu/device=$edu --rootfs /run/fs true
	[ "$status" -ne 0 ]
	complains "vfionoiommu/device=$edu"
	tool bind --cdi $edu
}
