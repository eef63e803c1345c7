/* iommufd's ioctls: an address space, and one page of this process in it;
 * Documentation/userspace-api/iommufd.rst. Each returns 0 or the kernel's negative errno. */
#ifndef KERNEL_IOMMUFD_H
#define KERNEL_IOMMUFD_H

#include "kernel/sysroot.h"

/* A page of this process's memory. */
struct page {
	void *memory;
	unsigned int ioas;
	unsigned long long iova;     /* its address for the device */
	unsigned long long physical; /* address in bytes */
};

/* Allocates a page that is present in memory; free with page_free. Returns 0 or a negative errno. */
int page_make(struct page *page);
void page_free(struct page *page);

/* Allocates an address space and stores its ID in `page->ioas`. The kernel frees it when the file descriptor
 * is closed. */
int iommufd_ioas(int iommufd, struct page *page);
int iommufd_map(int iommufd, struct page *page);
int iommufd_unmap(int iommufd, const struct page *page);

/* Stores the physical address that the kernel returns for the page in `page->physical`. */
int iommufd_physical(int iommufd, struct page *page);

/* Whether `page->physical` matches /proc/self/pagemap; UNKNOWN without CAP_SYS_ADMIN, which pagemap requires;
 * Documentation/admin-guide/mm/pagemap.rst. */
enum answer page_is_physical(const struct sysroot *root, const struct page *page);

#endif
