#!/usr/bin/env bats
# tier: all
# kernels: case1 case2 case3 case3-iommufd case4 case4-loosened case5 off builtin linux6.1 debian
#
# Prometheus accepts the output of metrics on every kernel, and a real node_exporter serves it.

load guest

folder=/run/textfile
port=9100

setup_file() {
	mkdir $folder
	"$("$BATS_TEST_DIRNAME/../../fetch" prometheus-node-exporter)/usr/bin/prometheus-node-exporter" \
		--collector.disable-defaults --collector.textfile --collector.textfile.directory=$folder \
		--web.listen-address=127.0.0.1:$port --web.disable-exporter-metrics >/run/exporter.log 2>&1 3>&- &
	echo $! >/run/exporter.pid
	# Kernels without noiommu mode refuse.
	"$VFIONOIOMMU" enable || [ $? -eq 3 ]
}

teardown_file() {
	kill "$(cat /run/exporter.pid)"
}

# The metrics of the tool that node_exporter serves.
served() {
	wait_until 60 curl --silent --fail http://127.0.0.1:$port/metrics >/run/served
	cat /run/exporter.log >&2
	grep vfionoiommu_ /run/served
}

@test "node_exporter serves the file, and its replacement" {
	# A device that is bound here has both nodes.
	[ "$KERNEL" = case3 ] || return 0
	tool metrics --write $folder/vfionoiommu.prom
	run served
	says "vfionoiommu_devices 0"
	says "vfionoiommu_mode_enabled 1"
	tool bind $edu
	tool metrics --write $folder/vfionoiommu.prom
	run served
	says "vfionoiommu_devices 1"
	says "vfionoiommu_kernel_tainted_by_noiommu 1"
	says 'vfionoiommu_device_info{address="0000:00:06.0",cdev="/dev/vfio/devices/noiommu-vfio0",device="11e8",driver="vfio-pci",group="/dev/vfio/noiommu-0"'
	grep -q 'node_textfile_scrape_error 0' /run/served
	tool unbind $edu
}

@test "Prometheus accepts the metrics, with and without a bound device" {
	promtool=$("$BATS_TEST_DIRNAME/../../fetch" prometheus)/usr/bin/promtool
	tool bind --enable $edu || true
	for words in "" "unbind --all"; do
		[ -z "$words" ] || tool $words
		run_tool metrics
		status_is 0
		run "$promtool" check metrics <<<"$output"
		status_is 0
		[ -z "$output" ]
	done
}
