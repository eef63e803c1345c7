#include <stdlib.h>

#include "base/base.h"
#include "collect/collect.h"
#include "tap.h"

#define GROUP "4,7,90,-;vfio-pci 0000:00:04.0: Adding kernel taint for vfio-noiommu group on device\n"

static bool becomes(const char *path, const char *text, const char *expected)
{
	return text_same(redact(path, text), expected);
}

static void test_log(void)
{
	ok(becomes("dev/kmsg", "", ""));
	ok(becomes("dev/kmsg", "6,5,80,-;e1000e 0000:00:04.0 eth0: 52:54:00:12:34:56\n SUBSYSTEM=pci\n" GROUP,
		"6,5,80,-;\n" GROUP));
	/* A malformed line stays malformed. */
	ok(becomes("dev/kmsg", "secret\n" GROUP, "?\n" GROUP));
}

static void test_cmdline(void)
{
	ok(becomes("proc/cmdline", "root=UUID=1 vfio.enable_unsafe_noiommu_mode=1 ip=192.0.2.1\n",
		"vfio.enable_unsafe_noiommu_mode=1 \n"));
	ok(becomes("proc/cmdline", "quiet module_blacklist=vfio", "module_blacklist=vfio \n"));
	ok(becomes("proc/cmdline", "novfio=1\tvfio-pci.ids=8086:10d3", "vfio-pci.ids=8086:10d3 \n"));
}

static void test_modprobe(void)
{
	const char *path = "etc/modprobe.d/dpdk.conf";
	ok(becomes(path, "options g_ether host_addr=52:54:00:12:34:56\noptions vfio x=1\n",
		"#\noptions vfio x=1\n"));
	ok(becomes(path, "options \\\nvfio x=1\n", "options   vfio x=1\n"));
	ok(becomes("etc/vfionoiommu.d/0000:00:04.0", "ADDRESS=0000:00:04.0\nSERIAL=52-54-00-ff\n",
		"ADDRESS=0000:00:04.0\nSERIAL=hidden\n"));
	ok(becomes("etc/modprobe.conf", "options a b", NULL));
}

static void test_mounts(void)
{
	const char *path = "proc/12/mountinfo";
	ok(becomes(path, "24 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n",
		"24 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw\n"));
	ok(becomes(path, "25 1 0:5 / /a rw - cifs //server/share rw,username=joe",
		"25 1 0:5 / /a rw - cifs none rw\n"));
	ok(becomes(path, "25 1 0:5 / /a rw - 9p work rw,trans=virtio\n", "25 1 0:5 / /a rw - 9p work rw\n"));
	ok(becomes(path, "25 1 0:5 / /a rw - 9p server rw,trans=tcp\n", "25 1 0:5 / /a rw - 9p none rw\n"));
	ok(becomes(path, "25 1 0:5 / /a rw - virtiofs work rw\n", "25 1 0:5 / /a rw - virtiofs work rw\n"));
	ok(becomes(path, "26 1 8:1 / /b rw - ext4 /dev/disk/by-id/nvme-SERIAL rw\n",
		"26 1 8:1 / /b rw - ext4 none rw\n"));
	ok(becomes(path, "26 1 8:1 / /b rw -\n27 1 8:1 / /b rw - \n", "27 1 8:1 / /b rw -  none rw\n"));
	ok(becomes("sys/bus/pci/devices", "text", NULL));
}

static void test_names(void)
{
	struct name_list known = { 0 };
	char text[] = "net/enx525400abcdef/upper_wlx525400abcdee net/enx525400abcdef.7";
	char plain[] = "ex525400abcdef abenx525400abcdef enx525400abcdeg enx525400abcdef0 enxa x";
	const char *before = text_copy(plain);
	redact_names(text, &known);
	ok(text_same(text, "net/enx000000000001/upper_wlx000000000002 net/enx000000000001.7"));
	redact_names(plain, &known);
	ok(text_same(plain, before));
	ok(known.count == 2);
}

static void test_disks(void)
{
	const char *path = "sys/kernel/config/target/core/iblock_0/d/info";
	ok(becomes(path, "UDEV PATH: /dev/disk/by-id/wwn-0x5000c500a1b2c3d4  readonly: 0\n",
		"UDEV PATH: /dev/disk/hidden  readonly: 0\n"));
	ok(becomes(path, "/dev/sda\n", "/dev/sda\n"));
}

int main(void)
{
	test_log();
	test_cmdline();
	test_modprobe();
	test_mounts();
	test_names();
	test_disks();
	return tap_done();
}
