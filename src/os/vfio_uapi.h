/* The parts of the VFIO and iommufd interface that Debian 12's kernel headers (6.1) lack. The numbers and
 * layouts are copied from the kernel files named below; the names are our own, to avoid conflicts with newer
 * headers. */
#ifndef OS_VFIO_UAPI_H
#define OS_VFIO_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vfio.h>

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

#endif
