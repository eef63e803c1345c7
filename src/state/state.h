/* The formats of our own files. Each module knows the path of one, parses it and formats it. Pure: text in,
 * text out; collect reads the files, act writes them. Paths are absolute; below a root they are used without
 * the leading slash. */
#ifndef STATE_H
#define STATE_H

#include "model.h"

/* ---- device_state.c, saved state ----
 * The saved state: driver and override of a device before bind. One file per device. */

#define SAVED_STATE_DIRECTORY "/run/vfionoiommu"

/* The path for the device at `address`. */
const char *saved_state_path(const char *address);

/* Parses the saved state of `device`. Returns false, with `saved` untouched, if `text` is malformed, not as
 * it was written (its last line has its length and a checksum), or of another card or instance. */
bool saved_state_parse(const char *text, const struct device *device, struct remembered *saved);

/* Formats it. */
const char *saved_state_format(const struct device *device, const struct remembered *saved);

/* The last unbind of a device with a persistent binding, in /run: an event that udevd processes later must
 * not undo it. One file per device. */

#define UNBOUND_DIRECTORY "/run/vfionoiommu.unbound"

/* The path for the device at `address`. */
const char *unbound_path(const char *address);

/* Whether `text` says that `device` was unbound after the event with the sequence number `event`. */
bool unbound_is_newer(const char *text, const struct device *device, unsigned long long event);

/* Formats an unbind of `device` now, with `event` as the last event of the kernel. */
const char *unbound_format(const struct device *device, unsigned long long event);

/* ---- device_state.c, persistent bindings ----
 * Persistent bindings, for bind --stored. One file per device. */

#define PERSIST_DIRECTORY "/etc/vfionoiommu.d"

/* The path for the device at `address`. */
const char *persist_path(const char *address);

/* Parses the binding of the device at `stored->address`. Returns false, with `stored` partly filled in, if
 * `text` is malformed. */
bool persist_parse(const char *text, struct stored *stored);

/* Formats it. */
const char *persist_format(const struct stored *stored);

/* ---- modprobe_conf.c ----
 * Our own file in modprobe.d, which enables noiommu mode; the settings of the mode in any file of
 * modprobe.d(5) and on the kernel command line. */

#define MODPROBE_CONF_FILE "/etc/modprobe.d/vfionoiommu.conf"

/* Its content. */
extern const char modprobe_conf_text[];

/* The module parameter of noiommu mode, of vfio. */
#define NOIOMMU_PARAMETER "enable_unsafe_noiommu_mode"

/* The value of a parameter of type bool, in modprobe.d or in sysfs, as the kernel's kstrtobool() reads it. */
enum mode modprobe_bool(const char *value);

/* What the last "options MODULE PARAMETER=..." in `text`, the content of a modprobe.d file, sets a parameter
 * of type bool to; MODE_UNKNOWN if there is none. The same for `text`, a kernel command line
 * ("vfio.enable_unsafe_noiommu_mode=1"). Both names have underscores. */
enum mode modprobe_text_option(const char *text, const char *module, const char *parameter);
enum mode modprobe_cmdline_option(const char *text, const char *module, const char *parameter);

/* The devices that vfio-pci also binds when it is loaded, "8086:10d3,1234:11e8", by its parameter ids; NULL:
 * none. */
const char *modprobe_text_ids(const char *text);
const char *modprobe_cmdline_ids(const char *text);

/* The first line of `text`, the content of a modprobe.d file, that keeps the module from being loaded: "line
 * 3: install vfio-pci /bin/false"; NULL if there is none. A blacklist does not: it applies to aliases. */
const char *modprobe_text_blocked(const char *text, const char *module);

/* The same of a kernel command line: "has module_blacklist=vfio_pci". The kernel compares the names as the
 * files have them in their .modinfo (blacklisted in kernel/module/main.c). */
const char *modprobe_cmdline_blocked(const char *text, const char *module);

/* ---- cdi.c ----
 * The specification of the bound devices for the Container Device Interface, which container engines read. */

#define CDI_FILE "/run/cdi/vfionoiommu.json"

/* The specification that resolves `podman run --device vfionoiommu/device=ADDRESS`: ADDRESS names all nodes
 * of the device, ADDRESS-group and ADDRESS-cdev the nodes of one access path, as far as `access` says that
 * the path works. The version is the lowest that supports all of this, as the standard recommends. NULL if no
 * device has a node, because the standard requires at least one device. */
const char *cdi_format(const struct device_refs *devices, const struct access_case *access);

#endif
