#include <errno.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "os/os.h"

/* The parts of the VFIO and iommufd interface that Debian 12's kernel headers (6.1) lack. The numbers and
 * layouts are copied from the kernel files named below; the names are our own, to avoid conflicts with newer
 * headers. */

/* ---- include/uapi/linux/vfio.h, since 6.6 ---- */

struct uapi_bind_iommufd { /* vfio_device_bind_iommufd, first version */
	__u32 argsz;
	__u32 flags; /* 0 */
	__s32 iommufd;
	__u32 out_devid;
};
#define UAPI_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18) /* VFIO_DEVICE_BIND_IOMMUFD */

struct uapi_attach_pt { /* vfio_device_attach_iommufd_pt, first version */
	__u32 argsz;
	__u32 flags; /* 0 */
	__u32 pt_id; /* in: the IOAS; out: what the kernel attached */
};
#define UAPI_ATTACH_PT _IO(VFIO_TYPE, VFIO_BASE + 19) /* VFIO_DEVICE_ATTACH_IOMMUFD_PT */

/* ---- include/uapi/linux/iommufd.h, since 6.2 ---- */

#define UAPI_IOMMUFD_TYPE (';')

struct uapi_ioas_alloc { /* iommu_ioas_alloc */
	__u32 size;
	__u32 flags; /* 0 */
	__u32 out_ioas_id;
};
#define UAPI_IOAS_ALLOC _IO(UAPI_IOMMUFD_TYPE, 0x81) /* IOMMU_IOAS_ALLOC */

struct uapi_ioas_map { /* iommu_ioas_map */
	__u32 size;
	__u32 flags; /* UAPI_MAP_* */
	__u32 ioas_id;
	__u32 reserved; /* 0 */
	__aligned_u64 user_va;
	__aligned_u64 length;
	__aligned_u64 iova; /* out, unless fixed */
};
#define UAPI_MAP_WRITEABLE (1 << 1)                     /* IOMMU_IOAS_MAP_WRITEABLE */
#define UAPI_MAP_READABLE  (1 << 2)                     /* IOMMU_IOAS_MAP_READABLE */
#define UAPI_IOAS_MAP      _IO(UAPI_IOMMUFD_TYPE, 0x85) /* IOMMU_IOAS_MAP */

struct uapi_ioas_unmap { /* iommu_ioas_unmap */
	__u32 size;
	__u32 ioas_id;
	__aligned_u64 iova;
	__aligned_u64 length;
};
#define UAPI_IOAS_UNMAP _IO(UAPI_IOMMUFD_TYPE, 0x86) /* IOMMU_IOAS_UNMAP */

/* ---- include/uapi/linux/iommufd.h, since 7.3 ---- */

struct uapi_get_pa { /* iommu_ioas_noiommu_get_pa */
	__u32 size;
	__u32 flags; /* 0 */
	__u32 ioas_id;
	__u32 reserved; /* 0 */
	__aligned_u64 iova;
	__aligned_u64 length; /* in: maximum; out: contiguous bytes */
	__aligned_u64 out_phys;
};
#define UAPI_GET_PA _IO(UAPI_IOMMUFD_TYPE, 0x95) /* IOMMU_IOAS_NOIOMMU_GET_PA */

/* ---- calls ---- */

static int call(int fd, unsigned long request, void *argument)
{
	int result = ioctl(fd, request, argument);
	return result < 0 ? -errno : result;
}

int vfio_container_type(bool noiommu)
{
	return noiommu ? VFIO_NOIOMMU_IOMMU : VFIO_TYPE1v2_IOMMU;
}

int vfio_container_check(int container, int type)
{
	int has = ioctl(container, VFIO_CHECK_EXTENSION, (unsigned long)type);
	return has < 0 ? -errno : has ? 0 : -EOPNOTSUPP;
}

int vfio_container_set_type(int container, int type)
{
	return ioctl(container, VFIO_SET_IOMMU, (unsigned long)type) < 0 ? -errno : 0;
}

int vfio_group_check_viable(int group)
{
	struct vfio_group_status status = { .argsz = sizeof status };
	int error = call(group, VFIO_GROUP_GET_STATUS, &status);
	return error ? error : status.flags & VFIO_GROUP_FLAGS_VIABLE ? 0 : -EADDRINUSE;
}

int vfio_group_set_container(int group, int container)
{
	return call(group, VFIO_GROUP_SET_CONTAINER, &container);
}

int vfio_group_get_device(int group, const char *address)
{
	return call(group, VFIO_GROUP_GET_DEVICE_FD, (char *)address);
}

