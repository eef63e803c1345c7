#include "kernel/iommufd.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/vfio_uapi.h"

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int call(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) < 0 ? -errno : 0;
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

enum answer page_is_physical(const struct sysroot *root, const struct page *page)
{
	static const uint64_t present = 1ULL << 63, number = (1ULL << 55) - 1;
	uint64_t entry;
	off_t at = (off_t)((uintptr_t)page->memory / page_size() * sizeof entry);
	auto_fd int fd = sysroot_open_file(root, "proc/self/pagemap");
	if (fd < 0 || pread(fd, &entry, sizeof entry, at) != sizeof entry)
		return ANSWER_UNKNOWN;
	if (!(entry & present) || !(entry & number))
		return ANSWER_UNKNOWN;
	return (entry & number) == page->physical / page_size() ? ANSWER_YES : ANSWER_NO;
}