int vfio_device_bind(int device, int iommufd)
{
	struct uapi_bind_iommufd bind = { .argsz = sizeof bind, .iommufd = iommufd };
	return call(device, UAPI_BIND_IOMMUFD, &bind);
}

int vfio_device_attach(int device, unsigned int ioas)
{
	struct uapi_attach_pt attach = { .argsz = sizeof attach, .pt_id = ioas };
	return call(device, UAPI_ATTACH_PT, &attach);
}

static void add_regions(int device, unsigned int count, struct device_offer *offer)
{
	for (unsigned int index = 0; index < count && index < REGION_KINDS; index++) {
		struct vfio_region_info info = { .argsz = sizeof info, .index = index };
		if (call(device, VFIO_DEVICE_GET_REGION_INFO, &info) || !info.size)
			continue;
		offer->regions[index] = (struct region){
			.size = info.size,
			.read = info.flags & VFIO_REGION_INFO_FLAG_READ,
			.write = info.flags & VFIO_REGION_INFO_FLAG_WRITE,
			.mmap = info.flags & VFIO_REGION_INFO_FLAG_MMAP,
		};
	}
}

int vfio_device_offer(int device, struct device_offer *offer)
{
	struct vfio_device_info info = { .argsz = sizeof info };
	struct device_offer found = { .known = true };
	int error = call(device, VFIO_DEVICE_GET_INFO, &info);
	if (error)
		return error;
	found.reset = info.flags & VFIO_DEVICE_FLAGS_RESET;
	add_regions(device, info.num_regions, &found);
	for (unsigned int index = 0; index < info.num_irqs && index < INTERRUPT_KINDS; index++) {
		struct vfio_irq_info irq = { .argsz = sizeof irq, .index = index };
		if (call(device, VFIO_DEVICE_GET_IRQ_INFO, &irq) == 0)
			found.interrupts[index] = irq.count;
	}
	*offer = found;
	return 0;
}

/* ---- iommufd ---- */

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int page_make(struct page *page)
{
	void *memory = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	memset(memory, 0, page_size());
	page->memory = memory;
	return 0;
}

void page_free(struct page *page)
{
	if (page->memory)
		munmap(page->memory, page_size());
	page->memory = NULL;
}

int iommufd_ioas(int iommufd, struct page *page)
{
	struct uapi_ioas_alloc alloc = { .size = sizeof alloc };
	int error = call(iommufd, UAPI_IOAS_ALLOC, &alloc);
	if (!error)
		page->ioas = alloc.out_ioas_id;
	return error;
}

int iommufd_map(int iommufd, struct page *page)
{
	struct uapi_ioas_map map = {
		.size = sizeof map,
		.flags = UAPI_MAP_READABLE | UAPI_MAP_WRITEABLE,
		.ioas_id = page->ioas,
		.user_va = (uintptr_t)page->memory,
		.length = page_size(),
	};
	int error = call(iommufd, UAPI_IOAS_MAP, &map);
	if (!error)
		page->iova = map.iova;
	return error;
}

int iommufd_unmap(int iommufd, const struct page *page)
{
	struct uapi_ioas_unmap unmap = {
		.size = sizeof unmap, .ioas_id = page->ioas, .iova = page->iova, .length = page_size()
	};
	return call(iommufd, UAPI_IOAS_UNMAP, &unmap);
}

int iommufd_physical(int iommufd, struct page *page)
{
	struct uapi_get_pa get = {
		.size = sizeof get, .ioas_id = page->ioas, .iova = page->iova, .length = page_size()
	};
	int error = call(iommufd, UAPI_GET_PA, &get);
	if (!error)
		page->physical = get.out_phys;
	return error;
}

/* The number of its page frame; 0: not shown. */
static uint64_t page_frame(const struct sysroot *root, const struct page *page)
{
	static const uint64_t present = 1ULL << 63, number = (1ULL << 55) - 1;
	uint64_t entry;
	off_t at = (off_t)((uintptr_t)page->memory / page_size() * sizeof entry);
	auto_fd int fd = sysroot_open_file(root, "proc/self/pagemap");
	if (fd < 0 || pread(fd, &entry, sizeof entry, at) != sizeof entry)
		return 0;
	return entry & present ? entry & number : 0;
}

enum answer page_is_physical(const struct sysroot *root, const struct page *page)
{
	uint64_t frame = page_frame(root, page);
	if (!frame)
		return ANSWER_UNKNOWN;
	return frame == page->physical / page_size() ? ANSWER_YES : ANSWER_NO;
}

bool page_shows_physical(const struct sysroot *root)
{
	cleanup(page_free) struct page page = { 0 };
	return !page_make(&page) && page_frame(root, &page);
}
